"""Signing up, in and out; tokens that are forged, expired, replayed or revoked; invites."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from api.routes import auth
from api.settings import Settings
from nanoos_plugins.accounts import sessions
from nanoos_plugins.accounts.account import close_account, reopen_account, set_role
from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.graph.tables import connection
from tests.api.conftest import PASSWORD, Person


def me(client: TestClient, token: str) -> Any:
    return client.get('/api/auth/me', headers={'Authorization': f'Bearer {token}'})


def is_problem(answer: Any, status: int) -> bool:
    """Return whether an answer has the one shape of errors."""
    body = answer.json()
    return bool(
        answer.status_code == status == body['status']
        and answer.headers['content-type'] == 'application/problem+json'
        and body['request_id'] == answer.headers['x-request-id']
        and body['detail']
    )


def write(call: Callable[..., Any], *args: Any) -> None:
    with connection() as opened, opened.begin():
        call(opened, *args)


def test_who_signs_up_is_a_user_of_aiida_who_may_submit(alice: Person) -> None:
    from aiida import orm

    assert alice.http('GET', '/auth/me').json() == {
        'email': alice.email,
        'first_name': '',
        'last_name': '',
        'role': 'user',
        'scopes': ['read', 'submit', 'write'],
    }
    assert orm.load_computer('localhost').get_authinfo(alice.user).enabled


def test_an_address_is_taken_once_whatever_its_case(client: TestClient, alice: Person) -> None:
    body = {'email': alice.email.upper(), 'password': PASSWORD}
    assert is_problem(client.post('/api/auth/sign-up', json=body), 409)


def test_the_system_and_users_of_aiida_cannot_be_taken_over(client: TestClient, profile: Any) -> None:
    for email in ('system@nanoos.localhost', profile.default_user_email):
        body = {'email': email, 'password': PASSWORD}
        assert is_problem(client.post('/api/auth/sign-up', json=body), 409)


@pytest.mark.parametrize(
    ('email', 'password'),
    [('no address', PASSWORD), ('a@b@c', PASSWORD), ('short@nanoos.test', 'short'), ('', '')],
)
def test_bad_accounts_are_refused(client: TestClient, email: str, password: str) -> None:
    answer = client.post('/api/auth/sign-up', json={'email': email, 'password': password})
    assert is_problem(answer, 422)


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: TestClient, alice: Person) -> None:
    wrong = client.post('/api/auth/sign-in', json={'email': alice.email, 'password': 'wrong password'})
    unknown = client.post('/api/auth/sign-in', json={'email': 'nobody@nanoos.test', 'password': PASSWORD})
    assert is_problem(wrong, 401)
    assert is_problem(unknown, 401)
    assert wrong.json()['detail'] == unknown.json()['detail']


def test_an_unknown_address_takes_as_long_as_a_wrong_password(client: TestClient, alice: Person) -> None:
    def seconds(email: str) -> float:
        begin = time.perf_counter()
        client.post('/api/auth/sign-in', json={'email': email, 'password': 'wrong password'})
        return time.perf_counter() - begin

    seconds('warm up')
    known = min(seconds(alice.email) for _ in range(5))
    unknown = min(seconds('nobody@nanoos.test') for _ in range(5))
    # Argon2 is nearly all of it: without a hash to check, the answer would come ten times as fast.
    assert 0.5 < known / unknown < 2


def test_a_refresh_token_works_once_and_its_replay_ends_the_session(
    client: TestClient, sign_up: Callable[..., Person]
) -> None:
    first = sign_up().session
    second = client.post('/api/auth/refresh', json={'refresh_token': first['refresh_token']}).json()
    assert me(client, second['access_token']).status_code == 200
    replay = client.post('/api/auth/refresh', json={'refresh_token': first['refresh_token']})
    assert is_problem(replay, 401)
    assert is_problem(me(client, second['access_token']), 401)
    assert is_problem(client.post('/api/auth/refresh', json={'refresh_token': second['refresh_token']}), 401)


def test_signing_out_ends_the_session(client: TestClient, sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    assert person.http('POST', '/auth/sign-out').status_code == 204
    assert is_problem(person.http('GET', '/auth/me'), 401)
    refreshed = client.post('/api/auth/refresh', json={'refresh_token': person.session['refresh_token']})
    assert is_problem(refreshed, 401)


def test_a_new_password_ends_all_sessions(client: TestClient, sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    body = {'current': PASSWORD, 'new': 'quite another password'}
    assert person.http('POST', '/auth/password', json=body).status_code == 204
    assert is_problem(person.http('GET', '/auth/me'), 401)
    sign_in = {'email': person.email, 'password': body['new']}
    assert client.post('/api/auth/sign-in', json=sign_in).status_code == 200
    assert is_problem(client.post('/api/auth/sign-in', json={**sign_in, 'password': PASSWORD}), 401)


def test_a_wrong_current_password_changes_nothing(alice: Person) -> None:
    body = {'current': 'not the password', 'new': 'quite another password'}
    assert is_problem(alice.http('POST', '/auth/password', json=body), 403)
    assert alice.http('GET', '/auth/me').status_code == 200


def forged(person: Person, key: bytes | str | None = None, algorithm: str = 'HS256', **changes: Any) -> str:
    """Return the access token of a person with other claims, another key or another algorithm."""
    claims = jwt.decode(person.session['access_token'], options={'verify_signature': False})
    claims |= changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, signing_key() if key is None else key, algorithm=algorithm)


def test_forged_and_expired_tokens_open_nothing(client: TestClient, alice: Person, bob: Person) -> None:
    assert me(client, forged(alice)).status_code == 200
    header, payload, signature = alice.session['access_token'].split('.')
    other = bob.session['access_token'].split('.')
    bad = [
        forged(alice, exp=int(time.time()) - 1),
        forged(alice, exp=None),
        forged(alice, sid='0' * 32),
        forged(alice, iss='somebody else'),
        forged(alice, key='k' * 64),
        forged(alice, key='', algorithm='none'),
        forged(alice, algorithm='HS512'),
        f'{header}.{other[1]}.{signature}',
        f'{header}.{payload}.',
        f'{header}.{payload}',
        'not a token',
        '.' * 10_000,
    ]
    for token in bad:
        assert is_problem(me(client, token), 401), token[:100]


def test_without_a_token_nothing_is_told(client: TestClient) -> None:
    answer = client.get('/api/auth/me')
    assert is_problem(answer, 401)
    assert answer.headers['www-authenticate'] == 'Bearer'
    assert is_problem(client.get('/api/auth/me', headers={'Authorization': 'Basic YTpi'}), 401)


def test_a_personal_token_has_its_scopes_until_it_is_revoked(client: TestClient, alice: Person) -> None:
    made = alice.http('POST', '/auth/tokens', json={'name': 'script', 'scopes': ['read']}).json()
    assert me(client, made['token']).json()['scopes'] == ['read']
    listed = alice.http('GET', '/auth/tokens').json()
    assert [token['id'] for token in listed][0] == made['id']
    assert 'token' not in listed[0]
    assert alice.http('DELETE', f'/auth/tokens/{made["id"]}').status_code == 204
    assert is_problem(me(client, made['token']), 401)


def test_a_personal_token_cannot_do_what_it_was_not_made_for(
    client: TestClient, alice: Person, bob: Person
) -> None:
    made = alice.http('POST', '/auth/tokens', json={'name': 'agent', 'scopes': ['submit']}).json()
    headers = {'Authorization': f'Bearer {made["token"]}'}
    assert is_problem(client.get('/api/auth/me', headers=headers), 403)
    more = {'name': 'more', 'scopes': ['read', 'admin']}
    assert is_problem(alice.http('POST', '/auth/tokens', json=more), 422)
    reader = alice.http('POST', '/auth/tokens', json={'name': 'reader', 'scopes': ['read']}).json()
    by_token = {'Authorization': f'Bearer {reader["token"]}'}
    answer = client.post('/api/auth/tokens', json={'name': 'x', 'scopes': ['read']}, headers=by_token)
    assert is_problem(answer, 403)
    assert is_problem(bob.http('DELETE', f'/auth/tokens/{reader["id"]}'), 404)
    forged_token = f'{reader["token"][:-2]}__'
    assert is_problem(me(client, forged_token), 401)


def test_a_closed_account_is_out_at_once(client: TestClient, sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    made = person.http('POST', '/auth/tokens', json={'name': 'script', 'scopes': ['read']}).json()
    write(close_account, person.user.pk)
    assert is_problem(person.http('GET', '/auth/me'), 401)
    assert is_problem(me(client, made['token']), 401)
    sign_in = {'email': person.email, 'password': PASSWORD}
    assert is_problem(client.post('/api/auth/sign-in', json=sign_in), 401)
    write(reopen_account, person.user.pk)
    assert client.post('/api/auth/sign-in', json=sign_in).status_code == 200


def test_a_role_counts_from_the_next_request_on(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    assert is_problem(person.http('POST', '/auth/invites', json={}), 403)
    write(set_role, person.user.pk, 'admin')
    assert person.http('POST', '/auth/invites', json={}).status_code == 201
    token = {'name': 'all', 'scopes': ['admin']}
    made = person.http('POST', '/auth/tokens', json=token).json()
    write(set_role, person.user.pk, 'user')
    headers = {'Authorization': f'Bearer {made["token"]}'}
    assert is_problem(person.http('POST', '/auth/invites', json={}, headers=headers), 403)


def test_an_invite_works_once_and_for_whom_it_is(
    app: FastAPI, client: TestClient, sign_up: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sign_up('admin')
    write(set_role, person.user.pk, 'admin')
    code = person.http('POST', '/auth/invites', json={'email': 'guest@nanoos.test'}).json()['code']
    monkeypatch.setattr(app.state.settings, 'sign_up', 'invite')
    guest = {'email': 'guest@nanoos.test', 'password': PASSWORD, 'invite': code}
    other = {**guest, 'email': 'thief@nanoos.test'}
    assert is_problem(client.post('/api/auth/sign-up', json=other), 403)
    assert is_problem(client.post('/api/auth/sign-up', json={**guest, 'invite': None}), 403)
    assert client.post('/api/auth/sign-up', json=guest).status_code == 201
    again = {**guest, 'email': 'guest2@nanoos.test'}
    assert is_problem(client.post('/api/auth/sign-up', json=again), 403)
    monkeypatch.setattr(app.state.settings, 'sign_up', 'closed')
    assert is_problem(client.post('/api/auth/sign-up', json=guest), 403)


def test_an_expired_session_cannot_go_on(
    client: TestClient, sign_up: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, 'REFRESH_SECONDS', -1)
    person = sign_up()
    assert is_problem(person.http('GET', '/auth/me'), 401)
    refreshed = client.post('/api/auth/refresh', json={'refresh_token': person.session['refresh_token']})
    assert is_problem(refreshed, 401)


def test_too_many_attempts_are_told_to_wait(profile: Any) -> None:
    with TestClient(create_app(Settings(sign_ins_per_minute=3))) as limited:
        body = {'email': 'nobody@nanoos.test', 'password': PASSWORD}
        answers = [limited.post('/api/auth/sign-in', json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers[:3]] == [401, 401, 401]
    assert is_problem(answers[5], 429)
    assert int(answers[5].headers['retry-after']) > 0


def test_no_secret_is_kept_as_it_is(sign_up: Callable[..., Person], nanoos_home: Any) -> None:
    person = sign_up()
    made = person.http('POST', '/auth/tokens', json={'name': 'script', 'scopes': ['read']}).json()
    files = list((nanoos_home / 'storage').glob('database.sqlite*'))
    content = b''.join(path.read_bytes() for path in files)
    assert person.email.encode() in content
    for secret in (PASSWORD, person.session['refresh_token'].split('.')[1], made['token'].split('_', 2)[2]):
        assert secret.encode() not in content
    assert (nanoos_home / 'signing.key').stat().st_mode & 0o777 == 0o600


def in_browser(client: TestClient, what: str, body: dict[str, Any], cookie: str | None = None) -> Any:
    """Ask as a page of this site does; the cookie jar of the client stays empty."""
    headers = {'X-Requested-With': 'web', **({'Cookie': f'nanoos_refresh={cookie}'} if cookie else {})}
    answer = client.post(f'/api/auth/{what}?session=cookie', json=body, headers=headers)
    client.cookies.clear()
    return answer


def cookie_of(answer: Any) -> str:
    """Return the refresh token that an answer puts into the cookie."""
    assert answer.status_code in (200, 201), answer.text
    assert answer.json()['refresh_token'] is None
    name, _, value = answer.headers['set-cookie'].partition(';')[0].partition('=')
    assert name == 'nanoos_refresh'
    return str(value)


def test_no_script_can_read_the_refresh_token_of_a_browser(client: TestClient, alice: Person) -> None:
    answer = in_browser(client, 'sign-in', {'email': alice.email, 'password': PASSWORD})
    attributes = {part.strip().lower() for part in answer.headers['set-cookie'].split(';')[1:]}
    assert {'httponly', 'samesite=strict', 'path=/api/auth'} <= attributes
    assert 'secure' not in attributes
    assert cookie_of(answer) not in answer.text
    assert me(client, answer.json()['access_token']).status_code == 200


def test_over_https_the_cookie_is_sent_by_https_only(app: FastAPI, alice: Person) -> None:
    safe = TestClient(app, base_url='https://testserver')
    answer = in_browser(safe, 'sign-in', {'email': alice.email, 'password': PASSWORD})
    assert '; secure' in answer.headers['set-cookie'].lower()


def test_another_site_cannot_use_the_cookie(client: TestClient, alice: Person) -> None:
    cookie = cookie_of(in_browser(client, 'sign-in', {'email': alice.email, 'password': PASSWORD}))
    forged = client.post(
        '/api/auth/refresh?session=cookie', json={}, headers={'Cookie': f'nanoos_refresh={cookie}'}
    )
    assert is_problem(forged, 403)
    assert 'set-cookie' not in forged.headers


def test_a_browser_refreshes_by_its_cookie(client: TestClient, sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    first = cookie_of(in_browser(client, 'sign-in', {'email': person.email, 'password': PASSWORD}))
    again = in_browser(client, 'refresh', {}, first)
    second = cookie_of(again)
    assert second != first
    assert me(client, again.json()['access_token']).status_code == 200
    assert is_problem(in_browser(client, 'refresh', {}), 401)
    assert is_problem(client.post('/api/auth/refresh', json={}), 422)
    headers = {'Authorization': f'Bearer {again.json()["access_token"]}'}
    left = client.post('/api/auth/sign-out', headers=headers)
    assert left.headers['set-cookie'].startswith('nanoos_refresh=""')
    assert is_problem(in_browser(client, 'refresh', {}, second), 401)


def test_a_page_that_missed_the_answer_refreshes_again_but_not_later(
    client: TestClient, sign_up: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sign_up()
    first = cookie_of(in_browser(client, 'sign-in', {'email': person.email, 'password': PASSWORD}))
    with ThreadPoolExecutor(4) as tabs:
        answers = list(tabs.map(lambda _: in_browser(client, 'refresh', {}, first), range(8)))
    second = {cookie_of(answer) for answer in answers}
    assert len(second) == 1
    third = in_browser(client, 'refresh', {}, second.pop())
    replay = in_browser(client, 'refresh', {}, first)
    assert is_problem(replay, 401), 'two tokens later it is a replay'
    assert is_problem(me(client, third.json()['access_token']), 401)

    late = cookie_of(in_browser(client, 'sign-in', {'email': person.email, 'password': PASSWORD}))
    cookie_of(in_browser(client, 'refresh', {}, late))
    monkeypatch.setattr(auth, 'LEEWAY', -1.0)
    assert is_problem(in_browser(client, 'refresh', {}, late), 401)


def test_whoever_is_not_in_yet_is_told_how_to_get_in(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get('/api/auth/ways').json() == {'sign_up': 'open', 'elsewhere': False}
    monkeypatch.setattr(app.state.settings, 'sign_up', 'invite')
    monkeypatch.setattr(app.state, 'oidc', object())
    assert client.get('/api/auth/ways').json() == {'sign_up': 'invite', 'elsewhere': True}
