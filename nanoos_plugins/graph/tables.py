"""AiiDA's own tables of the loaded profile, for the statements of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from aiida.manage import get_manager
from aiida.storage.psql_dos.backend import PsqlDosBackend

from nanoos_plugins.storage.psql_dos import TenantPsqlDosStorage
from nanoos_plugins.storage.security import tell
from nanoos_plugins.storage.shares import Viewer

CALL_LINKS = ('call_calc', 'call_work')


@dataclass(frozen=True)
class Tables:
    """The tables that the statements read, of whichever storage the profile has."""

    node: sa.Table
    link: sa.Table
    user: sa.Table
    log: sa.Table
    group: sa.Table
    member: sa.Table
    computer: sa.Table
    authinfo: sa.Table


def _storage() -> PsqlDosBackend:
    storage = get_manager().get_profile_storage()
    if not isinstance(storage, PsqlDosBackend):
        raise TypeError(f'{storage} has no SQL tables; use a profile on SQLite or PostgreSQL')
    return storage


def tables() -> Tables:
    """Return the tables of the loaded profile.

    :raises TypeError: when its storage is not an SQL database that AiiDA writes.
    """
    return _tables(_storage())


@lru_cache(maxsize=1)
def _tables(storage: PsqlDosBackend) -> Tables:
    models = storage.query()
    return Tables(
        node=models.Node.__table__,
        link=models.Link.__table__,
        user=models.User.__table__,
        log=models.Log.__table__,
        group=models.Group.__table__,
        member=models.table_groups_nodes,
        computer=models.Computer.__table__,
        authinfo=models.AuthInfo.__table__,
    )


@contextmanager
def connection(viewer: Viewer | None = None) -> Iterator[sa.Connection]:
    """Yield a connection of its own to the profile's database.

    Every statement sees what the daemon has written until then: AiiDA's session keeps its read transaction
    open, and on SQLite it would show the state at its first read.

    :param viewer: for whom it reads; PostgreSQL then shows nothing else, until the transaction ends. None
        is AiiDA itself, which sees everything.
    """
    storage = _storage()
    if not isinstance(storage, TenantPsqlDosStorage):
        with storage.get_session().get_bind().engine.connect() as opened:
            yield opened
    elif viewer is None:
        with storage.owner.connect() as opened:
            yield opened
    else:
        with storage.reader.connect() as opened:
            tell(opened, viewer)
            yield opened
            # Not rolled back: with that, the driver forgets the statements that the server has planned.
            opened.commit()


def call_tree(roots: list[int]) -> sa.CTE:
    """Return the processes that `roots` called, directly or not, as pairs (`root`, `id`); roots included."""
    node, link = tables().node, tables().link
    tree = sa.select(node.c.id.label('root'), node.c.id.label('id')).where(node.c.id.in_(roots))
    tree_cte = tree.cte('call_tree', recursive=True)
    called = sa.select(tree_cte.c.root, link.c.output_id).where(
        link.c.input_id == tree_cte.c.id, link.c.type.in_(CALL_LINKS)
    )
    return tree_cte.union(called)
