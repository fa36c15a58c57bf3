"""What every model must do, whichever it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.models.load import load
from nanoos_plugins.ml.models.model import Model

#: Cell of a face-centred cubic crystal, in lattice constants.
PRIMITIVE = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
#: Parameters that make a model quick.
NETWORK = {'width': 8, 'layers': 1, 'epochs': 2}
QUICK = {
    'cgcnn': NETWORK,
    'edge-gated': NETWORK,
    'chgnet': {'epochs': 1, 'batch_size': 18, 'frozen': 'messages'},
    'ensemble': {'members': ['cgcnn', 'ridge', 'cgcnn'], 'parameters': {'cgcnn': NETWORK}},
}


@pytest.fixture(scope='module')
def given() -> Inputs:
    """Forty crystals of rock salt with features that nobody has to compute."""
    random = np.random.default_rng(0)
    structures = [
        Structure(Lattice(a * PRIMITIVE), ['Na', 'Cl'], [[0, 0, 0], [0.5] * 3])
        for a in random.uniform(5, 6, 40)
    ]
    features = {'mean': random.normal(size=(40, 3)), 'descriptors': random.normal(size=(40, 2))}
    return Inputs(elements_of(structures), features, structures)


@pytest.fixture
def targets(given: Inputs) -> np.ndarray:
    return given.features['mean'] @ [1.0, 2.0, -1.0] + 30


def new(kind: str) -> Model:
    return MODELS[kind](**QUICK.get(kind, {}))


@pytest.mark.parametrize('kind', MODELS)
class TestModel:
    def test_saved_and_loaded_it_is_the_same(
        self, kind: str, given: Inputs, targets: np.ndarray, tmp_path: Path
    ) -> None:
        model = new(kind).fit(given, targets)
        digest = model.save(tmp_path, target='gap', unit='eV')
        again = load(tmp_path, digest)
        assert type(again) is type(model)
        assert again.parameters == model.parameters
        assert again.elements == {'Na', 'Cl'}
        for one, other in zip(model._predict(given), again._predict(given), strict=True):
            assert one == pytest.approx(other, rel=1e-12)

    def test_shapes(self, kind: str, given: Inputs, targets: np.ndarray) -> None:
        found = new(kind).fit(given, targets).predict(given.take(np.arange(7)))
        assert found.mean.shape == found.deviation.shape == (7,)
        assert (found.deviation > 0).all()
        assert list(found.messages) == [()] * 7

    def test_same_seed_same_model(self, kind: str, given: Inputs, targets: np.ndarray) -> None:
        one, other = (new(kind).fit(given, targets).predict(given) for _ in range(2))
        assert (one.mean == other.mean).all()

    def test_order_of_rows_to_predict_does_not_matter(
        self, kind: str, given: Inputs, targets: np.ndarray
    ) -> None:
        model = new(kind).fit(given, targets)
        turned = model.predict(given.take(np.arange(40)[::-1])).mean[::-1]
        assert model.predict(given).mean == pytest.approx(turned, abs=1e-5)

    def test_new_elements_are_told(self, kind: str, given: Inputs, targets: np.ndarray) -> None:
        model = new(kind).fit(given, targets)
        one = given.take(np.array([0]))
        strange = Inputs([frozenset({'Cs', 'Br', 'Na'})], one.features, one.structures)
        assert list(model.predict(strange).messages) == [('Br, Cs: not in the training data',)]

    def test_bad_rows_are_named(self, kind: str, given: Inputs, targets: np.ndarray) -> None:
        bad = targets.copy()
        bad[[3, 17]] = np.nan
        with pytest.raises(ValueError, match='targets of rows 3, 17 are not finite'):
            new(kind).fit(given, bad)
        with pytest.raises(ValueError, match='40 structures have 39 targets'):
            new(kind).fit(given, targets[1:])
        with pytest.raises(ValueError, match='at least 2 structures'):
            new(kind).fit(given.take(np.array([0])), targets[:1])

    def test_it_must_learn_first(self, kind: str, given: Inputs) -> None:
        with pytest.raises(ValueError, match=f'{kind} model has not learnt'):
            new(kind).predict(given)

    def test_targets_that_are_all_the_same(self, kind: str, given: Inputs) -> None:
        found = new(kind).fit(given, np.full(40, 5.0)).predict(given)
        assert found.mean == pytest.approx(5.0, abs=1.0)


@pytest.mark.parametrize('kind', ['ridge', 'gp', 'sparse-gp', 'student'])
def test_features_must_be_there_and_numbers(kind: str, given: Inputs, targets: np.ndarray) -> None:
    with pytest.raises(ValueError, match='features mean.* are missing, there are none'):
        new(kind).fit(Inputs(given.elements, {}), targets)
    bad = given.features['mean'].copy()
    bad[5, 1] = np.inf
    with pytest.raises(ValueError, match='features of rows 5 are not finite'):
        new(kind).fit(Inputs(given.elements, {**given.features, 'mean': bad}), targets)
