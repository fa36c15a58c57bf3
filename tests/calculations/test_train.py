"""A model is trained by a process, and what it predicts leads back to what it has learnt from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aiida import orm
from pymatgen.core import Lattice, Structure

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.launch import run
from nanoos_plugins.ml.predictor import APART

METALS = ('Mg', 'Ca', 'Sr', 'Mn', 'Fe', 'Co', 'Ni', 'Cd')


def rock_salt(a: float, metal: str) -> Structure:
    return Structure(
        Lattice([[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]),
        [metal, 'O'],
        [[0, 0, 0], [0.5, 0.5, 0.5]],
    )


@pytest.fixture(scope='module')
def volumes(profile: object) -> Dataset:
    """Return rock salts with their volume an atom, which any features tell."""
    given = [rock_salt(a, metal) for metal in METALS for a in np.linspace(4.0, 5.2, 8)]
    names = [f'{one.formula} {number}' for number, one in enumerate(given)]
    targets = [one.volume / len(one) for one in given]
    return Dataset('rock salts', 'volume an atom', 'Å³', given, targets, names=names).store()


@pytest.fixture(scope='module')
def training(volumes: Dataset, engine_code: Callable[[str], orm.AbstractCode]) -> orm.ProcessNode:
    """Return the finished training of the kind of model that is taken when nobody names one."""
    node = run(
        'nanoos.train',
        {
            'code': engine_code('mlip'),
            'dataset': volumes,
            'name': 'volumes',
            'parameters': orm.Dict({'test': 0.25, 'calibration': 0.3, 'second': 'chgnet-0.2.0'}),
        },
    )
    assert node.is_finished_ok, node.exit_message
    return node


def test_the_model_tells_how_good_it_is(training: orm.ProcessNode, volumes: Dataset) -> None:
    model, summary, arrays = (training.outputs[name] for name in ('model', 'summary', 'arrays'))
    assert isinstance(model, Model)
    assert (model.name, model.target, model.unit, model.stage) == (
        'volumes',
        'volume an atom',
        'Å³',
        'candidate',
    )
    assert summary['learnt'] + summary['tested'] == len(volumes)
    # what is told is what the arrays say
    errors = arrays.get_array('test_mean') - arrays.get_array('test_target')
    assert model.metrics['mae'] == pytest.approx(np.abs(errors).mean())
    assert summary['quantities']['mae'] == {
        'value': pytest.approx(model.metrics['mae']),
        'unit': 'Å³',
        'uncertainty': None,
    }
    rows = arrays.get_array('test_rows').astype(int)
    assert arrays.get_array('test_target') == pytest.approx(volumes.targets[rows])
    # a tenth of what guessing the mean would give
    assert model.metrics['mae'] < 0.1 * np.abs(volumes.targets - volumes.targets.mean()).mean()
    target = arrays.get_array('test_target')
    inside = (arrays.get_array('test_lower') <= target) & (target <= arrays.get_array('test_upper'))
    assert model.metrics['coverage'] == pytest.approx(inside.mean())


def test_its_checkpoint_is_what_it_was(training: orm.ProcessNode) -> None:
    model = training.outputs.model
    assert sorted(model.base.repository.list_object_names()) == ['model.json', 'model.safetensors']
    assert model.load().model.kind == 'student'
    assert model.about()['digest'] == model.base.attributes.get('digest')
    assert set(model.base.attributes.get('elements')) == {*METALS, 'O'}


def test_predictions_lead_back_to_the_data(training: orm.ProcessNode, volumes: Dataset) -> None:
    crystal = orm.StructureData(pymatgen=rock_salt(4.47, 'Ni')).store()
    unknown = orm.StructureData(pymatgen=rock_salt(4.47, 'Eu')).store()
    dense = orm.StructureData(pymatgen=rock_salt(3.0, 'Ni')).store()
    found = run('nanoos.predict', {'model': training.outputs.model, 'a': crystal, 'b': unknown, 'c': dense})
    assert found.is_finished_ok, found.exit_message
    told = found.outputs.result.get_dict()
    one = told['predictions']['a']
    assert told['unit'] == 'Å³'
    assert one['low'] < one['value'] < one['high']
    assert abs(one['value'] - crystal.get_cell_volume() / 2) < 3 * max(one['uncertainty'], 0.1)
    assert (one['outside'], one['messages']) == (False, [])
    assert told['predictions']['b']['outside']
    assert told['predictions']['b']['messages'][0] == 'Eu: not in the training data'
    assert APART in told['predictions']['c']['messages']
    above = orm.QueryBuilder().append(orm.Dict, filters={'id': found.outputs.result.pk}, tag='answer')
    above.append(Dataset, with_descendants='answer', project='uuid')
    assert above.all(flat=True) == [volumes.uuid]


@pytest.mark.parametrize(
    ('settings', 'said'),
    [
        ({'model': 'oracle'}, "there is no model 'oracle'; there are dummy"),
        ({'model': 'gp', 'parameters': {'depth': 3}}, "model gp has no parameter 'depth'; it has blocks"),
        ({'model': 'dummy', 'split': 'mine'}, "the data set has no split 'mine'"),
    ],
)
def test_what_cannot_be_trained_is_told(
    volumes: Dataset, engine_code: Callable[[str], orm.AbstractCode], settings: dict, said: str
) -> None:
    inputs = {
        'code': engine_code('mlip'),
        'dataset': volumes,
        'name': 'none',
        'parameters': orm.Dict(settings),
    }
    node = run('nanoos.train', inputs)
    assert node.exit_status == 320
    assert said in node.exit_message


def test_settings_out_of_bounds_are_refused_before_anything_runs(volumes: Dataset) -> None:
    with pytest.raises(ValueError, match='test: Input should be less than 0.9'):
        run('nanoos.train', {'dataset': volumes, 'name': 'a', 'parameters': orm.Dict({'test': 2})})


def test_a_changed_checkpoint_is_no_model(training: orm.ProcessNode, tmp_path) -> None:
    model = training.outputs.model
    model.write(tmp_path)
    path = tmp_path / 'model.safetensors'
    path.write_bytes(path.read_bytes()[:-1] + b'\x00')
    with pytest.raises(ValueError, match='wrong digest'):
        Model('changed', 'volume an atom', 'Å³', tmp_path)
    path.write_bytes(b'\x80\x04' + path.read_bytes())
    with pytest.raises(ValueError, match='is a pickle'):
        Model('pickled', 'volume an atom', 'Å³', tmp_path)
