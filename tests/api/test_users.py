"""Accounts of all people: administrators make, close and open them, and nobody else learns of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from starlette.testclient import TestClient

from nanoos_plugins.accounts.account import set_role
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import PASSWORD, Person
from tests.api.test_auth import is_problem, me, write


@pytest.fixture(scope='module')
def admin(sign_up: Callable[..., Person]) -> Person:
    """Return an administrator."""
    person = sign_up('admin')
    write(set_role, person.user.pk, 'admin')
    return person


def sign_in(client: TestClient, email: str, password: str) -> Any:
    return client.post('/api/auth/sign-in', json={'email': email, 'password': password})


def listed(admin: Person, email: str) -> Any:
    return next(one for one in admin.http('GET', '/users').json() if one['email'] == email)


def test_only_administrators_see_and_change_accounts(
    client: TestClient, admin: Person, alice: Person, bob: Person
) -> None:
    token = {'name': 'script', 'scopes': ['read', 'write', 'submit']}
    shown = admin.http('POST', '/auth/tokens', json=token).json()['token']
    limited = {'Authorization': f'Bearer {shown}'}
    for method, path, body in (
        ('GET', '/users', None),
        ('POST', '/users', {'email': 'mallory@nanoos.test', 'role': 'admin'}),
        ('PATCH', f'/users/{bob.email}', {'is_active': False}),
        ('PATCH', f'/users/{alice.email}', {'role': 'admin'}),
        ('POST', f'/users/{bob.email}/password', None),
    ):
        for answer in (
            alice.http(method, path, json=body),
            admin.http(method, path, json=body, headers=limited),
        ):
            assert is_problem(answer, 403), path
            assert bob.email not in answer.text
        assert is_problem(client.request(method, f'/api{path}', json=body), 401), path
    assert bob.http('GET', '/auth/me').status_code == 200
    assert alice.http('GET', '/auth/me').json()['role'] == 'user'


def test_an_account_is_opened_with_a_password_that_is_shown_once(client: TestClient, admin: Person) -> None:
    body = {'email': 'Grace@nanoos.test', 'first_name': 'Grace', 'role': 'admin'}
    answer = admin.http('POST', '/users', json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert (made['email'], made['role'], made['is_active']) == ('grace@nanoos.test', 'admin', True)
    session = sign_in(client, made['email'], made['password']).json()
    assert me(client, session['access_token']).json()['role'] == 'admin'
    assert 'password' not in listed(admin, made['email'])
    assert orm.load_computer('localhost').get_authinfo(orm.User.collection.get(email=made['email'])).enabled
    assert is_problem(admin.http('POST', '/users', json=body), 409)
    assert is_problem(admin.http('POST', '/users', json={'email': 'no address'}), 422)


def test_a_closed_account_is_out_until_it_is_opened_again(
    client: TestClient, admin: Person, sign_up: Callable[..., Person]
) -> None:
    person = sign_up('closed')
    made = person.http('POST', '/auth/tokens', json={'name': 'script', 'scopes': ['read']}).json()
    path = f'/users/{person.email}'
    assert admin.http('PATCH', path, json={'is_active': False}).json()['is_active'] is False
    assert is_problem(person.http('GET', '/auth/me'), 401)
    assert is_problem(me(client, made['token']), 401)
    assert is_problem(sign_in(client, person.email, PASSWORD), 401)
    assert admin.http('PATCH', path, json={'is_active': True}).json()['is_active'] is True
    assert sign_in(client, person.email, PASSWORD).status_code == 200
    assert is_problem(me(client, made['token']), 401)


def test_a_role_is_given_and_taken(admin: Person, sign_up: Callable[..., Person]) -> None:
    person = sign_up('promoted')
    path = f'/users/{person.email.upper()}'
    assert admin.http('PATCH', path, json={'role': 'admin'}).json()['role'] == 'admin'
    assert person.http('GET', '/users').status_code == 200
    assert admin.http('PATCH', path, json={'role': 'user'}).json()['role'] == 'user'
    assert is_problem(person.http('GET', '/users'), 403)


def test_a_new_password_ends_sessions(
    client: TestClient, admin: Person, sign_up: Callable[..., Person]
) -> None:
    person = sign_up('forgetful')
    made = admin.http('POST', f'/users/{person.email}/password').json()
    assert is_problem(person.http('GET', '/auth/me'), 401)
    assert is_problem(sign_in(client, person.email, PASSWORD), 401)
    assert sign_in(client, person.email, made['password']).status_code == 200


def test_administrators_cannot_lock_themselves_out(admin: Person) -> None:
    path = f'/users/{admin.email}'
    for answer in (
        admin.http('PATCH', path, json={'role': 'user'}),
        admin.http('PATCH', path, json={'is_active': False}),
        admin.http('POST', f'{path}/password'),
    ):
        assert is_problem(answer, 409)
    assert listed(admin, admin.email)['role'] == 'admin'


def test_mistakes_change_nothing(admin: Person, alice: Person) -> None:
    for body in ({}, {'role': 'root'}, {'role': 'user', 'email': 'other@nanoos.test'}):
        assert is_problem(admin.http('PATCH', f'/users/{alice.email}', json=body), 422)
    assert is_problem(admin.http('PATCH', '/users/nobody@nanoos.test', json={'role': 'user'}), 404)
    assert is_problem(admin.http('POST', '/users/nobody@nanoos.test/password'), 404)


def test_what_people_have_is_counted(admin: Person, sign_up: Callable[..., Person]) -> None:
    person = sign_up('owner')
    assert listed(admin, person.email)['nodes'] in (0, None)
    with acting_as(person.user):
        orm.Int(1).store()
        orm.Int(2).store()
    assert listed(admin, person.email)['nodes'] in (2, None)


def test_a_token_for_one_group_does_not_administer(admin: Person) -> None:
    group = admin.http('POST', '/groups', json={'name': 'of an administrator'}).json()['uuid']
    body = {'name': 'too much', 'scopes': ['read', 'admin'], 'group': group}
    assert is_problem(admin.http('POST', '/auth/tokens', json=body), 422)
    assert admin.http('POST', '/auth/tokens', json={**body, 'scopes': ['read']}).status_code == 201
