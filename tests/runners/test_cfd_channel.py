"""Channels and pipes, with and without slip, against Poiseuille's law and how a flow starts from rest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.engines.cfd import CfdParameters
from nanoos_plugins.runners.cfd.channel import channel
from nanoos_plugins.runners.job import Outcome

GRADIENT, VISCOSITY, DENSITY = 1e7, 1.002e-3, 998.2


def outcome(**given: Any) -> Outcome:
    parameters = CfdParameters(**{'cells': 4, 'order': 2, **given})
    return channel(parameters.model_dump(mode='json'), lambda *_: None)


def values(**given: Any) -> dict[str, float]:
    return {name: one['value'] for name, one in outcome(**given).quantities.items()}


@pytest.mark.parametrize('size', [2e-9, 1e-6, 3.0])
@pytest.mark.parametrize('share', [0.0, 0.05, 20.0])
def test_plates_let_through_what_poiseuille_and_navier_say(size: float, share: float) -> None:
    """Q = h³ G/12μ (1 + 6 λ/h), u = λ ∂u/∂n at the walls; wall shear G h/2 (balance of forces)."""
    found = values(size=size, length=3 * size, slip_length=share * size)
    shear = GRADIENT * size / 2
    expected = {
        'flow_rate': size**3 * GRADIENT / (12 * VISCOSITY) * (1 + 6 * share),
        'mean_velocity': size**2 * GRADIENT / (12 * VISCOSITY) * (1 + 6 * share),
        'maximal_velocity': size**2 * GRADIENT / (8 * VISCOSITY) * (1 + 4 * share),
        'wall_shear_stress': shear,
        'enhancement': 1 + 6 * share,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-8), name
    slip = share * size * shear / VISCOSITY
    assert found['slip_velocity'] == pytest.approx(slip, rel=1e-8, abs=1e-12 * expected['mean_velocity'])
    assert found['mass_imbalance'] < 1e-10
    assert found['relative_divergence'] < 1e-9


@pytest.mark.parametrize('share', [0.0, 0.05, 20.0])
def test_pipe_lets_through_what_hagen_and_poiseuille_say(share: float) -> None:
    """Q = π G d⁴/128μ (1 + 8 λ/d), for λ = 0 that of Hagen and Poiseuille; wall shear G d/4."""
    size = 1e-7
    found = values(section='pipe', size=size, slip_length=share * size)
    flow = math.pi * GRADIENT * size**4 / (128 * VISCOSITY) * (1 + 8 * share)
    assert found['flow_rate'] == pytest.approx(flow, rel=1e-8)
    assert found['mean_velocity'] == pytest.approx(flow / (math.pi * size**2 / 4), rel=1e-8)
    assert found['wall_shear_stress'] == pytest.approx(GRADIENT * size / 4, rel=1e-8)
    assert found['enhancement'] == pytest.approx(1 + 8 * share, rel=1e-8)
    assert found['maximal_velocity'] == pytest.approx(
        GRADIENT * size**2 / (16 * VISCOSITY) * (1 + 4 * share), rel=1e-8
    )


@pytest.mark.parametrize('section', ['plane', 'pipe'])
def test_a_given_velocity_needs_the_gradient_that_gives_it(section: str) -> None:
    found = values(section=section, drive='velocity', speed=2e-3, slip_length=1e-8)
    assert found['mean_velocity'] == pytest.approx(2e-3, rel=1e-12)
    again = values(section=section, pressure_gradient=found['pressure_gradient'], slip_length=1e-8)
    assert again['mean_velocity'] == pytest.approx(2e-3, rel=1e-10)


def test_profile_and_fields_are_those_of_the_parabola() -> None:
    arrays = outcome().arrays
    y = arrays['profile_distance_m']
    parabola = GRADIENT / (2 * VISCOSITY) * y * (1e-6 - y)
    np.testing.assert_allclose(arrays['profile_velocity_x_m_per_s'], parabola, rtol=1e-7, atol=1e-14)
    shape = (len(arrays['grid_y_m']), len(arrays['grid_x_m']))
    assert arrays['field_speed_m_per_s'].shape == arrays['field_pressure_Pa'].shape == shape
    assert arrays['grid_inside'].all()
    fall = GRADIENT * (5e-6 - arrays['grid_x_m'])
    np.testing.assert_allclose(
        arrays['field_pressure_Pa'], np.tile(fall, (shape[0], 1)), rtol=1e-6, atol=1e-6
    )


def test_flow_starts_from_rest_as_the_series_says_and_with_second_order() -> None:
    """Mean velocity over the last one: 1 - Σ 96/(π⁴ n⁴) exp(-n² π² ν t/h²), n odd (Fourier)."""
    errors = []
    for steps in (20, 40):
        arrays = outcome(mode='transient', end_time=2e-7, time_steps=steps, cells=12, order=4).arrays
        time = arrays['series_time_s'][-1]
        n = np.arange(1, 80, 2)
        decay = np.exp(-(n**2) * math.pi**2 * VISCOSITY / DENSITY * time / 1e-12)
        last = GRADIENT * 1e-12 / (12 * VISCOSITY)
        exact = last * (1 - (96 / (math.pi * n) ** 4 * decay).sum())
        errors.append(abs(arrays['series_mean_velocity_m_per_s'][-1] / exact - 1))
    assert errors[1] < 1e-3
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.3)


def test_a_flow_that_would_be_turbulent_is_told() -> None:
    assert not outcome().warnings
    assert 'turbulent' in outcome(size=1e-3, length=1e-2).warnings[0]
