"""What tenants may run: nothing that is text for a shell, a path, or another tenant's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.engine import CalcJob
from aiida.plugins import CalculationFactory

from api.schemas.jobs import Options
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.install.profile import COMPUTER
from nanoos_plugins.job_inputs import WORKFLOWS
from nanoos_plugins.storage.owner import acting_as, system_user
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count, structure_of

CALCULATIONS = ('core.arithmetic.add', 'nanoos.mlip', 'quantumespresso.pw', 'lammps.base', 'lammps.raw')
#: Every option that a calculation of these takes, by AiiDA's own account.
OPTIONS = sorted(
    {
        name
        for process in (CalcJob, *map(CalculationFactory, CALCULATIONS))
        for name in process.spec().inputs['metadata']['options']
    }
)
SCRIPT = 'true; id > /tmp/taken #'
#: What an attacker would give for an option: text for a shell, or paths.
VALUES: dict[str, Any] = {
    'additional_retrieve_list': ['/etc/passwd', ['/etc/*', '.', 0]],
    'mpirun_extra_params': ['sh', '-c', SCRIPT],
    'environment_variables': {'BASH_ENV': '/tmp/taken'},
    'resources': {'num_machines': 1, 'parallel_env': SCRIPT},
}


@pytest.fixture(scope='module')
def mallory(sign_up: Callable[..., Person]) -> Person:
    """Return somebody who gets nothing to run."""
    return sign_up('mallory')


@pytest.fixture
def job(mallory: Person, daemon: None) -> dict[str, Any]:
    """Return a job of mallory's that would be taken as it is."""
    system_templates()
    return {'workflow': 'simulation', 'structure': structure_of(mallory).uuid, 'template': 'mock'}


@pytest.fixture
def ports(job: dict[str, Any]) -> dict[str, Any]:
    """Return the same by the ports of its process."""
    with acting_as(system_user()):
        template = load_template('mock')
    return {'structure': {'uuid': job['structure']}, 'template': {'uuid': template.uuid}}


def submit(person: Person, inputs: dict[str, Any], workflow: str = 'simulation') -> Any:
    return person.http('POST', f'/processes/nanoos.{workflow}/submit', json={'inputs': inputs})


def refused(answers: list[Any], statuses: set[int]) -> bool:
    return all(
        is_problem(answer, answer.status_code) and answer.status_code in statuses for answer in answers
    )


@pytest.mark.parametrize('option', [name for name in OPTIONS if name not in Options.model_fields])
def test_no_other_option_of_a_calculation_is_taken(
    mallory: Person, job: dict[str, Any], ports: dict[str, Any], option: str
) -> None:
    given = {option: VALUES.get(option, SCRIPT)}
    with acting_as(mallory.user):
        stored = orm.Dict(given).store()
    before = count(mallory)
    assert refused([mallory.http('POST', '/jobs', json={**job, 'options': given})], {422})
    by_ports = [
        submit(mallory, {**ports, 'options': given}),
        submit(mallory, {**ports, 'options': {'uuid': stored.uuid}}),
    ]
    assert refused(by_ports, {403}), [answer.text for answer in by_ports]
    # Neither as an engine's parameter nor as a setting, nor beside the label of the process.
    elsewhere = [
        submit(mallory, {**ports, 'parameters': given}),
        submit(mallory, {**ports, 'metadata': {'options': given}}),
        submit(mallory, {**ports, 'metadata': given}),
        mallory.http('POST', '/jobs', json={**job, 'settings': given}),
    ]
    assert refused(elsewhere, {422}), [answer.text for answer in elsewhere]
    assert count(mallory) == before


@pytest.mark.parametrize('option', sorted(set(Options.model_fields) - {'max_wallclock_seconds'}))
def test_the_options_that_are_taken_hold_no_text_for_a_shell(
    mallory: Person, job: dict[str, Any], ports: dict[str, Any], option: str
) -> None:
    values = [SCRIPT, '$(id)', '`id`', 'a\n#SBATCH --wrap=id', '-x', '../x', VALUES.get(option, 'a b')]
    before = count(mallory)
    for value in values:
        given = {option: value}
        answers = [mallory.http('POST', '/jobs', json={**job, 'options': given})]
        answers.append(submit(mallory, {**ports, 'options': given}))
        assert refused(answers, {403, 422}), value
    assert count(mallory) == before


def remote_folder(owner: Person) -> orm.RemoteData:
    with acting_as(owner.user):
        return orm.RemoteData(remote_path='/etc', computer=orm.load_computer(COMPUTER)).store()


@pytest.mark.parametrize('workflow', WORKFLOWS)
def test_remote_folders_are_no_inputs_and_those_of_others_are_not_there(
    mallory: Person, bob: Person, ports: dict[str, Any], workflow: str
) -> None:
    theirs, own = remote_folder(bob), remote_folder(mallory)
    schema = mallory.http('GET', f'/processes/nanoos.{workflow}/schema').json()['inputs']
    before = count(mallory)
    for port in sorted(schema['properties'].keys() - {'metadata'}):
        foreign = submit(mallory, {**ports, port: {'uuid': theirs.uuid}}, workflow)
        assert is_problem(foreign, 404), (port, foreign.text)
        assert foreign.json()['detail'] == f'there is no input {theirs.uuid}'
        assert is_problem(submit(mallory, {**ports, port: {'uuid': own.uuid}}, workflow), 422), port
    for port in ('parent_folder', 'remote_folder', 'kpoints', 'pw'):
        if port not in schema['properties']:
            assert is_problem(submit(mallory, {**ports, port: {'uuid': own.uuid}}, workflow), 422)
    assert count(mallory) == before


def test_nothing_of_others_goes_into_a_job(
    mallory: Person, bob: Person, job: dict[str, Any], ports: dict[str, Any]
) -> None:
    structure = structure_of(bob)
    with acting_as(bob.user):
        template = Template('of-bob', 'mock', {}).store()
    before = count(mallory)
    attempts = (
        ('structure', structure, mallory.http('POST', '/jobs', json={**job, 'structure': structure.uuid})),
        ('template', template, mallory.http('POST', '/jobs', json={**job, 'template': template.uuid})),
        ('code', template, mallory.http('POST', '/jobs', json={**job, 'code': template.uuid})),
        ('input', structure, submit(mallory, {**ports, 'structure': {'uuid': structure.uuid}})),
        ('input', template, submit(mallory, {**ports, 'template': {'uuid': template.uuid}})),
    )
    for what, node, answer in attempts:
        assert is_problem(answer, 404), answer.text
        assert answer.json()['detail'].endswith(f'there is no {what} {node.uuid}') or what == 'template'
    by_name = mallory.http('POST', '/jobs', json={**job, 'template': 'of-bob'})
    nothing = mallory.http('POST', '/jobs', json={**job, 'template': 'of-nobody'})
    assert by_name.json()['detail'].replace('of-bob', 'of-nobody') == nothing.json()['detail']
    assert count(mallory) == before


@pytest.mark.parametrize('process', CALCULATIONS)
def test_calculations_are_not_submitted_by_themselves(mallory: Person, process: str) -> None:
    answer = mallory.http('POST', f'/processes/{process}/submit', json={'inputs': {}})
    assert is_problem(answer, 404)


def test_what_is_shared_with_others_looks_like_what_is_not_there(mallory: Person, bob: Person) -> None:
    nowhere = '00000000-0000-4000-8000-000000000000'
    node = structure_of(bob)
    material = bob.http('POST', '/materials', json={'name': 'hidden'}).json()['material_id']
    body = {'email': mallory.email}
    for kind, hidden in (('nodes', node.uuid), ('materials', material)):
        answers = []
        for identifier in (hidden, nowhere):
            path = f'/{kind}/{identifier}/shares'
            asked = (
                mallory.http('GET', path),
                mallory.http('PUT', path, json=body),
                mallory.http('DELETE', f'{path}?email={bob.email}'),
                mallory.http('DELETE', f'{path}?everybody=true'),
            )
            answers.append(
                [(one.status_code, one.json()['detail'].replace(identifier, '…')) for one in asked]
            )
        assert answers[0] == answers[1]
        assert {status for status, _ in answers[0]} == {404}
