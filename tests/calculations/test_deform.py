"""Deformed structures: cells, positions and kinds."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.calculations.deform import deform

SHEAR = [[1.0, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.02]]


def test_every_vector_follows_the_gradient(silicon) -> None:
    structure = silicon()
    outputs = deform(structure, orm.List([np.eye(3).tolist(), SHEAR]))
    assert sorted(outputs) == ['deformed_00', 'deformed_01']
    sheared = outputs['deformed_01']
    for before, after in zip(structure.cell, sheared.cell, strict=True):
        assert np.allclose(after, np.array(SHEAR) @ before)
    for before, after in zip(structure.sites, sheared.sites, strict=True):
        assert np.allclose(after.position, np.array(SHEAR) @ before.position)
    assert sheared.get_cell_volume() == pytest.approx(1.02 * structure.get_cell_volume())


def test_kinds_and_periodicity_stay_and_attributes_are_new(silicon) -> None:
    structure = orm.StructureData(cell=silicon().cell, pbc=(True, True, False))
    structure.append_atom(symbols='Fe', name='Fe_up', position=(0, 0, 0))
    structure.append_atom(symbols='Fe', name='Fe_down', position=(1, 1, 1))
    outputs = deform(structure, orm.List([SHEAR]))
    deformed = outputs['deformed_00']
    assert [site.kind_name for site in deformed.sites] == ['Fe_up', 'Fe_down']
    assert deformed.pbc == (True, True, False)
    assert deformed.base.attributes.get('origin') == 'generated'
