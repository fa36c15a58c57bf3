"""The Python client against a real server, and every example of the pages about the API."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState
from ase.build import bulk

from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.accounts.sessions import end_session, session_of
from nanoos_plugins.client import ApiError, Client
from nanoos_plugins.data.structure import describe
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import PASSWORD, Person, Server

DOCS = Path(__file__).parents[2] / 'docs'
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


@pytest.fixture(scope='module')
def ada(server: Server) -> orm.User:
    """Return somebody of whom the pages tell, who has a structure, a job of it and results."""
    with Client(server.url) as visitor:
        visitor.post('/auth/sign-up', {'email': ADA, 'password': HERS})
    user = orm.User.collection.get(email=ADA)
    with acting_as(user):
        structure = describe(orm.StructureData(ase=bulk('Cu')), 'imported', 'CIF').store()
        orm.Group(label='metals').store().add_nodes([structure])
        job = orm.CalcFunctionNode(label='static')
        job.set_process_state(ProcessState.FINISHED)
        job.base.links.add_incoming(structure, LinkType.INPUT_CALC, 'structure')
        job.store()
        for number in range(12):
            results = orm.Dict({'energy': -3.5 + number}, label='paged')
            results.base.links.add_incoming(job, LinkType.CREATE, f'results_{number}')
            results.store()
    return user


def run_examples(page: str, url: str) -> None:
    """Run the Python blocks of a page, one after the other."""
    examples = re.findall(r'```python\n(.*?)```', (DOCS / page).read_text(encoding='utf-8'), re.S)
    assert len(examples) >= 4
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example.replace('http://127.0.0.1:8000', url), page, 'exec'), names)
    for made in names.values():
        if isinstance(made, Client):
            made.close()


def test_every_example_of_the_page_runs(
    server: Server,
    daemon: None,
    ada: orm.User,
    engine_code: Callable[[str], orm.AbstractCode],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    engine_code('mlip')
    user_pk = ada.pk
    assert user_pk is not None
    with repeating(lambda: store(user_pk), 0.3):
        run_examples('api.md', server.url)
    assert ADA in capsys.readouterr().out


def test_every_example_of_the_page_about_queries_runs(
    server: Server, ada: orm.User, capsys: pytest.CaptureFixture[str]
) -> None:
    run_examples('querying.md', server.url)
    printed = capsys.readouterr().out
    assert 'static finished -3.5' in printed
    assert '[-3.5, -2.5, -1.5, -0.5]' in printed
    assert 'Cu metals' in printed


def test_a_query_goes_over_all_its_pages(server: Server, ada: orm.User) -> None:
    # Others share results with everybody.
    vertex = {'type': 'core.dict', 'tag': 'd', 'filters': {'label': 'paged'}, 'project': 'attributes.energy'}
    query = {'vertices': [vertex]}
    with Client(server.url).sign_in(ADA, HERS) as client:
        energies = [row['d']['attributes.energy'] for row in client.query(query, page=5)]
        assert energies == [-3.5 + number for number in reversed(range(12))]
        with pytest.raises(ApiError, match='422'):
            list(client.query({'vertices': []}))
