"""Writers at once on PostgreSQL: the cover misses nothing and is never too wide, numbers come in order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from nanoos_plugins.storage import cover
from nanoos_plugins.storage.changes import CHANGES, LINES
from nanoos_plugins.storage.shares import COVER, ROOTS, SHARES
from tests.storage.graphs import NODE, TYPES, add_link, add_node, add_share, delete_nodes, open_database

Write = Callable[[sa.Connection], object]


@pytest.fixture
def database(postgres_engine: sa.Engine) -> Iterator[sa.Connection]:
    """Return a connection to an empty database."""
    connection = open_database(postgres_engine)
    connection.commit()
    yield connection
    connection.close()


@contextmanager
def two(connection: sa.Connection) -> Iterator[tuple[sa.Connection, sa.Connection]]:
    """Yield two more connections."""
    with connection.engine.connect() as one, connection.engine.connect() as other:
        yield one, other


def covered(connection: sa.Connection) -> set[int]:
    """Return the nodes that are covered by any root, as of now."""
    connection.rollback()
    return set(connection.scalars(sa.select(COVER.c.node_id)))


def writes_of_one_path(root: int, middle: int, end: int) -> list[tuple[Write, Write]]:
    """Return pairs of writes after which all three nodes are covered, of which none sees the other's."""
    return [
        (lambda c: add_link(c, root, middle, 'create'), lambda c: add_link(c, middle, end, 'create')),
        (lambda c: add_share(c, 'node_id', root, 2, 'read'), lambda c: add_link(c, middle, end, 'create')),
    ]


@pytest.mark.parametrize('pair', [0, 1])
@pytest.mark.parametrize('is_turned', [False, True])
def test_two_halves_of_one_path_meet(database: sa.Connection, pair: int, is_turned: bool) -> None:
    root, middle, end = (add_node(database, 1) for _ in range(3))
    if pair == 0:
        add_share(database, 'node_id', root, 2, 'read')
    else:
        add_link(database, root, middle, 'create')
    database.commit()
    first, second = writes_of_one_path(root, middle, end)[pair]
    with two(database) as (one, other):
        first(one)
        second(other)
        for connection in (other, one) if is_turned else (one, other):
            connection.commit()
    assert covered(database) == {root, middle, end}


@pytest.mark.parametrize('is_turned', [False, True])
def test_what_is_revoked_meanwhile_is_not_covered(database: sa.Connection, is_turned: bool) -> None:
    root, after = add_node(database, 1), add_node(database, 1)
    add_share(database, 'node_id', root, 2, 'read')
    database.commit()
    with two(database) as (one, other):
        one.execute(sa.delete(SHARES))
        add_link(other, root, after, 'create')
        for connection in (other, one) if is_turned else (one, other):
            connection.commit()
    assert covered(database) == set()


def test_a_node_that_is_deleted_meanwhile_holds_nobody_up(database: sa.Connection) -> None:
    root, middle, end = (add_node(database, 1) for _ in range(3))
    add_link(database, middle, end, 'create')
    add_share(database, 'node_id', root, 2, 'read')
    database.commit()
    with two(database) as (one, other):
        delete_nodes(one, [end])
        add_link(other, root, middle, 'create')
        other.commit()  # it covers what is being deleted, and does not wait for that
        one.commit()
    assert covered(database) == {root, middle}


def test_a_commit_waits_for_its_turn(database: sa.Connection) -> None:
    """Not before the other one is visible does it look at what there is."""
    root, middle, end = (add_node(database, 1) for _ in range(3))
    add_share(database, 'node_id', root, 2, 'read')
    database.commit()
    with two(database) as (one, other):
        one.exec_driver_sql('SET CONSTRAINTS ALL IMMEDIATE')
        add_link(one, root, middle, 'create')  # its turn lasts until its commit
        add_link(other, middle, end, 'create')
        committing = threading.Thread(target=other.commit)
        committing.start()
        _wait_for(lambda: _waiting(database) == 1)
        one.commit()
        committing.join(60)
        assert not committing.is_alive()
    assert covered(database) == {root, middle, end}


def test_numbers_are_in_the_order_in_which_changes_become_visible(database: sa.Connection) -> None:
    with two(database) as (one, other):
        early = add_node(one, 1)
        early_line = _say(one, early)
        late = add_node(other, 1)
        late_line = _say(other, late)
        other.commit()
        assert _numbers(database) == ([late], [late_line])
        one.commit()
        assert _numbers(database) == ([late, early], [late_line, early_line])


def test_a_node_that_is_gone_before_the_commit_has_no_number(database: sa.Connection) -> None:
    pk = add_node(database, 1)
    database.execute(sa.delete(NODE).where(NODE.c.id == pk))
    database.commit()
    assert _numbers(database) == ([], [])


def test_a_transaction_that_could_miss_something_is_refused(database: sa.Connection) -> None:
    with two(database) as (one, _):
        one.exec_driver_sql('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
        add_node(one, 1)
        with pytest.raises(sa.exc.ProgrammingError, match='expected READ COMMITTED, got repeatable read'):
            one.commit()


def test_writers_at_once_leave_a_cover_as_if_one_had_written(database: sa.Connection) -> None:
    nodes = [add_node(database, owner) for owner in (1, 2, 3) * 6]
    for pk in nodes[:3]:
        add_share(database, 'node_id', pk, 2, 'write')
    database.commit()
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        chosen = random.Random(seed)
        try:
            with database.engine.connect() as connection:
                for _ in range(40):
                    _change(connection, chosen, nodes)
                    for _ in range(chosen.randint(0, 2)):
                        _link(connection, chosen, nodes)
                    connection.commit()
        except BaseException as error:  # noqa: BLE001 - of a thread: told below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not failures
    database.rollback()
    kept = set(database.execute(sa.select(COVER)))
    cover.rebuild(database)
    assert kept == set(database.execute(sa.select(COVER)))
    assert kept


def _link(connection: sa.Connection, chosen: random.Random, nodes: list[int]) -> None:
    add_link(connection, chosen.choice(nodes), chosen.choice(nodes), chosen.choice(TYPES))


def _change(connection: sa.Connection, chosen: random.Random, nodes: list[int]) -> None:
    """Link, or share, or revoke at random.

    One transaction changes one share: who changes two waits for who changes them the other way round.
    """
    what = chosen.random()
    if what < 0.6:
        _link(connection, chosen, nodes)
        return
    root = connection.scalar(sa.select(ROOTS.c.id).where(ROOTS.c.node_id == chosen.choice(nodes[:3])))
    share = SHARES.c.root_id == root
    if what < 0.8:
        access = chosen.choice(['read', 'write'])
        connection.execute(sa.update(SHARES).where(share, SHARES.c.grantee_id == 2).values(access=access))
    elif what < 0.9:
        connection.execute(sa.delete(SHARES).where(share, SHARES.c.grantee_id == 3))
    else:
        row = {'root_id': root, 'grantee_id': 3, 'access': 'read'}
        connection.execute(sa.dialects.postgresql.insert(SHARES).values(row).on_conflict_do_nothing())


def _say(connection: sa.Connection, node: int) -> int:
    """Report a line of a node."""
    statement = sa.text(
        'INSERT INTO db_dblog (uuid, time, loggername, levelname, dbnode_id, message, metadata)'
        " VALUES (gen_random_uuid(), now(), 'x', 'REPORT', :node, 'said', '{}') RETURNING id"
    )
    return int(connection.scalar(statement, {'node': node}) or 0)


def _numbers(connection: sa.Connection) -> tuple[list[int], list[int]]:
    """Return the nodes and the lines in the order of their numbers, as of now."""
    connection.rollback()
    nodes = connection.scalars(sa.select(CHANGES.c.node_id).order_by(CHANGES.c.number)).all()
    lines = connection.scalars(sa.select(LINES.c.log_id).order_by(LINES.c.number)).all()
    return list(nodes), list(lines)


def _waiting(connection: sa.Connection) -> int:
    """Return how many wait for their turn."""
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return int(connection.scalar(sa.text(asked)) or 0)


def _wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
