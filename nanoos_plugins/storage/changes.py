"""The order in which nodes changed, kept by the database itself: what the event stream follows.

A node's row has the number of its last change; intermediate ones are collapsed. Times cannot serve: a
transaction that ends later may carry an earlier one. SQLite has one writer at a time, so these numbers are in
the order in which changes became visible.
"""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage.shares import METADATA, reference

CHANGES = sa.Table(
    'nanoos_change',
    METADATA,
    sa.Column('number', sa.Integer, primary_key=True),
    sa.Column('node_id', reference('db_dbnode'), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

_NOTE = """
CREATE TRIGGER IF NOT EXISTS nanoos_node_{event} AFTER {event} ON db_dbnode {condition}
BEGIN
    DELETE FROM nanoos_change WHERE node_id = NEW.id;
    INSERT INTO nanoos_change (node_id) VALUES (NEW.id);
END
"""
#: AiiDA renews the time of modification with every update of a node.
_TRIGGERS = (
    _NOTE.format(event='INSERT', condition=''),
    _NOTE.format(event='UPDATE', condition='WHEN OLD.mtime IS NOT NEW.mtime'),
)


def create_changes(connection: sa.Connection) -> None:
    """Create table and triggers on SQLite where they are missing; nodes that are there count as old."""
    METADATA.create_all(connection, tables=[CHANGES])
    for trigger in _TRIGGERS:
        connection.execute(sa.text(trigger))
