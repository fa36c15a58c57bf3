"""The symmetry of a crystal: space group, Wyckoff positions, conventional cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spglib
from ase.cell import Cell


@dataclass(frozen=True)
class Symmetry:
    """What spglib finds.

    `space_group`: international symbol; `number`: 1–230; `hall`: Hall symbol; `point_group`: international
    symbol; `operations`: how many operations map the given cell onto itself, translations by parts of a
    vector included; `wyckoff`: letter of each site; `equivalent`: for each site the first site it is
    equivalent to; `lengths` [Å] and `angles` [deg] of the conventional cell.
    """

    space_group: str
    number: int
    hall: str
    point_group: str
    operations: int
    wyckoff: list[str]
    equivalent: list[int]
    lengths: tuple[float, float, float]
    angles: tuple[float, float, float]


def find_symmetry(
    cell: list[list[float]], positions: list[list[float]], numbers: list[int], tolerance: float
) -> Symmetry:
    """Return the symmetry of a crystal; atoms of one element are alike.

    :param cell: vectors (3, 3) [Å], one a row.
    :param positions: (n, 3) [Å].
    :param numbers: atomic numbers (n,).
    :param tolerance: distance within which atoms count as equivalent [Å].
    :raises ValueError: when spglib finds none.
    """
    fractional = np.asarray(positions) @ np.linalg.inv(np.asarray(cell))
    try:
        found = spglib.get_symmetry_dataset((cell, fractional, numbers), symprec=tolerance)
    except spglib.SpglibError as error:
        raise ValueError(f'spglib finds no symmetry: {error}; atoms too close to each other?') from None
    if found is None:
        raise ValueError('spglib finds no symmetry; atoms too close to each other?')
    a, b, c, alpha, beta, gamma = (float(value) for value in Cell(found.std_lattice).cellpar())
    return Symmetry(
        space_group=str(found.international),
        number=int(found.number),
        hall=str(found.hall),
        point_group=str(found.pointgroup),
        operations=len(found.rotations),
        wyckoff=[str(letter) for letter in found.wyckoffs],
        equivalent=[int(site) for site in found.equivalent_atoms],
        lengths=(a, b, c),
        angles=(alpha, beta, gamma),
    )
