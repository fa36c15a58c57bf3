"""Gaussian processes against closed forms, and on functions drawn from the prior."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import gamma, kv

from nanoos_plugins.ml.models import matern
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs

Rows = Callable[..., Inputs]


def drawn(count: int, length: float, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return features (count, 3) of deviation 1 and a function drawn from the prior, with noise."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 3))
    covariance = matern.Constants(length, 1.0, noise).covariance(features, features)
    root = np.linalg.cholesky(covariance + noise * np.eye(count))
    return features, root @ random.normal(size=count)


def test_correlation_is_that_of_matern() -> None:
    # The definition with the Bessel function, Rasmussen & Williams eq. 4.14, for ν = 5/2.
    order, apart = 2.5, np.linspace(0.1, 4, 9)
    scaled = np.sqrt(2 * order) * apart / 1.7
    exact = 2 ** (1 - order) / gamma(order) * scaled**order * kv(order, scaled)
    rows = np.zeros((1, 4)), np.repeat(apart[:, None], 4, axis=1)
    assert matern.Constants(1.7, 1.0, 0.1).covariance(*rows)[0] == pytest.approx(exact)


def test_evidence_has_its_gradient() -> None:
    features, targets = drawn(60, 1.0, 0.1)
    apart = matern.distances(features, features)
    for logs in ([0.0, -2.0], [1.0, 0.5], [-1.5, -4.0]):
        value = lambda at: matern._evidence(at, apart, targets)[0]  # noqa: E731
        slope = lambda at: matern._evidence(at, apart, targets)[1]  # noqa: E731
        assert check_grad(value, slope, np.array(logs)) < 1e-3 * max(1, np.abs(slope(logs)).max())


def test_evidence_is_that_of_the_normal_distribution() -> None:
    from scipy.stats import multivariate_normal

    features, targets = drawn(40, 1.0, 0.1)
    constants = matern.learn(features, targets, most=40, seed=0)

    def evidence(length: float, signal: float, noise: float) -> float:
        covariance = matern.Constants(length, signal, noise).covariance(features, features)
        return float(multivariate_normal(cov=covariance + noise * np.eye(40)).logpdf(targets))

    best = evidence(constants.length, constants.signal, constants.noise)
    for change in (0.9, 1.1):
        assert evidence(constants.length * change, constants.signal, constants.noise) < best
        assert evidence(constants.length, constants.signal * change, constants.noise) < best
        assert evidence(constants.length, constants.signal, constants.noise * change) < best


def test_posterior_is_the_closed_form(rows: Rows) -> None:
    features, targets = drawn(50, 1.0, 0.2)
    model = GaussianProcess().fit(rows(features), targets)
    new = np.random.default_rng(5).normal(size=(7, 3))
    found = model.predict(rows(new))
    length, signal, noise, centre, width = model._held['numbers']
    scaled = [(one - features.mean(axis=0)) / features.std(axis=0) for one in (features, new)]
    constants = matern.Constants(length, signal, noise)
    inverse = np.linalg.inv(constants.covariance(scaled[0], scaled[0]) + noise * np.eye(50))
    across = constants.covariance(scaled[1], scaled[0])
    mean = centre + across @ inverse @ (targets - centre)
    variance = signal + noise - np.einsum('ij,jk,ik->i', across, inverse, across)
    assert found.mean == pytest.approx(mean)
    assert found.deviation == pytest.approx(width * np.sqrt(variance))


def test_constants_of_the_prior_are_found(rows: Rows) -> None:
    features, targets = drawn(600, 1.0, 0.05, seed=1)
    model = GaussianProcess().fit(rows(features), targets)
    length, _, noise, _, width = model._held['numbers']
    assert length == pytest.approx(1.0, rel=0.25)
    assert noise * width**2 == pytest.approx(0.05, rel=0.25)


def test_deviations_are_those_of_the_errors(rows: Rows) -> None:
    features, targets = drawn(700, 1.0, 0.05, seed=2)
    model = GaussianProcess().fit(rows(features[:300]), targets[:300])
    found = model.predict(rows(features[300:]))
    scores = (found.mean - targets[300:]) / found.deviation
    # The mean square of 400 normal numbers is 1 ± 0.07; neighbours are correlated, so there are fewer.
    assert (scores**2).mean() == pytest.approx(1.0, abs=0.3)
    worst = np.argsort(found.deviation)[-40:]
    assert np.abs(found.mean - targets[300:])[worst].mean() > np.abs(found.mean - targets[300:]).mean()


def test_errors_left_out_are_those_of_leaving_out(rows: Rows) -> None:
    features, targets = drawn(40, 1.0, 0.1)
    model = GaussianProcess().fit(rows(features), targets)
    errors, deviations = model.left_out()
    length, signal, noise, centre, width = model._held['numbers']
    scaled, solved = model._held['rows'], (targets - centre) / width
    covariance = matern.Constants(length, signal, noise).covariance(scaled, scaled)
    for row in range(40):
        stay = np.arange(40) != row
        weights = np.linalg.solve(covariance[np.ix_(stay, stay)] + noise * np.eye(39), covariance[stay, row])
        assert errors[row] == pytest.approx(width * (weights @ solved[stay] - solved[row]))
        variance = signal + noise - weights @ covariance[stay, row]
        assert deviations[row] == pytest.approx(width * np.sqrt(variance))


@pytest.mark.parametrize('seed', [0, 1, 2])
def test_rare_events_are_not_taken_for_noise(seed: int) -> None:
    # One row in 20 is 1: from little noise alone, the search ends at a length where no rows are correlated.
    random = np.random.default_rng(seed)
    features = random.normal(size=(300, 20))
    score = features[:, 0] + random.normal(size=300)
    rare = score > np.quantile(score, 0.95)
    assert matern.learn(features, (rare - rare.mean()) / rare.std(), most=300, seed=0).length > 0.5


def test_blocks_count_the_same_whatever_their_width() -> None:
    random = np.random.default_rng(0)
    narrow, wide = random.normal(size=(200, 1)), random.normal(size=(200, 50))
    rows = Inputs([frozenset({'Cu'})] * 200, {'narrow': narrow, 'wide': wide})
    model = GaussianProcess(['narrow', 'wide']).fit(rows, random.normal(size=200))
    squares = model._held['rows'] ** 2
    assert squares[:, 0].sum() == pytest.approx(squares[:, 1:].sum())
    assert squares.mean() == pytest.approx(1)


def test_far_away_is_the_prior(rows: Rows) -> None:
    features, targets = drawn(100, 1.0, 0.05)
    model = GaussianProcess().fit(rows(features), targets)
    far = model.predict(rows(np.full((1, 3), 1e3)))
    assert far.mean[0] == pytest.approx(targets.mean())
    length, signal, noise, _, width = model._held['numbers']
    assert far.deviation[0] == pytest.approx(width * np.sqrt(signal + noise))


def test_more_rows_than_fit_are_refused(rows: Rows) -> None:
    with pytest.raises(ValueError, match='at most 8000 structures, got 8001'):
        GaussianProcess().fit(rows(np.zeros((8001, 1))), np.zeros(8001))
