"""Read a structure file in a process of its own, with limits.

Run as `python -m nanoos_plugins.runners.parse_structure FILE [--index N] [--format NAME]`.

A file from outside can make a reader hang, eat all memory, or crash. So it is read here, where that ends this
process and nothing else. Written to the standard output: one JSON object, either `{"error": "…"}` or
`{"format", "symbols", "positions" [Å], "cell" [Å], "pbc", "warnings"}`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_plugins.runners.structure_files.parsed import Parsed

#: Largest file [bytes]: an extended XYZ of the most atoms we take, with forces, has about 8 MB.
MAX_BYTES = 16 * 1024 * 1024
CPU_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3


def limit() -> None:
    """Take from this process what it does not need: CPU time, memory, writing large files, leaving a core."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * MAX_BYTES, 4 * MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):
        # macOS knows the name of this limit but refuses to set it; CPU and wall-clock time still bound us.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def parse(path: Path, index: int | None = None, format: str | None = None) -> dict[str, Any]:
    """Return the structure of a file as a dictionary (see the module's docstring).

    :param index: which structure of a file that holds several; negative ones count from the end.
    :param format: CIF, POSCAR, XYZ or a format of `other.formats()`; found from name and content when None.
    :raises StructureFileError: when the file is not a structure we can use.
    """
    from nanoos_plugins.runners.structure_files import checks, detect

    text = detect.decode(path.read_bytes())
    known = format or detect.agree(path.name, text)
    with warnings.catch_warnings():
        # What third-party readers have to say comes as our own warnings, or not at all.
        warnings.simplefilter('ignore')
        parsed = _reader(known)(path, text, index)
    atoms = checks.checked(parsed)
    return {
        'format': parsed.format,
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.positions.tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': atoms.pbc.tolist(),
        'warnings': parsed.warnings,
    }


def _reader(format: str | None) -> Callable[[Path, str, int | None], Parsed]:
    """Return the reader of a format; only that one is imported, most of the time is for imports."""
    if format == 'CIF':
        from nanoos_plugins.runners.structure_files import cif

        return lambda path, text, index: cif.read(text, index)
    if format == 'POSCAR':
        from nanoos_plugins.runners.structure_files import poscar

        return lambda path, text, index: poscar.read(text, index)
    if format == 'XYZ':
        from nanoos_plugins.runners.structure_files import xyz

        return lambda path, text, index: xyz.read(text, index)
    from nanoos_plugins.runners.structure_files import other

    return lambda path, text, index: other.read(path, text, index, format)


def main() -> None:
    """Read the file named on the command line and write the JSON object."""
    limit()
    from nanoos_plugins.runners.structure_files.parsed import StructureFileError

    arguments = argparse.ArgumentParser(prog='parse_structure')
    arguments.add_argument('path', type=Path)
    arguments.add_argument('--index', type=int)
    arguments.add_argument('--format')
    given = arguments.parse_args()
    try:
        # Readers print to the standard output at times; ours is for the result alone.
        with contextlib.redirect_stdout(sys.stderr):
            result = parse(given.path, given.index, given.format)
    except StructureFileError as error:
        result = {'error': ' '.join(str(error).split())}
    except MemoryError:
        result = {'error': f'reading it takes more than {MEMORY_BYTES // 1024**2} MB of memory'}
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    main()
