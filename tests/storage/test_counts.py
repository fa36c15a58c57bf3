"""The counts of each user's nodes, against counting, whatever is done to the nodes."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.storage import counts
from nanoos_plugins.storage.counts import COUNTS
from tests.storage.graphs import NODE, TENANTS, add_node, delete_nodes, open_database

PROCESS = 'process.workflow.workchain.WorkChainNode.'
ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {},
    {'process_state': 'running', 'checkpoints': 'x' * 1000},
    {'process_state': 'finished', 'exit_status': 0},
    {'process_state': 'finished', 'exit_status': 410},
    {'process_state': 'excepted'},
)


def kept(connection: sa.Connection) -> dict[tuple[int, str, str], int]:
    rows = connection.execute(sa.select(COUNTS).where(COUNTS.c.number != 0))
    return {(row.user_id, row.kind, row.name): row.number for row in rows}


def counted(connection: sa.Connection) -> dict[tuple[int, str, str], int]:
    found: Counter[tuple[int, str, str]] = Counter()
    for row in connection.execute(sa.select(NODE)):
        found[row.user_id, 'type', row.node_type] += 1
        found[row.user_id, 'day', row.ctime.date().isoformat()] += 1
        if row.node_type == PROCESS:
            has_failed = row.attributes.get('exit_status', 0) != 0
            state = 'failed' if has_failed else row.attributes.get('process_state', 'created')
            found[row.user_id, 'state', state] += 1
    return dict(found)


def test_counts_are_right_whatever_is_done() -> None:
    connection, chance, pks = open_database(), random.Random(5), []
    for _ in range(300):
        done = chance.random()
        if done < 0.4 or not pks:
            kind = chance.choice((PROCESS, 'data.core.int.Int.'))
            pks.append(add_node(connection, chance.choice(TENANTS), kind))
            # Half of them have attributes from the start.
            values: dict[str, Any] = {'attributes': chance.choice(ATTRIBUTES)}
        elif done < 0.5:
            delete_nodes(connection, [pks.pop(chance.randrange(len(pks)))])
            continue
        elif done < 0.6:
            values = {'user_id': chance.choice(TENANTS)}
        else:
            values = {'attributes': chance.choice(ATTRIBUTES)}
        update = sa.update(NODE).where(NODE.c.id == chance.choice(pks))
        connection.execute(update.values(values))
        assert kept(connection) == counted(connection)
    assert len({kind for _, kind, _ in kept(connection)}) == 3


def test_data_is_in_no_state() -> None:
    connection = open_database()
    values = {'uuid': 'a' * 32, 'user_id': 1, 'node_type': 'data.core.dict.Dict.'}
    connection.execute(sa.insert(NODE).values(values | {'attributes': {'process_state': 'finished'}}))
    assert [kind for _, kind, _ in kept(connection)] == ['day', 'type']


def test_what_nobody_watched_is_counted_when_it_is_watched_again() -> None:
    connection = open_database()
    for pk in (add_node(connection, 1, PROCESS), add_node(connection, 2)):
        update = sa.update(NODE).where(NODE.c.id == pk)
        connection.execute(update.values(attributes=ATTRIBUTES[3]))
    before = kept(connection)
    counts.unwatch(connection)
    assert kept(connection) == {}
    add_node(connection, 2)
    counts.watch(connection)
    assert kept(connection) == counted(connection) != before
    connection.commit()
    counts.watch(connection)
    assert kept(connection) == counted(connection)
