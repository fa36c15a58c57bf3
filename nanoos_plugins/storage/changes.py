"""The order in which nodes changed and lines were reported, kept by the database: the events follow it.

A node's row has the number of its last change; intermediate ones are collapsed. A line that a process
reported has one for ever. Neither times nor AiiDA's ids can serve: a transaction that ends later may carry
earlier ones. These numbers are in the order in which changes became visible: SQLite has one writer at a time,
and on PostgreSQL a transaction takes them in its turn, at its commit (see `turns`).
"""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage.shares import METADATA, reference
from nanoos_plugins.storage.turns import TAKE_TURN, deferred, in_turn

sa.Table('db_dblog', METADATA, sa.Column('id', sa.Integer, primary_key=True))
CHANGES = sa.Table(
    'nanoos_change',
    METADATA,
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer, 'sqlite'), primary_key=True),
    sa.Column('node_id', reference('db_dbnode'), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
LINES = sa.Table(
    'nanoos_line',
    METADATA,
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer, 'sqlite'), primary_key=True),
    sa.Column('log_id', reference('db_dblog'), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
TABLES = (CHANGES, LINES)

_DIFFERS = {'sqlite': 'OLD.mtime IS NOT NEW.mtime', 'postgresql': 'OLD.mtime IS DISTINCT FROM NEW.mtime'}
_CHANGED = """DELETE FROM nanoos_change WHERE node_id = NEW.id;
    INSERT INTO nanoos_change (node_id) SELECT n.id FROM db_dbnode n WHERE n.id = NEW.id"""
_SAID = 'INSERT INTO nanoos_line (log_id) SELECT l.id FROM db_dblog l WHERE l.id = NEW.id'


def create_changes(connection: sa.Connection) -> None:
    """Create tables and triggers where they are missing; what is there counts as old."""
    METADATA.create_all(connection, tables=list(TABLES))
    dialect = connection.dialect.name
    #: AiiDA renews the time of modification with every update of a node.
    for name, event, condition, body in (
        ('nanoos_node_INSERT', 'INSERT ON db_dbnode', '', _CHANGED),
        ('nanoos_node_UPDATE', 'UPDATE ON db_dbnode', _DIFFERS[dialect], _CHANGED),
        ('nanoos_line_INSERT', 'INSERT ON db_dblog', '', _SAID),
    ):
        if dialect == 'sqlite':
            when = f'WHEN {condition}' if condition else ''
            connection.exec_driver_sql(
                f'CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} {when}\nBEGIN\n    {body};\nEND'
            )
        elif not _is_made(connection, name.lower()):
            connection.exec_driver_sql(TAKE_TURN)
            connection.exec_driver_sql(in_turn(name, body))
            connection.exec_driver_sql(deferred(name, event, condition))


def unwatch(connection: sa.Connection) -> None:
    """Remove the triggers on PostgreSQL, which keep AiiDA from changing its tables."""
    if connection.dialect.name == 'sqlite':
        return
    for name in ('nanoos_node_insert', 'nanoos_node_update', 'nanoos_line_insert'):
        connection.exec_driver_sql(f'DROP FUNCTION IF EXISTS {name} CASCADE')


def _is_made(connection: sa.Connection, trigger: str) -> bool:
    statement = sa.text('SELECT count(*) FROM pg_trigger WHERE tgname = :name AND tgfoid = to_regproc(:name)')
    return bool(connection.scalar(statement, {'name': trigger}))
