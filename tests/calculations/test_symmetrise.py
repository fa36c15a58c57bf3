"""A cell off by the tolerance of a relaxation becomes exact, where it is and as large as it is."""

from __future__ import annotations

import numpy as np
import pytest
import spglib
from aiida import orm
from ase.build import bulk
from scipy.spatial.transform import Rotation

from nanoos_plugins.calculations.symmetrise import symmetrise_cell


@pytest.mark.parametrize('cubic', [True, False])
def test_a_distorted_cell_becomes_exact(profile: object, cubic: bool) -> None:
    atoms = bulk('Cu', a=3.6, cubic=cubic)
    turn = Rotation.from_euler('zxz', [0.3, 0.5, 0.7]).as_matrix()
    distortion = np.eye(3) + 1e-4 * np.array([[1, 2, 0], [2, -3, 1], [0, 1, 2]])
    atoms.set_cell(atoms.cell.array @ distortion @ turn, scale_atoms=True)
    found = symmetrise_cell(orm.StructureData(ase=atoms)).get_ase()
    exact = (found.cell.array, found.get_scaled_positions(), found.numbers)
    assert spglib.get_symmetry_dataset(exact, symprec=1e-8).number == 225
    np.testing.assert_allclose(found.cell.array, atoms.cell.array, atol=2e-3)
    places = [one.get_scaled_positions(wrap=False) for one in (found, atoms)]
    np.testing.assert_allclose(*places, atol=1e-9)
    assert found.get_volume() == pytest.approx(atoms.get_volume(), rel=1e-6)


def test_an_exact_cell_stays(profile: object) -> None:
    atoms = bulk('Mg', 'hcp', a=3.2, c=5.2)
    found = symmetrise_cell(orm.StructureData(ase=atoms)).get_ase()
    np.testing.assert_allclose(found.cell.array, atoms.cell.array, atol=1e-10)
