"""What any structure must fulfil before it is taken, whatever the format it came in."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce
from ase.neighborlist import neighbor_list

from nanoos_plugins.runners.structure_files.parsed import MAX_ATOMS, Parsed, StructureFileError

#: Atoms nearer than this [Å] overlap; the shortest bond there is, in H₂, is 0.74 Å.
OVERLAP = 0.5
#: Smallest volume [Å³] of a periodic cell per atom, a tenth of that of hydrogen at 500 GPa.
LEAST_VOLUME = 0.1
#: Empty space [Å] on each side of a molecule that comes without a cell.
MOLECULE_MARGIN = 7.5


def checked(parsed: Parsed) -> Atoms:
    """Return the atoms of a parsed file: symbols, positions, cell and periodicity, nothing else.

    A molecule without a cell is put into the middle of a box with `MOLECULE_MARGIN` on each side.

    :raises StructureFileError: for no atoms, too many, numbers that are not finite, a cell without volume,
        or atoms that overlap.
    """
    given = parsed.atoms
    if not 0 < len(given) <= MAX_ATOMS:
        raise StructureFileError(f'the structure has {len(given)} atoms: expected 1 to {MAX_ATOMS}')
    atoms = Atoms(given.numbers, positions=given.positions, cell=given.cell, pbc=given.pbc)
    _check_numbers(atoms, parsed.where)
    _check_cell(atoms)
    if atoms.cell.rank < 3:
        _add_box(atoms)
    _check_overlap(atoms, parsed.where)
    return atoms


def _check_numbers(atoms: Atoms, where: list[str]) -> None:
    """Refuse what is no element and what is not finite."""
    for at in np.flatnonzero((atoms.numbers < 1) | ~np.isfinite(atoms.positions).all(axis=1)):
        wrong = 'a coordinate is not finite' if atoms.numbers[at] > 0 else 'the atom has no element'
        raise StructureFileError(f'{where[at]}: {wrong}')
    if not np.isfinite(atoms.cell.array).all():
        raise StructureFileError('the cell is not finite')


def _check_cell(atoms: Atoms) -> None:
    """Refuse periodicity without a cell that has room for the atoms."""
    lengths = atoms.cell.lengths()
    missing = [
        name
        for name, length, periodic in zip('abc', lengths, atoms.pbc, strict=True)
        if periodic and not length
    ]
    if missing:
        raise StructureFileError(
            f'the structure is periodic along {missing[0]}, but that cell vector has no length'
        )
    if lengths.all():
        volume = float(abs(np.linalg.det(atoms.cell.array)))
        if volume < 1e-6 * lengths.prod() or (atoms.pbc.all() and volume < LEAST_VOLUME * len(atoms)):
            raise StructureFileError(f'the cell has no volume for {len(atoms)} atoms: it is {volume:.3g} Å³')
    elif np.linalg.matrix_rank(atoms.cell.array) != np.count_nonzero(lengths):
        raise StructureFileError('the cell has no area: its vectors are parallel')


def _add_box(atoms: Atoms) -> None:
    """Give the directions without a cell vector one, with the atoms in the middle."""
    missing = [axis for axis in range(3) if not atoms.cell.lengths()[axis]]
    atoms.center(vacuum=MOLECULE_MARGIN, axis=missing)


def _check_overlap(atoms: Atoms, where: list[str]) -> None:
    """Refuse atoms that are nearer than `OVERLAP`."""
    first, second, distances = neighbor_list('ijd', _compact(atoms), OVERLAP)
    if not len(first):
        return
    at = int(np.lexsort((first, second, np.maximum(first, second)))[0])
    one, other = sorted((int(first[at]), int(second[at])))
    by = f'{distances[at]:.2f} Å apart; atoms must be at least {OVERLAP} Å apart'
    if where[one] == where[other]:
        raise StructureFileError(
            f'{where[one]}: the site overlaps with its own image by symmetry or periodicity, {by}'
        )
    raise StructureFileError(f'{where[other]}: overlaps with {where[one]}, {by}')


def _compact(atoms: Atoms) -> Atoms:
    """Return the same atoms in the shortest cell vectors there are, in which neighbours are quickly found.

    :raises StructureFileError: when even the cell's own images overlap.
    """
    reduced, _ = minkowski_reduce(atoms.cell.array, pbc=atoms.pbc)
    shortest = min(np.linalg.norm(reduced, axis=1)[atoms.pbc], default=np.inf)
    if shortest < OVERLAP:
        raise StructureFileError(
            f'the cell is too small: each atom is {shortest:.2g} Å from its own image; '
            f'atoms must be at least {OVERLAP} Å apart'
        )
    return Atoms(atoms.numbers, positions=atoms.positions, cell=reduced, pbc=atoms.pbc)
