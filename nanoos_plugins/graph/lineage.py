"""What is behind a node: how much of its data people put in, and which calculations it is from."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Links from what data were made of to them: there are no circles in these.
MADE_BY = ('input_calc', 'create')
CALCJOB_TYPE = 'process.calculation.calcjob.CalcJobNode.'
STRUCTURE_TYPE = 'data.core.structure.StructureData.'


def lineage(pk: int, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return how many nodes of which kinds a node was made of, directly or not.

    `sources`: data that no process made that the viewer sees, but codes; `structures`; `calculations`: of
    each plugin how many ran on a computer (`quantumespresso.pw`: DFT; `nanoos.lammps`, `nanoos.mlip`: MD and
    the like), without those that cached ones were copied from.

    :param viewer: who asks, and sees the node; the way leads over what they see.
    """
    node, link = tables().node, tables().link
    start = sa.select(sa.literal(pk).label('id')).cte('behind', recursive=True)
    maker = node.alias('maker')
    behind = start.union(
        sa.select(link.c.input_id)
        .join(maker, maker.c.id == link.c.input_id)
        .where(link.c.output_id == start.c.id, link.c.type.in_(MADE_BY), seen_by(viewer, maker.c))
    )
    made, by = tables().link.alias('made'), tables().node.alias('by')
    is_made = (
        sa.exists()
        .where(made.c.output_id == node.c.id, made.c.type == 'create')
        .where(by.c.id == made.c.input_id, seen_by(viewer, by.c))
    )
    statement = (
        sa.select(node.c.node_type, node.c.process_type, is_made.label('is_made'), sa.func.count())
        .where(node.c.id.in_(sa.select(behind.c.id)), node.c.id != pk)
        .group_by(node.c.node_type, node.c.process_type, sa.literal_column('is_made'))
    )
    with connection(viewer) as opened:
        rows = [(str(row[0]), str(row[1] or ''), row[2], row[3]) for row in opened.execute(statement)]
    calculations: Counter[str] = Counter()
    for kind, process, _, count in rows:
        if kind == CALCJOB_TYPE:
            calculations[process.rpartition(':')[2]] += count
    is_data = [kind.startswith('data.') and not kind.startswith('data.core.code.') for kind, *_ in rows]
    return {
        'sources': sum(row[3] for row, data in zip(rows, is_data, strict=True) if data and not row[2]),
        'structures': sum(row[3] for row in rows if row[0] == STRUCTURE_TYPE),
        'calculations': dict(sorted(calculations.items())),
    }
