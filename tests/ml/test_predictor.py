"""A model with its intervals and its domain, kept as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.inputs import Inputs, inputs_of
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.predictor import APART, FAR, Predictor
from tests.calculations.test_train import METALS, rock_salt

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


@pytest.fixture(scope='module')
def salts() -> Predictor:
    """Return what has learnt rock salts, and what a second network says of them."""
    given = [rock_salt(a, metal) for metal in METALS for a in np.linspace(4.0, 5.2, 8)]
    inputs = inputs_of(given, second='chgnet-0.2.0')
    targets = np.array([one.volume for one in given])
    return Predictor.learn(Dummy, inputs, targets, second='chgnet-0.2.0', held_out=0.3)


def test_crystals_that_two_networks_disagree_on_are_outside(salts: Predictor) -> None:
    usual, dense = rock_salt(4.6, 'Ni'), rock_salt(3.0, 'Ni')
    found = salts.predict(inputs_of([usual, dense], second=salts.second))
    assert found.outside.tolist() == [False, True]
    assert found.messages[0] == () and APART in found.messages[1]


def test_each_reason_is_told_by_itself(salts: Predictor) -> None:
    usual, dense = (inputs_of([rock_salt(a, 'Ni')], second=salts.second) for a in (4.6, 3.0))
    apart = Inputs(usual.elements, {**usual.features, 'disagreement': dense.features['disagreement']})
    far = Inputs(usual.elements, {**dense.features, 'disagreement': usual.features['disagreement']})
    new = Inputs([frozenset({'Eu', 'O'})], usual.features)
    said = [salts.predict(inputs) for inputs in (apart, far, new)]
    assert all(one.outside.all() for one in said)
    assert [one.messages for one in said] == [[(APART,)], [(FAR,)], [('Eu: not in the training data',)]]


def test_the_agreement_is_kept(salts: Predictor, tmp_path: Path) -> None:
    again = Predictor.load(tmp_path, salts.save(tmp_path))
    assert again.agreement == salts.agreement
    assert again.second == 'chgnet-0.2.0'
    with pytest.raises(ValueError, match='features disagreement are missing'):
        again.predict(inputs_of([rock_salt(4.6, 'Ni')]))


def test_without_a_second_network_nothing_is_asked_or_kept_of_one(
    learnt: Predictor, rows: Rows, tmp_path: Path
) -> None:
    """So was every checkpoint from before there was one."""
    learnt.save(tmp_path)
    description, _ = checkpoint.read(tmp_path)
    assert set(description) == {'kind', 'parameters', 'elements', 'calibration', 'format', 'digest'}
    again = Predictor.load(tmp_path)
    assert again.second is None
    far = rows(np.array([[0.0, 0, 0], [9, 9, 9]]))
    wild = Inputs(far.elements, {**far.features, 'disagreement': np.full((2, 1), 99.0)})
    assert again.predict(far).outside.tolist() == again.predict(wild).outside.tolist() == [False, True]


def test_an_agreement_that_is_none_is_refused(salts: Predictor, tmp_path: Path) -> None:
    salts.save(tmp_path)
    description, arrays = checkpoint.read(tmp_path)
    del description['digest']
    for wrong in ({'second': 'chgnet-0.2.0'}, {'second': 'chgnet-0.2.0', 'limit': 'much'}, [1]):
        checkpoint.write(tmp_path, {**description, 'agreement': wrong}, arrays)
        with pytest.raises(ValueError, match='not a checkpoint of a predictor'):
            Predictor.load(tmp_path)


def test_a_model_alone_is_no_predictor(learnt: Predictor, tmp_path: Path) -> None:
    learnt.model.save(tmp_path)
    with pytest.raises(ValueError, match="not a checkpoint of a predictor: 'calibration'"):
        Predictor.load(tmp_path)
