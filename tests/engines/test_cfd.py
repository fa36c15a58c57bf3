"""What the engine of flows refuses before anything runs, and what its parser refuses after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from nanoos_plugins.engines.cfd import Cfd, CfdParameters
from nanoos_plugins.parsers.cfd import CfdParser
from nanoos_plugins.parsers.runner import InvalidResultsError, read_arrays, read_summary
from nanoos_plugins.runners.cfd.__main__ import run
from nanoos_plugins.runners.job import ARRAYS, RESULTS, main


def test_defaults_are_complete_and_of_every_task() -> None:
    engine = Cfd()
    for task in engine.tasks:
        assert engine.validate({'task': task}).task == task
    schema = CfdParameters.model_json_schema()['properties']
    assert all('unit' in one for one in schema.values())
    assert all(one['description'] for one in schema.values())
    assert engine.evaluates == 'mesh'


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'viscosity': 0.0}, 'greater than 0'),
        ({'density': -1.0}, 'greater than 0'),
        ({'slip_length': -1e-9}, 'greater than or equal to 0'),
        ({'order': 1}, 'greater than or equal to 2'),
        ({'task': 'obstacle', 'obstacle_y': 9e-7}, 'obstacle_y 9e-07 m: the circle'),
        ({'task': 'obstacle', 'obstacle_x': 1e-7}, 'must be inside the channel, between 0 and 5e-06 m'),
        ({'task': 'obstacle', 'obstacle_diameter': 2e-6}, 'make it smaller'),
        ({'task': 'heat'}, "'channel', 'cavity' or 'obstacle'"),
        ({'no_such': 1}, 'no_such'),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Cfd().validate(given)


def test_an_obstacle_matters_only_to_its_task() -> None:
    assert Cfd().validate({'task': 'cavity', 'obstacle_diameter': 1.0}).task == 'cavity'


def test_no_mesh_is_taken() -> None:
    engine = Cfd()
    engine.check(None, engine.validate({}))
    with pytest.raises(ValueError, match='leave the file out'):
        engine.check(object(), engine.validate({}))
    with pytest.raises(ValueError, match='needs a code; run `nanoos engines install cfd`'):
        engine.get_builder(None, engine.validate({}), None, {})


def test_results_that_do_not_fit_are_refused() -> None:
    summary: dict[str, Any] = {**dict.fromkeys(CfdParser.summary_keys, 0), 'quantities': {}}
    good = {
        'grid_x_m': np.zeros(3), 'grid_y_m': np.zeros(2), 'grid_inside': np.zeros((2, 3)),
        'field_speed_m_per_s': np.zeros((2, 3)), 'profile_distance_m': np.zeros(4),
        'series_time_s': np.zeros(5),
    }  # fmt: skip
    # The parser of a node that is not there: `check` reads nothing of it.
    check = CfdParser.__new__(CfdParser).check
    check(summary, good)
    for name, wrong, message in (
        ('field_speed_m_per_s', np.zeros((3, 2)), 'expected'),
        ('series_drag_coefficient', np.zeros(4), 'different lengths'),
        ('field_speed_m_per_s', np.full((2, 3), np.nan), 'not finite'),
    ):
        with pytest.raises(InvalidResultsError, match=message):
            check(summary, {**good, name: wrong})
    leaking = {**summary, 'quantities': {'mass_imbalance': {'value': 0.01, 'unit': ''}}}
    with pytest.raises(InvalidResultsError, match='0.01 of what flows in does not flow out'):
        check(leaking, good)


@pytest.mark.parametrize('mode', ['steady', 'transient'])
@pytest.mark.parametrize('task', sorted(Cfd.tasks))
def test_what_the_program_writes_is_taken_and_can_be_drawn(task: str, mode: str, tmp_path: Path) -> None:
    settings = Cfd().validate({'task': task, 'mode': mode, 'cells': 4, 'order': 2, 'time_steps': 4})
    job = {'settings': settings.model_dump(mode='json')}
    (tmp_path / 'input.json').write_text(json.dumps(job), encoding='utf-8')
    assert main([str(tmp_path / 'input.json')], run, ['ngsolve']) == 0
    summary = read_summary((tmp_path / RESULTS).read_text(encoding='utf-8'))
    arrays = read_arrays(tmp_path / ARRAYS)
    CfdParser.__new__(CfdParser).check(summary, arrays)
    assert summary['converged']
    assert summary['figures']
    for figure in summary['figures']:
        assert all(arrays[name].shape == arrays[figure['x']].shape for name in figure['y'])
    assert {'field_speed_m_per_s', 'field_pressure_Pa'} <= arrays.keys()
