"""Noise with heavy tails: wrong rows do not bend the process, and are found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.student import StudentProcess

Rows = Callable[..., Inputs]


def wavy(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.uniform(-2, 2, (count, 2))
    return features, np.sin(2 * features[:, 0]) + features[:, 1] ** 2


def test_wrong_rows_are_found_and_do_not_bend(rows: Rows) -> None:
    features, exact = wavy(300)
    random = np.random.default_rng(1)
    targets = exact + 0.05 * random.normal(size=300)
    wrong = random.choice(300, 20, replace=False)
    targets[wrong] += random.choice([-4, 4], 20)
    new, expected = wavy(200, seed=2)
    errors = {}
    for make in (GaussianProcess, StudentProcess):
        model = make(blocks=['mean']).fit(rows(features), targets)
        errors[make.kind] = np.abs(model.predict(rows(new)).mean - expected).mean()
    assert errors['student'] < 0.5 * errors['gp']
    assert errors['student'] < 0.06
    assert set(np.argsort(model.trust)[:20].tolist()) == set(wrong.tolist())
    assert (model.trust[wrong] < 0.1).all()
    assert (model.trust <= 1 + 1 / 3 + 1e-9).all()


def test_with_normal_noise_it_is_the_normal_process(rows: Rows) -> None:
    features, exact = wavy(250)
    targets = exact + 0.1 * np.random.default_rng(1).normal(size=250)
    new, _ = wavy(50, seed=2)
    normal = GaussianProcess().fit(rows(features), targets).predict(rows(new))
    heavy = StudentProcess(freedom=1e6).fit(rows(features), targets).predict(rows(new))
    assert heavy.mean == pytest.approx(normal.mean, abs=0.02)
    assert heavy.deviation == pytest.approx(normal.deviation, rel=0.1)


def test_scale_of_the_noise_is_found(rows: Rows) -> None:
    features, exact = wavy(800)
    targets = exact + 0.1 * np.random.default_rng(3).standard_t(3, size=800)
    model = StudentProcess(rounds=20).fit(rows(features), targets)
    *_, new_noise, _, width = model._held['numbers']
    # Its variance is 3/(3 - 2) times the squared scale, which variational inference finds a little low.
    assert width * np.sqrt(new_noise / 3) == pytest.approx(0.1, rel=0.15)


def test_freedom_must_leave_a_variance() -> None:
    with pytest.raises(ValueError, match='more than 2'):
        StudentProcess(freedom=2.0)
