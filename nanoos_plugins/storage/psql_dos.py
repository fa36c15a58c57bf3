"""`nanoos.psql_dos`: AiiDA's PostgreSQL storage, aware of tenants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
import sqlalchemy as sa
from aiida.common.exceptions import ConfigurationError
from aiida.common.pydantic import MetadataField
from aiida.orm.nodes.caching import NodeCaching
from aiida.storage.psql_dos.backend import PsqlDosBackend
from aiida.storage.psql_dos.models.node import DbNode
from aiida.storage.psql_dos.orm.nodes import SqlaNode, SqlaNodeCollection
from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder
from aiida.storage.psql_dos.utils import PsqlConfig, create_sqlalchemy_engine
from psycopg.types.string import TextLoader

from nanoos_plugins.storage import security, tables
from nanoos_plugins.storage.tenancy import TenantNode, TenantQueryBuilder, TenantStorage, make

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile
    from aiida.orm.implementation import BackendEntity
    from sqlalchemy.orm.util import AliasedClass

INDEXES = {
    'ix_nanoos_node_type_ctime': 'db_dbnode (node_type, ctime)',
    'ix_nanoos_node_user_ctime_id': 'db_dbnode (user_id, ctime, id)',
    # The links of a hub come in order without being sorted; on SQLite each index has the key at its end.
    'ix_nanoos_link_input_id': 'db_dblink (input_id, id)',
    'ix_nanoos_link_output_id': 'db_dblink (output_id, id)',
    'ix_nanoos_node_hash': f"db_dbnode ((extras ->> '{NodeCaching._HASH_EXTRA_KEY}'))",
}


class TenantPsqlNode(TenantNode, SqlaNode):  # type: ignore[override]  # AiiDA's own bases differ
    """A node entity whose clones belong to who asked for them."""


class TenantPsqlNodeCollection(SqlaNodeCollection):
    """The collection of these node entities."""

    ENTITY_CLASS = TenantPsqlNode  # type: ignore[misc]


class TenantPsqlQueryBuilder(TenantQueryBuilder, SqlaQueryBuilder):
    """A query builder that finds by hash only what the user may see."""

    def hash_of(self, alias: AliasedClass[Any]) -> sa.ColumnElement[Any]:
        """Return the expression that `ix_nanoos_node_hash` indexes."""
        return alias.extras.op('->>')(sa.literal_column(f"'{NodeCaching._HASH_EXTRA_KEY}'"))  # type: ignore[no-any-return]


class TenantPsqlDosStorage(TenantStorage, PsqlDosBackend):
    """PostgreSQL storage in which every node belongs to who made it; readable by plain AiiDA as well."""

    class CliModel(PsqlDosBackend.CliModel):
        """What it takes to make a profile with this storage."""

        reader_username: str = MetadataField(
            title='PostgreSQL role of readers',
            description='The role that reads for people, bound by row-level security.',
        )
        reader_password: str = MetadataField(
            title='Password of that role', description='The password of the role that reads for people.'
        )

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self._nodes = TenantPsqlNodeCollection(self)
        # Beside AiiDA's own, whose sessions keep connections: they connect when they are used.
        self.owner = _engine(cast(PsqlConfig, profile.storage_config))
        #: Of the role that reads for people: it sees what `security.tell` allows.
        self.reader = _engine(_reader_config(profile))

    def close(self) -> None:
        """Close all connections."""
        if not self.is_closed:
            # AiiDA ends its pool first, and a connection that its session gives back later is never closed.
            self.get_session().close()
        super().close()
        self.owner.dispose()
        self.reader.dispose()

    @classmethod
    def set_up(cls, profile: Profile) -> None:
        """Make what is ours, and the rights of those who read."""
        with _opened(profile) as connection:
            make(connection, INDEXES)
            security.secure(connection, _reader_config(profile)['database_username'])

    @classmethod
    def take_down(cls, profile: Profile) -> None:
        """Remove our policies, views and triggers."""
        with _opened(profile) as connection:
            security.release(connection)
            tables.unwatch(connection)

    def query(self) -> TenantPsqlQueryBuilder:
        """Return a query builder."""
        return TenantPsqlQueryBuilder(self)

    def get_backend_entity(self, model: Any) -> BackendEntity:
        """Return the backend entity of a database row."""
        if isinstance(model, DbNode):
            return TenantPsqlNode.from_dbmodel(model, self)  # type: ignore[no-any-return, no-untyped-call]
        return super().get_backend_entity(model)


def _reader_config(profile: Profile) -> PsqlConfig:
    """Return how the role that reads for people reaches the database.

    :raises ConfigurationError: when the profile does not say.
    """
    config = profile.storage_config
    missing = [key for key in ('reader_username', 'reader_password') if not config.get(key)]
    if missing:
        raise ConfigurationError(
            f'storage of profile {profile.name!r} lacks {" and ".join(missing)}: name a role that may '
            f'connect to the database and that is not {config["database_username"]}'
        )
    found = dict(config, database_username=config['reader_username'])
    return cast(PsqlConfig, found | {'database_password': config['reader_password']})


def _engine(config: PsqlConfig) -> sa.Engine:
    """Return an engine for statements of our own, which get UUIDs as text, as on SQLite."""
    engine = create_sqlalchemy_engine(config)
    sa.event.listen(engine, 'connect', _tune)
    return engine


def _tune(connection: psycopg.Connection, _record: object) -> None:
    """Set what PostgreSQL keeps per connection."""
    connection.adapters.register_loader('uuid', TextLoader)
    # The functions of the policies make statements look expensive, and compiling takes longer than running.
    connection.execute('SET jit = off')
    # To plan a statement with its policies takes longer, too: it is done once, for whoever asks.
    connection.execute('SET plan_cache_mode = force_generic_plan')
    connection.commit()


@contextmanager
def _opened(profile: Profile) -> Iterator[sa.Connection]:
    """Yield a connection to the profile's database; what was done is committed at the end."""
    engine = create_sqlalchemy_engine(cast(PsqlConfig, profile.storage_config))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
