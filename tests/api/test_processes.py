"""Processes and engines are described as JSON Schema, and submitted by their ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from aiida import orm

from nanoos_plugins.accounts.account import set_role
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.job_inputs import WORKFLOWS
from nanoos_plugins.storage.owner import acting_as, system_user
from tests.api.conftest import Person
from tests.api.test_auth import is_problem, write
from tests.api.test_jobs import count, ended, structure_of

SUBMIT = '/processes/nanoos.relax/submit'


def node(data: orm.Data) -> dict[str, str]:
    return {'uuid': data.uuid}


@pytest.fixture
def mock(profile: object) -> Template:
    """Return the system's template of the mock engine."""
    system_templates()
    with acting_as(system_user()):
        return load_template('mock')


@pytest.fixture(scope='module')
def mallory(sign_up: Callable[..., Person]) -> Person:
    """Return somebody who runs nothing: so what they have does not grow by itself."""
    return sign_up('mallory')


@pytest.fixture
def theirs(mallory: Person, mock: Template, daemon: None) -> dict[str, Any]:
    """Return inputs of a relaxation for mallory."""
    return {'structure': node(structure_of(mallory)), 'template': node(mock)}


@pytest.fixture
def inputs(alice: Person, mock: Template, daemon: None) -> dict[str, Any]:
    """Return inputs of a relaxation for alice."""
    return {'structure': node(structure_of(alice)), 'template': node(mock)}


def test_what_can_be_submitted_is_listed_with_a_line_each(alice: Person) -> None:
    listed = alice.http('GET', '/processes').json()
    assert [one['entry_point'] for one in listed] == [f'nanoos.{name}' for name in WORKFLOWS]
    assert all(len(one['description']) > 10 and '\n' not in one['description'] for one in listed)


def test_protocols_say_what_they_set_for_an_engine(alice: Person) -> None:
    def protocols(workflow: str, engine: str) -> Any:
        return alice.http('GET', f'/processes/nanoos.{workflow}/protocols', params={'engine': engine}).json()

    assert [one['name'] for one in protocols('eos', 'qe')] == ['moderate', 'fast', 'precise']
    assert protocols('eos', 'qe')[1]['parameters'] == {'kpoints_distance': 0.25, 'conv_thr_per_atom': 1e-9}
    assert protocols('eos', 'mock')[1]['parameters'] == {}
    assert protocols('eos', 'mock')[1]['inputs']['points'] == 5
    assert protocols('simulation', 'mock') == []
    for path in ('/processes/nanoos.eos/protocols?engine=abacus', '/processes/nanoos.eos/protocols'):
        assert is_problem(alice.http('GET', path), 422)
    assert is_problem(alice.http('GET', '/processes/core.arithmetic.add/protocols?engine=qe'), 404)


@pytest.mark.parametrize('workflow', WORKFLOWS)
def test_ports_are_json_schema_with_help_units_and_defaults(alice: Person, workflow: str) -> None:
    schema = alice.http('GET', f'/processes/nanoos.{workflow}/schema').json()
    for side in ('inputs', 'outputs'):
        jsonschema.Draft7Validator.check_schema(schema[side])
        assert all(port['description'] for port in schema[side]['properties'].values() if 'type' not in port)
    # a single simulation may be of a continuum, which has no structure
    needed = {'template'} if workflow == 'simulation' else {'structure', 'template'}
    # where to look for a melting point nobody else knows
    more = {'temperatures': [1000, 1200, 1400]} if workflow == 'melting' else {}
    needed |= set(more)
    assert set(schema['inputs']['required']) == needed
    properties = schema['inputs']['properties']
    assert properties['structure']['unit'] == 'Å'
    assert set(properties['metadata']['properties']) == {'label', 'description'}
    engines = properties['parameters']['x-engines']
    assert engines['mock']['properties']['epsilon']['unit'] == 'eV'
    valid = {'structure': {'uuid': str(uuid4())}, 'template': {'uuid': str(uuid4())}, **more}
    checker = jsonschema.Draft7Validator(schema['inputs'])
    assert checker.is_valid(valid)
    assert not checker.is_valid({**valid, 'structure': 5})
    assert not checker.is_valid({**valid, 'shell': 'id'})
    assert not checker.is_valid({'structure': valid['structure']})


def test_ports_have_their_types(alice: Person) -> None:
    properties = alice.http('GET', '/processes/nanoos.relax/schema').json()['inputs']['properties']
    assert [choice['type'] for choice in properties['rounds']['anyOf']] == ['integer', 'object']
    assert properties['rounds']['default'] == 3
    assert properties['cell']['default'] is True


def test_unknown_processes_are_not_there(alice: Person) -> None:
    for name in ('nanoos.nothing', 'core.arithmetic.add', 'nanoos.mock', 'nanoos.mlip', 'lammps.raw'):
        assert is_problem(alice.http('GET', f'/processes/{name}/schema'), 404)
        assert is_problem(alice.http('POST', f'/processes/{name}/submit', json={'inputs': {}}), 404)


def test_engines_are_listed_with_their_parameters(alice: Person) -> None:
    engines = {one['name']: one for one in alice.http('GET', '/engines').json()}
    assert set(engines) >= {'qe', 'lammps', 'mlip', 'mock'}
    assert 'mock' in engines['mock']['label'].lower()
    assert (engines['mock']['scale'], engines['mock']['needs_code']) == ('testing', False)
    assert engines['qe']['needs_code']
    assert engines['qe']['parameters']['properties']['ecutwfc']['unit'] == 'Ry'
    for engine in engines.values():
        jsonschema.Draft7Validator.check_schema(engine['parameters'])


def test_a_process_is_submitted_by_its_ports(alice: Person, inputs: dict[str, Any]) -> None:
    body = {
        'inputs': {
            **inputs,
            'rounds': 2,
            'parameters': {'epsilon': 0.2},
            'options': {'max_wallclock_seconds': 60},
            'metadata': {'label': 'by ports'},
            'code': None,
        }
    }
    headers = {'Idempotency-Key': f'ports-{uuid4()}'}
    answer = alice.http('POST', SUBMIT, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    again = alice.http('POST', SUBMIT, json=body, headers=headers)
    assert (again.status_code, again.json()['uuid']) == (200, answer.json()['uuid'])
    job = ended(alice, answer.json()['uuid'])
    assert (job['status'], job['label'], job['owner']) == ('COMPLETED', 'by ports', alice.email)
    found = orm.load_node(job['uuid'])
    assert isinstance(found, orm.WorkChainNode)
    assert found.inputs.rounds.value == 2
    assert {found.inputs.rounds.user.email, found.inputs.parameters.user.email} == {alice.email}


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({'structure': None}, 422, 'inputs.structure'),
    ({'structure': {'uuid': 'x'}}, 422, 'inputs.structure'),
    ({'structure': {'uuid': '00000000-0000-4000-8000-000000000000'}}, 404, 'there is no input 00000000'),
    ({'structure': 'Cu'}, 422, 'inputs.structure'),
    ({'template': None}, 422, 'inputs.template'),
    ({'rounds': 'two'}, 422, 'inputs.rounds'),
    ({'rounds': 1.5}, 422, 'inputs.rounds'),
    ({'rounds': True}, 422, 'inputs.rounds'),
    ({'rounds': 0}, 422, 'rounds'),
    ({'cell': 1}, 422, 'inputs.cell'),
    ({'parameters': {'epsilon': 'deep'}}, 422, 'epsilon'),
    ({'parameters': []}, 422, 'inputs.parameters'),
    ({'nonsense': 1}, 422, 'inputs.nonsense'),
    ({'metadata': {'store_provenance': False}}, 422, 'inputs.metadata.store_provenance'),
    ({'metadata': {'disable_cache': True}}, 422, 'inputs.metadata.disable_cache'),
    ({'metadata': {'label': 5}}, 422, 'inputs.metadata.label'),
    ({'metadata': 'x'}, 422, 'inputs.metadata'),
    ({'options': {'prepend_text': 'id'}}, 403, 'options.prepend_text'),
    ({'options': {'custom_scheduler_commands': 'id'}}, 403, 'options.custom_scheduler_commands'),
    ({'options': {'mpirun_extra_params': ['sh']}}, 403, 'options.mpirun_extra_params'),
    ({'options': {'environment_variables': {'A': 'b'}}}, 403, 'options.environment_variables'),
    ({'options': {'import_sys_environment': True}}, 403, 'options.import_sys_environment'),
    ({'options': {'queue_name': 'a\nb'}}, 422, 'options.queue_name'),
    ({'options': {'resources': {'tot_num_mpiprocs': 10**9}}}, 403, 'options.resources.tot_num_mpiprocs'),
    ({'options': {'priority': 'high'}}, 422, 'options.priority'),
)


@pytest.mark.parametrize(('changes', 'status', 'told'), WRONG, ids=[str(one[0])[:60] for one in WRONG])
def test_wrong_inputs_are_told_by_their_port_and_nothing_is_stored(
    mallory: Person, theirs: dict[str, Any], changes: dict[str, Any], status: int, told: str
) -> None:
    before = count(mallory)
    answer = mallory.http('POST', SUBMIT, json={'inputs': {**theirs, **changes}})
    assert is_problem(answer, status), answer.text
    assert told in answer.json()['detail']
    assert count(mallory) == before


def test_options_and_parameters_in_stored_nodes_are_checked_as_well(
    mallory: Person, theirs: dict[str, Any], bob: Person
) -> None:
    with acting_as(mallory.user):
        options = orm.Dict({'prepend_text': 'id'}).store()
        parameters = orm.Dict({'potential': '/etc/passwd'}).store()
        lammps = Template('lammps-named', 'lammps', {'potential': 'Cu_mishin1.eam.alloy'}).store()
    with acting_as(bob.user):
        foreign = orm.Dict({'epsilon': 0.2}).store()
    before = count(mallory)
    attempts = (
        ({'options': node(options)}, 403),
        ({'template': node(lammps), 'parameters': node(parameters)}, 403),
        ({'parameters': node(foreign)}, 404),
        ({'parameters': node(lammps)}, 422),
    )
    for changes, status in attempts:
        answer = mallory.http('POST', SUBMIT, json={'inputs': {**theirs, **changes}})
        assert is_problem(answer, status), answer.text
    assert count(mallory) == before


def test_an_administrator_may_give_what_tenants_may_not(sign_up: Any, mock: Template, daemon: None) -> None:
    person = sign_up('admin')
    write(set_role, person.user.pk, 'admin')
    inputs = {'structure': node(structure_of(person)), 'template': node(mock)}
    body = {'inputs': {**inputs, 'options': {'prepend_text': 'true'}}}
    answer = person.http('POST', SUBMIT, json=body)
    assert answer.status_code == 201, answer.text
    assert ended(person, answer.json()['uuid'])['status'] == 'COMPLETED'


#: Values that are JSON, and hardly what anybody means.
ODD: tuple[Any, ...] = (
    *('', 'x', -1, 0, 1e308, -0.0, True, None),
    *([], [None], ['a', {}], [0], [-1, -1, -1], [[1]], [1e308] * 3, {}, {'a': None}, {'uuid': 5}),
)


@pytest.mark.parametrize('workflow', WORKFLOWS)
def test_odd_values_are_taken_or_refused_but_never_unexpected(
    mallory: Person, theirs: dict[str, Any], workflow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken here is not handed to the daemon."""
    from api.writes import jobs
    from nanoos_plugins import launch

    monkeypatch.setattr(launch, 'hand_over', lambda pk: None)
    process = f'nanoos.{workflow}'
    ports = mallory.http('GET', f'/processes/{process}/schema').json()['inputs']['properties']
    refused = 0
    for name in sorted(set(ports) - {'structure', 'template'}):
        for value in ODD:
            with acting_as(mallory.user):
                try:
                    given = {**theirs, name: value}
                    jobs.submit_process(str(uuid4()), 'digest', None, False, process, given)
                except (ValueError, PermissionError, LookupError):
                    refused += 1
    assert refused > len(ODD)
