"""The application on the temporary instance, and people who are signed in.

All of it ends with the last test of this folder: while an API runs, nobody may lock the storage.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from nanoos_plugins.accounts import sessions

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


@pytest.fixture(scope='package')
def app(profile: Profile) -> Iterator[FastAPI]:
    """Yield the application, with limits that no test meets by chance.

    Who is signed in stays so until the last test, however long that takes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, 'ACCESS_SECONDS', 24 * 3600)
        yield create_app(Settings(sign_up='open', requests_per_minute=10**6, sign_ins_per_minute=10**6))


@pytest.fixture(scope='package')
def client(app: FastAPI) -> Iterator[TestClient]:
    """Return a client of the running application."""
    with TestClient(app, raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope='package')
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


class Server:
    """The API in a process of its own, at `url`, which stays the same when it is started again.

    Its log goes to the file `log`, or to the standard error of the tests.
    """

    def __init__(self, log: Path | None = None) -> None:
        self.log = log
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self._port = free.getsockname()[1]
        self.url = f'http://127.0.0.1:{self._port}'
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, 'NANOOS_API_PORT': str(self._port), 'NANOOS_API_SIGN_UP': 'open'}
        with self.log.open('ab') if self.log else nullcontext() as log:
            self._process = subprocess.Popen([sys.executable, '-m', 'api'], env=environment, stderr=log)
        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                httpx2.get(f'{self.url}/api/health', timeout=2)
                return
            except httpx2.TransportError:
                assert self._process.poll() is None
                time.sleep(0.2)
        raise AssertionError(f'no answer at {self.url}')

    def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop it as an administrator would."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)


@pytest.fixture(scope='package')
def server(profile: Profile) -> Iterator[Server]:
    """Serve the API on loopback, for what a client in this process cannot show: streams and crashes."""
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope='package')
def alice(sign_up: Callable[..., Person]) -> Person:
    """Return one person."""
    return sign_up('alice')


@pytest.fixture(scope='package')
def bob(sign_up: Callable[..., Person]) -> Person:
    """Return another person."""
    return sign_up('bob')


@pytest.fixture(scope='package')
def salts(alice: Person) -> dict[str, Any]:
    """Return a data set of alice's that she uploaded."""
    from tests.api.learning import records, upload

    answer = upload(alice, records(), name='rock salts')
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope='package')
def volumes(
    alice: Person, salts: dict[str, Any], daemon: None, engine_code: Callable[[str], orm.AbstractCode]
) -> dict[str, Any]:
    """Return a model of alice's that has learnt from them."""
    from tests.api.learning import trained

    engine_code('mlip')
    return trained(alice, salts['uuid'])
