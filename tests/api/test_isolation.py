"""No tenant learns anything of what they may not see, by ten thousand requests that hypothesis thinks of."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.shares import SHARES
from tests.api.asked import Asked, requests
from tests.api.conftest import Person
from tests.api.world import Maker, World, intrude, make_world, seen_groups, seen_nodes
from tests.postgres import STORAGE

#: Whatever may tell of something: secrets, UUIDs, addresses.
TOKEN = re.compile(r'secret[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|hermit\d+@nanoos\.test')
REQUESTS = 500 if os.environ.get(STORAGE) == 'postgresql' else 10_000
BATCH = 5
COMMON = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope='module')
def world(client: TestClient, sign_up: Callable[..., Person]) -> World:
    """Return the graph of three tenants and a hermit."""
    made = make_world(sign_up)
    # The first look at templates stores the system's, which then are in everybody's lists.
    made.hermit.http('GET', '/templates')
    return made


def ask(person: Person, asked: Asked) -> Any:
    """Return the answer to a request."""
    headers = {'X-Request-ID': 'same'}
    return person.http(asked.method, asked.path, params=asked.params, json=asked.json, headers=headers)


def told(answer: Any) -> set[str]:
    """Return what an answer tells that may be of somebody; of an archive, in all its files."""
    text = answer.text
    if answer.headers.get('content-type') == 'application/zip':
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            text = ' '.join(archive.read(name).decode('latin-1') for name in archive.namelist())
    return set(TOKEN.findall(f'{answer.headers} {text}'))


def leaks(hidden: dict[str, str], asked: Asked, answer: Any) -> dict[str, str]:
    """Return what a tenant was told that is hidden; a refusal may repeat what was asked."""
    tokens = told(answer)
    if answer.status_code >= 400:
        tokens -= set(TOKEN.findall(repr(asked)))
    return {hidden[token]: token for token in tokens & hidden.keys()}


def fire(world: World, examples: int, answers: Counter[tuple[str, int]]) -> None:
    """Fire requests of all three tenants and the hermit; what they see does not change meanwhile."""
    people = (*world.tenants, world.hermit)
    hidden = {person.email: world.hidden_from(person) for person in people}

    @settings(COMMON, max_examples=examples)
    @given(st.lists(st.tuples(st.sampled_from(people), requests(world)), min_size=BATCH, max_size=BATCH))
    def run(batch: list[tuple[Person, Asked]]) -> None:
        for person, asked in batch:
            answer = ask(person, asked)
            answers['query' if asked.method == 'POST' else 'get', answer.status_code] += 1
            assert answer.status_code < 500, (asked, answer.text)
            assert not leaks(hidden[person.email], asked, answer), (person.email, asked, answer.text)

    run()


def test_nobody_is_told_of_what_is_hidden(world: World) -> None:
    answers: Counter[tuple[str, int]] = Counter()
    fire(world, REQUESTS // BATCH, answers)
    assert sum(answers.values()) >= REQUESTS
    # Refusals alone would show nothing.
    assert answers['get', 200] > REQUESTS / 10
    assert answers['query', 200] > REQUESTS / 20


def test_counts_are_of_what_is_seen(world: World) -> None:
    for person in (*world.tenants, world.hermit):
        body = {
            'path': [{'entity_type': 'node', 'orm_base': 'node', 'tag': 'n'}],
            'project': {'n': [{'uuid': {'func': 'count'}}]},
        }
        answer = person.http('POST', '/query', json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()['items'] == [{'n': {'uuid': len(seen_nodes(person))}}]


def test_what_others_do_unseen_changes_no_answer(world: World) -> None:
    """Whoever may not see what others make cannot tell that they made it: not by counts, order or pages."""
    first, second, third = world.tenants
    asked_by: list[tuple[Person, Asked, int, str]] = []

    @settings(COMMON, max_examples=max(100, REQUESTS // 25))
    @given(st.sampled_from((first, third)), requests(world))
    def record(person: Person, asked: Asked) -> None:
        answer = ask(person, asked)
        asked_by.append((person, asked, answer.status_code, answer.text))

    record()
    assert world.shared is not None
    intrude(Maker(world, second), world.shared)
    Maker(world, world.hermit).tree()
    for person, asked, status, text in asked_by:
        answer = ask(person, asked)
        assert (answer.status_code, answer.text) == (status, text), asked


def test_archives_hold_nothing_hidden(world: World) -> None:
    for person in (*world.tenants, world.hermit):
        hidden, seen = world.hidden_from(person), seen_nodes(person)
        foreign = next(uuid for uuid in world.nodes if uuid not in seen)
        assert ask(person, Asked('POST', '/archives/export', json={'nodes': [foreign]})).status_code == 404
        roots = {
            'nodes': [uuid for uuid in world.nodes if uuid in seen],
            'groups': [uuid for uuid in world.groups if uuid in seen_groups(person)],
        }
        asked = Asked('POST', '/archives/export', json=roots)
        answer = ask(person, asked)
        assert answer.status_code == 200, answer.text
        assert told(answer) >= set(roots['nodes'])
        assert not leaks(hidden, asked, answer)


def test_events_tell_of_nothing_hidden(client: TestClient, world: World) -> None:
    for person in (*world.tenants, world.hermit):
        hidden = world.hidden_from(person)
        with client.websocket_connect('/api/events') as opened:
            opened.send_json({'token': person.session['access_token'], 'last_event_id': '0-0'})
            own = Maker(world, person).number()
            seen: list[str] = []
            while not seen or own.uuid not in seen[-1]:
                seen.append(opened.receive_text())
        tokens = set(TOKEN.findall(' '.join(seen)))
        assert not {hidden[token] for token in tokens & hidden.keys()}
        assert len(tokens) > 10


def test_revoked_shares_close_at_once(world: World) -> None:
    answers: Counter[tuple[str, int]] = Counter()
    before = {person.email: len(world.hidden_from(person)) for person in world.tenants}
    with connection() as opened, opened.begin():
        opened.execute(SHARES.delete())
    assert all(len(world.hidden_from(person)) > before[person.email] for person in world.tenants)
    fire(world, 100, answers)
