"""The direct links of a node, and what is at their other ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from nanoos_plugins.graph.nodes import Node, as_node, node_pk, projection
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

Direction = Literal['incoming', 'outgoing']
DIRECTIONS: tuple[Direction, ...] = ('incoming', 'outgoing')
#: Position behind a link: the place of its direction in `DIRECTIONS`, and its key.
LinkCursor = tuple[int, int]


@dataclass(frozen=True)
class Neighbour:
    """A node at the other end of a link; `type` is AiiDA's link type in lower case."""

    direction: Direction
    type: str
    label: str
    node: Node


def list_links(
    viewer: Viewer | None, uuid: str, limit: int, after: LinkCursor | None
) -> tuple[list[Neighbour], LinkCursor | None]:
    """Return up to `limit` neighbours of a node, what went in first, and the cursor behind them.

    :raises LookupError: when there is no node that the viewer sees.
    """
    side, link_pk = after or (0, 0)
    found: list[tuple[LinkCursor, Neighbour]] = []
    with connection(viewer) as opened:
        pk = node_pk(opened, viewer, uuid)
        for number in range(side, len(DIRECTIONS)):
            behind_pk = link_pk if number == side else 0
            found += _neighbours(opened, viewer, pk, number, behind_pk, limit + 1 - len(found))
    more = len(found) > limit
    return [neighbour for _, neighbour in found[:limit]], found[limit - 1][0] if more else None


def _neighbours(
    opened: sa.Connection, viewer: Viewer | None, pk: int, side: int, after: int, limit: int
) -> list[tuple[LinkCursor, Neighbour]]:
    """Return the neighbours in one direction, each with the position behind its link."""
    direction = DIRECTIONS[side]
    statement = _linked(tables(), direction, somebody(viewer))
    values = {'pk': pk, 'after': after, 'limit': limit, **parameters_of(viewer)}
    return [
        ((side, row.link_pk), Neighbour(direction, row.link_type, row.link_label, as_node(row)))
        for row in opened.execute(statement, values)
    ]


@lru_cache
def _linked(tabled: Tables, direction: Direction, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of up to `limit` nodes that links behind `after` join to the node `pk`."""
    node, link = tabled.node, tabled.link
    here, there = (link.c.output_id, link.c.input_id)[:: 1 if direction == 'incoming' else -1]
    return (
        projection()
        .add_columns(
            link.c.id.label('link_pk'), link.c.type.label('link_type'), link.c.label.label('link_label')
        )
        .join(link, there == node.c.id)
        .where(here == sa.bindparam('pk'), link.c.id > sa.bindparam('after'), seen_by(viewer, node.c))
        .order_by(link.c.id)
        .limit(sa.bindparam('limit', type_=sa.Integer))
    )
