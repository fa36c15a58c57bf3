"""Intervals that cover what they promise on data of known distribution, and the border of the known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Model, Prediction
from nanoos_plugins.ml.models.ridge import Ridge
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.uncertainty import Agreement, Domain, calibrated, conformal, split_calibrated

Rows = Callable[..., Inputs]


@pytest.mark.parametrize('coverage', [0.5, 0.8, 0.9, 0.95])
def test_coverage_is_the_promised_whatever_the_distribution(coverage: float) -> None:
    random = np.random.default_rng(0)
    found = []
    for _ in range(200):
        spread = random.uniform(0.5, 2, 400)
        errors = spread * random.standard_t(2, 400) ** 3  # heavy, and the deviations are far too small
        calibration = conformal(errors[:200], 0.01 * spread[:200], coverage)
        found.append((np.abs(errors[200:]) <= calibration.scale * 0.01 * spread[200:]).mean())
    # Exactly ⌈(n + 1)·coverage⌉/(n + 1) on average; 200 repetitions leave some 0.0035.
    assert np.mean(found) == pytest.approx(np.ceil(201 * coverage) / 201, abs=0.012)


def test_normal_errors_have_the_normal_scale() -> None:
    random = np.random.default_rng(0)
    calibration = conformal(random.normal(size=20000), np.ones(20000))
    assert calibration.scale == pytest.approx(1.645, rel=0.02)


def test_intervals() -> None:
    calibration = conformal(np.linspace(-2, 2, 99), np.ones(99))
    low, high = calibration.interval(Prediction(np.array([10.0]), np.array([0.5]), [()]))
    assert high[0] - 10.0 == 10.0 - low[0] == pytest.approx(0.5 * calibration.scale)


def test_too_little_to_promise_is_refused() -> None:
    with pytest.raises(ValueError, match='8 held-out errors cannot promise a coverage of 0.9'):
        conformal(np.ones(8), np.ones(8))
    with pytest.raises(ValueError, match='deviations must be positive'):
        conformal(np.ones(20), np.zeros(20))


@pytest.mark.parametrize('refit', [True, False])
def test_rows_held_out_calibrate(rows: Rows, refit: bool) -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(4000, 3))
    targets = features.sum(axis=1) + random.laplace(size=4000)
    model, calibration = split_calibrated(
        Ridge, rows(features[:2000]), targets[:2000], held_out=0.2, refit=refit
    )
    assert calibration.count == 400
    low, high = calibration.interval(model.predict(rows(features[2000:])))
    inside = (low <= targets[2000:]) & (targets[2000:] <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.045)  # 400 held out: ± 0.015


@pytest.mark.parametrize('make', [Dummy, Ridge, GaussianProcess, StudentProcess])
def test_calibrated_models_cover(rows: Rows, make: type[Model]) -> None:
    random = np.random.default_rng(0)
    features = random.uniform(-2, 2, size=(2700, 2))
    targets = np.sin(2 * features).sum(axis=1) + 0.2 * random.standard_t(4, size=2700)
    model, calibration = calibrated(make, rows(features[:700]), targets[:700])
    assert calibration.count == (700 if make.leaves_out else 70)
    low, high = calibration.interval(model.predict(rows(features[700:])))
    inside = (low <= targets[700:]) & (targets[700:] <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.035 if make.leaves_out else 0.1)


def test_the_border_of_the_known() -> None:
    random = np.random.default_rng(0)
    domain = Domain.of(random.normal(size=(1000, 8)) * [1, 10, 0.1, 1, 1, 1, 1, 1])
    like = random.normal(size=(2000, 8)) * [1, 10, 0.1, 1, 1, 1, 1, 1]
    assert domain.outside(like).mean() < 0.03
    away = like + [0, 0, 1.0, 0, 0, 0, 0, 0]  # ten deviations along the narrow one
    assert domain.outside(away).all()


def test_the_border_of_agreement() -> None:
    agreement = Agreement.of('chgnet-0.2.0', np.linspace(-0.1, 0.1, 2001)[:, None])
    assert agreement.limit == pytest.approx(0.099)
    assert agreement.outside(np.array([[0.05], [0.2], [-0.2], [-0.098]])).tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_distances_are_those_of_the_neighbours() -> None:
    places = np.arange(10.0)[:, None]
    domain = Domain.of(places)
    width = places.std()
    assert domain.distances(np.array([[20.0]]))[0] * width == pytest.approx(np.mean([11, 12, 13, 14, 15]))
    with pytest.raises(ValueError, match='more than 5 rows, got 3'):
        Domain.of(places[:3])
