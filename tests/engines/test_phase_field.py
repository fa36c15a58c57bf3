"""What the engine of phase fields refuses before anything runs, and what its parser refuses after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from nanoos_plugins.engines.phase_field import PhaseField, PhaseFieldParameters
from nanoos_plugins.parsers.phase_field import PhaseFieldParser
from nanoos_plugins.parsers.runner import InvalidResultsError
from nanoos_plugins.runners.phase_field.simulation import simulated


def test_defaults_are_complete_and_of_every_task() -> None:
    engine = PhaseField()
    for task in engine.tasks:
        assert engine.validate({'task': task}).task == task
    schema = PhaseFieldParameters.model_json_schema()['properties']
    assert all('unit' in one for one in schema.values())
    assert all(one['description'] for one in schema.values())


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'task': 'md'}, "'cahn-hilliard' or 'allen-cahn'"),
        ({'dimension': 4}, 'less than or equal to 3'),
        ({'low_composition': 1.0}, 'low_composition 1 is not below high_composition 1'),
        ({'free_energy': 'regular-solution', 'temperature': 900.0}, 'does not demix: Ω/RT is 1.934'),
        ({'free_energy': 'regular-solution', 'temperature': 200.0}, 'too pure for a grid'),
        ({'free_energy': 'regular-solution', 'composition': 1.0}, 'not between 0 and 1'),
        ({'mobility_from': 'tracer', 'composition': 1.5}, 'not between 0 and 1'),
        ({'mobility': 0.0}, 'greater than 0'),
        ({'cells_x': 64}, '2e-09 m wide, 1.3 cells; at least 2 are expected'),
        ({'dimension': 3, 'cells_z': 256}, 'has 16777216 cells, at most 4194304'),
        ({'initial': 'cosines', 'dimension': 1}, 'cosines needs dimension 2, got 1'),
        ({'initial': 'circle', 'radius': 5e-8}, 'is larger than the box'),
        ({'snapshot_times': [1.0, 1.0]}, 'must ascend between 0 and end_time 40 s'),
        ({'snapshot_times': [40.0]}, 'must ascend'),
        ({'snapshot_times': [float('nan')]}, 'must ascend'),
        ({'no_such': 1}, 'no_such'),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PhaseField().validate(given)


def test_neither_structure_nor_code_is_forgotten() -> None:
    engine = PhaseField()
    with pytest.raises(ValueError, match='leave the file out'):
        engine.check(object(), engine.validate({}))
    engine.check(None, engine.validate({}))
    with pytest.raises(ValueError, match='needs a code; run `nanoos engines install phase-field`'):
        engine.get_builder(None, engine.validate({}), None, {})


def test_reference_is_met() -> None:
    engine = PhaseField()
    reference = engine.reference()
    settings = engine.validate(reference.parameters).model_dump(mode='json')
    found = simulated(settings, lambda *_: None).quantities[reference.quantity]
    assert found['value'] == pytest.approx(reference.value, abs=reference.tolerance)
    assert found['unit'] == reference.unit


def test_results_that_do_not_fit_are_refused() -> None:
    summary = dict.fromkeys(PhaseFieldParser.summary_keys, 0)
    good = {
        'grid_x_m': np.zeros(3), 'grid_y_m': np.zeros(2), 'field_concentration': np.zeros((2, 3)),
        'profile_distance_m': np.zeros(4), 'profile_concentration': np.zeros(4),
        'series_time_s': np.zeros(5), 'series_free_energy_J_per_m3': np.zeros(5),
    }  # fmt: skip
    # The parser of a node that is not there: `check` reads nothing of it.
    check = PhaseFieldParser.__new__(PhaseFieldParser).check
    check(summary, good)
    check(
        summary, {name: array for name, array in good.items() if 'grid' not in name and 'field' not in name}
    )
    for name, wrong, message in (
        ('field_concentration_1', np.zeros((3, 2)), 'expected'),
        ('profile_concentration', np.zeros(5), 'different lengths'),
        ('series_time_s', np.full(5, np.nan), 'not finite'),
    ):
        with pytest.raises(InvalidResultsError, match=message):
            check(summary, {**good, name: wrong})
    with pytest.raises(InvalidResultsError, match='no wall_time'):
        check({key: 0 for key in summary if key != 'wall_time'}, good)
    del good['grid_y_m']
    with pytest.raises(InvalidResultsError, match='no grid_y_m'):
        check(summary, good)
