"""The cover equals what links, groups and shares say, after whatever is done to them in whatever order."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nanoos_plugins.storage import cover, tables
from nanoos_plugins.storage.cover_sql import TRIGGERS
from nanoos_plugins.storage.security import tell
from nanoos_plugins.storage.shares import COVER, SHARES, Viewer
from tests.storage.graphs import (
    BATCH,
    GROUP,
    LINK,
    MEMBER,
    NODE,
    TENANTS,
    TYPES,
    USER,
    add_link,
    add_node,
    add_share,
    add_tenants,
    delete_nodes,
    expected,
    insert,
    open_database,
    visible,
)

tenants = st.sampled_from(TENANTS)
numbers = st.integers(0, 30)
types = st.sampled_from(TYPES)


class Graph(RuleBasedStateMachine):
    """Three tenants who link, group, share, revoke, delete and give away nodes at random."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = open_database()

    def teardown(self) -> None:
        """Close the database."""
        self.connection.close()
        self.connection.engine.dispose()

    def pick(self, table: sa.Table, number: int) -> int | None:
        """Return one of the rows of a table, None when it is empty."""
        pks = self.connection.scalars(sa.select(table.c.id).order_by(table.c.id)).all()
        return pks[number % len(pks)] if pks else None

    @initialize(
        owners=st.lists(tenants, min_size=8, max_size=8),
        links=st.lists(st.tuples(numbers, numbers, types), min_size=4, max_size=10),
        access=st.lists(st.sampled_from(['read', 'write']), min_size=3, max_size=3),
    )
    def begin(self, owners: list[int], links: list[tuple[int, int, str]], access: list[str]) -> None:
        """Start from a graph, a group of its first nodes and some shares, so that changes meet something."""
        for owner in owners:
            add_node(self.connection, owner)
        self.add_group(owners[0])
        self.group_nodes(0, [0, 1, 2])
        for first, second, kind in links:
            self.add_link(first, second, kind)
        self.share('group_id', 0, owners[0] % 3 + 1, access[0])
        self.share('node_id', 3, owners[3] % 3 + 1, access[1])
        self.share('node_id', 4, None, access[2])

    @rule(owner=tenants)
    def add_node(self, owner: int) -> None:
        """Store a node without links."""
        add_node(self.connection, owner)

    @rule(first=numbers, second=numbers, kind=types)
    def add_link(self, first: int, second: int, kind: str) -> None:
        """Link any two nodes, as an archive's import may: circles and nonsense included."""
        one, other = self.pick(NODE, first), self.pick(NODE, second)
        if one is not None and other is not None:
            add_link(self.connection, one, other, kind)

    @rule(
        owner=tenants,
        inputs=st.lists(numbers, max_size=3),
        outputs=st.integers(0, 2),
        process_type=st.sampled_from((None, BATCH)),
    )
    def run_calculation(self, owner: int, inputs: list[int], outputs: int, process_type: str | None) -> None:
        """Do as AiiDA does: a process with its inputs, then what it makes."""
        chosen = [pk for pk in (self.pick(NODE, number) for number in inputs) if pk is not None]
        kind = 'process.calculation.calcfunction.CalcFunctionNode.'
        process = add_node(self.connection, owner, kind, process_type)
        for pk in chosen:
            add_link(self.connection, pk, process, 'input_calc')
        for _ in range(outputs):
            add_link(self.connection, process, add_node(self.connection, owner), 'create')

    @rule(number=numbers)
    def delete_link(self, number: int) -> None:
        """Delete a link."""
        self.connection.execute(sa.delete(LINK).where(LINK.c.id == self.pick(LINK, number)))

    @rule(picked=st.lists(numbers, min_size=1, max_size=4))
    def delete_nodes(self, picked: list[int]) -> None:
        """Delete nodes with their links; what came of them may stay."""
        delete_nodes(self.connection, [self.pick(NODE, number) or 0 for number in picked])

    @rule(owner=tenants)
    def add_group(self, owner: int) -> None:
        """Make a group."""
        row = {'uuid': uuid4().hex, 'label': uuid4().hex, 'user_id': owner}
        self.connection.execute(insert(self.connection, GROUP).values(row))

    @rule(group=numbers, picked=st.lists(numbers, min_size=1, max_size=4))
    def group_nodes(self, group: int, picked: list[int]) -> None:
        """Put nodes into a group."""
        pk, nodes = self.pick(GROUP, group), {self.pick(NODE, number) for number in picked} - {None}
        inside = self.connection.scalars(sa.select(MEMBER.c.dbnode_id).where(MEMBER.c.dbgroup_id == pk))
        for node in nodes.difference(inside) if pk is not None else ():
            self.connection.execute(sa.insert(MEMBER).values(dbgroup_id=pk, dbnode_id=node))

    @rule(number=numbers)
    def ungroup_node(self, number: int) -> None:
        """Take a node out of a group."""
        self.connection.execute(sa.delete(MEMBER).where(MEMBER.c.id == self.pick(MEMBER, number)))

    @rule(number=numbers)
    def delete_group(self, number: int) -> None:
        """Delete a group."""
        pk = self.pick(GROUP, number)
        self.connection.execute(sa.delete(MEMBER).where(MEMBER.c.dbgroup_id == pk))
        self.connection.execute(sa.delete(GROUP).where(GROUP.c.id == pk))

    @rule(
        column=st.sampled_from(['node_id', 'group_id']),
        number=numbers,
        grantee=st.sampled_from([*TENANTS, None]),
        access=st.sampled_from(['read', 'write']),
    )
    def share(self, column: str, number: int, grantee: int | None, access: str) -> None:
        """Share a node or a group, or change the access of a share."""
        pk = self.pick(NODE if column == 'node_id' else GROUP, number)
        if pk is not None:
            add_share(self.connection, column, pk, grantee, access)

    @rule(number=numbers)
    def revoke(self, number: int) -> None:
        """Take a share back."""
        self.connection.execute(sa.delete(SHARES).where(SHARES.c.id == self.pick(SHARES, number)))

    @rule(number=numbers, owner=tenants, table=st.sampled_from([NODE, GROUP]))
    def give_away(self, number: int, owner: int, table: sa.Table) -> None:
        """Give a node or a group to somebody else."""
        chosen = table.c.id == self.pick(table, number)
        self.connection.execute(sa.update(table).where(chosen).values(user_id=owner))

    def seen(self, user: int) -> set[int]:
        """Return what a user sees."""
        return visible(self.connection, user)

    def is_settled(self) -> bool:
        """Return whether the triggers have done their work; on SQLite they always have."""
        return True

    @invariant()
    def the_cover_is_right(self) -> None:
        """Every user sees what links, groups and shares say; the triggers' scratch is empty."""
        if not self.is_settled():
            return
        for user in TENANTS:
            assert self.seen(user) == expected(self.connection, user), user
        assert not self.connection.execute(sa.select(cover.DOUBT)).all()

    @invariant()
    def the_cover_is_as_if_made_anew(self) -> None:
        """Find the same rows by one statement over all as by the triggers' steps."""
        if not self.is_settled():
            return
        kept = set(self.connection.execute(sa.select(COVER)))
        cover.rebuild(self.connection)
        assert kept == set(self.connection.execute(sa.select(COVER)))


class PostgresGraph(Graph):
    """The same on PostgreSQL, whose triggers work at a commit: of every third change."""

    engine: sa.Engine
    reader: sa.Engine

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        self.connection = open_database(self.engine)
        self.changes = 0

    def teardown(self) -> None:
        """Close the connection."""
        self.connection.close()

    def seen(self, user: int) -> set[int]:
        """Return what a user sees: the same by the condition of our statements and by row-level security."""
        with self.reader.connect() as reading:
            tell(reading, Viewer(user))
            found = set(reading.scalars(sa.select(NODE.c.id)))
            assert found == visible(reading, user) == visible(self.connection, user)
        return found

    def is_settled(self) -> bool:
        """Commit after every third change."""
        self.changes += 1
        if self.changes % 6 > 1:
            return False
        self.connection.commit()
        return True


@pytest.fixture(scope='module', autouse=True)
def _engines(postgres_engine: sa.Engine, reader: sa.Engine) -> None:
    PostgresGraph.engine, PostgresGraph.reader = postgres_engine, reader


TestGraph = Graph.TestCase
TestGraph.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestPostgresGraph = PostgresGraph.TestCase
TestPostgresGraph.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def covered(connection: sa.Connection) -> set[int]:
    """Return the nodes that are covered by any root."""
    return set(connection.scalars(sa.select(COVER.c.node_id)))


def test_an_input_stays_as_long_as_one_process_reads_it(either_database: sa.Connection) -> None:
    database = either_database
    root, read, first, second = (add_node(database, 1) for _ in range(4))
    for process in (first, second):
        add_link(database, root, process, 'input_calc')
        add_link(database, read, process, 'input_calc')
    add_share(database, 'node_id', root, 2, 'read')
    assert covered(database) == {root, read, first, second}
    delete_nodes(database, [first])
    assert covered(database) == {root, read, second}
    delete_nodes(database, [second])
    assert covered(database) == {root}


def test_what_is_shared_does_not_open_what_else_is_in_a_batch(either_database: sa.Connection) -> None:
    database = either_database
    one, other, first, second = (add_node(database, 1) for _ in range(4))
    batch, caller = add_node(database, 1, process_type=BATCH), add_node(database, 1)
    for structure in (one, other):
        add_link(database, structure, batch, 'input_calc')
    for features in (first, second):
        add_link(database, batch, features, 'create')
    add_share(database, 'node_id', one, 2, 'read')
    assert covered(database) == {one}
    # one that comes later, and what hung on something that has gone
    late, before = add_node(database, 1, process_type=BATCH), add_node(database, 1)
    add_link(database, one, late, 'input_calc')
    add_link(database, before, one, 'create')
    delete_nodes(database, [before])
    assert covered(database) == {one}
    # whoever shares what called the batch, or itself, shares all of it
    add_link(database, caller, batch, 'call_calc')
    add_share(database, 'node_id', caller, 2, 'read')
    whole = {one, other, batch, first, second, caller}
    assert covered(database) == whole
    for user in TENANTS:
        assert visible(database, user) == expected(database, user)


def test_a_circle_does_not_hold_itself(either_database: sa.Connection) -> None:
    database = either_database
    root, one, other = (add_node(database, 1) for _ in range(3))
    add_link(database, one, other, 'create')
    add_link(database, other, one, 'input_calc')
    add_share(database, 'node_id', root, 2, 'read')
    add_link(database, root, one, 'input_calc')
    assert covered(database) == {root, one, other}
    database.execute(sa.delete(LINK).where(LINK.c.input_id == root))
    assert covered(database) == {root}


def test_deleting_a_user_closes_what_was_shared_with_them(either_database: sa.Connection) -> None:
    database = either_database
    root = add_node(database, 1)
    add_share(database, 'node_id', root, 3, 'write')
    written = add_node(database, 3)
    add_link(database, root, written, 'input_calc')
    add_share(database, 'node_id', root, 2, 'read')
    assert covered(database) == {root, written}
    database.execute(sa.update(NODE).where(NODE.c.id == written).values(user_id=2))
    database.execute(sa.delete(USER).where(USER.c.id == 3))
    assert covered(database) == {root}


def test_two_shares_of_one_transaction_open_their_root(either_database: sa.Connection) -> None:
    """On PostgreSQL a trigger meets both of them at the commit."""
    database = either_database
    if database.dialect.name == 'postgresql':
        database.exec_driver_sql('SET CONSTRAINTS ALL DEFERRED')
    root, after = add_node(database, 1), add_node(database, 1)
    add_link(database, root, after, 'input_calc')
    for grantee in (2, 3):
        add_share(database, 'node_id', root, grantee, 'read')
    database.commit()
    assert covered(database) == {root, after}


def test_a_root_that_is_given_away_is_its_new_owners(either_database: sa.Connection) -> None:
    database = either_database
    root, written = add_node(database, 1), add_node(database, 3)
    add_link(database, root, written, 'input_calc')
    add_share(database, 'node_id', root, 3, 'write')
    assert visible(database, 1) == {root, written}
    database.execute(sa.update(NODE).where(NODE.c.id == root).values(user_id=2))
    database.commit()
    assert visible(database, 1) == set()
    assert visible(database, 2) == {root, written}


def test_owners_of_roots_are_found_for_an_earlier_version(either_database: sa.Connection) -> None:
    database = either_database
    root, written = add_node(database, 1), add_node(database, 3)
    add_link(database, root, written, 'input_calc')
    add_share(database, 'node_id', root, 3, 'write')
    cover.unwatch(database)
    database.exec_driver_sql('DROP INDEX ix_nanoos_root_owner_id')
    database.exec_driver_sql('ALTER TABLE nanoos_root RENAME COLUMN owner_id TO nobody_asks')
    tables.create(database)
    assert visible(database, 1) == {root, written}


def test_ids_that_are_given_again_are_not_covered(database: sa.Connection) -> None:
    root = add_node(database, 1)
    add_share(database, 'node_id', root, None, 'write')
    delete_nodes(database, [root])
    assert add_node(database, 1) == root
    assert visible(database, 2) == set()


def test_making_all_again_changes_nothing(database: sa.Connection) -> None:
    before = set(database.exec_driver_sql('SELECT name, rootpage, sql FROM sqlite_master'))
    tables.create(database)
    assert set(database.exec_driver_sql('SELECT name, rootpage, sql FROM sqlite_master')) == before


def test_a_cover_that_was_not_watched_is_made_anew(either_database: sa.Connection) -> None:
    database = either_database
    root, after = add_node(database, 1), add_node(database, 1)
    add_share(database, 'node_id', root, 2, 'read')
    cover.unwatch(database)
    assert visible(database, 2) == set()
    add_link(database, root, after, 'input_calc')
    tables.create(database)
    assert covered(database) == {root, after}


def test_triggers_need_no_setting_of_the_connection(database: sa.Connection) -> None:
    root, after = add_node(database, 1), add_node(database, 1)
    add_share(database, 'node_id', root, 2, 'read')
    add_link(database, root, after, 'input_calc')
    database.commit()
    for setting in ('recursive_triggers', 'foreign_keys'):
        for value in ('OFF', 'ON'):
            database.exec_driver_sql(f'PRAGMA {setting} = {value}')
            last = add_node(database, 1)
            add_link(database, after, last, 'input_calc')
            assert visible(database, 2) == {root, after, last}
            database.rollback()


def test_triggers_read_no_table_as_a_whole(database: sa.Connection) -> None:
    """Not even at a million links, by which SQLite would like to make Bloom filters of all of them."""
    add_tenants(database)
    database.exec_driver_sql('ANALYZE')
    for side in ('input', 'output'):
        index = f'ix_db_dblink_db_dblink_{side}_id'
        database.exec_driver_sql("UPDATE sqlite_stat1 SET stat = '1000000 2' WHERE idx = ?", (index,))
    kinds = ('1000000 500000', 'ix_db_dblink_db_dblink_type')
    database.exec_driver_sql('UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?', kinds)
    database.exec_driver_sql('ANALYZE sqlite_schema')
    steps = set()
    for name in ('link_made', 'link_lost', 'grouped', 'ungrouped'):
        for statement in TRIGGERS[f'nanoos_cover_{name}'][2]:
            asked = statement.replace('NEW.type', "'create'")
            asked = re.sub(r'(NEW|OLD)\.\w+', '7', asked)
            steps |= {row.detail for row in database.exec_driver_sql(f'EXPLAIN QUERY PLAN {asked}')}
    scanned = {step.split()[1] for step in steps if step.startswith('SCAN')}
    # What a step of the walk found, and what is in doubt: few. All else is looked up by its key.
    assert scanned <= {'w', 'walk', 'a', 'f', 'd', 'nanoos_doubt', 's', 'lost'}, scanned
    assert not [step for step in steps if 'BLOOM' in step]
