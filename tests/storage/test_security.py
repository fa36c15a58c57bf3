"""Below our statements: the role that reads for people gets no row of others, by plain SQL on any table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from aiida.storage.psql_dos.models.base import get_orm_metadata

from nanoos_plugins.storage.embeddings import FEATURES_TYPE, WIDTH
from nanoos_plugins.storage.security import POLICIES, secure, tell
from nanoos_plugins.storage.shares import Viewer
from tests.storage.graphs import START, SYSTEM, add_link, add_node, add_share, open_database

AIIDA = get_orm_metadata().tables
ALICE, BOB, CAROL = 1, 2, 3
_NODE = '(SELECT user_id FROM nanoos_all_nodes WHERE id = {})'
_ROOT = f'(SELECT {_NODE.format("r.node_id")} FROM nanoos_root r WHERE r.id = root_id)'
#: Table → whose a row is. `nanoos_all_nodes` looks below row-level security.
OWNER = {
    'db_dbnode': 'user_id',
    'nanoos_cover': _NODE.format('node_id'),
    'nanoos_share': _ROOT,
    'nanoos_root': _NODE.format('node_id'),
    'db_dblink': _NODE.format('input_id'),
    'db_dblog': _NODE.format('dbnode_id'),
    'db_dbcomment': _NODE.format('dbnode_id'),
    'db_dbgroup': 'user_id',
    'db_dbgroup_dbnodes': _NODE.format('dbnode_id'),
    'db_dbuser': 'id',
    'db_dbauthinfo': 'aiidauser_id',
    'db_dbcomputer': 'description::int',
    'nanoos_change': _NODE.format('node_id'),
    'nanoos_line': f'(SELECT {_NODE.format("l.dbnode_id")} FROM db_dblog l WHERE l.id = log_id)',
    'nanoos_property': 'user_id',
    'nanoos_embedding': 'user_id',
}


@pytest.fixture
def world(postgres_engine: sa.Engine, reader: sa.Engine) -> Iterator[sa.Connection]:
    """Return a connection of the owner: Alice and Bob have a row in every table, Bob shares with Carol."""
    connection = open_database(postgres_engine)
    connection.exec_driver_sql('CREATE VIEW nanoos_all_nodes AS SELECT id, user_id FROM db_dbnode')
    connection.exec_driver_sql('GRANT SELECT ON nanoos_all_nodes TO PUBLIC')
    for user in (ALICE, BOB):
        _fill(connection, user)
    connection.commit()
    yield connection
    connection.rollback()
    connection.exec_driver_sql('DROP VIEW nanoos_all_nodes')
    connection.commit()
    connection.close()


def _fill(connection: sa.Connection, user: int) -> None:
    """Store at least a row of a user in each table, and share a node with Carol."""
    node = add_node(connection, user, FEATURES_TYPE)
    process = add_node(connection, user, 'process.workflow.WorkflowNode.')
    nodes = AIIDA['db_dbnode']
    features = {'pretrained': 'chgnet-0.3.0', 'version': 1, 'pooled': [1.0] * WIDTH}
    connection.execute(sa.update(nodes).where(nodes.c.id == node).values(attributes=features))
    state = {'attributes': {'process_state': 'finished'}, 'mtime': START}
    connection.execute(sa.update(nodes).where(nodes.c.id == process).values(state))
    add_link(connection, node, process, 'input_work')
    computer = _add(connection, 'db_dbcomputer', label=f'of {user}', description=str(user))
    _add(connection, 'db_dbauthinfo', aiidauser_id=user, dbcomputer_id=computer)
    _add(connection, 'db_dblog', dbnode_id=process, loggername='x', levelname='REPORT')
    _add(connection, 'db_dbcomment', dbnode_id=node, user_id=user)
    group = _add(connection, 'db_dbgroup', label=f'of {user}', user_id=user)
    _add(connection, 'db_dbgroup_dbnodes', dbgroup_id=group, dbnode_id=node)
    add_share(connection, 'node_id', node, CAROL, 'read')


def _add(connection: sa.Connection, table: str, **values: Any) -> int:
    """Add a row to one of AiiDA's tables."""
    key: int = connection.execute(sa.insert(AIIDA[table]).values(values)).inserted_primary_key[0]
    return key


def owners(reader: sa.Engine, table: str, viewer: Viewer | None) -> set[int]:
    """Return the owners of the rows that plain SQL gives."""
    with reader.connect() as connection:
        if viewer is not None:
            tell(connection, viewer)
        return set(connection.scalars(sa.text(f'SELECT DISTINCT {OWNER[table]} FROM {table}')))


def test_every_table_is_secured_or_not_to_be_read(world: sa.Connection, reader: sa.Engine) -> None:
    assert set(OWNER) == set(POLICIES)
    tables = sa.inspect(world).get_table_names()
    assert set(POLICIES) < set(tables)
    for table in set(tables) - set(POLICIES):
        with reader.connect() as connection:
            tell(connection, Viewer(ALICE))
            with pytest.raises(sa.exc.ProgrammingError, match='permission denied'):
                connection.exec_driver_sql(f'SELECT 1 FROM {table}')


@pytest.mark.parametrize('table', OWNER)
def test_nobody_gets_a_row_of_others(world: sa.Connection, reader: sa.Engine, table: str) -> None:
    """Alice and Bob share nothing with each other, both with Carol."""
    everybody = set(world.scalars(sa.text(f'SELECT DISTINCT {OWNER[table]} FROM {table}')))
    assert everybody >= {ALICE, BOB}
    for user in (ALICE, BOB):
        known = {user, CAROL, SYSTEM} if table == 'db_dbuser' else {user}
        if table == 'nanoos_cover':
            known = set()  # by which others see their nodes
        assert owners(reader, table, Viewer(user)) == known
    assert owners(reader, table, None) == set()
    assert owners(reader, table, Viewer(99)) <= {SYSTEM}
    shared = ('db_dbnode', 'nanoos_cover', 'nanoos_share', 'nanoos_root', 'db_dbuser', 'nanoos_embedding')
    if table in shared:
        assert owners(reader, table, Viewer(CAROL)) >= {ALICE, BOB}


def test_what_is_revoked_is_closed_at_once(world: sa.Connection, reader: sa.Engine) -> None:
    assert owners(reader, 'db_dbnode', Viewer(CAROL)) == {ALICE, BOB}
    world.exec_driver_sql(f'DELETE FROM nanoos_share WHERE {OWNER["nanoos_share"]} = {BOB}')
    world.commit()
    assert owners(reader, 'db_dbnode', Viewer(CAROL)) == {ALICE}
    assert owners(reader, 'db_dbuser', Viewer(CAROL)) == {ALICE, CAROL, SYSTEM}


def test_who_may_write_is_seen_by_the_owner_and_nobody_else(world: sa.Connection, reader: sa.Engine) -> None:
    root, made = add_node(world, BOB), add_node(world, CAROL)
    add_share(world, 'node_id', root, CAROL, 'write')
    add_link(world, root, made, 'input_work')
    world.commit()
    assert owners(reader, 'db_dbnode', Viewer(BOB)) == {BOB, CAROL}
    assert owners(reader, 'db_dblink', Viewer(BOB)) == {BOB}
    assert owners(reader, 'db_dbnode', Viewer(ALICE)) == {ALICE}


def test_a_shared_group_is_seen_with_its_nodes(world: sa.Connection, reader: sa.Engine) -> None:
    group = world.scalar(sa.text(f'SELECT id FROM db_dbgroup WHERE user_id = {BOB}')) or 0
    assert owners(reader, 'db_dbgroup', Viewer(CAROL)) == set()
    add_share(world, 'group_id', group, CAROL, 'read')
    world.commit()
    assert owners(reader, 'db_dbgroup', Viewer(CAROL)) == {BOB}
    assert owners(reader, 'db_dbgroup_dbnodes', Viewer(CAROL)) == {BOB}
    assert owners(reader, 'db_dbgroup', Viewer(ALICE)) == {ALICE}


def test_functions_below_the_policies_tell_nobody_of_others(world: sa.Connection, reader: sa.Engine) -> None:
    """Whoever may read may call them: each key of the database is tried."""
    count = 'SELECT count({}) FROM generate_series(1, 50) AS key'
    asked = [count.format(f'nanoos_{name}(key)') for name in ('owned', 'member_of', 'shared_group')]
    asked += ['SELECT cardinality(nanoos_open_roots())', 'SELECT count(*) FROM nanoos_people()']
    for statement in asked:
        for viewer in (None, Viewer(99)):
            with reader.connect() as connection:
                if viewer is not None:
                    tell(connection, viewer)
                assert connection.scalar(sa.text(statement)) == 0
    with reader.connect() as connection:
        tell(connection, Viewer(CAROL))
        shared = world.scalar(sa.text(f'SELECT count(*) FROM nanoos_share WHERE grantee_id = {CAROL}'))
        assert connection.scalar(sa.text(asked[3])) == shared != 0
        assert connection.scalar(sa.text(asked[0])) == 0


def test_a_viewer_of_one_group_sees_nothing_outside_it(world: sa.Connection, reader: sa.Engine) -> None:
    group = world.scalar(sa.text(f'SELECT id FROM db_dbgroup WHERE user_id = {ALICE}'))
    of_bob = world.scalar(sa.text(f'SELECT id FROM db_dbgroup WHERE user_id = {BOB}'))
    assert group is not None and of_bob is not None
    statement = sa.text('SELECT count(*) FROM db_dbnode')
    for viewer, count in ((Viewer(ALICE), 2), (Viewer(ALICE, group), 1), (Viewer(ALICE, of_bob), 0)):
        with reader.connect() as connection:
            tell(connection, viewer)
            assert connection.scalar(statement) == count
    # The properties are of the process, which is in no group.
    assert owners(reader, 'nanoos_property', Viewer(ALICE)) == {ALICE}
    assert owners(reader, 'nanoos_embedding', Viewer(ALICE, group)) == {ALICE}
    assert owners(reader, 'nanoos_embedding', Viewer(ALICE, of_bob)) == set()
    for place in (group, of_bob):
        assert owners(reader, 'nanoos_property', Viewer(ALICE, place)) == set()


def test_what_was_told_ends_with_the_transaction(world: sa.Connection, reader: sa.Engine) -> None:
    with reader.connect() as connection:
        tell(connection, Viewer(ALICE))
        assert connection.scalar(sa.text('SELECT count(*) FROM db_dbnode')) == 2
        connection.rollback()
        assert connection.scalar(sa.text('SELECT count(*) FROM db_dbnode')) == 0


def test_readers_write_nothing(world: sa.Connection, reader: sa.Engine) -> None:
    for statement in ('DELETE FROM db_dbnode', "UPDATE db_dbuser SET email = 'x'", 'CREATE TABLE x (y int)'):
        with reader.connect() as connection:
            tell(connection, Viewer(ALICE))
            with pytest.raises(sa.exc.ProgrammingError, match='permission denied'):
                connection.exec_driver_sql(statement)


def test_the_role_of_aiida_itself_cannot_read_for_people(world: sa.Connection) -> None:
    for role in (world.engine.url.username or '', 'postgres', 'nobody_at_all'):
        with pytest.raises(ValueError, match='cannot read for people'):
            secure(world, role)
