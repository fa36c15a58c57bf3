"""The lid-driven cavity against the tables of Ghia, Ghia & Shin."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import ngsolve as ng
import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from nanoos_plugins.engines.cfd import CfdParameters
from nanoos_plugins.runners.cfd.cavity import cavity
from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.shapes import rectangle
from nanoos_plugins.runners.job import Outcome

GHIA = Path(__file__).parents[1] / 'data' / 'ghia-cavity.csv'
#: What the file says of it: a misprint.
MISPRINT = ('v', '0.9063', 're400')


def outcome(**given: Any) -> Outcome:
    parameters = CfdParameters(task='cavity', density=1.0, size=1.0, speed=1.0, **given)
    return cavity(parameters.model_dump(mode='json'), lambda *_: None)


def deviations(arrays: dict[str, Any], column: str) -> list[float]:
    """Return the deviations from the table, over the speed of the lid."""
    lines = [line for line in GHIA.read_text(encoding='utf-8').splitlines() if not line.startswith('#')]
    table = list(csv.DictReader(lines))
    found = []
    for component, axis in (('u', 'x'), ('v', 'y')):
        profile = arrays[f'profile_velocity_{axis}_m_per_s']
        curve = CubicSpline(arrays['profile_distance_m'], profile)
        for row in table:
            if row['component'] == component and (component, row['place'], column) != MISPRINT:
                found.append(float(curve(float(row['place']))) - float(row[column]))
    return found


@pytest.mark.parametrize('reynolds', [100, 400])
def test_velocities_are_within_one_percent_of_the_table(reynolds: int) -> None:
    found = outcome(viscosity=1 / reynolds, cells=12, order=4)
    assert found.quantities['reynolds_number']['value'] == pytest.approx(reynolds)
    differences = deviations(dict(found.arrays), f're{reynolds}')
    assert len(differences) == (34 if reynolds == 100 else 33)
    assert np.abs(differences).max() < 0.01


def test_a_cavity_of_nanometres_is_that_of_metres() -> None:
    """The flow depends on the Reynolds number only."""
    large = outcome(viscosity=0.1, cells=6, order=3)
    parameters = CfdParameters(
        task='cavity', size=1e-8, speed=2.0, density=1e3, viscosity=2e-6, cells=6, order=3
    )
    small = cavity(parameters.model_dump(mode='json'), lambda *_: None)
    name = 'field_velocity_x_m_per_s'
    np.testing.assert_allclose(small.arrays[name] / 2.0, large.arrays[name], atol=1e-9)


def test_the_lid_does_not_leak_at_its_corners() -> None:
    parameters = CfdParameters(task='cavity', cells=6).model_dump()
    mesh = rectangle(parameters, 1.0, 1.0, 6, at_walls=True).mesh
    flow = Flow(mesh, 3, 'left|right|top|bottom', 'left|right|top|bottom', closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    for wall in ('left', 'right'):
        assert flow.through(wall) == 0.0
    middle = flow.velocity(mesh(0.5, 1.0))
    np.testing.assert_allclose(middle, (1.0, 0.0), atol=1e-12)


def test_a_cavity_that_is_started_comes_to_rest_where_newton_goes() -> None:
    same = {'viscosity': 0.1, 'cells': 5, 'order': 2}
    steady = outcome(**same)
    started = outcome(mode='transient', end_time=2.0, time_steps=100, **same)
    energy = started.arrays['series_kinetic_energy_J_per_m']
    assert energy[0] == 0.0
    assert energy[-1] == pytest.approx(steady.quantities['kinetic_energy']['value'], rel=1e-4)
    assert 0 < started.quantities['courant_number']['value'] < 1
