"""An ensemble is the mixture of its members, and less sure where they disagree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models.cgcnn import Cgcnn
from nanoos_plugins.ml.models.ensemble import Ensemble
from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.models.ridge import Ridge
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.models.training import Epoch

NETWORK = {'width': 16, 'layers': 2, 'epochs': 12, 'batch_size': 16, 'patience': 50}


def cubic(constants: np.ndarray) -> Inputs:
    structures = [Structure(Lattice.cubic(a), ['Cu'], [[0, 0, 0]]) for a in constants]
    return Inputs(elements_of(structures), {}, structures)


def test_mean_and_variance_are_those_of_the_mixture(rows: Callable[..., Inputs]) -> None:
    random = np.random.default_rng(0)
    given, targets = rows(random.normal(size=(60, 3))), random.normal(size=60)
    own = {'student': {'blocks': ['mean'], 'rounds': 2}}
    found = Ensemble(['ridge', 'student'], own).fit(given, targets).predict(given)
    ridge = Ridge().fit(given, targets).predict(given)
    student = StudentProcess(['mean'], rounds=2, seed=1).fit(given, targets).predict(given)
    assert found.mean == pytest.approx((ridge.mean + student.mean) / 2)
    # the second moment of half and half, less the square of the mean
    moment = (ridge.mean**2 + ridge.deviation**2 + student.mean**2 + student.deviation**2) / 2
    assert found.deviation**2 == pytest.approx(moment - found.mean**2)


def test_networks_differ_by_their_seeds_and_disagree_far_away() -> None:
    constants = np.linspace(2.6, 3.4, 60)
    near, far = cubic(constants), cubic(np.array([2.0, 2.2, 4.0, 4.4]))
    network = {**NETWORK, 'epochs': 30, 'batch_size': 8}
    told: list[Epoch] = []
    model = Ensemble(['cgcnn'] * 3, {'cgcnn': network}, seed=5, watch=told.append).fit(near, constants)
    assert [one.number for one in told] == [*range(1, 31)] * 3
    assert model.told == ('loss', 'loss of rows held out')
    assert model.losses.shape == (90, 2)
    second = Cgcnn(**network, seed=6).fit(near, constants)
    assert (second.losses == model.losses[30:60]).all()
    means = np.array([one.predict(near).mean for one in model._models])
    assert means.std(axis=0).min() > 0
    assert model.predict(far).deviation.mean() > 1.5 * np.median(model.predict(near).deviation)


def test_killed_it_goes_on_with_the_member_that_it_was_at(tmp_path: Path) -> None:
    constants = np.linspace(2.6, 3.4, 40)
    given = cubic(constants)
    make = {'members': ['cgcnn', 'cgcnn'], 'parameters': {'cgcnn': NETWORK}}
    undisturbed = Ensemble(**make).fit(given, constants).predict(given)
    told: list[Epoch] = []

    def die(epoch: Epoch) -> None:
        told.append(epoch)
        if len(told) == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ensemble(**make, watch=die, states=tmp_path).fit(given, constants)
    assert len(list(tmp_path.iterdir())) == 2
    told.clear()
    again = Ensemble(**make, watch=told.append, states=tmp_path).fit(given, constants).predict(given)
    assert [one.resumed for one in told] == [True] * 17 + [False] * 7
    assert (again.mean == undisturbed.mean).all() and (again.deviation == undisturbed.deviation).all()


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ({'members': ['ridge']}, "two or more models that are none, got \\['ridge'\\]"),
        ({'members': ['ridge', 'ensemble']}, 'two or more models that are none'),
        ({'members': ['ridge', 'oracle']}, "there is no model 'oracle'"),
        ({'members': ['gp', 'gp'], 'parameters': {'gp': {'depth': 2}}}, "gp has no parameter 'depth'"),
        ({'members': ['gp', 'gp'], 'parameters': {'gp': {'seed': 2}}}, 'without seeds'),
        ({'members': ['gp', 'gp'], 'parameters': {'cgcnn': {}}}, "of its members \\['gp'\\] by kind"),
    ],
)
def test_what_is_no_ensemble_is_refused(given: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Ensemble(**given)
