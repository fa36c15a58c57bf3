"""Blocking against series whose correlation is known exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from nanoos_plugins.calculations.block_average import MINIMUM_SAMPLES, block_average, block_errors


def ar1(phi: float, n: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a stationary first-order autoregressive series of unit variance, ρ(k) = φ^k."""
    noise = rng.normal(size=n) * np.sqrt(1 - phi**2)
    series = np.empty(n)
    series[0] = rng.normal()
    for k in range(1, n):
        series[k] = phi * series[k - 1] + noise[k]
    return series


def exact_error(phi: float, n: int) -> float:
    """Return the exact standard deviation of the mean of `ar1`: √(Σ_kl φ^|k−l|)/n."""
    k = np.arange(1, n)
    return float(np.sqrt((n + 2 * np.sum((n - k) * phi**k)) / n**2))


@pytest.mark.parametrize('phi', [0.0, 0.5, 0.9])
def test_error_of_correlated_series(phi: float) -> None:
    rng = np.random.default_rng(7)
    n = 8192
    averages = [block_average(ar1(phi, n, rng)) for _ in range(60)]
    assert all(average.converged for average in averages)
    # the block-length rule of Lee et al. leaves a small negative bias by construction; 10 % bounds it
    estimated = np.sqrt(np.mean([a.uncertainty**2 for a in averages]))
    assert estimated == pytest.approx(exact_error(phi, n), rel=0.10)


@pytest.mark.parametrize('phi', [0.0, 0.5, 0.9])
def test_intervals_cover_the_truth(phi: float) -> None:
    """About 68 % of one-sigma intervals hold the true mean, 0; 4-sigma binomial bounds, 150 series."""
    rng = np.random.default_rng(11)
    averages = [block_average(ar1(phi, 2048, rng)) for _ in range(150)]
    covered = np.mean([abs(a.mean) < a.uncertainty for a in averages])
    assert 0.53 < covered < 0.83


def test_uncorrelated_error_is_the_textbook_one() -> None:
    series = np.random.default_rng(3).normal(5.0, 2.0, 4096)
    average = block_average(series)
    assert block_errors(series)[0] == (1, pytest.approx(series.std(ddof=1) / np.sqrt(len(series))))
    assert abs(average.mean - 5.0) < 4 * average.uncertainty
    assert average.uncertainty == pytest.approx(2.0 / 64, rel=0.25)


def test_series_shorter_than_its_correlation_says_so() -> None:
    average = block_average(np.linspace(0.0, 1.0, 64))
    assert not average.converged
    assert average.uncertainty > np.linspace(0.0, 1.0, 64).std() / 8


def test_constant_series_has_no_error() -> None:
    average = block_average(np.full(32, 4.2))
    assert average.mean == pytest.approx(4.2)
    assert average.uncertainty == pytest.approx(0.0, abs=1e-12)
    assert average.converged


def test_too_few_samples() -> None:
    with pytest.raises(ValueError, match=f'at least {MINIMUM_SAMPLES} samples'):
        block_average(np.zeros(MINIMUM_SAMPLES - 1))
