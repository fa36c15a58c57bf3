"""Declared properties: the JSON attributes worth filtering, in typed columns that the database itself keeps.

AiiDA's filters on attributes read the JSON of each node. What a node type declares (`declared`) stands in
`nanoos_property` as well, one row a value, kept by triggers whoever writes. An index on the JSON itself would
be of no use under row-level security: PostgreSQL looks into JSON only after it has checked who may see it.
The owner of the node comes first in the indexes, so that a tenant's look-up costs what the tenant has.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.storage import properties_sql
from nanoos_plugins.storage.declared import DECLARED
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import METADATA, USERS, Viewer, open_roots, reference

PROPERTIES = sa.Table(
    'nanoos_property',
    METADATA,
    sa.Column('node_id', reference('db_dbnode'), primary_key=True),
    sa.Column('name', sa.String, primary_key=True, comment='path of the attribute, as in energy.value'),
    sa.Column('position', sa.Integer, primary_key=True, comment='of a word in its list, else 0'),
    sa.Column('user_id', reference('db_dbuser'), nullable=False, comment='owner of the node'),
    sa.Column('number', sa.Double),
    sa.Column('text', sa.String),
    sqlite_with_rowid=False,
)
for _value in (PROPERTIES.c.number, PROPERTIES.c.text):
    sa.Index(
        f'ix_nanoos_property_{_value.name}',
        PROPERTIES.c.name,
        PROPERTIES.c.user_id,
        _value,
        PROPERTIES.c.node_id,
        sqlite_where=_value.is_not(None),
        postgresql_where=_value.is_not(None),
    )
#: The statement that made each trigger: those of another version are made anew.
WATCHED = sa.Table(
    'nanoos_property_trigger',
    METADATA,
    sa.Column('name', sa.String, primary_key=True),
    sa.Column('statement', sa.Text, nullable=False),
)
TABLES = (PROPERTIES, WATCHED)
#: The comparisons that an index serves; for texts only the first, and `in`.
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    '==': operators.eq,
    '<': operators.lt,
    '<=': operators.le,
    '>': operators.gt,
    '>=': operators.ge,
}
#: [characters] Longer texts are not among the properties.
LONGEST = properties_sql.LONGEST


def watch(connection: sa.Connection) -> None:
    """Make the triggers where they are missing or of another version, and then all properties anew.

    The tables must be there.
    """
    dialect = connection.dialect.name
    wanted = properties_sql.definitions(dialect)
    noted = {name: '\n'.join(statements) for name, statements in wanted.items()}
    rows = connection.execute(sa.select(WATCHED.c.name, WATCHED.c.statement))
    known = {row.name: row.statement for row in rows}
    if known == noted and _present(connection) == set(wanted):
        return
    if connection.dialect.name == 'sqlite' and not _in_transaction(connection):
        connection.exec_driver_sql('BEGIN IMMEDIATE')
    unwatch(connection)
    for statements in wanted.values():
        for statement in statements:
            connection.exec_driver_sql(statement)
    connection.execute(sa.insert(WATCHED), [{'name': n, 'statement': text} for n, text in noted.items()])
    for prefix in DECLARED:
        connection.exec_driver_sql(properties_sql.fill(dialect, prefix))


def unwatch(connection: sa.Connection) -> None:
    """Remove the triggers, which keep AiiDA from changing its tables, and all properties.

    What nobody watches over would be found when it has changed. `watch` makes all of it again.
    """
    if not sa.inspect(connection).has_table(PROPERTIES.name):
        return
    for name in _present(connection):
        if connection.dialect.name == 'sqlite':
            connection.exec_driver_sql(f'DROP TRIGGER {name}')
        else:
            connection.exec_driver_sql(f'DROP TRIGGER {name} ON db_dbnode')
            connection.exec_driver_sql(f'DROP FUNCTION {name}()')
    connection.execute(sa.delete(WATCHED))
    connection.execute(sa.delete(PROPERTIES))


def with_value(
    name: str, operator: str, value: Any, found: sa.FromClause = PROPERTIES
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a row of properties is of this name and fulfils a comparison.

    :param operator: `==`, `in` and for numbers `<`, `<=`, `>`, `>=`.
    :param value: a text or a number, or a list of them for `in`.
    :param found: the table of properties, or an alias of it.
    """
    sample = value[0] if isinstance(value, list) else value
    column = found.c.text if isinstance(sample, str) else found.c.number
    compare = column.in_ if operator == 'in' else partial(COMPARISONS[operator], column)
    return [found.c.name == name, compare(value)]


def owners_seen(viewer: Viewer | None, with_shares: bool = True) -> sa.Select[int]:
    """Return the statement of the users of whose nodes a viewer may see some.

    That is the viewer, the system, and `with_shares` the members of what is shared with the viewer.
    """
    users = sa.select(USERS.c.id)
    if viewer is None:
        return users
    own = sa.or_(USERS.c.id == viewer.user_pk, USERS.c.email == SYSTEM_EMAIL)
    if not with_shares:
        return users.where(own)
    member = sa.table('nanoos_cover_known', sa.column('root_id'), sa.column('user_id'))
    shares = (
        sa.exists()
        .where(
            member.c.root_id.in_(open_roots(viewer.user_pk)),
            sa.or_(member.c.user_id == USERS.c.id, member.c.user_id.is_(None)),
        )
        .correlate(USERS)
    )
    return users.where(sa.or_(own, shares))


def _present(connection: sa.Connection) -> set[str]:
    """Return the names of those of our triggers that the database has."""
    names: Sequence[str] = connection.scalars(
        sa.text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            " AND name LIKE 'nanoos!_property!_%' ESCAPE '!'"
            if connection.dialect.name == 'sqlite'
            else "SELECT tgname FROM pg_trigger WHERE tgrelid = 'db_dbnode'::regclass"
            " AND tgname LIKE 'nanoos!_property!_%' ESCAPE '!'"
        )
    ).all()
    return set(names)


def _in_transaction(connection: sa.Connection) -> bool:
    """Return whether SQLite's driver has begun one: it does so for rows that it writes, not for triggers."""
    return bool(getattr(connection.connection.driver_connection, 'in_transaction', True))
