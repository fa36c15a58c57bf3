"""What the engine of finite elements refuses before anything runs, and what its parser refuses after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from nanoos_plugins.calculations.fem import validate_mesh
from nanoos_plugins.engines.fem import Fem, FemParameters
from nanoos_plugins.parsers.fem import FemParser
from nanoos_plugins.parsers.runner import InvalidResultsError

IDENTITY = np.eye(6).tolist()
#: A sphere has no low side whose temperature could be fixed.
SPHERE = {
    'task': 'heat',
    'shape': 'sphere',
    'axis': 'radial',
    'low_condition': 'fixed',
    'high_condition': 'flux',
}


def test_defaults_are_complete_and_of_every_task() -> None:
    engine = Fem()
    for task in engine.tasks:
        assert engine.validate({'task': task}).task == task
    schema = FemParameters.model_json_schema()['properties']
    assert all('unit' in one for one in schema.values())
    assert all(one['description'] for one in schema.values())
    assert engine.evaluates == 'mesh'


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'material': 'full'}, '6 rows of 6 finite numbers'),
        ({'material': 'full', 'stiffness': [[1.0, 2.0]]}, '6 rows of 6 finite numbers'),
        ({'material': 'full', 'stiffness': [[1.0], [2.0, 3.0]]}, 'rows of another form'),
        ({'material': 'full', 'stiffness': [[0.0] * 6] * 6}, 'not positive definite'),
        ({'material': 'full', 'stiffness': [[1.0, 0.5, *[0.0] * 4], *IDENTITY[1:]]}, 'C12 = 0.5, C21 = 0'),
        ({'material': 'cubic', 'c11': 100.0}, 'not positive definite'),
        ({'poisson_ratio': 0.5}, 'less than 0.5'),
        ({'task': 'heat', 'conductivity': 0.0}, 'greater than 0'),
        ({'task': 'diffusion', 'diffusivity': -1e-14}, 'greater than 0'),
        ({'shape': 'plate', 'hole_radius': 6e-7}, 'larger than the plate'),
        ({'shape': 'shell', 'axis': 'radial', 'inner_radius': 6e-7}, 'not smaller than radius'),
        ({'shape': 'sphere'}, 'a sphere has no ends along x; choose axis radial'),
        ({'shape': 'wire', 'axis': 'z'}, 'choose axis x or radial'),
        ({'load': 'pressure'}, 'pressure needs axis radial'),
        ({'load': 'kirsch'}, 'needs shape plate'),
        ({'load': 'kirsch', 'shape': 'plate', 'material': 'cubic'}, 'needs an isotropic material'),
        ({'strain': 0.0}, 'of zero does nothing'),
        ({'task': 'heat', 'high_condition': 'flux'}, 'a steady state needs a side'),
        (
            SPHERE,
            'a steady state needs a side',
        ),
        ({'task': 'homogenise', 'cells_across': 60}, 'at most 400000 are taken'),
        ({'task': 'md'}, "'elasticity', 'homogenise', 'heat' or 'diffusion'"),
        ({'no_such': 1}, 'no_such'),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Fem().validate(given)


def test_mesh_file_is_needed_or_unwanted() -> None:
    engine = Fem()
    with pytest.raises(ValueError, match='shape mesh needs a mesh file'):
        engine.check(None, engine.validate({'shape': 'mesh'}))
    with pytest.raises(ValueError, match='given but not used'):
        engine.check(object(), engine.validate({}))
    engine.check(None, engine.validate({}))
    engine.check(object(), engine.validate({'shape': 'mesh'}))
    with pytest.raises(ValueError, match='needs a code; run `nanoos engines install fem`'):
        engine.get_builder(None, engine.validate({}), None, {})


def test_mesh_format_is_known_by_its_name() -> None:
    class Named:
        def __init__(self, filename: str) -> None:
            self.filename = filename

    assert validate_mesh(None, None) is None
    assert validate_mesh(Named('a.vol.gz'), None) is None  # type: ignore[arg-type]
    assert "got 'a.stl'" in str(validate_mesh(Named('a.stl'), None))  # type: ignore[arg-type]


def test_results_that_do_not_fit_are_refused() -> None:
    summary = dict.fromkeys(FemParser.summary_keys, 0)
    good = {
        'grid_x_m': np.zeros(3), 'grid_y_m': np.zeros(2), 'grid_inside': np.zeros((2, 3)),
        'field_temperature_K': np.zeros((2, 3)), 'profile_distance_m': np.zeros(4),
        'series_time_s': np.zeros(5),
    }  # fmt: skip
    # The parser of a node that is not there: `check` reads nothing of it.
    check = FemParser.__new__(FemParser).check
    check(summary, good)
    for name, wrong, message in (
        ('field_temperature_K', np.zeros((3, 2)), 'expected'),
        ('profile_temperature_K', np.zeros(5), 'different lengths'),
        ('grid_x_m', np.full(3, np.nan), 'not finite'),
    ):
        with pytest.raises(InvalidResultsError, match=message):
            check(summary, {**good, name: wrong})
    with pytest.raises(InvalidResultsError, match='no unknowns'):
        check({key: 0 for key in summary if key != 'unknowns'}, good)
    del good['grid_inside']
    with pytest.raises(InvalidResultsError, match='no grid_inside'):
        check(summary, good)
