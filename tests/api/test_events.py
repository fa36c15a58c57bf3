"""Events over WebSocket and SSE: to whom they may concern, in time, and without a gap after a cut."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from aiida import orm
from aiida.engine import calcfunction
from starlette.testclient import TestClient, WebSocketDisconnect

import api.routes.events
from api import events
from nanoos_plugins.accounts.tokens import revoke_token
from nanoos_plugins.graph.changes import MOST, Position, newest
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import revoke, share
from tests.api.conftest import Person, Server
from tests.api.test_auth import is_problem


@calcfunction
def doubled(number: orm.Int) -> orm.Int:
    """Return twice a number."""
    return orm.Int(2 * number.value)


def store(person: Person, value: int = 1) -> orm.Int:
    """Store a node of a person."""
    with acting_as(person.user):
        return orm.Int(value).store()


@contextmanager
def following(client: TestClient, person: Person, **hello: Any) -> Iterator[Any]:
    """Yield a function that returns the next event, or fails when none comes in time."""
    with client.websocket_connect('/api/events') as opened:
        opened.send_json({'token': person.session['access_token'], **hello})
        subscribers(client, at_least=1)

        def receive() -> Any:
            while True:
                found = opened.receive_json()
                if 'kind' in found:
                    return found

        yield receive


def subscribers(client: Any, at_least: int) -> None:
    end = time.monotonic() + 10
    while client.app.state.events.subscribers < at_least:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_new_node_is_told_to_its_owner_and_to_nobody_else(
    client: TestClient, alice: Person, bob: Person
) -> None:
    with following(client, alice) as to_alice, following(client, bob) as to_bob:
        subscribers(client, at_least=2)
        hers, his = store(alice), store(bob)
        # What tests before wrote may still be told.
        first = next(event for event in iter(to_alice, None) if event['uuid'] == hers.uuid)
        assert (first['kind'], first['node_type']) == ('data', hers.node_type)
        assert hers.uuid not in told_until(to_bob, his)


def told_until(receive: Callable[[], Any], node: orm.Node) -> set[str]:
    """Return the nodes that were told until `node` was."""
    told: set[str] = set()
    while node.uuid not in told:
        told.add(receive()['uuid'])
    return told


def test_what_is_shared_is_told_until_it_is_revoked(client: TestClient, alice: Person, bob: Person) -> None:
    root = store(alice)
    with acting_as(alice.user):
        share(root, bob.user)
    with following(client, bob, node_type='data.core.int.Int') as to_bob:
        with acting_as(alice.user):
            made = doubled(root)
        told_until(to_bob, made)
        with acting_as(alice.user):
            revoke(root, bob.user)
            hidden = doubled(root)
        own = store(bob)
        assert hidden.uuid not in told_until(to_bob, own)


def test_processes_tell_their_state_and_what_they_report(client: TestClient, alice: Person) -> None:
    with following(client, alice, node_type='process.') as to_alice, acting_as(alice.user):
        _, node = doubled.run_get_node(orm.Int(3))
        node.logger.report('told to all who follow')
        told: dict[str, Any] = {}
        # which of the two is told first is not said: they are of two tables
        while 'report' not in told or told['node']['process_state'] != 'finished':
            event = to_alice()
            assert event['uuid'] == node.uuid
            told['report' if event['kind'] == 'report' else 'node'] = event
    assert told['report']['message'] == 'told to all who follow'
    assert told['node']['exit_status'] == 0
    assert told['node']['process_label'] == 'doubled'


def test_filters_narrow(client: TestClient, alice: Person) -> None:
    wanted = store(alice)
    with following(client, alice, uuids=[wanted.uuid], kinds=['data']) as to_alice:
        store(alice)
        wanted.base.extras.set('looked at', 1)
        assert to_alice()['uuid'] == wanted.uuid


def test_nothing_is_missed_between_two_connections(client: TestClient, alice: Person, bob: Person) -> None:
    with following(client, alice, node_type='data.') as to_alice:
        first = store(alice)
        # What tests before wrote may still be told.
        last = next(event for event in iter(to_alice, None) if event['uuid'] == first.uuid)['id']
    missed = [store(alice, value) for value in range(20)]
    store(bob)
    with following(client, alice, last_event_id=last, node_type='data.') as to_alice:
        later = store(alice)
        told = [to_alice()['uuid']]
        while told[-1] != later.uuid:
            told.append(to_alice()['uuid'])
    # Storing writes twice, and a look in between tells of both.
    assert [uuid for uuid in dict.fromkeys(told) if uuid != first.uuid] == [
        node.uuid for node in [*missed, later]
    ]


def test_more_than_one_page_is_replayed(
    client: TestClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('nanoos_plugins.graph.changes.MOST', 3)
    before = str(newest())
    made = [store(alice, value) for value in range(10)]
    with following(client, alice, last_event_id=before) as to_alice:
        assert [to_alice()['uuid'] for _ in made] == [node.uuid for node in made]
    assert MOST > 3


def test_who_falls_behind_misses_nothing(
    client: TestClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, 'MOST_WAITING', 2)
    monkeypatch.setattr(events, 'PERIOD', 0.5)
    with following(client, alice, node_type='data.') as to_alice:
        made = [store(alice, value) for value in range(12)]
        told: dict[str, None] = {}
        # Storing writes twice, and a look in between tells of both; of earlier tests something may be told.
        while len(told) < len(made):
            uuid = to_alice()['uuid']
            told |= {uuid: None} if uuid in {node.uuid for node in made} else {}
    assert list(told) == [node.uuid for node in made]


def test_a_bad_first_message_and_a_bad_token_close_the_socket(client: TestClient, alice: Person) -> None:
    for hello, code in (
        ({'token': 'forged'}, 4401),
        ({'token': alice.session['access_token'], 'kinds': ['gossip']}, 4422),
        ({'token': alice.session['access_token'], 'last_event_id': 'x'}, 4422),
        ('no object', 4422),
    ):
        with client.websocket_connect('/api/events') as opened:
            opened.send_json(hello)
            with pytest.raises(WebSocketDisconnect) as closed:
                opened.receive_json()
        assert closed.value.code == code


def test_a_revoked_token_ends_the_stream(
    client: TestClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.routes.events, 'HEARTBEAT', 0.2)
    made = alice.http('POST', '/auth/tokens', json={'name': 'follows', 'scopes': ['read']}).json()
    with client.websocket_connect('/api/events') as opened:
        opened.send_json({'token': made['token']})
        opened.receive_json()
        with connection() as own, own.begin():
            revoke_token(own, alice.user.pk or 0, made['id'])
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                opened.receive_json()
    assert closed.value.code == 4401


def test_server_sent_events_need_a_token_and_a_position(client: TestClient, alice: Person) -> None:
    assert is_problem(client.get('/api/events'), 401)
    assert is_problem(alice.http('GET', '/events', headers={'Last-Event-ID': 'yesterday'}), 422)
    assert is_problem(alice.http('GET', '/events?kinds=gossip'), 422)


def test_positions_survive_being_written() -> None:
    assert Position.parse(str(Position(12, 345))) == Position(12, 345)


def sent_events(answer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the id and, unless it is a sign of life, the data of server-sent events."""
    identifier, data = '', None
    for line in answer.iter_lines():
        if line.startswith('id: '):
            identifier = line[4:]
        elif line.startswith('data: '):
            data = json.loads(line[6:])
        elif not line and data is not None:
            yield identifier, data
            data = None


def test_after_the_api_was_killed_a_client_misses_nothing(server: Server, alice: Person) -> None:
    headers = {'Authorization': f'Bearer {alice.session["access_token"]}'}
    url = f'{server.url}/api/events?node_type=data.'
    with httpx2.stream('GET', url, headers=headers, timeout=30) as answer:
        assert answer.headers['content-type'].startswith('text/event-stream')
        lines = sent_events(answer)
        time.sleep(0.5)
        first = store(alice)
        last, told = next(lines)
        assert told['uuid'] == first.uuid
    server.kill()
    missed = [store(alice, value) for value in range(5)]
    server.start()
    with httpx2.stream('GET', url, headers={**headers, 'Last-Event-ID': last}, timeout=30) as answer:
        # A look between the two writes of a stored node tells of it again.
        told_of = (told['uuid'] for _, told in sent_events(answer) if told['uuid'] != first.uuid)
        assert [next(told_of) for _ in missed] == [node.uuid for node in missed]
