"""`nanoos job`, with the mock engine on the real daemon."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiida import orm
from click.testing import Result

Ask = Callable[..., Any]
Invoke = Callable[..., Result]


@pytest.fixture(scope='module')
def structure(copper: Callable[[], orm.StructureData]) -> int:
    """Return the pk of a primitive cell of copper."""
    from nanoos_plugins.data.template import system_templates

    system_templates()
    return copper().pk or 0


def wait_for(asked: Ask, pk: int, *statuses: str) -> str:
    """Return the job's status as soon as it is one of these."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        status: str = asked('job', 'status', pk)['status']
        if status in statuses:
            return status
        time.sleep(0.2)
    raise AssertionError(f'job {pk} is {status}, not one of {statuses}')


@pytest.fixture(scope='module')
def finished(daemon: None, structure: int) -> Any:
    """Return what `nanoos job submit … --wait --json` printed for an equation of state."""
    from click.testing import CliRunner

    from nanoos_plugins.cli.root import nanoos

    command = ['job', 'submit', str(structure), '--workflow', 'eos', '--template', 'mock']
    result = CliRunner().invoke(
        nanoos, [*command, '--protocol', 'fast', '--label', 'an EOS', '--wait', '--json']
    )
    assert result.exit_code == 0, result.output
    assert 'COMPLETED' in result.stderr
    return json.loads(result.stdout)


def test_submit_and_wait_prints_results(finished: Any) -> None:
    assert finished['status'] == 'COMPLETED'
    assert finished['workflow'] == 'nanoos.eos'
    # The mock solid is made to have a lattice parameter near copper's.
    assert finished['results']['eos']['a0_A'] == pytest.approx(3.615, abs=0.02)


def test_show_report_and_list_know_the_job(asked: Ask, invoke: Invoke, finished: Any) -> None:
    pk = finished['pk']
    shown = asked('job', 'show', pk)
    assert shown['results'] == finished['results']
    assert set(shown['outputs']) == {'eos', 'points', 'structure'}
    assert shown['failure'] is None
    table = invoke('job', 'show', pk).stdout
    assert 'GPa' in table
    assert 'an EOS' in table
    assert any('5 volumes' in line['message'] for line in asked('job', 'report', pk))
    listed = asked('job', 'list', '--workflow', 'eos', '--status', 'completed')['jobs']
    assert pk in [job['pk'] for job in listed]


def test_list_goes_on_behind_its_cursor(asked: Ask, finished: Any) -> None:
    asked('job', 'submit', shown_structure(asked, finished), '--workflow', 'simulation', '--template', 'mock')
    first = asked('job', 'list', '--limit', 1)
    second = asked('job', 'list', '--limit', 1, '--after', first['after'])
    assert first['jobs'][0]['created'] > second['jobs'][0]['created']


def test_a_uuid_and_its_beginning_mean_the_job(asked: Ask, finished: Any) -> None:
    for name in (finished['uuid'], finished['uuid'][:13]):
        assert asked('job', 'status', name)['pk'] == finished['pk']


def test_plot_and_graph_write_pictures(
    invoke: Invoke, asked: Ask, structure: int, finished: Any, tmp_path: Path
) -> None:
    plot, graph = tmp_path / 'eos.png', tmp_path / 'eos.svg'
    made = asked(
        'job',
        'submit',
        structure,
        '--workflow',
        'eos',
        '--template',
        'mock',
        '--set',
        'points=5',
        '--plot',
        plot,
    )
    assert made['plot'] == str(plot)
    assert plot.read_bytes().startswith(b'\x89PNG')
    assert invoke('job', 'graph', finished['pk'], '--output', graph).exit_code == 0
    assert ET.parse(graph).getroot().tag.endswith('svg')


def test_set_reaches_engine_and_workflow(asked: Ask, structure: int, daemon: None) -> None:
    made = asked(
        'job', 'submit', structure, '--workflow', 'eos', '--template', 'mock', '--protocol', 'fast',
        '--set', 'points=6', '--set', 'epsilon=0.3', '--wait',
    )  # fmt: skip
    job: orm.ProcessNode = orm.load_node(made['pk'])  # type: ignore[assignment]
    assert job.inputs.points.value == 6
    assert job.inputs.parameters.get_dict()['epsilon'] == 0.3
    assert len(job.outputs.points.get_array('volumes')) == 6


def test_failure_says_where_and_what_to_try(invoke: Invoke, structure: int, daemon: None) -> None:
    """A single step of relaxation from a strained cell does not converge."""
    atoms = orm.load_node(structure).get_ase()  # type: ignore[attr-defined]
    atoms.set_cell(atoms.cell * 1.1, scale_atoms=True)
    strained = orm.StructureData(ase=atoms).store()
    result = invoke(
        'job', 'submit', strained.pk, '--workflow', 'relax', '--template', 'mock', '--protocol', 'fast',
        '--set', 'max_steps=1', '--wait',
    )  # fmt: skip
    assert result.exit_code == 1
    assert 'exit status' in result.stderr
    assert 'try: nanoos job report' in result.stderr
    pk = orm.QueryBuilder().append(orm.WorkChainNode, filters={'label': {'like': 'relax of %'}}, project='id')
    failed = max(pk.all(flat=True))
    failure = json.loads(invoke('job', 'show', failed, '--json').stdout)['failure']
    assert failure['exit_status'] > 0
    assert failure['message']
    assert invoke('job', 'wait', failed).exit_code == 1


def test_pause_play_and_kill(
    asked: Ask, invoke: Invoke, structure: int, daemon: None, engine_code: Callable[[str], object]
) -> None:
    engine_code('lammps')
    command = ('job', 'submit', structure, '--workflow', 'md', '--template', 'lammps-eam-cu')
    # Days of work, so that it has not ended before it is killed.
    pk = asked(*command, '--set', 'supercell=[3, 3, 3]', '--set', 'steps=1000000000')['pk']
    wait_for(asked, pk, 'RUNNING')
    assert asked('job', 'pause', pk)['status'] == 'PAUSED'
    assert pk in [job['pk'] for job in asked('job', 'list', '--status', 'PAUSED')['jobs']]
    assert asked('job', 'play', pk)['status'] in ('PENDING', 'QUEUED', 'RUNNING')
    assert asked('job', 'kill', pk)['status'] == 'KILLED'
    (calculation,) = (
        node for node in orm.load_node(pk).called_descendants if isinstance(node, orm.CalcJobNode)
    )
    end = time.monotonic() + 60
    while psutil.pid_exists(int(calculation.get_job_id())):
        assert time.monotonic() < end, 'LAMMPS still runs'
        time.sleep(0.2)
    again = invoke('job', 'kill', pk)
    assert again.exit_code == 1
    assert 'has already ended: KILLED' in again.stderr


SUBMIT = ('--workflow', 'eos', '--template', 'mock')


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('submit', 'STRUCTURE', '--workflow', 'eos', '--template', 'nope'), "no template 'nope'"),
        (('submit', '99999999', *SUBMIT), "no structure '99999999'"),
        (('submit', 'not an id', *SUBMIT), "no structure 'not an id'"),
        (('submit', 'TEMPLATE', *SUBMIT), 'not a structure'),
        (('submit', 'STRUCTURE', *SUBMIT, '--set', 'epsilon'), 'expected KEY=VALUE'),
        (('submit', 'STRUCTURE', *SUBMIT, '--set', 'colour=red'), "unknown setting 'colour'"),
        (('submit', 'STRUCTURE', *SUBMIT, '--set', 'epsilon=-1'), 'greater than 0'),
        (('submit', 'STRUCTURE', *SUBMIT, '--set', 'points=2'), 'expected at least 5, got 2'),
        (('submit', 'STRUCTURE', *SUBMIT, '--set', 'points=many'), 'not of the right type'),
        (('submit', 'STRUCTURE', *SUBMIT, '--protocol', 'hasty'), "unknown protocol 'hasty'"),
        (
            ('submit', 'STRUCTURE', '--workflow', 'simulation', '--template', 'mock', '--protocol', 'fast'),
            'has no protocols',
        ),
        (
            ('submit', 'STRUCTURE', '--workflow', 'relax', '--template', 'mock', '--plot', 'a.png'),
            'there is no plot of relax',
        ),
        (('show', '99999999'), "no job '99999999'"),
        (('status', 'STRUCTURE'), 'not a job'),
        (('report', 'zzz'), "no job 'zzz'"),
        (('list', '--after', 'yesterday'), 'is no cursor'),
        (('graph', '99999999', '--output', 'graph.svg'), "no job '99999999'"),
    ],
)
def test_wrong_words_give_one_line_and_no_process(
    invoke: Invoke, structure: int, arguments: tuple[str, ...], said: str
) -> None:
    from nanoos_plugins.data.template import load_template

    words = {'STRUCTURE': str(structure), 'TEMPLATE': str(load_template('mock').pk)}
    before = orm.QueryBuilder().append(orm.ProcessNode).count()
    result = invoke('job', *(words.get(word, word) for word in arguments))
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert orm.QueryBuilder().append(orm.ProcessNode).count() == before


def test_files_of_a_calculation_are_listed_and_printed(invoke: Invoke, asked: Ask, profile: object) -> None:
    from aiida.common import LinkType
    from aiida.engine import ProcessState

    calculation = orm.CalcJobNode(computer=orm.load_computer('localhost'))
    calculation.base.repository.put_object_from_bytes(b'K_POINTS', 'aiida.in')
    calculation.set_process_state(ProcessState.FINISHED)
    calculation.store()
    retrieved = orm.FolderData()
    retrieved.base.repository.put_object_from_bytes(b'JOB DONE.', 'out/aiida.out')
    retrieved.base.links.add_incoming(calculation, LinkType.CREATE, 'retrieved')
    retrieved.store()
    pk = calculation.pk
    paths = [entry['path'] for entry in asked('job', 'files', pk)]
    assert paths == [f'{pk}/inputs/aiida.in', f'{pk}/outputs/out/aiida.out']
    assert invoke('job', 'files', pk, paths[1]).stdout == 'JOB DONE.'
    assert asked('job', 'files', pk, paths[0]) == {'path': paths[0], 'content': 'K_POINTS'}
    missing = invoke('job', 'files', pk, 'CRASH')
    assert missing.exit_code == 1
    assert f"has no file 'CRASH'; `nanoos job files {pk}` lists them" in missing.stderr


def shown_structure(asked: Ask, finished: Any) -> int:
    """Return the pk of the structure that the job was for."""
    return int(asked('job', 'show', finished['pk'])['inputs']['structure'].split()[1])
