"""Read the file of a data set in a process of its own, with limits.

Run as `python -m nanoos_plugins.runners.read_dataset FILE FOLDER --seconds S`, with what is to be read as
JSON on the standard input: `target`, `unit`, `structure`, as for `ml.rows.read_rows`.

Written are `FOLDER/rows.npz`, the rows that can be used (`numbers` in the file, `targets`, `row_names`, and
the crystals as `ml.packed` has them), and to the standard output one JSON object: `{"error": "…"}` or
`{"unit", "problems": [[number, reason], …]}`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

MEMORY_BYTES = 4 * 1024**3
MOST_BYTES = 1024**3
ROWS = 'rows.npz'


def limit(seconds: int) -> None:
    """Take from this process what it does not need: CPU time, memory, writing large files, leaving a core."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):
        # macOS knows the name of this limit but refuses to set it; CPU and wall-clock time still bound us.
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def read(path: Path, folder: Path, target: str, unit: str | None, structure: str | None) -> dict[str, Any]:
    """Write the rows of a file to `folder` and return its unit and which rows were left out.

    :raises ValueError: for a file of another form.
    """
    import numpy as np

    from nanoos_plugins.ml.packed import pack
    from nanoos_plugins.ml.rows import read_rows

    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        table = read_rows(path, target, unit or '', structure)
    if table.rows:
        np.savez(
            folder / ROWS,
            row_numbers=np.array([row.number for row in table.rows]),
            row_names=np.array([row.name for row in table.rows]),
            targets=np.array([row.target for row in table.rows]),
            **pack([row.structure for row in table.rows]),  # type: ignore[arg-type]
        )
    return {'unit': table.unit, 'problems': [[one.number, one.reason] for one in table.problems]}


def main() -> None:
    """Read the file named on the command line and write the JSON object."""
    arguments = argparse.ArgumentParser(prog='read_dataset')
    arguments.add_argument('path', type=Path)
    arguments.add_argument('folder', type=Path)
    arguments.add_argument('--seconds', type=int, required=True)
    command = arguments.parse_args()
    limit(command.seconds)
    given = json.load(sys.stdin)
    answer: dict[str, Any]
    try:
        # Readers print to the standard output at times; ours is for the result alone.
        with contextlib.redirect_stdout(sys.stderr):
            answer = read(command.path, command.folder, **given)
    except ValueError as error:
        answer = {'error': ' '.join(str(error).split())}
    except MemoryError:
        answer = {'error': f'reading it takes more than {MEMORY_BYTES // 1024**2} MB of memory'}
    json.dump(answer, sys.stdout)


if __name__ == '__main__':
    main()
