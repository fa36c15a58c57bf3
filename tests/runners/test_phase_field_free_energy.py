"""Free energies against their derivatives, and their flat interface against Cahn & Hilliard (1958)."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from nanoos_plugins.engines.phase_field import PhaseFieldParameters
from nanoos_plugins.runners.phase_field.free_energy import FreeEnergy, demixed, double_well, regular_solution
from nanoos_plugins.runners.phase_field.material import material

WELL = double_well(5.0, 0.3, 0.7)
SOLUTION = regular_solution(2.6, 1.0)


@pytest.mark.parametrize('free', [WELL, SOLUTION], ids=['well', 'solution'])
def test_derivatives_are_those_of_the_density(free: FreeEnergy) -> None:
    """The solution is asked beyond its logarithm as well, where a parabola goes on."""
    c, step = np.linspace(-0.05, 1.05, 331), 1e-5
    slope = (free.density(c + step) - free.density(c - step)) / (2 * step)
    curvature = (free.slope(c + step) - free.slope(c - step)) / (2 * step)
    np.testing.assert_allclose(free.slope(c), slope, atol=2e-7)
    # A difference across the point where the parabola begins is off by half its jump in the third derivative.
    np.testing.assert_allclose(free.curvature(c), curvature, rtol=2e-3)
    ends = np.array([free.low, free.high])
    np.testing.assert_allclose(free.density(ends), 0, atol=1e-15)
    np.testing.assert_allclose(free.slope(ends), 0, atol=1e-13)


def test_benchmark_gives_its_own_width_and_energy() -> None:
    """PFHub benchmark 1: l = 7.071 √(κ/ρ) = 4.47, σ = 0.01508 √(κρ)."""
    assert WELL.interface_width(2.0) == pytest.approx(4.47, abs=0.005)
    assert WELL.interface_energy(2.0) == pytest.approx(0.01508 * sqrt(10), rel=5e-4)


def test_energy_of_a_well_is_the_exact_integral() -> None:
    """√(2κρ) Δ³/6: the integral of √f is one of a parabola."""
    assert WELL.interface_energy(2.0) == pytest.approx(sqrt(2 * 2 * 5) * 0.4**3 / 6, rel=1e-10)


def test_solution_demixes_as_the_common_tangent_says() -> None:
    """Ω/RT = ln((1 - c)/c)/(1 - 2c), so that a chosen composition gives the ratio."""
    for low in (0.01, 0.2, 0.45):
        assert demixed(log((1 - low) / low) / (1 - 2 * low)) == pytest.approx(low, rel=1e-9)
    with pytest.raises(ValueError, match='does not demix: Ω/RT is 1.9'):
        demixed(1.9)
    with pytest.raises(ValueError, match='too pure for a grid'):
        demixed(10.0)


def test_interface_near_the_critical_point_is_that_of_a_well() -> None:
    """There f is (16/3) RT (Δ/2)² times a polynomial well, up to the next order in Δ (Landau expansion)."""
    free = regular_solution(2.001, 1.0)
    # f'''' = 16 RT·2 at c = 1/2, and that of ρ (c - a)² (b - c)² is 24 ρ.
    well = double_well(32 / 24, free.low, free.high)
    assert free.interface_energy(1.0) == pytest.approx(well.interface_energy(1.0), rel=5e-3)
    assert free.interface_width(1.0) == pytest.approx(well.interface_width(1.0), rel=5e-3)


def test_coefficients_follow_from_energy_and_width() -> None:
    given = {'interface': 'energy', 'interface_energy': 0.3, 'interface_width': 4e-9}
    well = material(PhaseFieldParameters(**given, low_composition=0.1, high_composition=0.6).model_dump())
    assert well.interface_energy() == pytest.approx(0.3, rel=1e-9)
    assert well.interface_width() == pytest.approx(4e-9, rel=1e-9)
    solution = material(PhaseFieldParameters(**given, free_energy='regular-solution').model_dump())
    assert solution.interface_energy() == pytest.approx(0.3, rel=1e-9)


def test_mobility_follows_from_a_diffusivity() -> None:
    """At the middle of a well f'' = -ρ Δ²; a tracer has M = D c (1 - c)/RT by volume."""
    by_well = material(PhaseFieldParameters(mobility_from='diffusivity', diffusivity=2e-17).model_dump())
    assert by_well.mobility == pytest.approx(2e-17 / 3e9, rel=1e-12)
    given = {'free_energy': 'regular-solution', 'mobility_from': 'tracer', 'diffusivity': 2e-17}
    tracer = material(PhaseFieldParameters(**given).model_dump())
    assert tracer.mobility == pytest.approx(2e-17 * 0.25 * 7.1e-6 / (8.314462618 * 600), rel=1e-9)
    spinodal = 0.5 - 1 / sqrt(12)
    with pytest.raises(ValueError, match="f'' is zero at the composition 0.211"):
        PhaseFieldParameters(mobility_from='diffusivity', composition=spinodal)
