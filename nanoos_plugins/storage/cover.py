"""The cover: which nodes the shares of each root open, kept by the database itself.

`nanoos_cover` holds for each shared root the nodes that `shares` describes. Triggers keep it: they follow
every new link, group member and share at once and as far as it leads, whoever writes (plain AiiDA as well)
and in whatever order, so that a statement finds out whether a node is shared by looking up one key. Where
something is taken away, all that hung on it is taken out of the cover and what is still reached another way
is put back, in the same statement of the writer (on PostgreSQL at its commit, see `turns`): a reader never
sees a cover that is too wide.

The triggers rely on no setting of the connection.
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa

from nanoos_plugins.storage.cover_sql import definitions, rebuild_all
from nanoos_plugins.storage.shares import COVER, METADATA
from nanoos_plugins.storage.turns import TAKE_TURN

#: Scratch of the triggers: what may have left the cover. Empty between statements.
DOUBT = sa.Table(
    'nanoos_doubt',
    METADATA,
    sa.Column('root_id', sa.Integer, primary_key=True),
    sa.Column('node_id', sa.Integer, primary_key=True),
    sqlite_with_rowid=False,
)
TABLES = (COVER, DOUBT)


def rebuild(connection: sa.Connection) -> None:
    """Make the cover of all roots anew."""
    for statement in rebuild_all():
        connection.exec_driver_sql(statement)


def watch(connection: sa.Connection) -> None:
    """Make views and triggers where they are missing or of another version, and then the cover anew."""
    wanted = definitions(connection.dialect.name)
    if _is_watched(connection, wanted):
        return
    if connection.dialect.name == 'sqlite' and not _in_transaction(connection):
        connection.exec_driver_sql('BEGIN IMMEDIATE')
    unwatch(connection)
    if connection.dialect.name == 'postgresql':
        connection.exec_driver_sql(TAKE_TURN)
        connection.exec_driver_sql('SELECT nanoos_take_turn()')
    for statement in wanted.values():
        connection.exec_driver_sql(statement)
    if connection.dialect.name == 'postgresql':
        connection.exec_driver_sql(f"COMMENT ON VIEW {_NOTED} IS '{_digest(wanted)}'")
    rebuild(connection)


def unwatch(connection: sa.Connection) -> None:
    """Remove views and triggers, which keep AiiDA from changing its tables, and empty the cover.

    What nobody watches over would stay open when it should not. `watch` makes all of it again.
    """
    present = _present(connection)
    # On PostgreSQL a trigger goes with its function, and what else refers to a view goes with the view.
    rest = '' if connection.dialect.name == 'sqlite' else ' CASCADE'
    for kind, name in present:
        connection.exec_driver_sql(f'DROP {kind} IF EXISTS {name}{rest}')
    if present:
        connection.exec_driver_sql('DELETE FROM nanoos_cover')


#: The view that says, on PostgreSQL, of which version all of it is.
_NOTED = 'nanoos_cover_seed'


def _digest(wanted: dict[tuple[str, str], str]) -> str:
    return sha256('\n'.join([TAKE_TURN, *wanted.values()]).encode()).hexdigest()


def _is_watched(connection: sa.Connection, wanted: dict[tuple[str, str], str]) -> bool:
    """Return whether the database has all of it, made by these statements."""
    present = _present(connection)
    if connection.dialect.name == 'sqlite':
        return present == wanted
    noted = sa.text("SELECT obj_description(to_regclass(:view), 'pg_class')")
    is_same = connection.scalar(noted, {'view': _NOTED}) == _digest(wanted)
    return is_same and set(present) == {key for key in wanted if key[0] != 'TRIGGER'}


def _present(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """Return ours of the views, triggers and functions that the database has; SQLite has their statements."""
    rows = connection.exec_driver_sql(
        "SELECT upper(type), name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
        " AND name LIKE 'nanoos!_cover!_%' ESCAPE '!'"
        if connection.dialect.name == 'sqlite'
        else "SELECT 'VIEW', viewname, '' FROM pg_views"
        " WHERE schemaname = current_schema AND starts_with(viewname, 'nanoos_cover_')"
        " UNION ALL SELECT 'FUNCTION', proname, '' FROM pg_proc"
        " WHERE pronamespace = current_schema::regnamespace AND starts_with(proname, 'nanoos_cover_')"
    )
    return {(str(kind), str(name)): str(sql) for kind, name, sql in rows}


def _in_transaction(connection: sa.Connection) -> bool:
    driver = connection.connection.driver_connection
    return bool(getattr(driver, 'in_transaction', True))
