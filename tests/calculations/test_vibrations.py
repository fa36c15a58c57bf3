"""Frequencies of crystals that can be computed by hand, and what follows from them."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_plugins.calculations.vibrations import attempt_frequency, formation_entropy, frequencies

#: ħ-free check of the unit: a mass of 1 u on a spring of 1 eV/Å² swings with √(e / u) / (2π Å).
UNIT = np.sqrt(1.602176634e-19 / 1.66053906660e-27) * 1e10 / (2 * np.pi) / 1e12


def springs(masses: list[float], constants: np.ndarray) -> np.ndarray:
    """Return the Hessian of atoms on a line joined by springs `constants` (n, n), the same in x, y and z."""
    laplacian = np.diag(constants.sum(axis=1)) - constants
    return np.kron(laplacian, np.eye(3))


def test_two_masses_on_a_spring() -> None:
    """ω² = k (1/m1 + 1/m2), three times, and nothing of the three translations."""
    hessian = springs([2.0, 3.0], np.array([[0, 5.0], [5.0, 0]]))
    expected = UNIT * np.sqrt(5.0 * (1 / 2 + 1 / 3))
    np.testing.assert_allclose(frequencies(hessian, np.array([2.0, 3.0])), [expected] * 3, rtol=1e-7)


def test_ring_of_equal_masses() -> None:
    """ω = 2 √(k/m) |sin(π j / n)|, each in three directions."""
    n, constant, mass = 6, 4.0, 10.0
    ring = constant * (np.roll(np.eye(n), 1, axis=0) + np.roll(np.eye(n), -1, axis=0))
    found = frequencies(springs([mass] * n, ring), np.full(n, mass))
    waves = [2 * np.sqrt(constant / mass) * np.sin(np.pi * j / n) for j in range(1, n)]
    np.testing.assert_allclose(found, np.sort(np.repeat(waves, 3)) * UNIT, rtol=1e-7)


def test_noise_that_pushes_the_translations_does_not_show() -> None:
    """A Hessian whose rows do not quite sum to zero has the same number of modes, none of them from that."""
    hessian = springs([1.0, 1.0], np.array([[0, 1.0], [1.0, 0]])) - 1e-3 * np.kron(np.ones((2, 2)), np.eye(3))
    np.testing.assert_allclose(frequencies(hessian, np.ones(2)), UNIT * np.sqrt(2.0), rtol=1e-7)


def test_a_falling_direction_is_negative() -> None:
    hessian = springs([1.0, 1.0], np.array([[0, 1.0], [1.0, 0]]))
    hessian[np.ix_([0, 3], [0, 3])] *= -1
    found = frequencies(hessian, np.ones(2))
    assert found[0] == pytest.approx(-UNIT * np.sqrt(2.0))
    assert (found[1:] > 0).all()


def test_attempt_frequency_of_separable_modes() -> None:
    """What minimum and saddle share cancels: the frequency along the jump is left."""
    assert attempt_frequency(np.array([5.0, 2.0, 3.0]), np.array([-4.0, 2.0, 3.0])) == pytest.approx(5.0)


def test_entropy_knows_no_unit_and_is_zero_without_a_change() -> None:
    perfect, defective = np.full(9, 3.0), np.full(6, 3.0)
    assert formation_entropy(perfect, defective) == pytest.approx(0.0, abs=1e-12)
    softer = np.array([1.5, *defective[1:]])
    assert formation_entropy(perfect, softer) == pytest.approx(np.log(2))
    assert formation_entropy(1e3 * perfect, 1e3 * softer) == pytest.approx(np.log(2))
