"""Heat and diffusion against a manufactured solution and the series of Carslaw & Jaeger and of Crank."""

from __future__ import annotations

import math
from typing import Any

import ngsolve as ng
import numpy as np
import pytest

from nanoos_plugins.engines.fem import FemParameters
from nanoos_plugins.runners.fem.shapes import build
from nanoos_plugins.runners.fem.solver import System
from nanoos_plugins.runners.fem.transport import transport
from nanoos_plugins.runners.job import Outcome


def outcome(**given: Any) -> Outcome:
    parameters = FemParameters(**given).model_dump(mode='json')
    return transport(build(parameters, None, None), parameters, None, None)  # type: ignore[arg-type]


def values(**given: Any) -> dict[str, float]:
    return {name: one['value'] for name, one in outcome(**given).quantities.items()}


def manufactured_error(order: int, levels: int) -> float:
    """Return the L2 error for -Δu = f with u = sin πx sin πy sin πz, zero on the unit cube."""
    parameters = FemParameters(order=order, mesh_size=0.25, size_x=1, size_y=1, size_z=1)
    part = build(parameters.model_dump(), None, None)  # type: ignore[arg-type]
    part.levels = levels
    place = (ng.x, ng.y, ng.z)
    exact = math.prod((ng.sin(math.pi * (one + 0.5)) for one in place), start=ng.CF(1.0))
    space = ng.H1(part.mesh, order=order, dirichlet='.*')
    system = System(part, space, lambda u, v: ng.grad(u) * ng.grad(v) * ng.dx)
    load = ng.LinearForm(3 * math.pi**2 * exact * space.TestFunction() * ng.dx(bonus_intorder=4)).Assemble()
    field = ng.GridFunction(space)
    system.solve(field, load.vec, 1e-10, 200)
    return math.sqrt(ng.Integrate((field - exact) ** 2, part.mesh, order=2 * order + 4))


@pytest.mark.parametrize(('order', 'levels'), [(1, (2, 3)), (2, (1, 2))])
def test_error_falls_with_the_order_of_the_elements_plus_one(order: int, levels: tuple[int, int]) -> None:
    coarse, fine = (manufactured_error(order, level) for level in levels)
    assert math.log2(coarse / fine) == pytest.approx(order + 1, abs=0.15)


def test_slab_warms_as_carslaw_and_jaeger_say() -> None:
    """Slab of half thickness l with both faces at once at another temperature (2nd ed., § 3.3 eq. 8)."""
    diffusivity, half, time = 400 / (8960 * 385), 5e-7, 8e-10
    found = outcome(
        task='heat', mode='transient', low_condition='fixed', low_temperature=400.0, end_time=time,
        time_steps=60, mesh_size=1.3e-7, size_y=4e-7, size_z=4e-7,
    )  # fmt: skip
    n = np.arange(60)[:, None]
    place = found.arrays['profile_distance_m'] - half
    decay = np.exp(-diffusivity * (2 * n + 1) ** 2 * math.pi**2 * time / (4 * half**2))
    series = (-1.0) ** n / (2 * n + 1) * decay * np.cos((2 * n + 1) * math.pi * place / (2 * half))
    expected = 400 - 100 * 4 / math.pi * series.sum(axis=0)
    assert 310 < expected[50] < 390
    np.testing.assert_allclose(found.arrays['profile_temperature_K'], expected, atol=0.3)
    assert found.arrays['series_time_s'][-1] == pytest.approx(time)


def test_sphere_takes_up_as_crank_says() -> None:
    """Uptake and centre of a sphere with a fixed surface (The Mathematics of Diffusion, eq. 6.19, 6.20)."""
    reduced = 0.1
    found = values(
        task='diffusion', shape='sphere', axis='radial', mode='transient', diffusivity=1e-14,
        end_time=reduced * 25e-14 / 1e-14, time_steps=60, mesh_size=1.2e-7,
    )  # fmt: skip
    n = np.arange(1, 60)
    decay = np.exp(-(n**2) * math.pi**2 * reduced)
    uptake = 1 - 6 / math.pi**2 * (decay / n**2).sum()
    centre = 1 + 2 * ((-1.0) ** n * decay).sum()
    assert found['mean_concentration'] == pytest.approx(uptake, rel=5e-3)
    assert found['concentration_at_centre'] == pytest.approx(centre, abs=5e-3)
    # What flows in is the rate of the uptake.
    volume, rate = 4 / 3 * math.pi * 1.25e-19, 6 * decay.sum() * 1e-14 / 25e-14
    assert found['flow_high'] == pytest.approx(volume * rate, rel=0.01)


def test_shell_at_rest_conducts_as_the_exact_solution() -> None:
    """4 π κ ΔT a b / (b - a) (Carslaw & Jaeger, § 9.2), with the temperature linear in 1/r."""
    found = outcome(task='heat', shape='shell', axis='radial', low_condition='fixed', mesh_size=3e-8)
    expected = 4 * math.pi * 400 * 100 * 2.5e-7 * 5e-7 / 2.5e-7
    numbers = {name: one['value'] for name, one in found.quantities.items()}
    assert numbers['heat_flow_high'] == pytest.approx(expected, rel=2e-3)
    assert numbers['heat_flow_low'] == pytest.approx(-numbers['heat_flow_high'], rel=1e-6)
    radius = 2.5e-7 + found.arrays['profile_distance_m']
    exact = 300 + 100 * (1 / 2.5e-7 - 1 / radius) / (1 / 2.5e-7 - 1 / 5e-7)
    np.testing.assert_allclose(found.arrays['profile_temperature_K'], exact, atol=0.5)


def test_bar_with_a_flux_and_a_source_is_exact() -> None:
    """κ T'' + s = 0 with a flux in at the low end: T = T1 + q (L - x)/κ + s (L² - x²)/2κ, exact for P2."""
    flux, source, length = 1e9, 1e15, 1e-6
    found = values(
        task='heat', low_condition='flux', low_heat_flux=flux, heat_source=source, mesh_size=4e-7,
    )  # fmt: skip
    assert found['highest_temperature'] == pytest.approx(
        400 + flux * length / 400 + source * length**2 / 800, rel=1e-8
    )
    assert found['heat_flow_low'] == pytest.approx(flux * length**2, rel=1e-6)
    assert found['heat_flow_high'] == pytest.approx(-(flux + source * length) * length**2, rel=1e-6)


def test_closed_part_keeps_what_it_has() -> None:
    found = values(
        task='diffusion', mode='transient', high_condition='flux', high_particle_flux=2e-9, mesh_size=4e-7,
        initial_concentration=3.0, end_time=10.0, time_steps=5,
    )  # fmt: skip
    assert found['amount'] == pytest.approx((3.0 + 2e-9 * 10 / 1e-6) * 1e-18, rel=1e-6)


def test_plate_conducts_around_its_hole_less_than_without() -> None:
    """Maxwell in two dimensions for a small hole: κ' = κ (1 - f)/(1 + f), f the share of the hole."""
    found = values(task='heat', shape='plate', low_condition='fixed', size_z=2e-7, hole_radius=1e-7)
    share = math.pi * 0.01
    expected = 400 * 100 * 2e-7 * (1 - share) / (1 + share)
    assert found['heat_flow_high'] == pytest.approx(expected, rel=0.01)
