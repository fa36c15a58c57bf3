"""All that is ours in a profile's database: tables, and the views and triggers that keep some of them."""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage import accounts, changes, counts, cover, embeddings, properties, shares


def create(connection: sa.Connection) -> None:
    """Make what of ours is missing or of an older version; nothing is lost, and nothing is done twice."""
    _add_owners(connection)
    tables = [*shares.TABLES, *cover.TABLES, *accounts.TABLES, *properties.TABLES]
    shares.METADATA.create_all(connection, tables=tables)
    for table in tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    cover.watch(connection)
    properties.watch(connection)
    counts.watch(connection)
    embeddings.watch(connection)
    changes.create_changes(connection)


def _add_owners(connection: sa.Connection) -> None:
    """Note the owners of roots where the table of an earlier version does not have them."""
    inspected = sa.inspect(connection)
    name = shares.ROOTS.name
    if not inspected.has_table(name) or 'owner_id' in {one['name'] for one in inspected.get_columns(name)}:
        return
    # Else its triggers make the cover anew for each row; `cover.watch` puts new ones in their place.
    cover.unwatch(connection)
    connection.exec_driver_sql(
        f'ALTER TABLE {name} ADD COLUMN owner_id INTEGER REFERENCES db_dbuser (id) ON DELETE CASCADE'
    )
    connection.exec_driver_sql(
        f'UPDATE {name} SET owner_id = coalesce((SELECT user_id FROM db_dbnode WHERE id = node_id),'
        ' (SELECT user_id FROM db_dbgroup WHERE id = group_id))'
    )


def unwatch(connection: sa.Connection) -> None:
    """Remove what keeps AiiDA from changing its tables; `create` makes it again."""
    cover.unwatch(connection)
    properties.unwatch(connection)
    if counts.has_counts(connection.dialect.name):
        counts.unwatch(connection)
    embeddings.unwatch(connection)
    changes.unwatch(connection)
