"""POSCAR and CONTCAR of VASP 5 and later. Format: https://www.vasp.at/wiki/POSCAR."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ase import Atoms

from nanoos_plugins.runners.structure_files.parsed import (
    MAX_ATOMS,
    Parsed,
    StructureFileError,
    choose,
    element,
    number,
)

Array = npt.NDArray[np.float64]


def read(text: str, index: int | None) -> Parsed:
    """Return the structure of a POSCAR, periodic in three directions, atoms in the file's order.

    Velocities, predictor coordinates and selective dynamics are left out.

    :param index: there is but one structure; see `choose`.
    :raises StructureFileError: when a line is missing or malformed.
    """
    choose(1, index, 'structure')
    lines = [line.split() for line in text.split('\n')]
    cell = _cell(lines)
    symbols = _symbols(lines)
    mode = _words(lines, 7, 'Direct or Cartesian')
    start = 8
    if mode[0][0] in 'sS':
        mode = _words(lines, 8, 'Direct or Cartesian')
        start = 9
    rows = []
    for at in range(start, start + len(symbols)):
        what = f'coordinates of atom {at - start + 1} of {len(symbols)}'
        rows.append(_vector(lines, at, what))
    coordinates = np.array(rows)
    if mode[0][0] in 'cCkK':
        atoms = Atoms(symbols, positions=coordinates * _scale_factors(lines), cell=cell, pbc=True)
    elif mode[0][0] in 'dD':
        atoms = Atoms(symbols, scaled_positions=coordinates, cell=cell, pbc=True)
    else:
        raise StructureFileError(f'line {start}: expected Direct or Cartesian, got {mode[0]!r:.40}')
    where = [f'line {start + 1 + at}' for at in range(len(symbols))]
    return Parsed(atoms, where, 'POSCAR')


def _words(lines: list[list[str]], at: int, what: str) -> list[str]:
    """Return the words of line `at` (from 0), of which there must be one at least."""
    if at >= len(lines) or not lines[at]:
        raise StructureFileError(f'line {at + 1}: expected {what}, got nothing')
    return lines[at]


def _vector(lines: list[list[str]], at: int, what: str) -> Array:
    """Return the first three numbers of line `at` (from 0)."""
    words = _words(lines, at, what)
    if len(words) < 3:
        raise StructureFileError(
            f'line {at + 1}: {what}: expected three numbers, got {" ".join(words)!r:.40}'
        )
    return np.array([number(word, f'line {at + 1}', what) for word in words[:3]])


def _lattice(lines: list[list[str]]) -> Array:
    """Return the lattice vectors as written, in rows."""
    return np.array([_vector(lines, at, f'lattice vector {at - 1}') for at in (2, 3, 4)])


def _scale_factors(lines: list[list[str]]) -> Array:
    """Return by what to multiply the x, y and z of vectors (3,). A negative scale is the volume [Å³]."""
    words = _words(lines, 1, 'the scale')
    if len(words) not in (1, 3):
        raise StructureFileError(f'line 2: the scale: expected one or three numbers, got {len(words)}')
    scale = np.array([number(word, 'line 2', 'the scale') for word in words])
    if (scale == 0).any() or (len(scale) == 3 and (scale < 0).any()):
        raise StructureFileError(
            f'line 2: the scale is {" ".join(words)}: expected positive numbers, or one volume'
        )
    if len(scale) == 1 and scale[0] < 0:
        volume = abs(np.linalg.det(_lattice(lines)))
        if volume < 1e-9:
            raise StructureFileError('line 3: the lattice vectors span no volume')
        scale = (-scale / volume) ** (1 / 3)
    return np.array(np.broadcast_to(scale, 3))


def _cell(lines: list[list[str]]) -> Array:
    """Return the cell [Å], lattice vectors in rows."""
    lattice: Array = _lattice(lines) * _scale_factors(lines)
    return lattice


def _symbols(lines: list[list[str]]) -> list[str]:
    """Return the chemical symbol of each atom."""
    names = _words(lines, 5, 'the elements')
    if all(word.isdecimal() for word in names):
        raise StructureFileError(
            'line 6: expected the elements, got their numbers only (VASP 4): '
            'insert a line such as "Cu O" above it'
        )
    counts = _words(lines, 6, 'the number of atoms of each element')
    if not all(word.isdecimal() for word in counts) or len(counts) != len(names):
        raise StructureFileError(
            f'line 7: expected {len(names)} numbers of atoms, one for each element, '
            f'got {" ".join(counts)!r:.40}'
        )
    numbers = [int(word) for word in counts]
    if not 0 < sum(numbers) <= MAX_ATOMS:
        raise StructureFileError(f'line 7: {sum(numbers)} atoms: expected 1 to {MAX_ATOMS}')
    # Names of potentials stand for their element: Cu_pv, or Cu/0123abcd.
    elements = [element(name.split('/')[0].split('_')[0], 'line 6') for name in names]
    return [symbol for symbol, count in zip(elements, numbers, strict=True) for _ in range(count)]
