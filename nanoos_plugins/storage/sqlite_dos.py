"""`nanoos.sqlite_dos`: AiiDA's SQLite storage, aware of tenants and tuned for several processes at once."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from aiida.orm.nodes.caching import NodeCaching
from aiida.storage.sqlite_dos.backend import FILENAME_DATABASE, SqliteDosStorage
from aiida.storage.sqlite_zip import models, orm
from aiida.storage.sqlite_zip.utils import create_sqla_engine
from sqlalchemy.orm import scoped_session, sessionmaker

from nanoos_plugins.storage import tables
from nanoos_plugins.storage.tenancy import TenantNode, TenantQueryBuilder, TenantStorage, make

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile
    from aiida.orm.implementation import BackendEntity
    from disk_objectstore.backup_utils import BackupManager
    from sqlalchemy.orm.util import AliasedClass

# [s] How long a process waits for another one's write.
BUSY_TIMEOUT = 60

INDEXES = {
    'ix_nanoos_node_type_ctime': 'db_dbnode (node_type, ctime)',
    'ix_nanoos_node_user_ctime_id': 'db_dbnode (user_id, ctime, id)',
    'ix_nanoos_node_hash': f"db_dbnode (json_extract(extras, '$.{NodeCaching._HASH_EXTRA_KEY}'))",
}


class TenantSqliteNode(TenantNode, orm.SqliteNode):  # type: ignore[override]  # AiiDA's own bases differ
    """A node entity whose clones belong to who asked for them."""


class TenantSqliteNodeCollection(orm.SqliteNodeCollection):
    """The collection of these node entities."""

    ENTITY_CLASS = TenantSqliteNode  # type: ignore[misc]


class TenantSqliteQueryBuilder(TenantQueryBuilder, orm.SqliteQueryBuilder):
    """A query builder that finds by hash only what the user may see."""

    def hash_of(self, alias: AliasedClass[Any]) -> sa.ColumnElement[Any]:
        """Return the expression that `ix_nanoos_node_hash` indexes."""
        path: sa.ColumnClause[str] = sa.literal_column(f"'$.{NodeCaching._HASH_EXTRA_KEY}'")
        return sa.func.json_extract(alias.extras, path)


class TenantSqliteDosStorage(TenantStorage, SqliteDosStorage):
    """SQLite storage in which every node belongs to who made it; readable by plain AiiDA as well."""

    @classmethod
    def set_up(cls, profile: Profile) -> None:
        """Set the database to a write-ahead log, and make what is ours."""
        with _opened(profile) as connection:
            connection.execute(sa.text('PRAGMA journal_mode = WAL'))
            make(connection, INDEXES)

    @classmethod
    def take_down(cls, profile: Profile) -> None:
        """Remove our views and triggers."""
        with _opened(profile) as connection:
            tables.unwatch(connection)

    def query(self) -> TenantSqliteQueryBuilder:
        """Return a query builder."""
        return TenantSqliteQueryBuilder(self)

    @cached_property
    def nodes(self) -> TenantSqliteNodeCollection:
        """Return the collection of nodes."""
        return TenantSqliteNodeCollection(self)

    def get_backend_entity(self, model: Any) -> BackendEntity:
        """Return the backend entity of a database row."""
        if isinstance(model, models.DbNode):
            return TenantSqliteNode.from_dbmodel(model, self)  # type: ignore[no-any-return, no-untyped-call]
        return super().get_backend_entity(model)

    def _initialise_session(self) -> None:
        """Open the database for work by several processes at once."""
        engine = create_sqla_engine(self.filepath_database, connect_args={'timeout': BUSY_TIMEOUT})
        sa.event.listen(engine, 'connect', _tune)
        # AiiDA reads what may change anew whenever it is asked for it. To forget the rest with each commit,
        # as its own storage does, makes a daemon read every node again and again: a sixth of its work.
        self._session_factory = scoped_session(sessionmaker(bind=engine, expire_on_commit=False))

    def delete_nodes_and_connections(self, pks_to_delete: Iterable[int]) -> None:
        """Delete nodes, and forget what the session knows of them: SQLite gives their keys to other nodes."""
        super().delete_nodes_and_connections(pks_to_delete)
        self.get_session().expire_all()

    def _backup_storage(self, manager: BackupManager, path: Path, prev_backup: Path | None = None) -> None:
        """Back up a consistent copy of the database: newest pages may still be in its write-ahead log."""
        self.maintain(full=False, compress=False)
        manager.call_rsync(self.filepath_container, path, link_dest=prev_backup, dest_trailing_slash=True)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / FILENAME_DATABASE
            with sqlite3.connect(self.filepath_database) as source, sqlite3.connect(copy) as target:
                source.backup(target)
            manager.call_rsync(copy, path, link_dest=prev_backup, dest_trailing_slash=True)


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    """Set what SQLite keeps per connection."""
    # A commit then survives a crash of the program; one of the whole machine may cost the last commits, but
    # never the integrity of the database (https://www.sqlite.org/pragma.html#pragma_synchronous).
    connection.execute('PRAGMA synchronous = NORMAL')


@contextmanager
def _opened(profile: Profile) -> Iterator[sa.Connection]:
    """Yield a connection to the profile's database; what was done is committed at the end."""
    database = Path(profile.storage_config['filepath']) / FILENAME_DATABASE
    engine = create_sqla_engine(database, connect_args={'timeout': BUSY_TIMEOUT})
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        engine.dispose()
