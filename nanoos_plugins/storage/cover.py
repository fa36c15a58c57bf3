"""The cover: which nodes the shares of each root open, kept by the database itself.

`nanoos_cover` holds for each shared root the nodes that `shares` describes. Triggers keep it: they follow
every new link, group member and share at once and as far as it leads, whoever writes (plain AiiDA as well)
and in whatever order, so that a statement finds out whether a node is shared by looking up one key. Where
something is taken away, all that hung on it is taken out of the cover and what is still reached another way
is put back, in the same statement of the writer: a reader never sees a cover that is too wide.

The triggers rely on no setting of the connection.
"""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage.cover_sql import TRIGGERS, VIEWS, rebuild_all
from nanoos_plugins.storage.shares import COVER, METADATA, reference

#: Scratch of the triggers: what may have left the cover. Empty between statements.
DOUBT = sa.Table(
    'nanoos_doubt',
    METADATA,
    sa.Column('root_id', reference('nanoos_root'), primary_key=True),
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
    wanted = _definitions()
    if _present(connection) == wanted:
        return
    if not _in_transaction(connection):
        connection.exec_driver_sql('BEGIN IMMEDIATE')
    unwatch(connection)
    for statement in wanted.values():
        connection.exec_driver_sql(statement)
    rebuild(connection)


def unwatch(connection: sa.Connection) -> None:
    """Remove views and triggers, which keep AiiDA from changing its tables, and empty the cover.

    What nobody watches over would stay open when it should not. `watch` makes all of it again.
    """
    present = _present(connection)
    for kind, name in present:
        connection.exec_driver_sql(f'DROP {kind} IF EXISTS {name}')
    if present:
        connection.exec_driver_sql('DELETE FROM nanoos_cover')


def _definitions() -> dict[tuple[str, str], str]:
    """Return the statement that makes each view and trigger, by its kind and name."""
    views = {('VIEW', name): f'CREATE VIEW {name} AS{select}' for name, select in VIEWS.items()}
    triggers = {
        ('TRIGGER', name): f'CREATE TRIGGER {name} AFTER {event} FOR EACH ROW WHEN {condition}\n'
        f'BEGIN\n{"".join(f"{statement};" for statement in body)}\nEND'
        for name, (event, condition, body) in TRIGGERS.items()
    }
    return views | triggers


def _present(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """Return the statements that made ours of the views and triggers that the database has."""
    rows = connection.exec_driver_sql(
        "SELECT upper(type), name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
        " AND name LIKE 'nanoos!_cover!_%' ESCAPE '!'"
    )
    return {(str(kind), str(name)): str(sql) for kind, name, sql in rows}


def _in_transaction(connection: sa.Connection) -> bool:
    driver = connection.connection.driver_connection
    return bool(getattr(driver, 'in_transaction', True))
