"""Any other text format that ASE or pymatgen reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from ase import Atoms
from ase.io import read as ase_read
from ase.io.formats import UnknownFileTypeError, filetype, ioformats
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.runners.structure_files.parsed import Parsed, StructureFileError, choose, element, number

#: What a third-party reader may raise on a file that it does not understand.
READER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
)

#: Formats of ASE that are no text file of one structure (pictures, databases, folders), or that can make the
#: reader open other files or addresses (`octopus-in`, `onetep-in`, `nomad-json`); `cif`, `vasp` and the XYZ
#: family have readers of our own.
_NOT_READ = frozenset(
    [
        *('db', 'json', 'mysql', 'postgresql', 'bundletrajectory'),
        *('gif', 'mp4', 'png', 'pov', 'eps', 'html', 'py', 'x3d', 'vti', 'vtu'),
        *('octopus-in', 'onetep-in', 'nomad-json'),
        *('cif', 'vasp', 'xyz', 'extxyz'),
    ]
)
_PYMATGEN_ENDINGS = {'.cssr': 'cssr', '.mcsqs': 'mcsqs'}
_DICTIONARIES = ('.json', '.yaml', '.yml')


def formats() -> list[str]:
    """Return the names of the formats that are read here, as `--format` takes them, sorted."""
    readable = (name for name, format in ioformats.items() if format.can_read and not format.isbinary)
    return sorted([*(name for name in readable if name not in _NOT_READ), 'cssr', 'mcsqs', 'pymatgen'])


def read(path: Path, text: str, index: int | None, format: str | None) -> Parsed:
    """Return the structure of a file in a format that ASE or pymatgen reads.

    :param path: the file, under its own name as far as that tells the format.
    :param format: one of `formats()`; found from name and content when None.
    :raises StructureFileError: when no reader knows the format, or the reader does not understand the file.
    """
    name = format or _format(path)
    try:
        if name == 'pymatgen':
            return _parsed([_from_dictionary(text)], index)
        if name in _PYMATGEN_ENDINGS.values():
            return _parsed([_ordered(Structure.from_str(text, fmt=name))], index)
        return _parsed(ase_read(path, index=':', format=name), index)
    except StructureFileError:
        raise
    except RecursionError:
        raise StructureFileError(f'not understood as {name}: it is nested too deeply') from None
    except READER_ERRORS as error:
        reason = ' '.join(f'{type(error).__name__} {error}'.split())
        raise StructureFileError(f'not understood as {name}: {reason:.120}') from error


def _format(path: Path) -> str:
    """Return the format of a file by its name and content."""
    suffix = path.suffix.lower()
    if suffix in _DICTIONARIES:
        return 'pymatgen'
    if suffix in _PYMATGEN_ENDINGS:
        return _PYMATGEN_ENDINGS[suffix]
    try:
        name = filetype(str(path), guess=False)
    except UnknownFileTypeError:
        # Some formats of ASE have no ending or mark registered and are known by their own name.
        name = suffix[1:]
    if name not in formats():
        raise StructureFileError(
            'neither name nor content is that of a structure file: expected CIF (.cif), POSCAR (.vasp), '
            'XYZ (.xyz) or another format of ASE or pymatgen, named by --format'
        )
    return str(name)


def _parsed(found: Any, index: int | None) -> Parsed:
    """Return the chosen one of the structures found in a file."""
    images = found if isinstance(found, list) else [found]
    if not images:
        raise StructureFileError('the file holds no structure')
    atoms = images[choose(len(images), index, 'structures')]
    return Parsed(atoms, [f'atom {at + 1}' for at in range(len(atoms))], 'internal')


def _from_dictionary(text: str) -> Atoms:
    """Return the structure that pymatgen wrote as JSON or YAML.

    Read here and not by pymatgen, whose decoder makes objects of any class that the file names.
    """
    loaded = json.loads(text) if text.lstrip().startswith('{') else yaml.safe_load(text)
    if not isinstance(loaded, dict) or 'lattice' not in loaded or 'sites' not in loaded:
        raise StructureFileError('expected a pymatgen structure with "lattice" and "sites"')
    cell = [[number(str(x), 'lattice', 'matrix') for x in row] for row in loaded['lattice']['matrix']]
    symbols, positions = [], []
    for at, site in enumerate(loaded['sites']):
        where = f'site {at + 1}'
        species = site['species']
        if len(species) != 1 or species[0].get('occu', 1) != 1:
            raise StructureFileError(
                f'{where}: the site is partially occupied: engines need every site filled'
            )
        symbols.append(element(str(species[0]['element']), where))
        positions.append([number(str(x), where, 'abc') for x in site['abc']])
    pbc = [bool(periodic) for periodic in loaded['lattice'].get('pbc', [True] * 3)]
    return Atoms(symbols, scaled_positions=positions, cell=cell, pbc=pbc)


def _ordered(structure: Structure) -> Atoms:
    """Return the atoms of a pymatgen structure, which must be ordered."""
    if not structure.is_ordered:
        raise StructureFileError(
            'sites are partially occupied: engines need every site filled by one element'
        )
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    return Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=True)
