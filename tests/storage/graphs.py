"""Graphs for the tests of what is seen: AiiDA's tables and ours in memory, filled row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from aiida.storage.psql_dos.models.base import get_orm_metadata
from aiida.storage.sqlite_zip import models
from aiida.storage.sqlite_zip.utils import create_sqla_engine

from nanoos_plugins.storage import tables
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import GROUPS, NODES, ROOTS, SHARES, visible_to
from tests.storage.oracle import shared_nodes

TENANTS = (1, 2, 3)
SYSTEM = 4
#: A process of many inputs that have nothing to do with each other.
BATCH = 'aiida.calculations:nanoos.features'
TYPES = ('input_calc', 'input_work', 'create', 'return', 'call_calc', 'call_work')
NODE, GROUP, LINK, MEMBER, USER = (
    model.__table__
    for model in (models.DbNode, models.DbGroup, models.DbLink, models.DbGroupNodes, models.DbUser)
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def open_database(postgres: sa.Engine | None = None) -> sa.Connection:
    """Return a connection to an empty database, with AiiDA's tables and ours, and the users.

    :param postgres: of a database that may be emptied; in memory, on SQLite, when None.
    """
    connection = (postgres or create_sqla_engine(':memory:')).connect()
    metadata = get_orm_metadata() if postgres else models.SqliteBase.metadata
    metadata.create_all(connection)
    tables.create(connection)
    if postgres:
        # What is noted of the triggers stays, as they do.
        asked = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%_trigger'"
        )
        names = ', '.join(connection.scalars(sa.text(asked)))
        connection.exec_driver_sql(f'TRUNCATE {names} RESTART IDENTITY CASCADE')
    emails = {pk: f'{pk}@nanoos.test' for pk in TENANTS} | {SYSTEM: SYSTEM_EMAIL}
    connection.execute(sa.insert(USER), [{'id': pk, 'email': email} for pk, email in emails.items()])
    connection.commit()
    return connection


def insert(connection: sa.Connection, table: sa.Table) -> sa.Insert:
    """Return the statement that adds to one of AiiDA's tables, with the types of its database."""
    is_postgres = connection.dialect.name == 'postgresql'
    return sa.insert(get_orm_metadata().tables[table.name] if is_postgres else table)


def visible(connection: sa.Connection, user: int) -> set[int]:
    """Return what the cover lets a user see."""
    return set(connection.scalars(sa.select(NODES.c.id).where(visible_to(user))))


def expected(connection: sa.Connection, user: int) -> set[int]:
    """Return what a user should see."""
    own = sa.select(NODES.c.id).where(NODES.c.user_id.in_([user, SYSTEM]))
    return set(connection.scalars(own)) | set(connection.scalars(shared_nodes(user)))


def add_node(
    connection: sa.Connection, owner: int, kind: str = 'data.core.int.Int.', process_type: str | None = None
) -> int:
    """Store a node; the next one is a second younger."""
    count = connection.scalar(sa.select(sa.func.count()).select_from(NODE)) or 0
    ctime = START + timedelta(seconds=count)
    row = {'uuid': uuid4().hex, 'user_id': owner, 'node_type': kind, 'ctime': ctime}
    row['process_type'] = process_type
    pk: int = connection.execute(insert(connection, NODE).values(row)).inserted_primary_key[0]
    return pk


def add_link(connection: sa.Connection, first: int, second: int, kind: str) -> None:
    """Link two nodes."""
    connection.execute(sa.insert(LINK).values(input_id=first, output_id=second, type=kind, label='x'))


def add_share(connection: sa.Connection, column: str, pk: int, grantee: int | None, access: str) -> None:
    """Share a node (column `node_id`) or group (`group_id`), as `shares.share` does."""
    root = connection.scalar(sa.select(ROOTS.c.id).where(ROOTS.c[column] == pk))
    if root is None:
        table = NODES if column == 'node_id' else GROUPS
        owner = connection.scalar(sa.select(table.c.user_id).where(table.c.id == pk))
        values = {column: pk, 'owner_id': owner}
        root = connection.scalar(sa.insert(ROOTS).values(values).returning(ROOTS.c.id))
    same = SHARES.c.grantee_id.is_(None) if grantee is None else SHARES.c.grantee_id == grantee
    connection.execute(sa.delete(SHARES).where(SHARES.c.root_id == root, same))
    connection.execute(sa.insert(SHARES).values(root_id=root, grantee_id=grantee, access=access))


def delete_nodes(connection: sa.Connection, pks: list[int]) -> None:
    """Delete nodes in the order in which AiiDA does: groups, links out of them, links into them, they."""
    connection.execute(sa.delete(MEMBER).where(MEMBER.c.dbnode_id.in_(pks)))
    connection.execute(sa.delete(LINK).where(LINK.c.input_id.in_(pks)))
    connection.execute(sa.delete(LINK).where(LINK.c.output_id.in_(pks)))
    connection.execute(sa.delete(NODE).where(NODE.c.id.in_(pks)))


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
