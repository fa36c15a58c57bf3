"""Flow past a circle against the benchmarks of Schäfer & Turek, and what is made of a series in time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.engines.cfd import CfdParameters
from nanoos_plugins.runners.cfd.__main__ import run
from nanoos_plugins.runners.cfd.obstacle import obstacle
from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.cfd.shapes import check_elements
from nanoos_plugins.runners.cfd.shedding import shedding
from nanoos_plugins.runners.job import Outcome, main

#: Case 2D-1: Re = 20.
DFG = {
    'task': 'obstacle', 'density': 1.0, 'viscosity': 1e-3, 'size': 0.41, 'length': 2.2, 'speed': 0.2,
    'obstacle_diameter': 0.1, 'obstacle_x': 0.2, 'obstacle_y': 0.2,
}  # fmt: skip
#: What Schäfer & Turek (1996, doi:10.1007/978-3-322-89849-4_39) give as lower and upper bounds.
BOUNDS = {
    'drag_coefficient': (5.57, 5.59),
    'lift_coefficient': (0.0104, 0.0110),
    'pressure_difference': (0.1172, 0.1176),
    'recirculation_length': (0.0842, 0.0852),
}


def outcome(**given: Any) -> Outcome:
    return obstacle(CfdParameters(**{**DFG, **given}).model_dump(mode='json'), lambda *_: None)


def test_dfg_2d_1_is_within_the_published_bounds() -> None:
    found = outcome(cells=10, order=4)
    for name, (low, high) in BOUNDS.items():
        assert low <= found.quantities[name]['value'] <= high, name
    assert found.quantities['reynolds_number']['value'] == pytest.approx(20)
    assert found.quantities['mass_imbalance']['value'] < 1e-10
    assert found.quantities['flow_rate']['value'] == pytest.approx(0.2 * 0.41, rel=1e-10)
    assert found.arrays['grid_inside'].min() == 0


def test_without_inertia_the_wake_is_that_before_the_obstacle() -> None:
    """In the middle of a channel Stokes flow is the same when time is turned back: no lift, no wake."""
    found = outcome(obstacle_x=1.1, obstacle_y=0.205, viscosity=1e3, cells=8, order=3).quantities
    assert abs(found['lift_coefficient']['value']) < 1e-3 * found['drag_coefficient']['value']
    assert found['recirculation_length']['value'] == 0.0


def test_in_time_it_comes_to_the_steady_flow() -> None:
    same = {'viscosity': 1e-2, 'cells': 5, 'order': 2}
    steady = outcome(**same).quantities
    late = outcome(mode='transient', end_time=3.0, time_steps=60, **same)
    for name in ('drag_coefficient', 'pressure_difference'):
        assert late.quantities[name]['value'] == pytest.approx(steady[name]['value'], rel=1e-3)
    assert 'strouhal_number' not in late.quantities
    assert len(late.arrays['series_time_s']) == 60


def test_strouhal_number_is_that_of_the_lift() -> None:
    time = np.linspace(0, 10, 4001)
    series = {
        'series_time_s': time,
        'series_drag_coefficient': 3.2 + 0.03 * np.cos(12 * np.pi * time),
        'series_lift_coefficient': 0.01 + np.sin(6 * np.pi * time),
    }
    found = shedding(series, Scales(0.1, 1.0, 1e-3, 1.0))
    assert found['strouhal_number']['value'] == pytest.approx(0.3, rel=1e-6)
    assert found['largest_lift_coefficient']['value'] == pytest.approx(1.01, rel=1e-5)
    assert found['lowest_lift_coefficient']['value'] == pytest.approx(-0.99, rel=1e-5)
    quiet = {**series, 'series_lift_coefficient': 0.01 + 1e-6 * np.sin(6 * np.pi * time)}
    assert 'strouhal_number' not in shedding(quiet, Scales(0.1, 1.0, 1e-3, 1.0))


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(ValueError, match='lower cells, or make the channel less long'):
        check_elements(1e6)
    with pytest.raises(ValueError, match='elements'):
        outcome(length=500.0, cells=40)


def test_the_program_tells_how_it_goes(tmp_path: Path) -> None:
    settings = CfdParameters(**{**DFG, 'viscosity': 1e-2, 'cells': 4, 'order': 2}).model_dump(mode='json')
    found = run({'settings': settings}, tmp_path)
    lines = (tmp_path / 'live.csv').read_text(encoding='utf-8').splitlines()
    assert lines[0] == 'iteration,residual'
    assert len(lines) == 1 + found.summary['iterations']
    assert float(lines[-1].split(',')[1]) <= settings['solver_tolerance']
    assert {'unknowns', 'elements', 'wall_time'} <= found.summary.keys()
    json.dumps([dict(found.quantities), dict(found.summary)])
    drawn = {figure.y[0] for figure in found.figures}
    assert drawn == {'profile_velocity_x_m_per_s', 'profile_pressure_Pa'}
    timed = {**settings, 'mode': 'transient', 'end_time': 0.5, 'time_steps': 10}
    run({'settings': timed}, tmp_path)
    lines = (tmp_path / 'live.csv').read_text(encoding='utf-8').splitlines()
    assert lines[0] == 'time [s],drag coefficient'
    assert len(lines) == 11


def test_a_flow_that_does_not_converge_ends_with_an_error(tmp_path: Path) -> None:
    settings = CfdParameters(
        task='cavity', speed=1e4, size=1.0, cells=4, order=2, solver_iterations=4
    ).model_dump(mode='json')
    (tmp_path / 'input.json').write_text(json.dumps({'settings': settings}), encoding='utf-8')
    assert main([str(tmp_path / 'input.json')], run, ['ngsolve']) == 1
    summary = json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))
    assert "Newton's method did not converge" in summary['error']
    assert 'raise cells or solver_iterations' in summary['error']
