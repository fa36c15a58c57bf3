"""One evaluation by any engine: results, restarts, and every way to fail."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from aiida.cmdline.utils.common import get_workchain_report
from aiida.engine import CalcJob
from aiida.engine.utils import instantiate_process
from aiida.manage import get_manager
from ase.build import bulk

from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run
from workchains.simulation import SimulationWorkChain


def rattled() -> orm.StructureData:
    """Return eight atoms off their places: a relaxation of more than two steps."""
    atoms = bulk('Cu', cubic=True) * (2, 1, 1)
    atoms.rattle(0.05, seed=1)
    return orm.StructureData(ase=atoms)


def simulate(structure: orm.StructureData, template: Template, **parameters: object) -> orm.ProcessNode:
    inputs = {'structure': structure, 'template': template, 'parameters': parameters}
    return run('nanoos.simulation', inputs)


def test_static_evaluation_gives_scalars_with_units_and_arrays(copper, mock) -> None:
    node = simulate(copper(), mock)
    assert node.is_finished_ok
    results = node.outputs.results.get_dict()
    assert results['engine'] == 'mock'
    assert results['label'] == 'Mock engine (testing only)'
    assert results['task'] == 'static'
    assert results['converged'] is True
    assert results['n_atoms'] == 1
    assert results['energy']['unit'] == 'eV'
    assert results['energy']['value'] < 0
    assert node.outputs.arrays.get_array('forces').shape == (1, 3)
    assert np.allclose(node.outputs.arrays.get_array('forces'), 0, atol=1e-10)
    assert node.outputs.arrays.get_array('stress').shape == (3, 3)
    assert 'structure' not in node.outputs


def test_parameters_override_those_of_the_template(copper) -> None:
    """The energy of a Lennard-Jones solid is proportional to ε."""
    template = Template(name='half', engine='mock', parameters={'epsilon': 0.2}).store()
    half = simulate(copper(), template).outputs.results['energy']['value']
    whole = simulate(copper(), template, epsilon=0.4).outputs.results['energy']['value']
    assert whole == pytest.approx(2 * half)


def test_relaxation_gives_a_described_structure_and_its_path(mock) -> None:
    node = simulate(rattled(), mock, task='relax')
    assert node.is_finished_ok
    structure = node.outputs.structure
    assert structure.base.attributes.get('origin') == 'optimized'
    assert structure.base.attributes.get('number_of_atoms') == 8
    assert np.abs(node.outputs.arrays.get_array('forces')).max() <= 0.01
    trajectory = node.outputs.trajectory
    assert trajectory.get_positions().shape[1:] == (8, 3)
    assert np.allclose(trajectory.get_positions()[-1], [site.position for site in structure.sites])
    assert 'times' not in trajectory.get_arraynames()


def test_dynamics_gives_series_and_times(mock) -> None:
    node = simulate(rattled(), mock, task='md', steps=20, sample_every=5, time_step=2.0)
    arrays, trajectory = node.outputs.arrays, node.outputs.trajectory
    assert np.allclose(trajectory.get_array('times'), arrays.get_array('time_fs') / 1000)
    assert arrays.get_array('time_fs')[-1] == pytest.approx(40.0)
    assert node.outputs.results['temperature']['unit'] == 'K'


def test_unfinished_relaxation_continues_from_its_last_structure(mock) -> None:
    """Runs of five steps reach in a few rounds what one long run reaches."""
    node = simulate(rattled(), mock, task='relax', max_steps=5)
    assert node.is_finished_ok, node.exit_message
    runs = [call for call in node.called if call.process_label == 'MockWorkChain']
    assert len(runs) > 1
    for earlier, later in zip(runs, runs[1:], strict=False):
        assert later.inputs.structure.pk != earlier.inputs.structure.pk
        assert later.inputs.structure.creator.process_label == 'normalise_results'
    assert np.abs(node.outputs.arrays.get_array('forces')).max() <= 0.01
    assert 'stopped early' in get_workchain_report(node, 'REPORT')


def test_relaxation_that_never_ends_is_given_up_with_its_last_structure(mock) -> None:
    node = simulate(rattled(), mock, task='relax', max_steps=1, force_tolerance=1e-6)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_MAXIMUM_ITERATIONS_EXCEEDED.status
    assert 'force_tolerance' in node.exit_message
    assert node.outputs.results['converged'] is False
    assert 'structure' in node.outputs


def test_failed_relaxation_with_a_structure_continues(scripted, mock) -> None:
    scripted('compute and fail', 'compute')
    node = simulate(rattled(), mock, task='relax')
    assert node.is_finished_ok
    assert len([call for call in node.called if call.process_label == 'Scripted']) == 2


@pytest.mark.parametrize('task', ['static', 'relax'])
def test_failure_of_the_engine_says_how_it_ended(scripted, mock, task: str) -> None:
    scripted('fail')
    node = simulate(rattled(), mock, task=task)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_UNHANDLED_FAILURE.status
    assert 'exit status 499: the script says so' in node.exit_message


def test_exception_in_the_engine_process(scripted, mock, copper) -> None:
    scripted('raise')
    node = simulate(copper(), mock)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_SUB_PROCESS_EXCEPTED.status


def test_missing_outputs_are_no_success(scripted, mock, copper) -> None:
    scripted('nothing')
    node = simulate(copper(), mock)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_RESULTS_INCOMPLETE.status
    assert 'arrays' in node.exit_message


def test_unconverged_results_are_kept_but_no_success(scripted, mock, copper) -> None:
    scripted('compute').unconverged = True
    node = simulate(copper(), mock)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_NOT_CONVERGED.status
    assert node.outputs.results['converged'] is False


def test_what_the_engine_refuses_is_not_submitted(mock, copper) -> None:
    node = simulate(copper(), mock, task='md')
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_CANNOT_BE_RUN.status
    assert 'at least 2 atoms' in node.exit_message
    assert not node.called


def test_missing_code_is_named_with_its_remedy(scripted, mock, copper) -> None:
    engine = scripted('compute')
    engine.code_plugin, engine.code_label = 'core.arithmetic.add', 'absent'
    node = simulate(copper(), mock)
    assert node.exit_status == SimulationWorkChain.exit_codes.ERROR_NO_CODE.status
    assert 'absent@localhost' in node.exit_message
    assert 'nanoos engines install' in node.exit_message


@pytest.mark.parametrize(
    ('parameters', 'said'),
    [
        ({'task': 'melt'}, "task: .*'relax_cell'.*got 'melt'"),
        ({'spam': 1}, 'spam: .*not permitted'),
        ({'force_tolerance': -1}, 'force_tolerance: .*greater than 0.*got -1'),
        ({'cutoff': 1.0}, 'cutoff must be at least'),
    ],
)
def test_bad_parameters_are_refused_at_submission(mock, copper, parameters: dict, said: str) -> None:
    before = orm.QueryBuilder().append(orm.ProcessNode).count()
    with pytest.raises(ValueError, match=said) as caught:
        simulate(copper(), mock, **parameters)
    assert '\n' not in str(caught.value)
    assert orm.QueryBuilder().append(orm.ProcessNode).count() == before


def test_unknown_engine_is_refused_at_submission(copper) -> None:
    with pytest.raises(ValueError, match=r"unknown engine 'spam'; installed engines: .*mock"):
        simulate(copper(), Template(name='spam', engine='spam'))


def test_code_of_another_program_is_refused_at_submission(copper, bash) -> None:
    template = Template(name='copper', engine='lammps', parameters={'potential': 'Cu_mishin1.eam.alloy'})
    inputs = {'structure': copper(), 'template': template, 'code': bash}
    with pytest.raises(ValueError, match="code 'bash' is for .*; engine lammps needs one for"):
        run('nanoos.simulation', inputs)


def test_job_that_the_scheduler_lost_is_run_once_more(mock, copper) -> None:
    """The handler alone: no scheduler here loses jobs."""
    process = instantiate_process(
        get_manager().create_runner(communicator=None), SimulationWorkChain, structure=copper(), template=mock
    )
    process.setup()
    job = orm.CalcJobNode()
    job.set_process_state('finished')
    job.set_exit_status(CalcJob.exit_codes.ERROR_SCHEDULER_NODE_FAILURE.status)
    job.set_exit_message('The node running the job failed.')
    job.store()
    report = process.repeat_lost_job(job)
    assert report.exit_code.status == 0
    assert process.repeat_lost_job(job) is None
    job = orm.CalcJobNode().store()
    job.set_process_state('finished')
    job.set_exit_status(CalcJob.exit_codes.ERROR_SCHEDULER_OUT_OF_MEMORY.status)
    process.ctx.has_retried = False
    assert process.repeat_lost_job(job) is None
