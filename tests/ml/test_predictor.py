"""A model with its intervals and its domain, kept as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.predictor import FAR, Predictor

Rows = Callable[..., Inputs]


@pytest.fixture
def learnt(rows: Rows) -> Predictor:
    random = np.random.default_rng(0)
    features = random.normal(size=(600, 3))
    targets = np.sin(features).sum(axis=1) + 0.1 * random.standard_t(3, size=600)
    return Predictor.learn(StudentProcess, rows(features), targets)


def test_intervals_cover_and_know_their_domain(learnt: Predictor, rows: Rows) -> None:
    random = np.random.default_rng(1)
    features = random.normal(size=(1000, 3))
    targets = np.sin(features).sum(axis=1) + 0.1 * random.standard_t(3, size=1000)
    found = learnt.predict(rows(features))
    # Calibrated by 600 rows: ± 0.012.
    assert ((found.lower <= targets) & (targets <= found.upper)).mean() == pytest.approx(0.9, abs=0.04)
    assert found.outside.mean() < 0.05
    far = learnt.predict(rows(np.full((1, 3), 9.0)))
    assert far.outside.all() and far.messages == [(FAR,)]


def test_new_elements_are_outside(learnt: Predictor, rows: Rows) -> None:
    found = learnt.predict(Inputs([frozenset({'Na', 'Kr'})], rows(np.zeros((1, 3))).features))
    assert found.outside.all() and found.messages == [('Kr: not in the training data',)]


def test_saved_and_loaded_it_is_the_same(learnt: Predictor, rows: Rows, tmp_path: Path) -> None:
    digest = learnt.save(tmp_path, unit='eV')
    again = Predictor.load(tmp_path, digest)
    some = rows(np.random.default_rng(2).normal(size=(20, 3)))
    one, other = learnt.predict(some), again.predict(some)
    for name in ('mean', 'deviation', 'lower', 'upper', 'outside'):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)
    assert json.loads((tmp_path / checkpoint.DESCRIPTION).read_text())['unit'] == 'eV'


def test_a_model_alone_is_no_predictor(learnt: Predictor, tmp_path: Path) -> None:
    learnt.model.save(tmp_path)
    with pytest.raises(ValueError, match="not a checkpoint of a predictor: 'calibration'"):
        Predictor.load(tmp_path)
