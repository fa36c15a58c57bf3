"""From a data set with forces to a potential that is run: the graph leads all the way back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.data.template import Template
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.launch import run
from tests.ml.labelled import ZERO, silicon

#: Enough to be trained, not to be good: what it learns is tested in tests/ml/models/test_chgnet.py.
SETTINGS = {
    'model': 'chgnet',
    'parameters': {'epochs': 2, 'batch_size': 4, 'frozen': 'messages'},
    'test': 0.25,
    'calibration': 0.4,
    'coverage': 0.6,
}


@pytest.fixture(scope='module')
def dataset(profile: object) -> Dataset:
    inputs, energies = silicon(24)
    assert inputs.stresses is not None
    return Dataset(
        'silicon by Tersoff',
        'energy_per_atom',
        'eV/atom',
        list(inputs.structures),
        energies.tolist(),
        forces=inputs.forces,
        stresses=list(inputs.stresses),
    ).store()


@pytest.fixture(scope='module')
def training(dataset: Dataset, engine_code: Callable[[str], orm.AbstractCode]) -> orm.ProcessNode:
    inputs = {'code': engine_code('mlip'), 'dataset': dataset, 'name': 'tersoff'}
    node = run('nanoos.training', {**inputs, 'parameters': orm.Dict(SETTINGS)})
    assert node.is_finished_ok, node.exit_message
    return node


def test_the_model_tells_its_errors_of_forces_on_rows_it_has_not_seen(
    training: orm.ProcessNode, dataset: Dataset
) -> None:
    model, summary, arrays = (training.outputs[name] for name in ('model', 'summary', 'arrays'))
    assert isinstance(model, Model)
    assert (model.target, model.unit) == ('energy_per_atom', 'eV/atom')
    assert set(model.metrics) == {'mae', 'rmse', 'r2', 'coverage', 'force_mae', 'stress_mae'}
    rows = arrays.get_array('test_rows').astype(int)
    found = model.load().model.potential.evaluate([dataset.structures()[row] for row in rows])
    assert dataset.forces is not None and dataset.stresses is not None
    apart = [one.forces - dataset.forces[row] for one, row in zip(found, rows, strict=True)]
    assert model.metrics['force_mae'] == pytest.approx(np.abs(apart).mean(), rel=1e-4)
    stresses = np.array([one.stress for one in found])
    assert model.metrics['stress_mae'] == pytest.approx(
        np.abs(stresses - dataset.stresses[rows]).mean(), rel=1e-4
    )
    for name, unit in (('mae', 'eV/atom'), ('force_mae', 'eV/Å'), ('stress_mae', 'GPa')):
        told = summary['quantities'][name]
        assert told == {'value': pytest.approx(model.metrics[name]), 'unit': unit, 'uncertainty': None}
    # the energies of the elements alone take away thousands of eV
    assert model.metrics['mae'] < 1.0 < abs(ZERO)
    assert len(arrays.get_array('curve_held_out_loss')) == 2


def test_it_predicts_as_all_models_do_and_simulates_as_all_engines_do(
    training: orm.ProcessNode, dataset: Dataset
) -> None:
    model = training.outputs.model
    crystal = orm.StructureData(pymatgen=dataset.structures()[0]).store()
    other = orm.StructureData(pymatgen=dataset.structures()[0].replace_species({'Si': 'Ge'})).store()
    said = run('nanoos.predict', {'model': model, 'a': crystal, 'b': other}).outputs.result['predictions']
    assert said['a']['low'] < said['a']['value'] < said['a']['high']
    assert said['b']['outside'] and said['b']['messages'][0] == 'Ge: not in the training data'
    template = Template('tersoff', 'mlip', {'potential': 'tersoff'}).store()
    done = run('nanoos.simulation', job_inputs('simulation', crystal, template))
    assert done.is_finished_ok, done.exit_message
    assert done.outputs.results['energy']['value'] == pytest.approx(2 * said['a']['value'], abs=1e-4)
    forces = done.outputs.arrays.get_array('forces')
    assert forces.sum(axis=0) == pytest.approx(0, abs=1e-3) and np.abs(forces).max() > 0.05
    behind = orm.QueryBuilder().append(orm.Dict, filters={'id': done.outputs.results.pk}, tag='results')
    behind.append(Dataset, with_descendants='results', project='uuid')
    assert set(behind.all(flat=True)) == {dataset.uuid}
    refused = run('nanoos.simulation', job_inputs('simulation', other, template))
    assert refused.exit_status == 311
    assert 'potential tersoff has learnt Si, not Ge' in refused.exit_message
