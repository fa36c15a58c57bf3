"""What is simulated next: against what posterior covariances of whole new models say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nanoos_plugins.ml.acquisition import ACQUISITIONS, choose
from nanoos_plugins.ml.models import matern
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.ridge import Ridge

Rows = Callable[..., Inputs]
RANDOM = np.random.default_rng(3)
LEARNT, POOL = RANDOM.normal(size=(30, 2)), RANDOM.normal(size=(40, 2))


@pytest.fixture
def model(rows: Rows) -> GaussianProcess:
    targets = np.sin(2 * LEARNT).sum(axis=1) + 0.1 * RANDOM.normal(size=len(LEARNT))
    return GaussianProcess().fit(rows(LEARNT), targets)


def posterior(model: GaussianProcess, features: np.ndarray, measured: list[int]) -> np.ndarray:
    """Return the covariance of the pool when some of it is measured too, from its definition."""
    held = model.arrays
    length, signal, noise, _, width = held['numbers']
    constants = matern.Constants(length, signal, noise)
    scaled = (features - held['centre']) / held['width']
    known = np.concatenate([held['rows'], scaled[measured]])
    among = constants.covariance(known, known) + noise * np.eye(len(known))
    across = constants.covariance(known, scaled)
    return width**2 * (constants.covariance(scaled, scaled) - across.T @ np.linalg.solve(among, across))


def test_the_joint_covariance_is_that_of_the_process(model: GaussianProcess, rows: Rows) -> None:
    covariance, noise = model.joint(rows(POOL))
    assert np.allclose(covariance, posterior(model, POOL, []), atol=1e-10)
    deviation = model.predict(rows(POOL)).deviation
    assert np.sqrt(np.diag(covariance) + noise) == pytest.approx(deviation)


def test_the_variance_of_the_pool_falls_as_told_and_no_other_row_is_better(
    model: GaussianProcess, rows: Rows
) -> None:
    found = choose('variance', model, rows(POOL), 5)
    for step in range(5):
        before = list(found.rows[:step])
        mean = np.diag(posterior(model, POOL, before)).mean()
        others = np.setdiff1d(np.arange(len(POOL)), before)
        falls = [mean - np.diag(posterior(model, POOL, [*before, row])).mean() for row in others]
        assert found.rows[step] == others[np.argmax(falls)]
        assert found.scores[step] == pytest.approx(max(falls), rel=1e-6)


def test_the_expected_error_of_the_pool_falls_as_told(model: GaussianProcess, rows: Rows) -> None:
    """E|e| = √(2/π) σ of a normal error; the fall is told to first order."""
    found = choose('error', model, rows(POOL), 1)
    noise = model.joint(rows(POOL))[1]

    def error(measured: list[int]) -> float:
        variances = np.diag(posterior(model, POOL, measured)) + noise
        return float(np.sqrt(2 / np.pi) * np.sqrt(variances).mean())

    falls = [error([]) - error([row]) for row in range(len(POOL))]
    # the second order makes the true fall larger, never smaller: √ is concave
    assert found.scores[0] <= falls[found.rows[0]] <= 3 * found.scores[0]
    assert falls[found.rows[0]] >= 0.8 * max(falls)


def test_the_largest_conditional_deviation_comes_next(model: GaussianProcess, rows: Rows) -> None:
    found = choose('determinant', model, rows(POOL), 5)
    for step in range(5):
        variances = np.diag(posterior(model, POOL, list(found.rows[:step]))).copy()
        variances[found.rows[:step]] = 0
        assert found.rows[step] == np.argmax(variances)
        assert found.scores[step] == pytest.approx(np.sqrt(variances.max()))


def test_twins_are_not_both_chosen_but_by_deviation(model: GaussianProcess, rows: Rows) -> None:
    far = np.concatenate([POOL, [[9.0, 9.0], [9.0, 9.0], [-9.0, 9.0]]])
    assert set(choose('deviation', model, rows(far), 2).rows) <= {40, 41, 42}
    assert set(choose('deviation', model, rows(far), 3).rows) == {40, 41, 42}
    two = set(choose('determinant', model, rows(far), 2).rows)
    assert 42 in two
    assert len(two & {40, 41}) == 1


def test_one_of_many_alike_is_chosen_before_one_that_is_odd(model: GaussianProcess, rows: Rows) -> None:
    crowd = np.array([6.0, -6.0]) + 0.05 * np.random.default_rng(0).normal(size=(20, 2))
    pool = rows(np.concatenate([[[40.0, 40.0]], crowd]))
    for how in ('variance', 'error'):
        assert choose(how, model, pool, 1).rows[0] > 0


@pytest.mark.parametrize('how', ACQUISITIONS)
def test_known_rows_are_not_chosen_and_none_twice(model: GaussianProcess, rows: Rows, how: str) -> None:
    known = list(range(0, 40, 2))
    found = choose(how, model, rows(POOL), 100, seed=1, known=known)
    assert sorted(found.rows) == list(range(1, 40, 2))
    assert len(found.scores) == 20
    assert len(choose(how, model, rows(POOL), 1, known=range(40)).rows) == 0
    again = choose(how, model, rows(POOL), 100, seed=1, known=known)
    assert np.array_equal(found.rows, again.rows)


def test_what_cannot_be_chosen_is_told(model: GaussianProcess, rows: Rows) -> None:
    with pytest.raises(
        ValueError, match="unknown acquisition 'best'; expected one of error, variance, determ"
    ):
        choose('best', model, rows(POOL), 1)
    with pytest.raises(ValueError, match='at least 1 structure to choose, got 0'):
        choose('random', model, rows(POOL), 0)
    ridge = Ridge().fit(rows(LEARNT), LEARNT.sum(axis=1))
    with pytest.raises(ValueError, match='ridge models know no covariance'):
        choose('variance', ridge, rows(POOL), 1)
    assert len(choose('deviation', ridge, rows(POOL), 3).rows) == 3
