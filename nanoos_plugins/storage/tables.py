"""All that is ours in a profile's database: tables, and the views and triggers that keep some of them."""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage import accounts, changes, counts, cover, properties, shares


def create(connection: sa.Connection) -> None:
    """Make what of ours is missing or of an older version; nothing is lost, and nothing is done twice."""
    tables = [*shares.TABLES, *cover.TABLES, *accounts.TABLES, *properties.TABLES]
    shares.METADATA.create_all(connection, tables=tables)
    for table in tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    cover.watch(connection)
    properties.watch(connection)
    counts.watch(connection)
    changes.create_changes(connection)


def unwatch(connection: sa.Connection) -> None:
    """Remove what keeps AiiDA from changing its tables; `create` makes it again."""
    cover.unwatch(connection)
    properties.unwatch(connection)
    if counts.has_counts(connection.dialect.name):
        counts.unwatch(connection)
    changes.unwatch(connection)
