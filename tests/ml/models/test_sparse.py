"""The sparse process against the exact one, and beyond the rows that this can hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nanoos_plugins.ml.models import matern, sparse
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.sparse import SparseProcess

Rows = Callable[..., Inputs]


def wavy(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.uniform(-2, 2, (count, 3))
    exact = np.sin(2 * features[:, 0]) + features[:, 1] ** 2 * features[:, 2]
    return features, exact + 0.1 * random.normal(size=count)


def test_with_all_rows_it_is_the_exact_process(rows: Rows) -> None:
    features, targets = wavy(300)
    exact = GaussianProcess().fit(rows(features), targets)
    all_of_them = SparseProcess(['mean'], inducing=300).fit(rows(features), targets)
    new, _ = wavy(100, seed=1)
    one, other = (model.predict(rows(1.5 * new)) for model in (exact, all_of_them))
    assert other.mean == pytest.approx(one.mean, rel=1e-6, abs=1e-6)
    assert other.deviation**2 == pytest.approx(one.deviation**2, rel=1e-6, abs=1e-6)
    for left, right in zip(exact.left_out(), all_of_them.left_out(), strict=True):
        assert right == pytest.approx(left, rel=1e-6, abs=1e-6)


def test_repeated_rows_are_told_once(rows: Rows) -> None:
    features, targets = wavy(80)
    twice = np.concatenate([features, features]), np.concatenate([targets, targets + 0.1])
    exact = GaussianProcess().fit(rows(twice[0]), twice[1])
    model = SparseProcess(['mean'], inducing=160).fit(rows(twice[0]), twice[1])
    assert len(model._held['rows']) == 80
    new, _ = wavy(20, seed=1)
    one, other = (process.predict(rows(new)) for process in (exact, model))
    assert other.mean == pytest.approx(one.mean, abs=1e-5)
    assert other.deviation == pytest.approx(one.deviation, rel=1e-5)


def test_the_posterior_is_that_of_titsias(rows: Rows) -> None:
    """His equation 6 as it is printed, with matrices inverted one by one."""
    features, targets = wavy(200)
    model = SparseProcess(['mean'], inducing=40).fit(rows(features), targets)
    length, signal, noise, centre, width = model._held['numbers']
    constants = matern.Constants(length, signal, noise)
    scaled, few = (features - features.mean(axis=0)) / features.std(axis=0), model._held['rows']
    new, _ = wavy(30, seed=1)
    points = (new - features.mean(axis=0)) / features.std(axis=0)
    inner, across, to_new = (constants.covariance(few, one) for one in (few, scaled, points))
    inverse = np.linalg.inv(inner + across @ across.T / noise)
    mean = to_new.T @ inverse @ across @ ((targets - centre) / width) / noise
    change = np.linalg.inv(inner) - inverse
    variance = signal + noise - np.einsum('ij,ik,kj->j', to_new, change, to_new)
    found = model.predict(rows(new))
    # inverses lose what factors keep
    assert found.mean == pytest.approx(centre + width * mean, abs=1e-5)
    assert found.deviation == pytest.approx(width * np.sqrt(variance), rel=1e-5)


def test_rows_are_chosen_that_tell_most() -> None:
    features, _ = wavy(400)
    constants = matern.Constants(0.8, 1.0, 0.01)
    covariance = constants.covariance(features, features)

    def untold(chosen: np.ndarray) -> float:
        across = covariance[chosen]
        return float(
            np.trace(covariance - across.T @ np.linalg.solve(covariance[np.ix_(chosen, chosen)], across))
        )

    chosen, factor = sparse._chosen(features, constants, 60)
    assert len(set(chosen.tolist())) == 60
    assert np.trace(covariance - factor @ factor.T) == pytest.approx(untold(chosen), rel=1e-6)
    random = np.random.default_rng(0)
    at_random = [untold(random.choice(400, 60, replace=False)) for _ in range(20)]
    assert untold(chosen) < min(at_random)


def test_it_holds_more_rows_than_the_exact_one(rows: Rows) -> None:
    features, targets = wavy(9000)
    with pytest.raises(ValueError, match='use sparse-gp'):
        GaussianProcess().fit(rows(features), targets)
    errors = {}
    new, expected = wavy(1000, seed=1)
    for count in (20, 300):
        model = SparseProcess(['mean'], inducing=count).fit(rows(features), targets)
        errors[count] = float(np.sqrt(((model.predict(rows(new)).mean - expected) ** 2).mean()))
    # the noise is 0.1
    assert errors[300] < 0.105 < 2 * errors[20]
    assert errors[300] < errors[20]
    left, deviations = model.left_out()
    assert np.sqrt((left**2).mean()) == pytest.approx(errors[300], rel=0.1)
    assert ((left / deviations) ** 2).mean() == pytest.approx(1, abs=0.1)


def test_inducing_rows_are_few() -> None:
    with pytest.raises(ValueError, match='expected 1 to 4000 rows, got 0'):
        SparseProcess(inducing=0)
