"""Templates over HTTP: those that are shipped, one's own, and paths that only administrators may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nanoos_plugins.accounts.account import set_role
from tests.api.conftest import Person
from tests.api.test_auth import is_problem, write
from tests.api.test_materials import nodes

LAMMPS = {'name': 'copper', 'engine': 'lammps', 'parameters': {'potential': 'Cu_mishin1.eam.alloy'}}


def make(person: Person, **body: Any) -> Any:
    return person.http('POST', '/templates', json=body)


def test_shipped_templates_are_there_for_everybody(alice: Person) -> None:
    found = alice.http('GET', '/templates?origin=system').json()['items']
    assert found
    assert {row['origin'] for row in found} == {'system'}
    assert {row['owner'] for row in found} == {'system@nanoos.localhost'}
    again = alice.http('GET', '/templates?origin=system').json()['items']
    assert again == found


def test_a_template_shows_all_parameters_of_its_engine(alice: Person) -> None:
    answer = make(alice, name='hot', engine='mock', parameters={'temperature': 1200}, description='märz')
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made['origin'], made['owner'], made['description']) == ('user', alice.email, 'märz')
    assert made['parameters'] == {'temperature': 1200}
    temperature = next(one for one in made['all_parameters'] if one['name'] == 'temperature')
    assert (temperature['value'], temperature['unit'], temperature['is_set']) == (1200, 'K', True)
    steps = next(one for one in made['all_parameters'] if one['name'] == 'steps')
    assert (steps['value'], steps['is_set']) == (1000, False)
    assert alice.http('GET', f'/templates/{made["uuid"]}').json() == made
    assert made['uuid'] in [
        row['uuid'] for row in alice.http('GET', '/templates?engine=mock').json()['items']
    ]
    assert alice.http('GET', '/templates?engine=qe&origin=user').json()['items'] == []


def test_others_do_not_see_it(alice: Person, bob: Person) -> None:
    made = make(alice, name='secret', engine='mock').json()['uuid']
    none = '0' * 8 + made[8:]
    hidden, missing = (bob.http('GET', f'/templates/{uuid}') for uuid in (made, none))
    assert is_problem(hidden, 404)
    assert hidden.json()['detail'].replace(made, none) == missing.json()['detail']
    assert 'secret' not in [row['name'] for row in bob.http('GET', '/templates?limit=200').json()['items']]


def test_a_potential_that_is_a_path_is_for_administrators(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    assert make(person, **LAMMPS).status_code == 201
    before = nodes()
    paths = ['/etc/passwd', '../secret.eam.alloy', '~/secret.sw', 'folder/file.tersoff']
    for path in paths:
        assert is_problem(make(person, **{**LAMMPS, 'parameters': {'potential': path}}), 403), path
    assert nodes() == before
    write(set_role, person.user.pk, 'admin')
    for path in paths:
        assert make(person, **{**LAMMPS, 'parameters': {'potential': path}}).status_code == 201


@pytest.mark.parametrize(
    'body',
    [
        {'name': 'a'},
        {'name': ' ', 'engine': 'mock'},
        {'name': 'a', 'engine': 'nothing'},
        {'name': 'a', 'engine': 'mock', 'parameters': {'steps': -1}},
        {'name': 'a', 'engine': 'mock', 'parameters': {'unknown': 1}},
        {'name': 'a', 'engine': 'mock', 'parameters': [1]},
        {'name': 'a', 'engine': 'lammps', 'parameters': {'potential': ['/etc/passwd']}},
        {'name': 'a', 'engine': 'mock', 'origin': 'system'},
    ],
    ids=lambda body: repr(body)[:60],
)
def test_bad_templates_are_refused_and_leave_no_node(alice: Person, body: dict[str, Any]) -> None:
    before = nodes()
    assert is_problem(make(alice, **body), 422)
    assert nodes() == before
