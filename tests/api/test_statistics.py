"""Statistics: how many nodes one has and sees, and nothing of those of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiida import orm
from aiida.engine import ProcessState

from nanoos_plugins.graph import statistics
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_groups import make, put, store, token_for

INT = 'data.core.int.Int.'
CALCULATION = 'process.calculation.calcfunction.CalcFunctionNode.'


def asked(person: Person, **query: Any) -> Any:
    answer = person.http('GET', '/statistics', params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(person: Person, state: ProcessState, exit_status: int | None = None) -> orm.CalcFunctionNode:
    with acting_as(person.user):
        node = orm.CalcFunctionNode()
        node.set_process_state(state)
        if exit_status is not None:
            node.set_exit_status(exit_status)
        return node.store()


def test_own_nodes_are_counted_by_type_state_and_day(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    store(bob, 4)
    nothing = asked(ada)
    assert nothing['own'] == {'nodes': 0, 'by_type': {}, 'by_state': {}, 'by_day': {}, 'complete': True}
    store(ada, 3)
    for state, status in (
        (ProcessState.RUNNING, None),
        (ProcessState.FINISHED, 0),
        (ProcessState.FINISHED, 3),
    ):
        run(ada, state, status)
    going = run(ada, ProcessState.WAITING)
    going.set_process_state(ProcessState.KILLED)
    found = asked(ada)['own']
    assert (found['nodes'], found['by_type']) == (7, {INT: 3, CALCULATION: 4})
    assert found['by_state'] == {'running': 1, 'finished': 1, 'failed': 1, 'killed': 1}
    assert sum(found['by_day'].values()) == 7
    assert max(found['by_day']) in {
        (datetime.now(UTC) - timedelta(days=one)).date().isoformat() for one in (0, 1)
    }
    assert asked(ada)['system'] == nothing['system']
    assert asked(ada)['shared']['nodes'] == nothing['shared']['nodes']


def test_what_others_share_is_counted_as_long_as_they_do(
    sign_up: Callable[..., Person], monkeypatch: Any
) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    group, nodes = make(ada), store(ada, 3)
    process = run(ada, ProcessState.FINISHED, 3)
    put(ada, group, *nodes, process.uuid)
    before = asked(bob)['shared']
    ada.http('PUT', f'/groups/{group}/shares', json={'email': bob.email})
    found = asked(bob)['shared']
    assert found['nodes'] - before['nodes'] == 4
    assert found['by_type'][INT] - before['by_type'].get(INT, 0) == 3
    assert found['by_state']['failed'] - before['by_state'].get('failed', 0) == 1
    assert asked(bob)['own']['nodes'] == 0
    monkeypatch.setattr(statistics, 'MOST', before['nodes'] + 2)
    assert (asked(bob)['shared']['nodes'], asked(bob)['shared']['complete']) == (before['nodes'] + 2, False)
    monkeypatch.undo()
    ada.http('DELETE', f'/groups/{group}/shares?email={bob.email}')
    assert asked(bob)['shared'] == before


def test_a_token_for_a_group_counts_what_is_in_it(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    group, nodes = make(ada), store(ada, 3)
    put(ada, group, *nodes[:2])
    headers = {'Authorization': f'Bearer {token_for(ada, group).json()["token"]}'}
    found = ada.http('GET', '/statistics', headers=headers).json()
    assert (found['own']['nodes'], found['own']['by_type']) == (2, {INT: 2})
    assert (found['shared']['nodes'], found['system']['nodes']) == (0, 0)


def test_days_are_as_many_as_asked_for(alice: Person) -> None:
    for days in (0, -1, 4000, 'x'):
        assert is_problem(alice.http('GET', f'/statistics?days={days}'), 422)
