"""The application on the temporary instance, and people who are signed in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings

if TYPE_CHECKING:
    from aiida import orm
    from aiida.manage.configuration import Profile
    from fastapi import FastAPI

PASSWORD = 'a password that is long enough'
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in: `http` asks with their access token."""

    email: str
    user: orm.User
    session: dict[str, Any]
    http: Callable[..., Any]


@pytest.fixture(scope='session')
def app(profile: Profile) -> FastAPI:
    """Return the application, with limits that no test meets by chance."""
    return create_app(Settings(sign_up='open', requests_per_minute=10**6, sign_ins_per_minute=10**6))


@pytest.fixture(scope='session')
def client(app: FastAPI) -> Iterator[TestClient]:
    """Return a client of the running application."""
    with TestClient(app, raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope='session')
def sign_up(client: TestClient) -> Callable[..., Person]:
    """Return a function that makes a new person with an account and signs them in."""
    from aiida import orm

    def make(name: str = 'person') -> Person:
        email = f'{name}{next(_NUMBERS)}@nanoos.test'
        answer = client.post('/api/auth/sign-up', json={'email': email, 'password': PASSWORD})
        assert answer.status_code == 201, answer.text
        session = answer.json()
        headers = {'Authorization': f'Bearer {session["access_token"]}'}

        def http(method: str, path: str, **options: Any) -> Any:
            given = {**headers, **options.pop('headers', {})}
            return client.request(method, f'/api{path}', headers=given, **options)

        return Person(email, orm.User.collection.get(email=email), session, http)

    return make


@pytest.fixture(scope='session')
def alice(sign_up: Callable[..., Person]) -> Person:
    """Return one person."""
    return sign_up('alice')


@pytest.fixture(scope='session')
def bob(sign_up: Callable[..., Person]) -> Person:
    """Return another person."""
    return sign_up('bob')
