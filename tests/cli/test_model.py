"""`nanoos model`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.inputs import inputs_of
from nanoos_plugins.ml.predictor import Predictor

Ask = Callable[..., Any]


@pytest.fixture
def model(profile: object, tmp_path: Path) -> Model:
    """Return a stored model of copper that always says 100 ± 10 GPa."""
    crystals = [AseAtomsAdaptor.get_structure(bulk('Cu', a=a)) for a in np.linspace(3.4, 3.8, 60)]
    targets = np.random.default_rng(4).normal(100, 10, 60)
    learnt = Predictor.learn(Dummy, inputs_of(crystals), targets, held_out=0.3)
    metrics = {'mae': 8.0, 'rmse': 10.0, 'r2': 0.0, 'coverage': 0.9}
    learnt.save(tmp_path / 'model', pretrained='chgnet-0.3.0', metrics=metrics)
    return Model('always a hundred', 'bulk modulus', 'GPa', tmp_path / 'model').store()


def test_it_is_listed_shown_and_promoted(asked: Ask, model: Model) -> None:
    listed = asked('model', 'list', '--target', 'bulk modulus')['models'][0]
    assert (listed['pk'], listed['kind'], listed['mae'], listed['stage']) == (
        model.pk,
        'dummy',
        8.0,
        'candidate',
    )
    assert asked('model', 'list', '--target', 'colour')['models'] == []
    assert asked('model', 'promote', model.uuid, 'production')['stage'] == 'production'
    shown = asked('model', 'show', model.pk)
    assert (shown['stage'], shown['elements'], shown['training']) == ('production', ['Cu'], None)
    assert asked('model', 'list')['models'][0]['stage'] == 'production'


def test_it_predicts_with_intervals_and_warnings(asked: Ask, invoke: Ask, model: Model) -> None:
    copper, gold = (orm.StructureData(ase=bulk(one)).store() for one in ('Cu', 'Au'))
    told = asked('model', 'predict', model.pk, copper.pk, gold.uuid)
    assert (told['target'], told['unit'], told['coverage']) == ('bulk modulus', 'GPa', 0.9)
    first, second = told['predictions']
    assert first['value'] == pytest.approx(100, abs=5)
    # the interval of 90 % of a normal distribution is 1.64 deviations to either side
    assert 1 < (first['high'] - first['low']) / (2 * first['uncertainty']) < 3
    assert first['messages'] == []
    assert second['outside']
    assert second['messages'][0] == 'Au: not in the training data'
    kept = asked('model', 'predict', model.pk, copper.pk, '--store')['predictions'][0]
    assert kept['value'] == pytest.approx(first['value'])
    query = orm.QueryBuilder().append(Model, filters={'id': model.pk}, tag='model')
    query.append(orm.CalcFunctionNode, with_incoming='model', filters={'label': 'predict'})
    assert query.count() == 1


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('show', '999999999'), 'No result was found'),
        (('train', '999999999', '--name', 'a'), 'No result was found'),
        (('promote', '999999999', 'archived'), 'No result was found'),
    ],
)
def test_what_is_not_there_is_told_in_a_line(invoke: Ask, arguments: tuple[str, ...], said: str) -> None:
    result = invoke('model', *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_another_node_is_no_model(invoke: Ask, profile: object) -> None:
    number = orm.Int(3).store()
    result = invoke('model', 'show', number.pk)
    assert f'node {number.pk} is no model but a Int' in result.stderr
