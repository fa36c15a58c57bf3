"""Ridge regression against what it must be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.ridge import PENALTIES, Ridge

Rows = Callable[..., Inputs]


def lines(count: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    features = random.normal(size=(count, 4)) * [1, 10, 0.1, 1]
    features[:, 3] = 7.0  # a constant says nothing
    return features, features @ [2.0, -0.3, 5.0, 0.0] + 3 + noise * random.normal(size=count)


def test_lines_are_learnt(rows: Rows) -> None:
    features, targets = lines(50, 0.0)
    found = Ridge().fit(rows(features), targets).predict(rows(features))
    assert found.mean == pytest.approx(targets, abs=1e-2)


def test_deviation_is_that_of_the_noise(rows: Rows) -> None:
    features, targets = lines(2000, 0.5)
    found = Ridge().fit(rows(features), targets).predict(rows(features))
    assert found.deviation == pytest.approx(0.5, rel=0.05)


def test_errors_left_out_are_those_of_leaving_out() -> None:
    # All by hand for one penalty: the centre is of the rows that stay, the scaling is that of all.
    features, targets = lines(12, 0.5)
    rows = features[:, :3] - features[:, :3].mean(axis=0)
    centred = targets - targets.mean()
    penalty = PENALTIES[10]
    values, axes = np.linalg.eigh(rows.T @ rows)
    turned = rows @ axes
    found = Ridge._errors(turned, values + penalty, turned.T @ centred, centred)
    for row in range(12):
        stay = np.arange(12) != row
        # The intercept has no penalty: solved for together with the slopes.
        design = np.column_stack([np.ones(11), rows[stay]])
        slopes = np.linalg.solve(design.T @ design + np.diag([0, *[penalty] * 3]), design.T @ centred[stay])
        assert found[row] == pytest.approx(centred[row] - slopes[0] - rows[row] @ slopes[1:])


def test_noise_is_hardly_learnt(rows: Rows) -> None:
    random = np.random.default_rng(0)
    features, targets, new = (random.normal(size=size) for size in ((40, 35), 40, (500, 35)))
    found = Ridge().fit(rows(features), targets).predict(rows(new)).mean
    without_penalty = new @ np.linalg.lstsq(features, targets, rcond=None)[0]
    assert found.std() < 0.3 * without_penalty.std()
