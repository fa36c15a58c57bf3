"""The geometry that a viewer draws: atoms complete up to the boundaries of the cell, its edges, the bonds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.data import covalent_radii

#: Most atoms that are drawn, repetitions and those on the boundaries included.
MOST_ATOMS = 20_000
#: An atom nearer to a face of the cell than this [Å] is drawn on the opposite face as well.
BOUNDARY = 0.05
#: Two atoms are bonded up to this multiple of the sum of their covalent radii.
BOND_FACTOR = 1.15

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """What is drawn.

    `positions` (n, 3) [Å] of the atoms; `sites` (n,): their places in the cell; `edges`: the 12 edges of the
    (repeated) cell as pairs of points [Å], none without a cell; `bonds`: pairs of drawn atoms.
    """

    positions: Array
    sites: npt.NDArray[np.int64]
    edges: Array
    bonds: npt.NDArray[np.int64]


def view(atoms: Atoms, repeat: tuple[int, int, int] = (1, 1, 1)) -> View:
    """Return what a viewer draws of a structure.

    Atoms are moved into the cell along the directions that are periodic; those on a face, edge or corner
    stand at all faces, edges or corners that are equivalent.

    :param repeat: how many cells along each vector.
    :raises ValueError: for repetition along a direction that is not periodic, or too many atoms.
    """
    for axis in np.flatnonzero(~atoms.pbc):
        if repeat[axis] != 1:
            raise ValueError(
                f'repeat: the structure is not periodic along {"abc"[axis]}: expected 1 there, '
                f'got {repeat[axis]}'
            )
    _check_count(len(atoms) * int(np.prod(repeat)))
    cell = atoms.cell.complete().array
    fractional, at_face = _inside(atoms, cell)
    shifts, sites = [], []
    for cells in product(*(range(count + int(atoms.pbc[axis])) for axis, count in enumerate(repeat))):
        # The last cell along a vector is not drawn: only its atoms on the face that it shares with ours.
        beyond = np.array(cells) >= np.array(repeat)
        chosen = np.flatnonzero(at_face[:, beyond].all(axis=1))
        sites.append(chosen)
        shifts.append(fractional[chosen] + np.array(cells))
    drawn = np.concatenate(sites)
    _check_count(len(drawn))
    positions = np.concatenate(shifts) @ cell
    radii = covalent_radii[atoms.numbers[drawn]]
    return View(positions, drawn, _edges(atoms, repeat), _bonds(positions, radii))


def _check_count(count: int) -> None:
    if count > MOST_ATOMS:
        raise ValueError(f'{count} atoms would be drawn: at most {MOST_ATOMS} are; repeat less')


def _inside(atoms: Atoms, cell: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return fractional coordinates (n, 3) within the cell, and which (n, 3) lie on its face at 0."""
    fractional = np.linalg.solve(cell.T, atoms.positions.T).T
    tolerance = BOUNDARY * np.linalg.norm(np.linalg.inv(cell), axis=0)
    # Just below 1 is the face at 0: there it is found, and drawn on both.
    wrapped = (fractional + tolerance) % 1.0 - tolerance
    at_face = (np.abs(wrapped) <= tolerance) & atoms.pbc
    return np.where(atoms.pbc, wrapped, fractional), at_face


def _edges(atoms: Atoms, repeat: tuple[int, int, int]) -> Array:
    """Return the 12 edges (12, 2, 3) [Å] of the repeated cell; none when it has no volume."""
    if atoms.cell.rank < 3:
        return np.zeros((0, 2, 3))
    corners = [np.array(corner) for corner in product((0, 1), repeat=3)]
    pairs = [(first, second) for first in corners for second in corners if (second - first).tolist() in _UNIT]
    edges: Array = np.array(pairs) * np.array(repeat) @ atoms.cell.array
    return edges


_UNIT = np.eye(3, dtype=int).tolist()


def _bonds(positions: Array, radii: Array) -> npt.NDArray[np.int64]:
    """Return the pairs (n, 2) of drawn atoms that are near enough to be bonded."""
    cutoff = float(2 * BOND_FACTOR * radii.max())
    # It loads PyTorch when there is one: seconds, for all that only name this module.
    from vesin import NeighborList

    search = NeighborList(cutoff=cutoff, full_list=False)
    first, second, distance = search.compute(
        points=positions, box=np.zeros((3, 3)), periodic=False, quantities='ijd'
    )
    near = distance <= BOND_FACTOR * (radii[first] + radii[second])
    bonds: npt.NDArray[np.int64] = np.stack([first[near], second[near]], axis=1).astype(np.int64)
    return bonds
