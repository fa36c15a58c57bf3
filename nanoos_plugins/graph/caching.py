"""Which calculations of a job were taken from the cache, and from which calculation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from aiida.orm.nodes.caching import NodeCaching

from nanoos_plugins.graph.tables import call_tree, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Most calculations of one job that are told of.
MOST_CALCULATIONS = 1000


@dataclass(frozen=True)
class Taken:
    """A calculation of a job: computed, or taken from the cache.

    `source`: UUID of the calculation it was taken from; None when it was computed, and also when the viewer
    does not see that calculation (any more), or when it has been deleted.
    """

    pk: int
    uuid: str
    process: str
    from_cache: bool
    source: str | None


def caching(pk: int, viewer: Viewer | None = None) -> list[Taken]:
    """Return the calculations below the process `pk`, or itself, oldest first, and where each is from."""
    node, tree = tables().node, call_tree([pk])
    cached_from = node.c.extras[NodeCaching.CACHED_FROM_KEY].as_string()
    statement = (
        sa.select(
            node.c.id,
            node.c.uuid,
            node.c.attributes['process_label'].as_string().label('process'),
            cached_from.label('cached_from'),
        )
        .join(tree, tree.c.id == node.c.id)
        .where(node.c.node_type.startswith('process.calculation.'), seen_by(viewer, node.c))
        .order_by(node.c.id)
        .limit(MOST_CALCULATIONS)
    )
    with connection(viewer) as opened:
        rows = opened.execute(statement).all()
        seen = _seen(opened, {row.cached_from for row in rows if row.cached_from}, viewer)
    return [
        Taken(
            row.id,
            str(row.uuid),
            row.process or '',
            row.cached_from is not None,
            row.cached_from if row.cached_from in seen else None,
        )
        for row in rows
    ]


def _seen(opened: sa.Connection, uuids: set[str], viewer: Viewer | None) -> set[str]:
    """Return those of the nodes that are there and that a viewer sees."""
    uuid = tables().node.c.uuid
    # SQLite keeps UUIDs as text, PostgreSQL as a type of its own.
    keys = uuids if isinstance(uuid.type, sa.String) else {UUID(one) for one in uuids}
    statement = sa.select(uuid).where(uuid.in_(keys), seen_by(viewer, tables().node.c))
    return {str(row.uuid) for row in opened.execute(statement)}
