"""A model chooses what is simulated, learns from it, and the graph says how it came to all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.manage.caching import enable_caching
from ase import Atoms
from ase.build import bulk
from ase.calculators.eam import EAM
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.calculations.mock import mock_evaluate
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.engines.lammps_potential import find_file
from nanoos_plugins.launch import run
from workchains.active_learning import ActiveLearningWorkChain

Run = Callable[..., orm.ProcessNode]
#: Of the cells that are known: any two differ by more than structures that count as the same.
SIDES = np.linspace(3.35, 4.15, 16)
#: The mock engine takes all elements for the same, the model does not.
POOL = {f'silver_{round(100 * a)}': bulk('Ag', a=a) for a in (3.4, 3.6, 3.8, 4.0, 4.2, 4.4)}


def crystal(a: float) -> orm.StructureData:
    return orm.StructureData(ase=bulk('Cu', a=a))


def stored(cells: dict[str, Atoms]) -> dict[str, orm.StructureData]:
    return {name: orm.StructureData(ase=atoms).store() for name, atoms in cells.items()}


@pytest.fixture(scope='module')
def energies(profile: object) -> Dataset:
    """Return cells of copper with their energies by the mock engine."""
    parameters = orm.Dict(load_engine('mock').validate({'task': 'static'}).model_dump())
    targets = [float(mock_evaluate(crystal(a), parameters).get_array('energy')[-1]) for a in SIDES]
    structures = [AseAtomsAdaptor.get_structure(bulk('Cu', a=a)) for a in SIDES]
    return Dataset('energies', 'energy', 'eV', structures, targets).store()


@pytest.fixture
def learn(energies: Dataset, mock: Template, engine_code: Callable[[str], orm.AbstractCode]) -> Iterator[Run]:
    """Return a function: inputs → the finished chain; by default four simulations, two at once.

    The first training is the same in many tests and is done once.
    """
    engine_code('mlip')

    def go(**inputs: Any) -> orm.ProcessNode:
        given = {
            'dataset': energies,
            'pool': stored(POOL),
            'workflow': 'simulation',
            'quantity': 'results.energy',
            'template': mock,
            'training': {'model': 'gp', 'test': 0.25},
            'batch': 2,
            'budget': 4,
        }
        return run('nanoos.active_learning', given | inputs)

    with enable_caching(identifier='aiida.calculations:nanoos.train'):
        yield go


def assert_exit(node: orm.ProcessNode, label: str, *words: str) -> None:
    assert node.exit_status == ActiveLearningWorkChain.exit_codes[label].status, node.exit_message
    for word in words:
        assert word in node.exit_message


def called(node: orm.ProcessNode, label: str) -> list[Any]:
    return [one for one in node.called if one.process_label == label]


def test_it_learns_what_it_chose_and_the_graph_says_so(learn: Run, energies: Dataset) -> None:
    node = learn()
    assert node.is_finished_ok, node.exit_message
    model, dataset, curve = (node.outputs[name] for name in ('model', 'dataset', 'curve'))
    assert [row['simulations'] for row in curve['curve']] == [0, 2, 4]
    assert [row['learnt'] for row in curve['curve']] == [12, 14, 16]
    assert {row['tested'] for row in curve['curve']} == {4}
    assert (curve['unit'], curve['failed'], curve['repeats']) == ('eV', [], [])
    assert curve['curve'][-1]['mae'] == model.metrics['mae']
    # rows that were there stay, also in the test; what was simulated is of the training
    assert dataset.targets[:16] == pytest.approx(energies.targets)
    assert dataset.split('held_out').tolist()[16:] == ['train'] * 4
    # each new row is of a structure that a model wanted, with the energy that the engine gave
    choices = called(node, 'choose_structures')
    assert len(choices) == 2
    assert choices[1].inputs.model.uuid != choices[0].inputs.model.uuid
    wanted = [one['uuid'] for choice in choices for one in choice.outputs.result['chosen']]
    assert sorted(dataset.table['uuids'].tolist()[16:]) == sorted(wanted)
    found = {
        one.inputs.structure.uuid: one.outputs.results['energy']['value']
        for one in called(node, 'SimulationWorkChain')
    }
    assert dataset.targets[16:] == pytest.approx([found[uuid] for uuid in dataset.table['uuids'][16:]])
    # from the model the graph leads to the choices' simulations and the first data set
    above = orm.QueryBuilder().append(orm.Node, filters={'id': model.pk}, tag='model')
    above.append(orm.ProcessNode, with_descendants='model', project='label')
    assert {'extend_dataset', 'hold_out', 'mock_evaluate'} <= set(above.all(flat=True))


def test_it_ends_when_the_error_is_small_enough(learn: Run) -> None:
    node = learn(target_error=1e9)
    assert node.is_finished_ok
    assert [row['simulations'] for row in node.outputs.curve['curve']] == [0]


def test_what_is_known_is_not_simulated_again(learn: Run) -> None:
    """Of twins in the pool one is simulated; then the pool is empty, and nothing more is spent."""
    twins = {name: bulk('Ag', a=4.0) for name in ('first', 'second')}
    pool = stored({'known': bulk('Cu', a=SIDES[3] + 0.01), **twins})
    node = learn(pool=pool, budget=9, acquisition='random')
    assert node.is_finished_ok, node.exit_message
    assert node.outputs.curve['repeats'] == ['known', 'second']
    assert [row['simulations'] for row in node.outputs.curve['curve']] == [0, 1]
    node = learn(pool=stored({'known': bulk('Cu', a=SIDES[3])}))
    assert node.is_finished_ok, node.exit_message
    assert node.outputs.curve['repeats'] == ['known']


def test_simulations_that_fail_are_told_and_cost_their_part(learn: Run, scripted: Any) -> None:
    scripted('fail', 'compute')
    node = learn(batch=1, budget=2, acquisition='deviation')
    assert node.is_finished_ok, node.exit_message
    (failed,) = node.outputs.curve['failed']
    assert 'the script says so' in failed['reason']
    assert orm.load_node(failed['process']).is_failed
    # no training for what brought nothing
    assert [row['simulations'] for row in node.outputs.curve['curve']] == [0, 2]
    assert [row['learnt'] for row in node.outputs.curve['curve']] == [12, 13]


def test_results_without_the_quantity_end_it(learn: Run) -> None:
    node = learn(quantity='results.enrgy', budget=6, batch=3)
    assert_exit(node, 'ERROR_NO_NEW_ROWS', '6 simulations in a row', "no quantity 'enrgy'")
    assert len(node.outputs.curve['failed']) == 6
    assert len(node.outputs.curve['curve']) == 1
    node = learn(quantity='result.energy', budget=1)
    assert_exit(node, 'ERROR_NO_NEW_ROWS', "no dictionary 'result'; it gave ['arrays', 'results']")


def test_what_cannot_be_simulated_is_told_before_anything_is_trained(learn: Run) -> None:
    node = learn(settings={'epsilonn': 1.0})
    assert_exit(node, 'ERROR_SIMULATION_REFUSED', "unknown setting 'epsilonn'")
    assert not node.called


def test_parameters_out_of_bounds_are_failures_of_the_simulations(learn: Run) -> None:
    node = learn(settings={'epsilon': -1.0}, budget=1)
    assert_exit(node, 'ERROR_NO_NEW_ROWS', 'epsilon')
    assert [one['process'] for one in node.outputs.curve['failed']] == [None]


def test_a_training_that_fails(learn: Run) -> None:
    node = learn(training={'model': 'oracle'})
    assert_exit(node, 'ERROR_TRAINING_FAILED', "there is no model 'oracle'")
    assert 'curve' not in node.outputs


def test_a_model_that_cannot_choose_so(learn: Run) -> None:
    node = learn(training={'model': 'ridge', 'test': 0.25})
    assert_exit(node, 'ERROR_CHOICE_FAILED', 'ridge models know no covariance')
    assert node.outputs.model.base.attributes.get('kind') == 'ridge'


def test_too_few_rows_to_hold_some_out(learn: Run) -> None:
    copper = AseAtomsAdaptor.get_structure(bulk('Cu', a=3.6))
    node = learn(dataset=Dataset('one', 'energy', 'eV', [copper], [-3.5]).store())
    assert_exit(node, 'ERROR_TOO_FEW_ROWS', '1 rows')


@pytest.mark.parametrize(
    ('inputs', 'said'),
    [
        ({'pool': {}}, 'at least one structure to choose from'),
        ({'workflow': 'guess'}, "got 'guess'"),
        ({'quantity': 'energy'}, 'expected OUTPUT.QUANTITY'),
        ({'acquisition': 'best'}, 'expected one of error, variance, determinant, deviation, random'),
        ({'budget': 0}, 'budget: expected at least 1, got 0'),
        ({'training': {'test': 2}}, 'less than 0.9'),
    ],
)
def test_wrong_inputs_are_refused(learn: Run, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        learn(**inputs)


def test_lammps_simulates_what_a_model_of_copper_chose(
    learn: Run, engine_code: Callable[[str], orm.AbstractCode]
) -> None:
    """Energies that LAMMPS adds are those of ASE's own reading of the potential, as the first ones."""
    engine_code('lammps')
    calculator = EAM(potential=str(find_file('Cu_mishin1.eam.alloy')[0]))

    def energy(atoms: Atoms) -> float:
        return float(calculator.get_potential_energy(atoms))

    cells = [bulk('Cu', a=a) for a in SIDES]
    first = Dataset(
        'copper',
        'energy',
        'eV',
        [AseAtomsAdaptor.get_structure(one) for one in cells],
        list(map(energy, cells)),
    ).store()
    template = Template('copper of Mishin', 'lammps', {'potential': 'Cu_mishin1.eam.alloy'}).store()
    pool = stored({f'a_{round(100 * a)}': bulk('Cu', a=a) for a in (3.2, 4.23, 4.4)})
    node = learn(dataset=first, template=template, pool=pool, batch=2, budget=2)
    assert node.is_finished_ok, node.exit_message
    dataset = node.outputs.dataset
    assert len(dataset) == 18
    for structure, target in zip(dataset.structures()[16:], dataset.targets[16:], strict=True):
        # two interpolations of one table, far from where it was fitted
        assert target == pytest.approx(energy(AseAtomsAdaptor.get_atoms(structure)), abs=5e-3)
    # the energies spread over some tenths of an eV
    assert node.outputs.model.metrics['mae'] < 0.1 * first.targets.std()
