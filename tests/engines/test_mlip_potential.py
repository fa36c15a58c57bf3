"""The engine mlip with a fine-tuned model: what the model says, by whose leave, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiida import orm
from aiida.engine import run_get_node
from aiida.tools import delete_nodes
from ase.build import bulk
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.calculations.mlip import MlipCalculation
from nanoos_plugins.data.model import Model
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.engines.mlip_potential import find_potential
from nanoos_plugins.engines.results import data_outputs
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.runners import mlip
from nanoos_plugins.runners.job import main
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import share
from tests.data.learnt import learnt
from tests.data.potentials import fine_tuned, potential_of


@pytest.fixture
def node(profile: object, tmp_path: Path) -> Model:
    return potential_of(None, tmp_path, f'silicon-{uuid4()}')


def user(name: str) -> orm.User:
    return orm.User(email=f'{name}-{uuid4()}@nanoos.test').store()


def job_of(model: Model, folder: Path, **settings: Any) -> dict[str, Any]:
    """Return the input of the program, beside the files of a model."""
    (folder / mlip.POTENTIAL).mkdir()
    model.write(folder / mlip.POTENTIAL)
    atoms = bulk('Si', a=5.5)
    atoms.positions[1] += [0.1, 0.05, -0.1]
    structure = {
        'label': 'structure',
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.get_positions().tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': [True] * 3,
    }
    return {
        'model': 'chgnet-0.3.0',
        'potential': {'name': model.name, 'digest': model.base.attributes.get('digest')},
        'batch_size': 16,
        'settings': load_engine('mlip').validate(settings).model_dump(),
        'structures': [structure],
    }


def test_it_gives_what_the_model_says_and_leads_back_to_it(
    node: Model, engine_code: Callable[[str], orm.AbstractCode]
) -> None:
    engine, atoms = load_engine('mlip'), bulk('Si', a=5.5)
    atoms.positions[1] += [0.1, 0.05, -0.1]
    structure = orm.StructureData(ase=atoms)
    parameters = engine.validate({'potential': node.name})
    done = run_get_node(engine.get_builder(structure, parameters, engine_code('mlip'), {})).node
    assert done.is_finished_ok, done.exit_message
    found = engine.results(structure, parameters, data_outputs(done))
    (expected,) = fine_tuned().potential.evaluate([AseAtomsAdaptor.get_structure(atoms)])
    assert found.energy == pytest.approx(expected.energy, abs=1e-5)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-5)
    np.testing.assert_allclose(found.stress, expected.stress, atol=1e-4)
    assert done.outputs.summary['model'] == node.name
    assert done.outputs.summary['digest'] == node.base.attributes.get('digest')
    above = orm.QueryBuilder().append(orm.ArrayData, filters={'id': done.outputs.arrays.pk}, tag='arrays')
    above.append(Model, with_descendants='arrays', project='uuid')
    assert above.all(flat=True) == [node.uuid]


def test_what_moves_conserves_the_energy_of_the_model(node: Model, tmp_path: Path) -> None:
    """By the program itself: ASE's dynamics get energies that count from −3000 eV, and their derivatives."""
    job = job_of(
        node, tmp_path, task='md', ensemble='nve', steps=20, sample_every=5, time_step=0.5, temperature=600
    )
    arrays = mlip.run(job, tmp_path).arrays
    potential, total = (arrays[f'series_{name}_energy_eV'] for name in ('potential', 'total'))
    assert potential.mean() == pytest.approx(2 * -3000, abs=20)
    assert np.ptp(total) < 0.1 * np.ptp(potential)


def test_files_that_were_changed_and_models_of_other_kinds_are_not_run(
    node: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = job_of(node, tmp_path)
    path = tmp_path / 'input.json'
    path.write_text(json.dumps({**job, 'potential': {**job['potential'], 'digest': '0' * 64}}))
    assert main([str(path)], mlip.run, ['chgnet']) == 1
    assert 'wrong digest: expected 000' in json.loads((tmp_path / 'results.json').read_text())['error']
    alloy = [{**job['structures'][0], 'symbols': ['Si', 'Ge']}]
    with pytest.raises(ValueError, match='has learnt Si, not Ge; train one on data with all elements'):
        mlip.run({**job, 'structures': alloy}, tmp_path)
    weights = tmp_path / mlip.POTENTIAL / 'model.safetensors'
    weights.write_bytes(weights.read_bytes()[:-1] + b'\x00')
    with pytest.raises(ValueError, match='wrong digest'):
        mlip.run(job, tmp_path)
    digest = learnt().save(tmp_path / mlip.POTENTIAL, pretrained='chgnet-0.3.0')
    with pytest.raises(ValueError, match='is of kind dummy, expected chgnet'):
        mlip.run({**job, 'potential': {'name': 'K', 'digest': digest}}, tmp_path)


def test_other_kinds_and_elements_are_refused_before_anything_runs(node: Model, tmp_path: Path) -> None:
    learnt().save(tmp_path / 'dummy', pretrained='chgnet-0.3.0', metrics={'mae': 8.0})
    dummy = Model(f'K-{uuid4()}', 'K', 'GPa', tmp_path / 'dummy').store()
    code = orm.InstalledCode(computer=orm.load_computer('localhost'), filepath_executable='/bin/true')
    engine, silicon = load_engine('mlip'), orm.StructureData(ase=bulk('Si'))

    def refused(structure: orm.StructureData, potential: Any) -> str:
        with pytest.raises(ValueError) as error:
            engine.get_builder(structure, engine.validate({'potential': potential}), code, {})
        return str(error.value)

    assert 'has learnt Si, not Ge' in refused(orm.StructureData(ase=bulk('Ge')), node.pk)
    for potential in (dummy.pk, dummy.uuid):
        assert f'model {dummy.name} is of kind dummy, expected chgnet' in refused(silicon, potential)
    for potential in (dummy.name, 'nothing', str(uuid4()), 10**15, silicon.uuid):
        assert 'there is no such model of kind chgnet' in refused(silicon, potential)
    builder: Any = MlipCalculation.get_builder()
    with pytest.raises(ValueError, match='is of kind dummy, expected chgnet'):
        builder.potential = dummy
    chosen: Any = engine.get_builder(silicon, engine.validate({'potential': node.uuid}), code, {})
    assert chosen.potential.uuid == node.uuid


def test_only_models_that_one_sees_can_be_meant(
    profile: object, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ada, bob, name = user('ada'), user('bob'), f'shared-{uuid4()}'
    theirs = potential_of(bob, tmp_path, name)
    provided = potential_of(system_user(), tmp_path, name + '-of-all')
    request.addfinalizer(lambda: delete_nodes([provided.pk], dry_run=False))
    with acting_as(ada):
        for identifier in (name, theirs.uuid, str(theirs.pk)):
            with pytest.raises(ValueError, match='there is no such model'):
                find_potential(identifier)
        assert find_potential(provided.name).pk == provided.pk
        first, second = (potential_of(ada, tmp_path, name) for _ in range(2))
        assert find_potential(name).pk == second.pk != first.pk
    with acting_as(bob):
        assert find_potential(name).pk == theirs.pk
        share(theirs, ada)
    with acting_as(ada):
        assert find_potential(theirs.uuid).pk == theirs.pk


def test_all_simulations_of_a_job_mean_the_same_model(node: Model, tmp_path: Path) -> None:
    """A newer model of that name, trained while the job goes on, is another one."""
    template = Template('fine-tuned', 'mlip', {'potential': node.name})
    inputs = job_inputs('eos', orm.StructureData(ase=bulk('Si')), template)
    assert inputs['parameters']['potential'] == node.uuid
    assert 'parameters' not in job_inputs('simulation', None, Template('plain', 'mlip'))
    with pytest.raises(ValueError, match="potential 'other': there is no such model"):
        job_inputs('simulation', None, template, settings={'potential': 'other'})
