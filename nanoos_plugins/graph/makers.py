"""The process that made a node, and what else went in and came out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Node types whose attributes are told; those of others may be large.
_TOLD = ('data.core.dict.Dict.', 'data.core.str.Str.', 'data.core.singlefile.SinglefileData.')


@dataclass(frozen=True)
class Linked:
    """A node at the other end of a link of a process; `attributes` are empty unless they are small."""

    pk: int
    uuid: str
    node_type: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Maker:
    """A process with some of its inputs and outputs by the labels of their links."""

    pk: int
    uuid: str
    entry_point: str
    inputs: Mapping[str, Linked]
    outputs: Mapping[str, Linked]


def find_maker(pk: int, labels: Sequence[str], viewer: Viewer | None = None) -> Maker | None:
    """Return the process that made the node `pk`; None when none did, or the viewer does not see it.

    :param labels: of the links whose other ends are wanted, as far as the viewer sees these.
    """
    node, link = tables().node, tables().link
    made = (link.c.output_id == pk, link.c.type == 'create', seen_by(viewer, node.c))
    statement = (
        sa.select(node.c.id, node.c.uuid, node.c.process_type)
        .join(link, link.c.input_id == node.c.id)
        .where(*made)
    )
    with connection(viewer) as opened:
        process: Any = opened.execute(statement).first()
        if process is None:
            return None
        inputs, outputs = (_linked(opened, process.id, way, labels, viewer) for way in ('inputs', 'outputs'))
    return Maker(process.id, str(process.uuid), entry_point(process.process_type), inputs, outputs)


def entry_point(process_type: str | None) -> str:
    """Return the entry point of a type of process, its path in Python for one that has none."""
    return (process_type or '').rpartition(':')[2]


def _linked(
    opened: sa.Connection, pk: int, way: str, labels: Sequence[str], viewer: Viewer | None
) -> dict[str, Linked]:
    node, link = tables().node, tables().link
    here, there, kind = (
        (link.c.output_id, link.c.input_id, 'input_calc')
        if way == 'inputs'
        else (link.c.input_id, link.c.output_id, 'create')
    )
    attributes = sa.case((node.c.node_type.in_(_TOLD), node.c.attributes)).label('attributes')
    statement = (
        sa.select(link.c.label, node.c.id, node.c.uuid, node.c.node_type, attributes)
        .join(node, node.c.id == there)
        .where(here == pk, link.c.type == kind, link.c.label.in_(labels), seen_by(viewer, node.c))
    )
    return {
        row.label: Linked(row.id, str(row.uuid), row.node_type, row.attributes or {})
        for row in opened.execute(statement)
    }
