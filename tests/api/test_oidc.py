"""Signing in elsewhere, at a provider that runs here; and what somebody tries who is not who they say."""

from __future__ import annotations

import hmac
import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jwt.utils import base64url_encode
from starlette.testclient import TestClient

from api.routes.oidc import provider_of
from api.settings import Settings
from nanoos_plugins.accounts.account import close_account
from nanoos_plugins.accounts.oidc import Provider
from tests.api.conftest import Person
from tests.api.issuer import CLIENT, REDIRECT, SECRET, Issuer
from tests.api.test_auth import is_problem, write

_NUMBERS = itertools.count(1)


@pytest.fixture
def issuer(app: FastAPI, client: TestClient) -> Iterator[Issuer]:
    """Run a provider, and have the application know it."""
    running = Issuer()
    server = running.start()
    app.state.oidc = Provider(running.url, CLIENT, SECRET, REDIRECT)
    yield running
    app.state.oidc = None
    server.shutdown()
    server.server_close()


def somebody() -> dict[str, Any]:
    number = next(_NUMBERS)
    return {'sub': f'subject {number}', 'email': f'Elsewhere{number}@nanoos.test', 'given_name': 'Else'}


def begin(client: TestClient) -> dict[str, str]:
    answer = client.post('/api/auth/oidc/begin')
    assert answer.status_code == 200, answer.text
    begun: dict[str, str] = answer.json()
    return begun


def sign_in(client: TestClient, issuer: Issuer, **claims: Any) -> Any:
    begun = begin(client)
    returned = issuer.sign_in(begun['url'], **claims)
    return client.post('/api/auth/oidc/finish', json={**returned, 'secret': begun['secret']})


def me(client: TestClient, session: Any) -> dict[str, Any]:
    headers = {'Authorization': f'Bearer {session["access_token"]}'}
    found: dict[str, Any] = client.get('/api/auth/me', headers=headers).json()
    return found


def test_who_signs_in_gets_an_account_and_keeps_it(client: TestClient, issuer: Issuer) -> None:
    person = somebody()
    first = sign_in(client, issuer, **person)
    assert first.status_code == 200, first.text
    shown = me(client, first.json())
    assert shown['email'] == person['email'].lower()
    assert shown['first_name'] == 'Else'
    assert shown['role'] == 'user'
    moved = sign_in(client, issuer, **person | {'email': 'moved@nanoos.test'})
    assert me(client, moved.json())['email'] == person['email'].lower(), 'they are known by their subject'
    body = {'email': person['email'], 'password': 'any password of theirs'}
    assert is_problem(client.post('/api/auth/sign-in', json=body), 401)


def test_new_keys_of_the_provider_are_fetched(client: TestClient, issuer: Issuer) -> None:
    person = somebody()
    assert sign_in(client, issuer, **person).status_code == 200
    public = issuer.get

    def renamed(path: str) -> tuple[int, Any]:
        status, answer = public(path)
        for key in answer.get('keys', []):
            key['kid'] = 'two'
        return status, answer

    issuer.get = renamed  # type: ignore[method-assign]
    issuer.sign = lambda claims: jwt.encode(claims, issuer.key, 'RS256', headers={'kid': 'two'})
    assert sign_in(client, issuer, **person).status_code == 200


def refused(client: TestClient, issuer: Issuer, **claims: Any) -> None:
    person = somebody() | claims
    answer = sign_in(client, issuer, **person)
    assert is_problem(answer, 401), answer.text
    issuer.lie, issuer.sign = dict, None
    assert sign_in(client, issuer, **person | {'email_verified': True}).status_code == 200, 'was the lie it?'


@pytest.mark.parametrize(
    'lie',
    [
        {'nonce': 'of another sign-in'},
        {'aud': 'another client'},
        {'aud': [CLIENT, 'another client']},
        {'aud': [CLIENT, 'another client'], 'azp': 'another client'},
        {'iss': 'https://evil.example'},
        {'exp': 1},
        {'email_verified': False},
        {'email_verified': 'true'},
        {'email': 'no address'},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(
    client: TestClient, issuer: Issuer, lie: dict[str, Any]
) -> None:
    issuer.lie = lambda claims: {**claims, **lie}
    refused(client, issuer)


@pytest.mark.parametrize('claim', ['nonce', 'aud', 'exp', 'iss', 'sub', 'email_verified', 'email'])
def test_a_token_without_a_claim_is_refused(client: TestClient, issuer: Issuer, claim: str) -> None:
    issuer.lie = lambda claims: {key: value for key, value in claims.items() if key != claim}
    refused(client, issuer)


def test_a_token_without_signature_is_refused(client: TestClient, issuer: Issuer) -> None:
    issuer.sign = lambda claims: jwt.encode(claims, None, 'none', headers={'kid': 'one'})
    refused(client, issuer)


def test_a_token_signed_by_another_key_is_refused(client: TestClient, issuer: Issuer) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer.sign = lambda claims: issuer.signed(claims, other)
    refused(client, issuer)


def test_the_public_key_is_no_shared_secret(client: TestClient, issuer: Issuer) -> None:
    public = issuer.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(claims: dict[str, Any]) -> str:
        # PyJWT does not make such a token.
        parts = ({'alg': 'HS256', 'kid': 'one'}, claims)
        text = '.'.join(base64url_encode(json.dumps(part).encode()).decode() for part in parts)
        return f'{text}.{base64url_encode(hmac.digest(public, text.encode(), "sha256")).decode()}'

    issuer.sign = sign
    refused(client, issuer)


def test_a_sign_in_works_once_and_in_one_browser(client: TestClient, issuer: Issuer) -> None:
    begun, person = begin(client), somebody()
    returned = issuer.sign_in(begun['url'], **person)
    body = {**returned, 'secret': begun['secret']}
    assert client.post('/api/auth/oidc/finish', json=body).status_code == 200
    again = issuer.sign_in(begun['url'], **person)
    assert is_problem(client.post('/api/auth/oidc/finish', json={**again, 'secret': begun['secret']}), 401)
    victim, thief = begin(client), begin(client)
    stolen = issuer.sign_in(victim['url'], **person)
    wrong = {**stolen, 'secret': thief['secret']}
    assert is_problem(client.post('/api/auth/oidc/finish', json=wrong), 401)
    right = {**stolen, 'secret': victim['secret']}
    assert is_problem(client.post('/api/auth/oidc/finish', json=right), 401), 'it was tried by another'


def test_a_code_of_another_sign_in_is_refused(client: TestClient, issuer: Issuer) -> None:
    first, second = begin(client), begin(client)
    code = issuer.sign_in(first['url'], **somebody())['code']
    state = parse_qs(urlsplit(second['url']).query)['state'][0]
    body = {'code': code, 'state': state, 'secret': second['secret']}
    assert is_problem(client.post('/api/auth/oidc/finish', json=body), 401)


def test_an_account_with_a_password_is_not_taken_over(
    client: TestClient, issuer: Issuer, alice: Person
) -> None:
    unverified = sign_in(client, issuer, sub='thief', email=alice.email, email_verified=False)
    assert is_problem(unverified, 401)
    assert is_problem(sign_in(client, issuer, sub='thief', email=alice.email), 403)
    person = somebody()
    assert sign_in(client, issuer, **person).status_code == 200
    assert is_problem(sign_in(client, issuer, **person | {'sub': 'another subject'}), 403)


def test_a_closed_account_stays_closed(client: TestClient, issuer: Issuer) -> None:
    from aiida import orm

    person = somebody()
    assert sign_in(client, issuer, **person).status_code == 200
    write(close_account, orm.User.collection.get(email=person['email'].lower()).pk)
    assert is_problem(sign_in(client, issuer, **person), 401)


def test_who_may_open_an_account_is_as_for_sign_up(
    app: FastAPI, client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = somebody(), somebody()
    assert sign_in(client, issuer, **known).status_code == 200
    monkeypatch.setattr(app.state.settings, 'sign_up', 'closed')
    assert is_problem(sign_in(client, issuer, **unknown), 403)
    assert sign_in(client, issuer, **known).status_code == 200
    monkeypatch.setattr(app.state.settings, 'sign_up', 'invite')
    assert is_problem(sign_in(client, issuer, **unknown), 403)


def test_a_provider_that_does_not_answer_is_named(client: TestClient, issuer: Issuer) -> None:
    issuer.get = lambda path: (500, {})  # type: ignore[method-assign]
    assert is_problem(client.post('/api/auth/oidc/begin'), 503)
    issuer.get = lambda path: (200, {'issuer': 'https://evil.example'})  # type: ignore[method-assign]
    assert is_problem(client.post('/api/auth/oidc/begin'), 503)


def test_without_a_provider_there_is_none(client: TestClient) -> None:
    assert is_problem(client.post('/api/auth/oidc/begin'), 404)
    assert provider_of(Settings()) is None
    with pytest.raises(ValueError, match='https'):
        provider_of(Settings(oidc_issuer='http://login.example'))
