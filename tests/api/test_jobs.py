"""Jobs over HTTP: submitted, followed and steered by their owner, and by nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.data.template import Template, system_templates
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import revoke, share
from tests.api.conftest import Person
from tests.api.test_auth import is_problem

FINAL = ('COMPLETED', 'FAILED', 'KILLED')
PATHS = (
    '',
    '/status',
    '/report',
    '/report.txt',
    '/calculations',
    '/failure',
    '/caching',
    '/resubmission',
    '/live',
)


def structure_of(person: Person, a: float = 3.6) -> orm.StructureData:
    with acting_as(person.user):
        return orm.StructureData(ase=bulk('Cu', 'fcc', a=a)).store()


def new_job(of: orm.StructureData, **changes: Any) -> dict[str, Any]:
    body = {'workflow': 'simulation', 'structure': of.uuid, 'template': 'mock'}
    return {**body, **changes}


def ended(person: Person, uuid: str, seconds: float = 120) -> dict[str, Any]:
    """Return the job when it has ended."""
    end = time.monotonic() + seconds
    while (job := person.http('GET', f'/jobs/{uuid}').json())['status'] not in FINAL:
        assert time.monotonic() < end, job
        time.sleep(0.3)
    return job  # type: ignore[no-any-return]


def count(person: Person) -> int:
    """Return how many nodes somebody has."""
    query = orm.QueryBuilder().append(orm.User, filters={'id': person.user.pk}, tag='user')
    return query.append(orm.Node, with_user='user').count()


@pytest.fixture(scope='module')
def done(alice: Person, daemon: None) -> dict[str, Any]:
    """Return a job of alice that the daemon has completed."""
    system_templates()
    body = new_job(structure_of(alice), workflow='relax', protocol='fast', label='my first')
    answer = alice.http('POST', '/jobs', json=body)
    assert answer.status_code == 201, answer.text
    return ended(alice, answer.json()['uuid'])


def test_a_job_runs_to_its_end_and_everything_belongs_to_its_owner(
    done: dict[str, Any], alice: Person
) -> None:
    assert (done['status'], done['exit_status'], done['workflow']) == ('COMPLETED', 0, 'nanoos.relax')
    assert (done['label'], done['owner']) == ('my first', alice.email)
    assert {link['label'] for link in done['outputs']} == {'structure', 'results', 'arrays'}
    assert {'structure', 'template'} <= {link['label'] for link in done['inputs']}
    node = orm.load_node(done['uuid'])
    assert isinstance(node, orm.WorkChainNode)
    processes = [node, *node.called_descendants]
    made = [one for process in processes for one in process.base.links.get_outgoing().all_nodes()]
    assert len(processes) > 2
    assert {one.user.email for one in (*processes, *made)} == {alice.email}
    system = [one for one in node.base.links.get_incoming().all_nodes() if one.user.email != alice.email]
    assert [type(one) for one in system] == [Template]


def test_the_jobs_of_a_structure_are_found(done: dict[str, Any], alice: Person, bob: Person) -> None:
    start = next(link['uuid'] for link in done['inputs'] if link['label'] == 'structure')
    relaxed = next(link['uuid'] for link in done['outputs'] if link['label'] == 'structure')

    def of(person: Person, uuid: str) -> list[str]:
        return [job['uuid'] for job in person.http('GET', f'/jobs?structure={uuid}').json()['items']]

    assert of(alice, start) == [done['uuid']]
    assert of(alice, relaxed) == of(bob, start) == []


def test_the_status_and_report_of_a_job(done: dict[str, Any], alice: Person) -> None:
    status = alice.http('GET', f'/jobs/{done["uuid"]}/status').json()
    assert status['status'] == 'COMPLETED'
    assert status['calculations'] == status['calculations_ended'] == 0
    path = f'/jobs/{done["uuid"]}/report'
    lines, after = [], ''
    while True:
        page = alice.http('GET', f'{path}?limit=1{after}').json()
        lines += page['items']
        if page['after'] is None:
            break
        after = f'&after={page["after"]}'
    assert 'round 1' in ' '.join(line['message'] for line in lines)
    assert lines == alice.http('GET', path).json()['items']
    text = alice.http('GET', f'{path}.txt')
    assert text.headers['content-type'] == 'text/plain; charset=utf-8'
    assert len(text.text.splitlines()) == len(lines)
    assert alice.http('GET', f'/jobs/{done["uuid"]}/calculations').json() == []
    assert alice.http('GET', f'/jobs/{done["uuid"]}/failure').json() == {'failure': None}


def test_a_job_of_somebody_else_is_not_there(done: dict[str, Any], bob: Person) -> None:
    def answers(uuid: str) -> list[tuple[int, str]]:
        gets = [bob.http('GET', f'/jobs/{uuid}{path}') for path in PATHS]
        posts = [bob.http('POST', f'/jobs/{uuid}/{action}') for action in ('pause', 'play', 'kill')]
        assert all(is_problem(answer, 404) for answer in gets + posts)
        return [(answer.status_code, answer.json()['detail'].replace(uuid, '…')) for answer in gets + posts]

    assert answers(done['uuid']) == answers(str(uuid4()))
    assert done['uuid'] not in [job['uuid'] for job in bob.http('GET', '/jobs?limit=200').json()['items']]


def test_a_shared_job_is_seen_but_not_steered(
    alice: Person, bob: Person, process_of: Callable[[Person], orm.ProcessNode]
) -> None:
    job = process_of(alice)
    with acting_as(alice.user):
        share(job, bob.user)
    assert bob.http('GET', f'/jobs/{job.uuid}').json()['owner'] == alice.email
    assert job.uuid in [one['uuid'] for one in bob.http('GET', '/jobs').json()['items']]
    assert job.uuid not in [one['uuid'] for one in bob.http('GET', '/jobs?mine=true').json()['items']]
    assert is_problem(bob.http('POST', f'/jobs/{job.uuid}/kill'), 403)
    with acting_as(alice.user):
        revoke(job, bob.user)
    assert is_problem(bob.http('GET', f'/jobs/{job.uuid}'), 404)


@pytest.fixture(scope='module')
def process_of(profile: object) -> Callable[..., orm.ProcessNode]:
    """Return the factory of stored jobs that nobody runs."""
    from aiida.engine import ProcessState

    def make(person: Person, state: ProcessState = ProcessState.FINISHED) -> orm.ProcessNode:
        with acting_as(person.user):
            node = orm.WorkChainNode(process_type='aiida.workflows:nanoos.simulation')
            node.set_process_state(state)
            if state is ProcessState.FINISHED:
                node.set_exit_status(402)
                node.set_exit_message('the engine failed')
            return node.store()

    return make


def test_jobs_are_listed_in_pages_by_status_and_workflow(
    sign_up: Callable[..., Person], process_of: Callable[..., orm.ProcessNode]
) -> None:
    from aiida.engine import ProcessState

    person = sign_up('lister')
    made = [process_of(person).uuid for _ in range(5)]
    made.append(process_of(person, ProcessState.KILLED).uuid)
    found, after = [], ''
    for size in (2, 2, 2):
        page = person.http('GET', f'/jobs?limit=2{after}').json()
        assert len(page['items']) == size
        found += [job['uuid'] for job in page['items']]
        after = f'&after={page["after"]}'
    assert (found, page['after']) == (made[::-1], None)
    killed = person.http('GET', '/jobs?status=KILLED').json()['items']
    assert [job['uuid'] for job in killed] == made[-1:]
    assert person.http('GET', '/jobs?workflow=eos').json() == {'items': [], 'after': None}
    for query in ('limit=0', 'limit=201', 'after=nonsense', 'status=DONE', 'workflow=nanoos.relax'):
        assert is_problem(person.http('GET', f'/jobs?{query}'), 422), query


def test_a_job_tells_what_it_is_about_and_is_found_by_it(done: dict[str, Any], alice: Person) -> None:
    assert (done['template'], done['engine'], done['calculations']) == ('mock', 'mock', None)
    assert done['structure'] in [link['uuid'] for link in done['inputs']]

    def found(**query: str) -> list[str]:
        answer = alice.http('GET', '/jobs', params={'limit': 200, **query})
        assert answer.status_code == 200, answer.text
        return [job['uuid'] for job in answer.json()['items']]

    assert done['uuid'] in found(engine='mock')
    assert found(engine='qe') == []
    assert done['uuid'] in found(created_after=done['created'])
    assert done['uuid'] not in found(created_before=done['created'])
    assert is_problem(alice.http('GET', '/jobs?created_after=2025-01-01T00:00:00'), 422)


def test_what_a_job_was_given_submits_it_again(done: dict[str, Any], alice: Person) -> None:
    given = alice.http('GET', f'/jobs/{done["uuid"]}/resubmission').json()
    assert (given['workflow'], given['label'], given['code']) == ('relax', 'my first', None)
    assert given['settings'] == {'cell': True, 'rounds': 1, 'force_tolerance': 0.05, 'stress_tolerance': 0.5}
    again = ended(alice, alice.http('POST', '/jobs', json=given).json()['uuid'])
    assert alice.http('GET', f'/jobs/{again["uuid"]}/resubmission').json() == given


def test_a_part_is_computed_without_a_structure(
    alice: Person, daemon: None, engine_code: Callable[[str], orm.AbstractCode]
) -> None:
    engine_code('fem')
    system_templates()
    settings = {'task': 'heat', 'low_condition': 'fixed', 'mesh_size': 5e-7, 'order': 1}
    answer = alice.http(
        'POST', '/jobs', json={'workflow': 'simulation', 'template': 'fem', 'settings': settings}
    )
    assert answer.status_code == 201, answer.text
    job = ended(alice, answer.json()['uuid'])
    assert job['status'] == 'COMPLETED', job['exit_message']
    assert (job['structure'], job['engine'], job['label']) == (None, 'fem', 'simulation with fem')
    given = alice.http('GET', f'/jobs/{job["uuid"]}/resubmission').json()
    assert given['structure'] is None
    assert settings.items() <= given['settings'].items()
    assert alice.http('POST', '/jobs', json=given).status_code == 201


def test_a_structure_is_asked_for_where_one_is_evaluated(alice: Person, daemon: None) -> None:
    system_templates()
    for body, words in (
        ({'workflow': 'simulation', 'template': 'mock'}, 'evaluates a structure, got none'),
        ({'workflow': 'relax', 'template': 'mock'}, 'workflow relax needs a structure'),
        ({**new_job(structure_of(alice)), 'template': 'fem'}, 'evaluates a mesh, got a structure'),
    ):
        answer = alice.http('POST', '/jobs', json=body)
        assert is_problem(answer, 422)
        assert words in answer.text


def test_the_stream_of_a_job_that_has_ended_ends(done: dict[str, Any], alice: Person) -> None:
    answer = alice.http('GET', f'/jobs/{done["uuid"]}/live')
    assert answer.headers['content-type'].startswith('text/event-stream')
    assert answer.text == ': alive\n\nevent: end\ndata: {}\n\n'


def test_a_failed_job_says_where_it_failed(alice: Person, process_of: Callable[..., orm.ProcessNode]) -> None:
    job = process_of(alice)
    failure = alice.http('GET', f'/jobs/{job.uuid}/failure').json()['failure']
    assert (failure['uuid'], failure['exit_status']) == (job.uuid, 402)
    assert failure['message'] == 'the engine failed'


def test_what_is_no_job_is_not_there(alice: Person) -> None:
    assert is_problem(alice.http('GET', f'/jobs/{structure_of(alice).uuid}'), 404)
    assert is_problem(alice.http('GET', '/jobs/1'), 422)


def test_a_job_needs_the_scope_submit(alice: Person) -> None:
    token = alice.http('POST', '/auth/tokens', json={'name': 'reader', 'scopes': ['read']}).json()['token']
    headers = {'Authorization': f'Bearer {token}'}
    body = new_job(structure_of(alice))
    assert is_problem(alice.http('POST', '/jobs', json=body, headers=headers), 403)
    assert alice.http('GET', '/jobs', headers=headers).status_code == 200


def test_nodes_of_others_cannot_be_used(alice: Person, mallory: Person, daemon: None) -> None:
    foreign = structure_of(alice)
    with acting_as(alice.user):
        template = Template('of alice', 'mock').store()
        code = orm.InstalledCode(
            label='of-alice', computer=orm.load_computer('localhost'), filepath_executable='/bin/true'
        ).store()
    own = structure_of(mallory)
    before = count(mallory)
    attempts = [
        ('structure', new_job(foreign), foreign.uuid),
        ('structure', new_job(own, structure=str(uuid4())), None),
        ('template', new_job(own, template=template.uuid), template.uuid),
        ('template', new_job(own, template='of alice'), None),
        ('template', new_job(own, template=str(template.pk)), None),
        ('code', new_job(own, code=code.uuid), code.uuid),
    ]
    for what, body, uuid in attempts:
        answer = mallory.http('POST', '/jobs', json=body)
        assert is_problem(answer, 404), (body, answer.text)
        told = answer.json()['detail']
        assert told.startswith(f'there is no {what} ')
        assert uuid is None or told == f'there is no {what} {uuid}'
    assert count(mallory) == before


#: What would run code of the tenant's, or reach files, if it reached a script.
ATTACKS: tuple[tuple[dict[str, Any], set[int]], ...] = (
    ({'options': {'prepend_text': 'touch /tmp/owned'}}, {422}),
    ({'options': {'append_text': 'touch /tmp/owned'}}, {422}),
    ({'options': {'custom_scheduler_commands': '#SBATCH --wrap="id"'}}, {422}),
    ({'options': {'environment_variables': {'LD_PRELOAD': '/tmp/x.so'}}}, {422}),
    ({'options': {'environment_variables_double_quotes': True}}, {422}),
    ({'options': {'mpirun_extra_params': ['sh', '-c', 'id']}}, {422}),
    ({'options': {'import_sys_environment': True}}, {422}),
    ({'options': {'additional_retrieve_list': ['/etc/passwd']}}, {422}),
    ({'options': {'submit_script_filename': '../../x'}}, {422}),
    ({'options': {'parser_name': 'core.arithmetic.add'}}, {422}),
    ({'options': {'queue_name': 'debug\n#SBATCH --wrap=id'}}, {422}),
    ({'options': {'queue_name': 'debug\n'}}, {422}),
    ({'options': {'account': '$(id)'}}, {422}),
    ({'options': {'account': '-x'}}, {422}),
    ({'options': {'priority': 'low; id'}}, {422}),
    ({'options': {'max_wallclock_seconds': 7 * 86400 + 1}}, {422}),
    ({'options': {'max_wallclock_seconds': '60'}}, {422}),
    ({'options': {'resources': {'num_machines': 10**6}}}, {422}),
    ({'options': {'resources': {'num_machines': 1, 'parallel_env': 'x y'}}}, {422}),
    ({'options': {'priority': 'high'}}, {422}),
    ({'settings': {'options': {'prepend_text': 'id'}}}, {422}),
    ({'settings': {'metadata': {'options': {'prepend_text': 'id'}}}}, {422}),
    ({'settings': {'code': 'bash@localhost'}}, {422}),
    ({'settings': {'parameters': {'potential': '/etc/passwd'}}}, {422}),
    ({'settings': {'shell': 'id'}}, {422}),
    ({'settings': {'max_iterations': 'many'}}, {422}),
    ({'settings': {'max_iterations': None, 'handler_overrides': 'x'}}, {422}),
    ({'settings': {'epsilon': -1}}, {422}),
    ({'settings': {'epsilon': 2**70}}, {422}),
    ({'settings': {'epsilon': 'x\x00'}}, {422}),
    ({'workflow': 'mock'}, {422}),
    ({'workflow': '../simulation'}, {422}),
    ({'protocol': 'fast'}, {422}),
    ({'label': 'x' * 201}, {422}),
    ({'template': 'lammps-file', 'settings': {'potential': '/etc/passwd', 'pair_style': 'sw'}}, {403}),
    ({'template': 'lammps-file'}, {403}),
    ({'template': 'lammps-file', 'settings': {'potential': 'a/../b'}}, {403}),
    ({'owner': 'bob'}, {422}),
)


@pytest.fixture(scope='module')
def mallory(sign_up: Callable[..., Person]) -> Person:
    """Return somebody who runs nothing: so what they have does not grow by itself."""
    return sign_up('mallory')


@pytest.mark.parametrize(('changes', 'statuses'), ATTACKS, ids=[str(one[0])[:60] for one in ATTACKS])
def test_what_tenants_may_not_run_is_refused_and_nothing_is_stored(
    mallory: Person, daemon: None, changes: dict[str, Any], statuses: set[int]
) -> None:
    structure = structure_of(mallory)
    if not orm.QueryBuilder().append(Template, filters={'label': 'lammps-file'}).count():
        with acting_as(mallory.user):
            Template('lammps-file', 'lammps', {'potential': '/etc/passwd', 'pair_style': 'sw'}).store()
    before = count(mallory)
    answer = mallory.http('POST', '/jobs', json=new_job(structure, **changes))
    assert any(is_problem(answer, status) for status in statuses), answer.text
    assert count(mallory) == before


def test_a_code_of_ones_own_on_the_shared_machine_is_refused(
    alice: Person, daemon: None, bash: orm.InstalledCode
) -> None:
    """It would run as the daemon, whatever it is: only the system's codes may."""
    with acting_as(alice.user):
        own = orm.InstalledCode(
            label='own', computer=orm.load_computer('localhost'), filepath_executable='/bin/sh'
        ).store()
    assert is_problem(alice.http('POST', '/jobs', json=new_job(structure_of(alice), code=own.uuid)), 403)
    allowed = alice.http('POST', '/jobs', json=new_job(structure_of(alice), code=bash.uuid))
    assert allowed.status_code == 201, allowed.text


def test_a_priority_needs_a_scheduler_that_has_them(alice: Person, daemon: None) -> None:
    with acting_as(system_user()):
        code = orm.InstalledCode(
            label='a-lammps',
            computer=orm.load_computer('localhost'),
            filepath_executable='/bin/true',
            default_calc_job_plugin='lammps.base',
        ).store()
    body = new_job(
        structure_of(alice), template='lammps-eam-cu', code=code.uuid, options={'priority': 'high'}
    )
    answer = alice.http('POST', '/jobs', json=body)
    assert is_problem(answer, 422)
    assert 'core.direct' in answer.json()['detail']


def test_a_job_is_paused_played_and_killed(alice: Person, daemon: None, sleeper: orm.InstalledCode) -> None:
    body = new_job(structure_of(alice), template='mlip', code=sleeper.uuid)
    uuid = alice.http('POST', '/jobs', json=body).json()['uuid']
    for action, statuses in (
        ('pause', {'PAUSED'}),
        ('pause', {'PAUSED'}),
        ('play', {'QUEUED', 'RUNNING', 'PENDING'}),
        ('kill', {'KILLED'}),
    ):
        answer = alice.http('POST', f'/jobs/{uuid}/{action}')
        assert answer.status_code == 200, answer.text
        assert answer.json()['status'] in statuses
        assert alice.http('GET', f'/jobs/{uuid}/status').json()['status'] in statuses
    assert is_problem(alice.http('POST', f'/jobs/{uuid}/play'), 409)
    assert is_problem(alice.http('POST', f'/jobs/{uuid}/stop'), 422)
    calculations = alice.http('GET', f'/jobs/{uuid}/calculations').json()
    assert all(one['owner'] == alice.email for one in calculations)
    assert alice.http('GET', f'/jobs/{uuid}/failure').json()['failure']['exit_status'] is None


def test_a_calculation_from_the_cache_names_its_source_to_who_sees_it(
    alice: Person, bob: Person, process_of: Callable[..., orm.ProcessNode]
) -> None:
    from aiida.common import LinkType

    def calculation(person: Person, caller: orm.ProcessNode | None = None) -> orm.CalcFunctionNode:
        with acting_as(person.user):
            node = orm.CalcFunctionNode()
            node.set_process_label('mock_evaluate')
            if caller is not None:
                node.base.links.add_incoming(caller, LinkType.CALL_CALC, f'CALL_{len(caller.called)}')
            return node.store()

    job, source = process_of(alice), calculation(bob)
    hit, computed = calculation(alice, job), calculation(alice, job)
    hit.base.extras.set('_aiida_cached_from', source.uuid)

    def told() -> list[tuple[Any, ...]]:
        answer = alice.http('GET', f'/jobs/{job.uuid}/caching').json()
        assert answer['taken'] == 1
        keys = ('uuid', 'process', 'from_cache', 'source', 'source_visible')
        return [tuple(taken[key] for key in keys) for taken in answer['calculations']]

    computed_one = (computed.uuid, 'mock_evaluate', False, None, False)
    assert told() == [(hit.uuid, 'mock_evaluate', True, None, False), computed_one]
    with acting_as(bob.user):
        share(source, alice.user)
    assert told() == [(hit.uuid, 'mock_evaluate', True, source.uuid, True), computed_one]
