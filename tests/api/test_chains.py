"""Chains over HTTP: listed, run by the mock engine, and no way around what single jobs may not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from aiida import orm

from nanoos_plugins.chains.chain import chain_names, load_chain
from nanoos_plugins.data.template import Template, system_templates
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count, ended, structure_of

MOCK = {'template': 'mock', 'structure': 'crystal'}
#: Lennard-Jones: the formation energy of a vacancy of the first crystal is the ε of the next.
CHAIN: dict[str, Any] = {
    'name': 'mine',
    'description': 'of mock engines',
    'structures': {
        'crystal': {'description': 'fcc copper', 'bulk': {'formula': 'Cu', 'crystal': 'fcc', 'a': 3.6}}
    },
    'steps': {
        'vacancy': {
            **MOCK,
            'workflow': 'vacancy',
            'protocol': 'fast',
            'settings': {'min_length': 6.0, 'migration': False},
        },
        'first': MOCK,
        'next': {**MOCK, 'take': {'epsilon': 'vacancy.formation.formation_energy'}},
    },
    'report': {
        'first': 'first.results.energy',
        'next': 'next.results.energy',
        'epsilon': 'vacancy.formation.formation_energy',
    },
}
YAML = """
name: small
description: one step
structures: {crystal: {description: fcc copper, bulk: {formula: Cu, a: 3.6}}}
steps: {first: {template: mock, structure: crystal}}
report: {energy: first.results.energy}
"""


def own(person: Person, chain: Any = None, **more: Any) -> Any:
    headers = more.pop('headers', {})
    return person.http('POST', '/chains/runs', json={'chain': chain or CHAIN, **more}, headers=headers)


def with_step(name: str = 'next', **changes: Any) -> dict[str, Any]:
    """Return the chain with another step."""
    steps = CHAIN['steps'] | {name: CHAIN['steps'][name] | changes}
    return {**CHAIN, 'steps': steps}


@pytest.fixture(scope='module', autouse=True)
def templates(alice: Person, daemon: None) -> None:
    system_templates()


@pytest.fixture(scope='module')
def carol(sign_up: Callable[..., Person]) -> Person:
    """Return somebody whose chains are all refused."""
    return sign_up('carol')


@pytest.fixture(scope='module')
def run(alice: Person) -> dict[str, Any]:
    """Return a chain of alice's that has ended."""
    answer = own(alice, label='my chain')
    assert answer.status_code == 201, answer.text
    return ended(alice, answer.json()['uuid'])


def test_the_shipped_chains_are_listed_with_scales_and_units(alice: Person) -> None:
    found = {chain['name']: chain for chain in alice.http('GET', '/chains').json()}
    assert sorted(found) == chain_names()
    assert alice.http('GET', '/chains/copper-diffusion').json() == found['copper-diffusion']
    steps = {step['label']: step for step in found['copper-diffusion']['steps']}
    assert [step['scale'] for step in steps.values()] == ['quantum', 'atomistic', 'mesoscale', 'continuum']
    (taken,) = steps['plate']['takes']
    assert (taken['parameter'], taken['unit'], taken['at']) == ('diffusivity', 'm²/s', 1200)
    assert steps['diffusion']['needs'] == ['lattice', 'vacancy']
    assert {one['name'] for one in found['copper-diffusion']['report']} >= {'D0', 'Q'}


def test_there_is_no_chain_of_another_name_and_no_file(alice: Person) -> None:
    answer = alice.http('GET', '/chains/copper-difusion')
    assert is_problem(answer, 404)
    assert 'did you mean copper-diffusion?' in answer.json()['detail']
    for name in ('..%2F..%2Fmine.yaml', 'mine.yaml', '%2Fetc%2Fmine.yaml'):
        assert is_problem(alice.http('GET', f'/chains/{name}'), 404)
        assert is_problem(alice.http('POST', f'/chains/{name}/runs', json={}), 404)


def test_a_run_tells_its_steps_what_was_handed_over_and_what_was_found(
    run: dict[str, Any], alice: Person
) -> None:
    assert (run['status'], run['workflow'], run['label']) == ('COMPLETED', 'nanoos.multiscale', 'my chain')
    told = alice.http('GET', f'/jobs/{run["uuid"]}/chain').json()
    steps = {step['label']: step for step in told['steps']}
    assert [step['job']['status'] for step in steps.values()] == ['COMPLETED'] * 3
    assert {step['scale'] for step in steps.values()} == {'testing'}
    (taken,) = steps['next']['takes']
    found = {one['name']: one for one in told['report']}
    assert (taken['value'], taken['unit']) == (found['epsilon']['value'], 'eV')
    assert found['next']['value'] / found['first']['value'] == pytest.approx(taken['value'] / 0.15)
    assert {one['unit'] for one in found.values()} == {'eV'}
    handed = orm.load_node(taken['node'])
    assert handed.process_label == 'hand_over_values'
    assert handed.caller.uuid == run['uuid']
    assert orm.load_node(told['report_node']).get_dict()['next']['value'] == found['next']['value']
    assert orm.load_node(told['structures']['crystal']).user.email == alice.email


def test_a_job_that_is_no_chain_has_none(run: dict[str, Any], alice: Person) -> None:
    step = alice.http('GET', f'/jobs/{run["uuid"]}/chain').json()['steps'][0]['job']['uuid']
    assert is_problem(alice.http('GET', f'/jobs/{step}/chain'), 404)


def test_a_chain_of_yaml_runs_of_a_structure_with_other_settings(alice: Person) -> None:
    crystal = structure_of(alice)
    answer = own(
        alice, YAML, structures={'crystal': crystal.uuid}, settings={'first': {'epsilon': 0.3}}
    ).json()
    told = alice.http('GET', f'/jobs/{ended(alice, answer["uuid"])["uuid"]}/chain').json()
    assert told['structures'] == {'crystal': crystal.uuid}
    assert told['steps'][0]['settings'] == {'epsilon': 0.3}
    assert told['report'][0]['value'] < 0


def test_a_key_gives_one_job(alice: Person) -> None:
    key = {'Idempotency-Key': uuid4().hex}
    first, again = own(alice, headers=key), own(alice, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()['uuid'] == again.json()['uuid']
    assert is_problem(own(alice, headers=key, label='another'), 409)
    alice.http('POST', f'/jobs/{first.json()["uuid"]}/kill')


def test_a_chain_of_somebody_else_is_not_there(run: dict[str, Any], bob: Person) -> None:
    answer = bob.http('GET', f'/jobs/{run["uuid"]}/chain')
    assert is_problem(answer, 404)
    nowhere = bob.http('GET', f'/jobs/{(other := str(uuid4()))}/chain')
    assert answer.json()['detail'].replace(run['uuid'], '') == nowhere.json()['detail'].replace(other, '')


def test_nothing_of_others_goes_into_a_chain(carol: Person, bob: Person) -> None:
    structure = structure_of(bob)
    with acting_as(bob.user):
        template = Template('of-bob', 'mock', {}).store()
    before = count(carol)
    for given in (
        {'structures': {'crystal': structure.uuid}},
        {'templates': {'next': template.uuid}},
        {'codes': {'next': structure.uuid}},
    ):
        answer = own(carol, **given)
        assert is_problem(answer, 404), answer.text
    assert is_problem(own(carol, with_step(template=template.uuid)), 404)
    # By its name it is not there either, and its primary key means nothing.
    for name in ('of-bob', str(template.pk)):
        answer = own(carol, with_step(template=name))
        assert is_problem(answer, 422)
        assert 'did you mean of-bob' not in answer.json()['detail']
    assert count(carol) == before


@pytest.mark.parametrize(
    ('given', 'words'),
    [
        ({'templates': {'frist': 'mock'}}, "no step 'frist'; did you mean first?"),
        ({'templates': {'first': 'mok'}}, "no template 'mok'; did you mean mock?"),
        ({'settings': {'nxt': {}}}, 'did you mean next?'),
        ({'settings': {'first': {'sigmma': 1}}}, "steps.first: unknown setting 'sigmma'"),
        ({'settings': {'vacancy': {'min_length': 'long'}}}, 'steps.vacancy: settings.min_length: expected'),
        ({'structures': {'cristal': str(uuid4())}}, 'did you mean crystal?'),
    ],
)
def test_what_is_not_there_is_told_with_what_is_like_it(
    carol: Person, given: dict[str, Any], words: str
) -> None:
    before = count(carol)
    answer = own(carol, **given)
    assert is_problem(answer, 422), answer.text
    assert words in answer.json()['detail']
    assert count(carol) == before


@pytest.mark.parametrize(
    ('chain', 'words'),
    [
        (with_step(structure='cristal'), 'did you mean crystal?'),
        (with_step(take={'epsilom': 'first.results.energy'}), "takes no 'epsilom'; did you mean epsilon?"),
        (with_step(protocol='quick'), "steps.next: there is no protocol 'quick'"),
        (with_step(workflow='multiscale'), "steps.next: there is no workflow 'multiscale'"),
        (with_step(workflow='arithmetic'), "steps.next: there is no workflow 'arithmetic'"),
        (with_step(settings={'metadata': {'options': {}}}), "unknown setting 'metadata'"),
        (with_step(settings={'code': 'bash'}), "unknown setting 'code'"),
        (with_step(settings={'final': {'uuid': str(uuid4())}}), 'values, no nodes'),
        (
            {**CHAIN, 'structures': {'crystal': {'description': 'any'}}},
            'structures.crystal: one must be given',
        ),
        (
            {**CHAIN, 'structures': {'crystal': {'description': 'any', 'bulk': {'formula': 'Xx'}}}},
            'structures.crystal: formula',
        ),
        ({**CHAIN, 'steps': {}}, 'this is no chain: steps'),
        ({**CHAIN, 'steps': {'results': MOCK}, 'report': {'x': 'results.results.energy'}}, "'results' names"),
        (with_step(settings={'epsilon': 2**70}), 'cannot be kept'),
        (with_step(description='a\0b'), 'cannot be kept'),
        (with_step(settings={'epsilon': json.loads('[' * 300 + ']' * 300)}), 'depth'),
        (YAML.replace('3.6', '.nan'), 'cannot be kept'),
        ('steps: [', 'this is no YAML'),
        ('a: &a [1]\nb: [*a, *a]\n', 'alias'),
        ('[' * 30 + ']' * 30, 'levels'),
        (YAML.replace('description: one step', f'description: {"x" * 100_000}'), 'at most 100000'),
    ],
)
def test_what_is_no_chain_is_told(carol: Person, chain: Any, words: str) -> None:
    before = count(carol)
    answer = own(carol, chain)
    assert is_problem(answer, 422), answer.text
    assert words in answer.json()['detail']
    assert count(carol) == before


def test_a_tenant_may_not_run_by_a_chain_what_they_may_not_run_as_a_job(carol: Person) -> None:
    """A path as a potential, and a code of one's own on the machine that all share."""
    before = count(carol)
    lammps = with_step(template='lammps-eam-cu', settings={'potential': '/etc/passwd'}, take={})
    by_setting = own(
        carol, with_step(template='lammps-eam-cu', take={}), settings={'next': {'potential': '../x'}}
    )
    for answer in (own(carol, lammps), by_setting):
        assert is_problem(answer, 403), answer.text
        assert 'steps.next: potential' in answer.json()['detail']
    with acting_as(carol.user):
        code = orm.InstalledCode(
            label='of-carol',
            computer=orm.load_computer('localhost'),
            filepath_executable='/bin/bash',
            default_calc_job_plugin='nanoos.mlip',
        ).store()
    answer = own(carol, with_step(template='mlip', take={}), codes={'next': code.uuid})
    assert is_problem(answer, 403), answer.text
    assert is_problem(own(carol, options={'prepend_text': 'id'}), 422)
    assert count(carol) == before + 1


def test_a_step_runs_by_the_code_that_was_checked(alice: Person, sleeper: orm.InstalledCode) -> None:
    """Not by whichever is there when its turn comes."""
    chain = with_step('first', template='mlip')
    uuid = own(alice, chain, codes={'first': sleeper.uuid}, options={'max_wallclock_seconds': 60}).json()[
        'uuid'
    ]
    inputs = orm.load_node(uuid).inputs
    assert inputs.codes.first.uuid == sleeper.uuid
    assert inputs.options.get_dict() == {'max_wallclock_seconds': 60}
    alice.http('POST', f'/jobs/{uuid}/kill')


def test_options_are_for_the_steps_that_run_a_program(alice: Person) -> None:
    """Of the mock engine, which is none, no scheduler is asked whether it has priorities."""
    answer = own(alice, options={'priority': 'high'})
    assert answer.status_code == 201, answer.text
    assert 'codes' not in orm.load_node(answer.json()['uuid']).inputs
    alice.http('POST', f'/jobs/{answer.json()["uuid"]}/kill')


def test_an_engine_that_does_not_take_what_is_handed_to_it(carol: Person) -> None:
    given = dict.fromkeys(load_chain('copper-stiffness').steps, 'mock')
    answer = carol.http('POST', '/chains/copper-stiffness/runs', json={'templates': given})
    assert is_problem(answer, 422)
    assert answer.json()['detail'].startswith('steps.polycrystal: ')
