"""What makes one of AiiDA's storage plugins aware of tenants, whatever its database.

Three seams, no patching: the storage's `default_user` (asked whenever a node or group is made), its node
entity's `clone` (asked for the outputs of a cached calculation) and its query builder's filters (asked for
the nodes with the same hash).
"""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import Process
from aiida.orm.entities import from_backend_entity
from aiida.orm.nodes.caching import NodeCaching

from nanoos_plugins.storage import tables
from nanoos_plugins.storage.owner import acting_pk
from nanoos_plugins.storage.shares import NODES, USERS, visible_to

HASH_FILTER = f'extras.{NodeCaching._HASH_EXTRA_KEY}'
#: Where a session keeps the queries that it built, how many, and how long their keys may be [bytes].
BUILT, MOST_BUILT, LONGEST_KEY = 'nanoos_built_queries', 256, 10_000

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile
    from aiida.storage.psql_dos.backend import PsqlDosBackend
    from aiida.storage.psql_dos.orm.nodes import SqlaNode
    from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder
    from sqlalchemy.orm.util import AliasedClass
else:
    PsqlDosBackend = SqlaNode = SqlaQueryBuilder = object


class TenantStorage(PsqlDosBackend):
    """Mixin of a storage: whoever acts is the default user; beside AiiDA's tables there are ours."""

    @classmethod
    def initialise(cls, profile: Profile, reset: bool = False) -> bool:
        """Make the storage, and all that is ours in its database."""
        initialised: bool = super().initialise(profile, reset)
        cls.set_up(profile)
        return initialised

    @classmethod
    def migrate(cls, profile: Profile) -> None:
        """Migrate to AiiDA's newest schema, then make what of ours is missing."""
        cls.take_down(profile)
        super().migrate(profile)
        cls.set_up(profile)

    @classmethod
    def set_up(cls, profile: Profile) -> None:
        """Make our tables, indexes and statistics where they are missing."""
        raise NotImplementedError

    @classmethod
    def take_down(cls, profile: Profile) -> None:
        """Remove what keeps AiiDA from changing its tables, until `set_up`."""
        raise NotImplementedError

    def maintain(self, full: bool = False, dry_run: bool = False, **kwargs: Any) -> None:
        """Do AiiDA's maintenance and gather the statistics by which the database plans its queries."""
        super().maintain(full=full, dry_run=dry_run, **kwargs)
        if not dry_run:
            session = self.get_session()
            session.execute(sa.text('ANALYZE'))
            session.commit()

    @property
    def default_user(self) -> orm.User | None:
        """Return the acting user, else the owner of the process now running, else the profile's default.

        The answer belongs to the database session of the calling thread: it is never kept.

        :raises NotExistent: when the acting user has been deleted.
        """
        pk = self.owner_pk()
        if pk is None:
            return None
        entity = self.users.ENTITY_CLASS
        model = self.get_session().get(entity.MODEL_CLASS, pk, populate_existing=True)
        if model is None:
            raise NotExistent(f'acting user {pk} does not exist in profile {self.profile.name!r}')
        return from_backend_entity(orm.User, entity.from_dbmodel(model, self))

    def owner_pk(self) -> int | None:
        """Return the primary key of `default_user`; None before the profile has a default user."""
        return acting_pk() or self._process_owner_pk() or self._profile_owner_pk()

    def _process_owner_pk(self) -> int | None:
        process = Process.current()
        if process is None:
            return None
        if isinstance(process.pid, int):
            return self._pk(sa.select(NODES.c.user_id).where(NODES.c.id == process.pid))
        # A process that stores no provenance has a UUID for an id, and its node is in memory only.
        owner: orm.User = process.node.user
        return owner.pk

    def _profile_owner_pk(self) -> int | None:
        return self._pk(sa.select(USERS.c.id).where(USERS.c.email == self.profile.default_user_email))

    def _pk(self, statement: sa.Select[int]) -> int | None:
        return self.get_session().scalar(statement)


def make(connection: sa.Connection, indexes: Mapping[str, str]) -> None:
    """Make our tables, these indexes, and statistics."""
    tables.create(connection)
    for name, columns in indexes.items():
        connection.execute(sa.text(f'CREATE INDEX IF NOT EXISTS {name} ON {columns}'))
    connection.execute(sa.text('ANALYZE'))


class TenantNode(SqlaNode):
    """Mixin of a node entity: a clone belongs to who asked for it, not to the owner of the original."""

    def clone(self) -> TenantNode:
        """Return an unstored copy that belongs to the storage's default user."""
        asking = self.backend.default_user
        clone = type(self)(
            self.backend,
            self.node_type,
            self.user if asking is None else asking.backend_entity,
            computer=self.computer,
            process_type=self.process_type,
            label=self.label,
            description=self.description,
        )
        clone.bare_model.attributes = copy.deepcopy(self.model.attributes)
        clone.bare_model.extras = copy.deepcopy(self.model.extras)
        return clone


class TenantQueryBuilder(SqlaQueryBuilder):
    """Mixin of a query builder: who looks for nodes by their hash finds only nodes they may see."""

    def __init__(self, backend: TenantStorage) -> None:
        super().__init__(backend)  # type: ignore[no-untyped-call]
        self._storage = backend
        self._by_hash = False

    def hash_of(self, alias: AliasedClass[Any]) -> sa.ColumnElement[Any]:
        """Return the expression of a node's hash that the database has an index for."""
        raise NotImplementedError

    def get_query(self, data: Any) -> Any:
        """Return the built query: an earlier one of this session, unless the answer depends on who asks.

        AiiDA keeps the last query of each builder. A daemon asks the same again and again, each time by a new
        builder: for the links of a process whenever its state changes or its scheduler is asked. The key is
        exact: AiiDA's hash rounds numbers and times.
        """
        built = self.get_session().info.setdefault(BUILT, OrderedDict())
        key = pickle.dumps(data)
        if key in built:
            built.move_to_end(key)
            return built[key]
        self._by_hash = False
        query = self._build(data)
        if not self._by_hash and len(key) <= LONGEST_KEY:
            built[key] = query
            if len(built) > MOST_BUILT:
                built.popitem(last=False)
        return query

    def build_filters(
        self, alias: AliasedClass[Any], filter_spec: dict[str, Any]
    ) -> sa.ColumnElement[bool] | None:
        """Return AiiDA's filter, narrowed where it asks for a hash."""
        condition = super().build_filters(alias, filter_spec)
        if condition is None or HASH_FILTER not in filter_spec:
            return condition
        self._by_hash = True
        narrowed = [condition, visible_to(self._storage.owner_pk(), alias)]
        wanted = filter_spec[HASH_FILTER]
        wanted = wanted.get('==') if isinstance(wanted, dict) else wanted
        if isinstance(wanted, str):
            narrowed.insert(0, self.hash_of(alias) == wanted)
        return sa.and_(*narrowed)
