"""MSD and diffusivity against motion known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_plugins.calculations.mean_square_displacement import (
    diffusivity,
    mean_square_displacement,
    remove_drift,
    unwrap,
)


def test_ballistic_motion() -> None:
    """X = v t gives MSD = ⟨v²⟩ t² exactly."""
    velocities = np.random.default_rng(1).normal(size=(50, 3))
    times = 0.5 * np.arange(40)
    msd = mean_square_displacement(times[:, None, None] * velocities)
    np.testing.assert_allclose(msd, (velocities**2).sum(axis=1).mean() * times**2, rtol=1e-9, atol=1e-9)


def test_agrees_with_the_definition() -> None:
    positions = np.random.default_rng(2).normal(size=(30, 4, 3)).cumsum(axis=0) + 100.0
    direct = [np.mean(np.sum((positions[k:] - positions[: 30 - k]) ** 2, axis=2)) for k in range(30)]
    np.testing.assert_allclose(mean_square_displacement(positions), direct, rtol=1e-9, atol=1e-9)


def test_brownian_motion_gives_its_diffusivity() -> None:
    """Steps of variance 2 D dt along each axis: D = 1e-8 m²/s = 1e-3 Å²/fs, dt = 5 fs."""
    steps = np.random.default_rng(3).normal(0, np.sqrt(2 * 1e-3 * 5.0), size=(2000, 300, 3))
    result = diffusivity(steps.cumsum(axis=0), interval=5.0)
    assert result.significant
    assert result.exponent == pytest.approx(1.0, abs=0.1)
    assert abs(result.value - 1e-8) < 4 * result.uncertainty
    assert result.value == pytest.approx(1e-8, rel=0.05)


def test_vibration_about_sites_is_no_diffusion() -> None:
    rng = np.random.default_rng(4)
    sites = rng.random((1, 50, 3)) * 10
    result = diffusivity(sites + rng.normal(0, 0.1, (400, 50, 3)), interval=10.0)
    assert not result.significant
    assert abs(result.exponent) < 0.2


def test_unwrap_undoes_jumps() -> None:
    rng = np.random.default_rng(5)
    cell = np.array([[8.0, 0.0, 0.0], [2.0, 9.0, 0.0], [1.0, -1.0, 7.0]])
    cells = np.repeat(cell[None], 200, axis=0)
    free = rng.normal(0, 0.5, (200, 10, 3)).cumsum(axis=0)
    fractional = free @ np.linalg.inv(cell)
    wrapped = (fractional - np.floor(fractional)) @ cell
    unwrapped = unwrap(wrapped, cells)
    np.testing.assert_allclose(unwrapped - unwrapped[0], free - free[0], atol=1e-9)
    np.testing.assert_allclose(unwrap(free, cells), free, atol=1e-9)


def test_common_drift_is_removed() -> None:
    rng = np.random.default_rng(6)
    masses = np.array([1.0, 16.0, 1.0])
    drift = np.arange(20)[:, None, None] * np.array([0.3, -0.1, 0.2])
    positions = rng.normal(size=(1, 3, 3)) + drift
    np.testing.assert_allclose(mean_square_displacement(remove_drift(positions, masses)), 0.0, atol=1e-9)


def test_too_few_samples_for_a_diffusivity() -> None:
    with pytest.raises(ValueError, match='too few for a diffusivity'):
        diffusivity(np.zeros((20, 2, 3)), interval=1.0)
