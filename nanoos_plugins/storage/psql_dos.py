"""`nanoos.psql_dos`: AiiDA's PostgreSQL storage, aware of tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from aiida.orm.nodes.caching import NodeCaching
from aiida.storage.psql_dos.backend import PsqlDosBackend
from aiida.storage.psql_dos.models.node import DbNode
from aiida.storage.psql_dos.orm.nodes import SqlaNode, SqlaNodeCollection
from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder

from nanoos_plugins.storage.tenancy import TenantNode, TenantQueryBuilder, TenantStorage

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile
    from aiida.orm.implementation import BackendEntity
    from sqlalchemy.orm.util import AliasedClass


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

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self._nodes = TenantPsqlNodeCollection(self)

    def query(self) -> TenantPsqlQueryBuilder:
        """Return a query builder."""
        return TenantPsqlQueryBuilder(self)

    def get_backend_entity(self, model: Any) -> BackendEntity:
        """Return the backend entity of a database row."""
        if isinstance(model, DbNode):
            return TenantPsqlNode.from_dbmodel(model, self)  # type: ignore[no-any-return, no-untyped-call]
        return super().get_backend_entity(model)
