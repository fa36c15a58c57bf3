"""All processes that a node is computed by, at any depth, by kind."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from nanoos_plugins.graph.makers import entry_point
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Processes of a kind that are named.
MOST_NAMED = 50


@dataclass(frozen=True)
class Origin:
    """Processes of one kind: how many, and the UUIDs of the newest of them, at most `MOST_NAMED`."""

    entry_point: str
    count: int
    processes: list[str]


def origins(pk: int, viewer: Viewer | None = None) -> list[Origin]:
    """Return the processes that made the node `pk` or anything that it is computed from, by kind.

    :param viewer: who asks, and sees the node; nothing that they do not see is passed through.
    """
    node = tables().node
    behind = _behind(pk, viewer)
    kind = node.c.process_type
    rank = sa.func.row_number().over(partition_by=kind, order_by=node.c.id.desc()).label('rank')
    number = sa.func.count().over(partition_by=kind).label('number')
    processes = (
        sa.select(node.c.uuid, kind, rank, number)
        .join(behind, behind.c.id == node.c.id)
        .where(node.c.node_type.startswith('process.'))
        .subquery()
    )
    statement = (
        sa.select(processes)
        .where(processes.c.rank <= MOST_NAMED)
        .order_by(processes.c.number.desc(), processes.c.process_type, processes.c.rank)
    )
    found: dict[str, Origin] = {}
    with connection(viewer) as opened:
        for row in opened.execute(statement):
            known = found.setdefault(row.process_type, Origin(entry_point(row.process_type), row.number, []))
            known.processes.append(str(row.uuid))
    return list(found.values())


def _behind(pk: int, viewer: Viewer | None) -> sa.CTE:
    """Return the ids of all that the node `pk` is computed from, itself among them; each once."""
    node, link = tables().node, tables().link
    start = sa.select(sa.literal(pk).label('id')).cte('behind', recursive=True)
    before = node.alias('before')
    return start.union(
        sa.select(link.c.input_id)
        .join(before, before.c.id == link.c.input_id)
        .where(
            link.c.output_id == start.c.id,
            link.c.type.in_(('input_calc', 'create')),
            seen_by(viewer, before.c),
        )
    )
