"""The Python client against a real server, and every example of docs/api.md."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.accounts.sessions import end_session, session_of
from nanoos_plugins.client import ApiError, Client
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import PASSWORD, Person, Server

PAGE = Path(__file__).parents[2] / 'docs' / 'api.md'
ADA, HERS = 'ada@example.org', 'the password that was printed'


@contextmanager
def repeating(call: Callable[[], object], seconds: float) -> Iterator[None]:
    """Call something again and again in a thread."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            call()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def store(user_pk: int) -> None:
    """Store a workflow of a user; the user is looked up in the session of this thread."""
    with acting_as(orm.User.collection.get(id=user_pk)):
        orm.WorkChainNode().store()


def test_a_session_refreshes_itself_until_it_has_ended(server: Server, alice: Person) -> None:
    with Client(server.url).sign_in(alice.email, PASSWORD) as client:
        client._token = 'expired'
        assert client.get('/auth/me')['email'] == alice.email
        with connection() as opened, opened.begin():
            end_session(opened, session_of(client._token, signing_key()))
        with pytest.raises(ApiError) as caught:
            client.get('/auth/me')
        assert caught.value.status == 401


def test_an_error_has_the_words_of_the_api(server: Server, alice: Person) -> None:
    with (
        Client(server.url, token=alice.session['access_token']) as client,
        pytest.raises(ApiError, match='404 Not Found: there is no /api/nothing'),
    ):
        client.get('/nothing')


def test_events_go_on_when_the_server_was_killed(server: Server, alice: Person) -> None:
    assert alice.user.pk is not None
    with (
        Client(server.url, token=alice.session['access_token']) as client,
        closing(client.events(node_type='data.core.int.Int')) as events,
    ):
        with repeating(lambda: _store_number(alice), 0.2):
            first = next(events)
        server.kill()
        with acting_as(alice.user):
            missed = [orm.Int(number).store().uuid for number in range(3)]
        server.start()
        told = [first['uuid']]
        while told[-1] != missed[-1]:
            told.append(next(events)['uuid'])
    assert told[-3:] == missed


def _store_number(person: Person) -> None:
    with acting_as(orm.User.collection.get(id=person.user.pk)):
        orm.Int(1).store()


def examples() -> list[str]:
    """Return the Python blocks of the page."""
    return re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.S)


def test_every_example_of_the_page_runs(
    server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Client(server.url) as visitor:
        visitor.post('/auth/sign-up', {'email': ADA, 'password': HERS})
    user_pk = orm.User.collection.get(email=ADA).pk
    assert user_pk is not None
    names: dict[str, Any] = {}
    with repeating(lambda: store(user_pk), 0.3):
        for example in examples():
            exec(compile(example.replace('http://127.0.0.1:8000', server.url), PAGE.name, 'exec'), names)
    for made in names.values():
        if isinstance(made, Client):
            made.close()
    assert len(examples()) >= 4
    assert ADA in capsys.readouterr().out
