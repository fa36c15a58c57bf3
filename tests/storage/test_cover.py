"""The cover equals what links, groups and shares say, after whatever is done to them in whatever order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiida.storage.sqlite_zip import models
from aiida.storage.sqlite_zip.utils import create_sqla_engine
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nanoos_plugins.storage import cover, tables
from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import COVER, NODES, ROOTS, SHARES, Viewer, seen_by, visible_to
from nanoos_plugins.storage.sqlite_dos import INDEXES
from tests.storage.oracle import shared_nodes

TENANTS = (1, 2, 3)
SYSTEM = 4
TYPES = ('input_calc', 'input_work', 'create', 'return', 'call_calc', 'call_work')
NODE, GROUP, LINK, MEMBER, USER = (
    model.__table__
    for model in (models.DbNode, models.DbGroup, models.DbLink, models.DbGroupNodes, models.DbUser)
)
START = datetime(2026, 1, 1, tzinfo=UTC)

tenants = st.sampled_from(TENANTS)
numbers = st.integers(0, 30)
types = st.sampled_from(TYPES)


def open_database() -> sa.Connection:
    """Return a connection to an empty database in memory, with AiiDA's tables and ours, and the users."""
    connection = create_sqla_engine(':memory:').connect()
    models.SqliteBase.metadata.create_all(connection)
    tables.create(connection)
    emails = {pk: f'{pk}@nanoos.test' for pk in TENANTS} | {SYSTEM: SYSTEM_EMAIL}
    connection.execute(sa.insert(USER), [{'id': pk, 'email': email} for pk, email in emails.items()])
    connection.commit()
    return connection


def visible(connection: sa.Connection, user: int) -> set[int]:
    """Return what the cover lets a user see."""
    return set(connection.scalars(sa.select(NODES.c.id).where(visible_to(user))))


def expected(connection: sa.Connection, user: int) -> set[int]:
    """Return what a user should see."""
    own = sa.select(NODES.c.id).where(NODES.c.user_id.in_([user, SYSTEM]))
    return set(connection.scalars(own)) | set(connection.scalars(shared_nodes(user)))


def add_node(connection: sa.Connection, owner: int, kind: str = 'data.core.int.Int.') -> int:
    """Store a node; the next one is a second younger."""
    count = connection.scalar(sa.select(sa.func.count()).select_from(NODE)) or 0
    ctime = START + timedelta(seconds=count)
    row = {'uuid': uuid4().hex, 'user_id': owner, 'node_type': kind, 'ctime': ctime}
    pk = connection.scalar(sa.insert(NODE).values(row).returning(NODE.c.id))
    assert pk is not None
    return pk


def add_link(connection: sa.Connection, first: int, second: int, kind: str) -> None:
    """Link two nodes."""
    connection.execute(sa.insert(LINK).values(input_id=first, output_id=second, type=kind, label='x'))


def add_share(connection: sa.Connection, column: str, pk: int, grantee: int | None, access: str) -> None:
    """Share a node (column `node_id`) or group (`group_id`), as `shares.share` does."""
    root = connection.scalar(sa.select(ROOTS.c.id).where(ROOTS.c[column] == pk))
    if root is None:
        root = connection.scalar(sa.insert(ROOTS).values({column: pk}).returning(ROOTS.c.id))
    same = SHARES.c.grantee_id.is_(None) if grantee is None else SHARES.c.grantee_id == grantee
    connection.execute(sa.delete(SHARES).where(SHARES.c.root_id == root, same))
    connection.execute(sa.insert(SHARES).values(root_id=root, grantee_id=grantee, access=access))


def delete_nodes(connection: sa.Connection, pks: list[int]) -> None:
    """Delete nodes in the order in which AiiDA does: groups, links out of them, links into them, they."""
    connection.execute(sa.delete(MEMBER).where(MEMBER.c.dbnode_id.in_(pks)))
    connection.execute(sa.delete(LINK).where(LINK.c.input_id.in_(pks)))
    connection.execute(sa.delete(LINK).where(LINK.c.output_id.in_(pks)))
    connection.execute(sa.delete(NODE).where(NODE.c.id.in_(pks)))


@pytest.fixture
def database() -> Iterator[sa.Connection]:
    """Return a connection to an empty database."""
    connection = open_database()
    yield connection
    connection.close()
    connection.engine.dispose()


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

    @rule(owner=tenants, inputs=st.lists(numbers, max_size=3), outputs=st.integers(0, 2))
    def run_calculation(self, owner: int, inputs: list[int], outputs: int) -> None:
        """Do as AiiDA does: a process with its inputs, then what it makes."""
        chosen = [pk for pk in (self.pick(NODE, number) for number in inputs) if pk is not None]
        process = add_node(self.connection, owner, 'process.calculation.calcfunction.CalcFunctionNode.')
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
        self.connection.execute(sa.insert(GROUP).values(row))

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

    @invariant()
    def the_cover_is_right(self) -> None:
        """Every user sees what links, groups and shares say; the triggers' scratch is empty."""
        for user in TENANTS:
            assert visible(self.connection, user) == expected(self.connection, user), user
        assert not self.connection.execute(sa.select(cover.DOUBT)).all()

    @invariant()
    def the_cover_is_as_if_made_anew(self) -> None:
        """Find the same rows by one statement over all as by the triggers' steps."""
        kept = set(self.connection.execute(sa.select(COVER)))
        cover.rebuild(self.connection)
        assert kept == set(self.connection.execute(sa.select(COVER)))


TestGraph = Graph.TestCase
TestGraph.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def covered(connection: sa.Connection) -> set[int]:
    """Return the nodes that are covered by any root."""
    return set(connection.scalars(sa.select(COVER.c.node_id)))


def test_an_input_stays_as_long_as_one_process_reads_it(database: sa.Connection) -> None:
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


def test_a_circle_does_not_hold_itself(database: sa.Connection) -> None:
    root, one, other = (add_node(database, 1) for _ in range(3))
    add_link(database, one, other, 'create')
    add_link(database, other, one, 'input_calc')
    add_share(database, 'node_id', root, 2, 'read')
    add_link(database, root, one, 'input_calc')
    assert covered(database) == {root, one, other}
    database.execute(sa.delete(LINK).where(LINK.c.input_id == root))
    assert covered(database) == {root}


def test_deleting_a_user_closes_what_was_shared_with_them(database: sa.Connection) -> None:
    root = add_node(database, 1)
    add_share(database, 'node_id', root, 3, 'write')
    written = add_node(database, 3)
    add_link(database, root, written, 'input_calc')
    add_share(database, 'node_id', root, 2, 'read')
    assert covered(database) == {root, written}
    database.execute(sa.update(NODE).where(NODE.c.id == written).values(user_id=2))
    database.execute(sa.delete(USER).where(USER.c.id == 3))
    assert covered(database) == {root}


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


def test_a_cover_that_was_not_watched_is_made_anew(database: sa.Connection) -> None:
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
        for statement in cover.TRIGGERS[f'nanoos_cover_{name}'][2]:
            asked = statement.replace('NEW.type', "'create'")
            asked = re.sub(r'(NEW|OLD)\.\w+', '7', asked)
            steps |= {row.detail for row in database.exec_driver_sql(f'EXPLAIN QUERY PLAN {asked}')}
    scanned = {step.split()[1] for step in steps if step.startswith('SCAN')}
    # What a step of the walk found, and what is in doubt: few. All else is looked up by its key.
    assert scanned <= {'w', 'walk', 'a', 'f', 'd', 'nanoos_doubt', 's', 'lost'}, scanned
    assert not [step for step in steps if 'BLOOM' in step]


def add_tenants(connection: sa.Connection) -> None:
    """Store 40 nodes each of tenants 1 and 3 and of the system in turn, a chain of 1's shared with 2."""
    chain = []
    for _ in range(40):
        chain.append(add_node(connection, 1))
        add_node(connection, 3)
        add_node(connection, SYSTEM)
    for first, second in zip(chain, chain[1:], strict=False):
        add_link(connection, first, second, 'input_calc')
    add_share(connection, 'node_id', chain[10], 2, 'read')
    add_share(connection, 'node_id', chain[20], None, 'read')


@pytest.mark.parametrize('viewer', [Viewer(1), Viewer(2), Viewer(3), Viewer(2, 1), None])
@pytest.mark.parametrize('limit', [1, 7, 200])
def test_pages_of_the_newest_hold_what_is_seen(
    database: sa.Connection, viewer: Viewer | None, limit: int
) -> None:
    add_tenants(database)
    group = {'id': 1, 'uuid': uuid4().hex, 'label': 'some', 'user_id': 1}
    database.execute(sa.insert(GROUP).values(group))
    for pk in range(1, 121, 2):
        database.execute(sa.insert(MEMBER).values(dbgroup_id=1, dbnode_id=pk))
    is_asked = NODE.c.id % 5 != 0
    newest = (NODE.c.ctime.desc(), NODE.c.id.desc())
    asked = sa.select(NODE.c.id).where(is_asked, seen_by(viewer, NODE.c)).order_by(*newest)
    statement = sa.select(NODE.c.id, NODE.c.ctime, USER.c.email).join(USER).where(is_asked)
    found, after = [], None
    while rows := database.execute(newest_seen(statement, NODE, viewer, limit, after)).all():
        assert len(rows) <= limit
        found += [row.id for row in rows]
        after = (rows[-1].ctime, rows[-1].id)
    assert found == database.scalars(asked).all()
    assert len(found) > 10


def test_pages_follow_indexes(database: sa.Connection) -> None:
    """No branch of a page sorts or scans the nodes, whoever asks."""
    for name, columns in INDEXES.items():
        database.exec_driver_sql(f'CREATE INDEX {name} ON {columns}')
    add_tenants(database)
    database.exec_driver_sql('ANALYZE')
    page = newest_seen(sa.select(NODE.c.id, NODE.c.ctime), NODE, Viewer(2), 50, None)
    text = str(page.compile(database, compile_kwargs={'literal_binds': True}))
    steps = [row.detail for row in database.exec_driver_sql(f'EXPLAIN QUERY PLAN {text}')]
    assert not [step for step in steps if step.startswith('SCAN db_dbnode')], steps
    assert [step for step in steps if 'ix_nanoos_cover_ctime (root_id=?' in step], steps
    assert len([step for step in steps if 'ix_nanoos_node_user_ctime_id (user_id=?' in step]) == 2, steps
    # The page itself is sorted, of a few rows; the branches are not.
    assert len([step for step in steps if step == 'USE TEMP B-TREE FOR ORDER BY']) == 1, steps
