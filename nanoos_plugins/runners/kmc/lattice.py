"""The lattices on which defects hop: sites of a periodic cell, their nearest neighbours, the steps there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import spglib

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Triple = tuple[int, int, int]

#: How far a structure may be from its lattice [Å].
TOLERANCE = 0.01

#: Space group and atoms of the conventional cell, by which a crystal of one element is known.
CRYSTALS = {(225, 4): 'fcc', (229, 2): 'bcc', (221, 1): 'sc', (227, 8): 'diamond'}

_FACES: list[Triple] = [(0, 0, 0), (0, 2, 2), (2, 0, 2), (2, 2, 0)]
_TETRAHEDRON: list[Triple] = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
_IDEAL = np.eye(3)
_SQUARE = np.diag([0.5**0.5, 0.5**0.5, 1.0])
_TRIANGULAR = np.array([[0.5**0.5, 0, 0], [0.125**0.5, 0.375**0.5, 0], [0, 0, 1.0]])


@dataclass(frozen=True)
class _Kind:
    """Sites of a cell, steps to the neighbours by sublattice [quarters of its vectors], vectors [a]."""

    sites: list[Triple]
    steps: list[list[Triple]]
    vectors: Floats
    dimension: int


def _shell(norm: int, largest: int) -> list[Triple]:
    """Return the integer vectors of a squared length, no entry beyond `largest`."""
    entries = range(-largest, largest + 1)
    return [v for v in product(entries, entries, entries) if v[0] ** 2 + v[1] ** 2 + v[2] ** 2 == norm]


_KINDS = {
    'fcc': _Kind(_FACES, [_shell(8, 2)], _IDEAL, 3),
    'bcc': _Kind([(0, 0, 0), (2, 2, 2)], [_shell(12, 2)], _IDEAL, 3),
    'sc': _Kind([(0, 0, 0)], [_shell(16, 4)], _IDEAL, 3),
    'diamond': _Kind(
        _FACES + [(x + 1, y + 1, z + 1) for x, y, z in _FACES],
        [_TETRAHEDRON, [(-x, -y, -z) for x, y, z in _TETRAHEDRON]],
        _IDEAL,
        3,
    ),
    'fcc(100)': _Kind([(0, 0, 0)], [[(4, 0, 0), (-4, 0, 0), (0, 4, 0), (0, -4, 0)]], _SQUARE, 2),
    'fcc(111)': _Kind(
        [(0, 0, 0)],
        [[(4, 0, 0), (-4, 0, 0), (0, 4, 0), (0, -4, 0), (4, -4, 0), (-4, 4, 0)]],
        _TRIANGULAR,
        2,
    ),
}


@dataclass(frozen=True)
class Lattice:
    """A periodic cell of a lattice.

    `distance`: of a hop [Å]; `dimension`: 3 or 2; `neighbours`: (sites, z) indices of the nearest ones;
    `sublattice`: (sites,); `steps`: (sublattices, z, 3) the hop to each neighbour in units of `distance`.
    """

    name: str
    distance: float
    dimension: int
    neighbours: Ints
    sublattice: Ints
    steps: Floats

    @property
    def coordination(self) -> int:
        """Return the number of nearest neighbours, z."""
        return int(self.neighbours.shape[1])

    @property
    def sites(self) -> int:
        """Return the number of sites of the cell."""
        return int(self.neighbours.shape[0])


def recognise(structure: Mapping[str, Any]) -> tuple[str, float]:
    """Return the lattice of a crystal of one element (fcc, bcc, sc or diamond) and its parameter a [Å].

    :param structure: `symbols`, `positions` (n, 3) [Å], `cell` (3, 3) [Å], `pbc` (3).
    :raises ValueError: when it is anything else.
    """
    expected = 'expected a bulk crystal of one element, fcc, bcc, sc or diamond'
    elements = sorted(set(structure['symbols']))
    if len(elements) != 1:
        raise ValueError(f'{expected}, got {", ".join(elements)}: give the pure host')
    if not all(structure['pbc']):
        raise ValueError(f'{expected}, got one that is not periodic in all directions: give its bulk cell')
    cell = np.asarray(structure['cell'], dtype=float)
    fractions = np.asarray(structure['positions'], dtype=float) @ np.linalg.inv(cell)
    try:
        found = spglib.get_symmetry_dataset((cell, fractions, [1] * len(fractions)), symprec=TOLERANCE)
    except spglib.SpglibError as error:
        raise ValueError(f'{expected}, got a structure without symmetry: {error}') from None
    if found is None:
        raise ValueError(f'{expected}, got a structure without symmetry; atoms too close to each other?')
    name = CRYSTALS.get((int(found.number), len(found.std_positions)))
    if name is None:
        raise ValueError(
            f'{expected}, got space group {found.international} with {len(found.std_positions)} atoms in the '
            'conventional cell: give one of those, relaxed with its symmetry kept'
        )
    return name, float(found.std_lattice[0, 0])


def build(name: str, parameter: float, repeats: int) -> Lattice:
    """Return the periodic cell of `repeats` conventional cells (of a surface: primitive ones) a direction.

    :param name: fcc, bcc, sc, diamond, fcc(100) or fcc(111); on fcc(111) the sites are the fcc hollows.
    :param parameter: lattice parameter a of the cubic crystal [Å].
    :raises ValueError: for an unknown lattice, or fewer than 3 repeats: a site would neighbour its image.
    """
    if name not in _KINDS:
        raise ValueError(f'unknown lattice {name!r}; known lattices: {", ".join(_KINDS)}')
    if repeats < 3:
        raise ValueError(f'a cell must repeat at least 3 times in each direction, got {repeats}')
    kind = _KINDS[name]
    periods = 4 * np.array([repeats, repeats, repeats if kind.dimension == 3 else 1])
    corners = np.stack(np.meshgrid(*(np.arange(0, p, 4) for p in periods), indexing='ij'), -1).reshape(
        -1, 1, 3
    )
    sites = (corners + np.array(kind.sites)).reshape(-1, 3)
    sublattice = np.tile(np.arange(len(kind.sites)) * len(kind.steps) // len(kind.sites), len(corners))
    steps = np.array(kind.steps)
    index = np.full(periods, -1)
    index[tuple(sites.T)] = np.arange(len(sites))
    ends = (sites[:, None, :] + steps[sublattice]) % periods
    cartesian = steps / 4 @ kind.vectors * parameter
    distance = float(np.linalg.norm(cartesian[0, 0]))
    return Lattice(
        name=name,
        distance=distance,
        dimension=kind.dimension,
        neighbours=np.ascontiguousarray(index[tuple(np.moveaxis(ends, -1, 0))]),
        sublattice=sublattice,
        steps=cartesian / distance,
    )
