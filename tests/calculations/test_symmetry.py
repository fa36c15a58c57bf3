"""What symmetry says about structures whose answer is in every textbook."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk, graphene
from ase.spacegroup import crystal

from nanoos_plugins.calculations.symmetry import (
    cubic_cells,
    has_free_coordinates,
    has_free_ions,
    is_cubic,
    point_group,
    standard_axes,
)

RUTILE = crystal(
    ['Ti', 'O'], [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136, cellpar=[4.6, 4.6, 2.96, 90, 90, 90]
)
QUARTZ = crystal(
    ['Si', 'O'],
    [(0.47, 0, 0), (0.41, 0.27, 0.12)],
    spacegroup=152,
    cellpar=[4.91, 4.91, 5.4, 90, 90, 120],
)


@pytest.mark.parametrize(
    ('atoms', 'order', 'free_coordinates', 'free_ions'),
    [
        (bulk('Cu'), 48, False, False),
        (bulk('Cu', cubic=True), 48, False, False),
        (bulk('NaCl', 'rocksalt', a=5.64), 48, False, False),
        (bulk('Si'), 48, False, True),
        (bulk('ZnS', 'zincblende', a=5.41), 24, False, True),
        (bulk('Mg'), 24, False, True),
        (RUTILE, 16, True, True),
        (QUARTZ, 6, True, True),
    ],
    ids=['fcc', 'fcc conventional', 'rocksalt', 'diamond', 'zincblende', 'hcp', 'rutile', 'quartz'],
)
def test_textbook_structures(atoms: Atoms, order: int, free_coordinates: bool, free_ions: bool) -> None:
    structure = orm.StructureData(ase=atoms)
    assert len(point_group(structure)) == order
    assert has_free_coordinates(structure) is free_coordinates
    assert has_free_ions(structure) is free_ions


def test_rotations_are_orthogonal_and_close(copper) -> None:
    rotations = point_group(copper())
    products = np.einsum('aij,bjk->abik', rotations, rotations).reshape(-1, 3, 3)
    assert np.allclose(rotations @ rotations.transpose(0, 2, 1), np.eye(3), atol=1e-10)
    for product in products[::37]:
        assert np.abs(rotations - product).max(axis=(1, 2)).min() < 1e-10


def test_turned_cubic_crystal_finds_its_axes() -> None:
    atoms = bulk('Cu', a=3.6)
    atoms.rotate(40, (1, 2, 3), rotate_cell=True)
    structure = orm.StructureData(ase=atoms)
    assert is_cubic(structure)
    assert cubic_cells(structure) == pytest.approx(4)
    turned = standard_axes(structure) @ np.array(structure.cell).T
    assert np.allclose(np.sort(np.abs(turned), axis=None)[3:], 1.8)


def test_hexagonal_crystal_is_not_cubic() -> None:
    structure = orm.StructureData(ase=bulk('Mg'))
    assert not is_cubic(structure)
    assert cubic_cells(structure) is None


def test_kinds_break_the_symmetry(silicon) -> None:
    """Two sites of one element that differ by kind (say, by their spin) are not equivalent."""
    structure = silicon().clone()
    structure.clear_sites()
    structure.clear_kinds()
    for name, site in zip(('Si1', 'Si2'), silicon().sites, strict=True):
        structure.append_atom(symbols='Si', name=name, position=site.position)
    assert len(point_group(structure)) == 24


def test_sheet_has_no_space_group_in_three_dimensions() -> None:
    structure = orm.StructureData(ase=graphene(vacuum=5))
    structure.pbc = (True, True, False)
    with pytest.raises(ValueError, match='expected all three directions'):
        point_group(structure)


def test_atoms_on_one_place_have_no_symmetry() -> None:
    structure = orm.StructureData(
        ase=Atoms('Cu2', positions=[[0, 0, 0], [0, 0, 0]], cell=[4, 4, 4], pbc=True)
    )
    with pytest.raises(ValueError, match='too close'):
        point_group(structure)
