"""Values go from step to step with their unit, temperature and uncertainty, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.calculations.handover import (
    MISSING_QUANTITY,
    NOT_A_NUMBER,
    WRONG_TEMPERATURE,
    WRONG_UNIT,
    HandoverRefused,
    hand_over_values,
    pick,
    propagate_uncertainty,
    report_values,
)

RESULTS = {
    'label': 'an engine',
    'energy': {'value': -3.5, 'unit': 'eV'},
    'C_GPa': [[170.0, 120.0], [120.0, 170.0]],
    'quantities': {
        'temperature': {'value': [1000.0, 1200.0], 'unit': 'K', 'uncertainty': None},
        'diffusivity': {'value': [1e-15, 4e-14], 'unit': 'm²/s', 'uncertainty': [1e-17, 2e-16]},
    },
}


def want(quantity: str, unit: str | None, **more: Any) -> dict[str, Any]:
    default = {
        'result': 'r',
        'quantity': quantity,
        'unit': unit,
        'at': None,
        'uncertainty': None,
        'shift': 0.0,
    }
    return {**default, **more}


def test_values_with_their_uncertainties(profile: Any) -> None:
    wanted = {
        'diffusivity': want('diffusivity', 'm²/s', at=1200.2, uncertainty='diffusivity_uncertainty'),
        'stiffness': want('C', 'GPa'),
        'all': want('diffusivity', 'm²/s', shift=1.0),
    }
    given = hand_over_values(
        orm.Dict({'task': 'diffusion'}), orm.Dict(wanted), r=orm.Dict(RESULTS)
    ).get_dict()
    assert given['task'] == 'diffusion'
    assert given['diffusivity'] == 4e-14
    assert given['diffusivity_uncertainty'] == 2e-16
    assert given['stiffness'] == RESULTS['C_GPa']
    np.testing.assert_allclose(given['all'], [1.01e-15, 4.02e-14], rtol=1e-12)


@pytest.mark.parametrize(
    ('quantity', 'unit', 'at', 'status', 'words'),
    [
        ('difusivity', 'm²/s', None, MISSING_QUANTITY, "no quantity 'difusivity'"),
        ('diffusivity', 'cm²/s', None, WRONG_UNIT, r'in \[m²/s\], but \[cm²/s\]'),
        ('diffusivity', 'm²/s', 1100.0, WRONG_TEMPERATURE, 'at 1000, 1200 K, not at 1100 K'),
    ],
)
def test_what_does_not_fit_is_refused(
    quantity: str, unit: str, at: float | None, status: int, words: str
) -> None:
    with pytest.raises(HandoverRefused, match=words) as refused:
        pick(RESULTS, quantity, unit, at)
    assert refused.value.status == status


def test_a_temperature_that_the_results_do_not_name(profile: Any) -> None:
    with pytest.raises(HandoverRefused, match='do not say at which') as refused:
        pick({'gap_eV': 1.1}, 'gap', 'eV', 300.0)
    assert refused.value.status == WRONG_TEMPERATURE


@pytest.mark.parametrize(('quantity', 'unit'), [('broken', 'eV'), ('label', '')])
def test_what_is_no_number_is_refused(profile: Any, quantity: str, unit: str) -> None:
    wanted = orm.Dict({'x': want(quantity, unit)})
    broken = {'broken': {'value': 'inf', 'unit': 'eV'}}
    _, node = hand_over_values.run_get_node(orm.Dict({}), wanted, r=orm.Dict({**RESULTS, **broken}))
    assert node.exit_status == NOT_A_NUMBER
    assert node.exit_message.startswith(f'x: {quantity} is no')


def test_uncertainties_add_in_quadrature(profile: Any) -> None:
    """With y = 2 a + b, u(a) = 0.3, u(b) = 0.8 and 1.0 of its own, u² = 0.6² + 0.8² + 1.0²."""

    def results(a: float, b: float) -> orm.Dict:
        y = {'value': 2 * a + b, 'unit': 'm', 'uncertainty': 1.0}
        return orm.Dict({'energy': {'value': b, 'unit': 'eV'}, 'quantities': {'y': y}})

    told = propagate_uncertainty(results(5.0, 1.0), a=results(5.3, 1.0), b=results(5.0, 1.8)).get_dict()
    assert told['quantities']['y'] == {'value': 11.0, 'unit': 'm', 'uncertainty': pytest.approx(np.sqrt(2.0))}
    assert told['energy']['uncertainty'] == pytest.approx(0.8)


def test_the_report_names_unit_and_temperature(profile: Any) -> None:
    wanted = {'D': {'result': 'r', 'quantity': 'diffusivity', 'at': 1000}, 'E': want('energy', None)}
    told = report_values(orm.Dict(wanted), r=orm.Dict(RESULTS)).get_dict()
    assert told['D'] == {'value': 1e-15, 'unit': 'm²/s', 'uncertainty': 1e-17, 'temperature': 1000}
    assert told['E'] == {'value': -3.5, 'unit': 'eV', 'uncertainty': None}
