"""Nodes: lists newest first, one node with its attributes as text, and its direct links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

Direction = Literal['incoming', 'outgoing']
DIRECTIONS: tuple[Direction, ...] = ('incoming', 'outgoing')
#: Position behind a link: the place of its direction in `DIRECTIONS`, and its key.
LinkCursor = tuple[int, int]

#: Most values that are named in one statement.
MOST_NAMED = 1000
#: Where AiiDA keeps the state of a running process: it names nodes that only its owner may see.
CHECKPOINT = 'checkpoints'


@dataclass(frozen=True)
class Filters:
    """Which nodes a list has; None does not restrict.

    `node_type`: how it begins, `data.core.structure.`; `label`: a part of it, whatever the case (on SQLite,
    of ASCII letters); `owner`: e-mail; `created_after` and `created_before` exclude the moment itself.
    """

    node_type: str | None = None
    process_type: str | None = None
    label: str | None = None
    owner: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    process_state: str | None = None


@dataclass(frozen=True)
class Node:
    """A node without what may be large; times are UTC, the last three of processes only."""

    pk: int
    uuid: str
    node_type: str
    process_type: str | None
    label: str
    ctime: datetime
    mtime: datetime
    owner: str
    process_label: str | None
    process_state: str | None
    exit_status: int | None

    @property
    def is_process(self) -> bool:
        """Whether it is a process, not data."""
        return self.node_type.startswith('process.')


@dataclass(frozen=True)
class NodeContent:
    """A node with all that it says of itself; attributes and extras are JSON as the database gives it."""

    node: Node
    description: str
    attributes: str
    extras: str


@dataclass(frozen=True)
class Neighbour:
    """A node at the other end of a link; `type` is AiiDA's link type in lower case."""

    direction: Direction
    type: str
    label: str
    node: Node


def list_nodes(
    viewer: Viewer | None, limit: int, after: Cursor | None, filters: Filters
) -> tuple[list[Node], Cursor | None]:
    """Return up to `limit` nodes, newest first, and the cursor behind them, None at the end of the list."""
    wanted = projection().where(*_conditions(filters))
    with connection() as opened:
        page = newest_seen(wanted, tables().node, viewer, limit + 1, after)
        found = [as_node(row) for row in opened.execute(page)]
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.ctime, last.pk) if last else None


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    node, user = tables().node, tables().user
    conditions = []
    if filters.node_type is not None:
        conditions.append(_is_type(filters.node_type))
    if filters.process_type is not None:
        conditions.append(node.c.process_type == filters.process_type)
    if filters.label is not None:
        conditions.append(node.c.label.icontains(filters.label, autoescape=True))
    if filters.owner is not None:
        owners = sa.select(user.c.id).where(user.c.email == filters.owner)
        conditions.append(node.c.user_id.in_(owners))
    if filters.created_after is not None:
        conditions.append(node.c.ctime > filters.created_after)
    if filters.created_before is not None:
        conditions.append(node.c.ctime < filters.created_before)
    if filters.process_state is not None:
        conditions.append(node.c.attributes['process_state'].as_string() == filters.process_state)
        conditions.append(node.c.node_type.startswith('process.'))
    return conditions


def _is_type(prefix: str) -> sa.ColumnElement[bool]:
    """Return the condition that a type begins so; a whole type, which ends with its class, is looked up."""
    node = tables().node
    parts = prefix.split('.')
    if len(parts) > 2 and not parts[-1] and parts[-2][:1].isupper():
        return node.c.node_type == prefix
    return node.c.node_type.startswith(prefix, autoescape=True)


def projection() -> sa.Select[Any]:
    """Return the statement of nodes without what may be large, for `as_node`."""
    node, user = tables().node, tables().user
    attributes = node.c.attributes
    # Data may have attributes of these names and of any kind.
    is_process = node.c.node_type.startswith('process.')
    return sa.select(
        node.c.id.label('pk'),
        node.c.uuid,
        node.c.node_type,
        node.c.process_type,
        node.c.label,
        node.c.ctime,
        node.c.mtime,
        user.c.email.label('owner'),
        sa.case((is_process, attributes['process_label'].as_string())).label('process_label'),
        sa.case((is_process, attributes['process_state'].as_string())).label('process_state'),
        sa.case((is_process, attributes['exit_status'].as_integer())).label('exit_status'),
    ).join(user, node.c.user_id == user.c.id)


def as_node(row: sa.Row[Any]) -> Node:
    """Return the node of a row of `projection`."""
    return Node(
        row.pk,
        str(row.uuid),
        row.node_type,
        row.process_type,
        row.label,
        row.ctime,
        row.mtime,
        row.owner,
        row.process_label,
        row.process_state,
        row.exit_status,
    )


def chunks(values: Iterable[int], size: int = MOST_NAMED) -> Iterator[list[int]]:
    """Yield the values in lists that one statement can name."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def read_nodes(opened: sa.Connection, viewer: Viewer | None, pks: Sequence[int]) -> dict[int, Node]:
    """Return those of the nodes that the viewer sees, by their keys."""
    node = tables().node
    found = {}
    for chunk in chunks(pks):
        statement = projection().where(node.c.id.in_(chunk), seen_by(viewer, node.c))
        found.update({row.pk: as_node(row) for row in opened.execute(statement)})
    return found


def is_node(uuid: str) -> sa.ColumnElement[bool]:
    """Return the condition that a node has this UUID, which is text on SQLite and not on PostgreSQL."""
    column = tables().node.c.uuid
    condition: sa.ColumnElement[bool] = column == column.type.python_type(uuid)
    return condition


def node_pk(opened: sa.Connection, viewer: Viewer | None, uuid: str) -> int:
    """Return the key of a node.

    :raises LookupError: when there is none that the viewer sees.
    """
    node = tables().node
    pk = opened.execute(sa.select(node.c.id).where(is_node(uuid), seen_by(viewer, node.c))).scalar()
    if pk is None:
        raise unknown(uuid)
    return int(pk)


def unknown(uuid: str) -> LookupError:
    """Return the error for a node that is not there, or not for the one who asks."""
    return LookupError(f'there is no node {uuid}')


def load_node(viewer: Viewer | None, uuid: str) -> NodeContent:
    """Return a node with its attributes and extras.

    :raises LookupError: when there is none that the viewer sees.
    """
    node = tables().node
    with connection() as opened:
        statement = projection().add_columns(
            node.c.description,
            _without_checkpoint(opened.dialect.name).label('attributes'),
            sa.cast(node.c.extras, sa.Text).label('extras'),
        )
        row = opened.execute(statement.where(is_node(uuid), seen_by(viewer, node.c))).one_or_none()
    if row is None:
        raise unknown(uuid)
    return NodeContent(as_node(row), row.description, row.attributes or '{}', row.extras or '{}')


def _without_checkpoint(dialect: str) -> sa.ColumnElement[str]:
    """Return the attributes as text, those of a process without its checkpoint."""
    node = tables().node
    attributes = node.c.attributes
    rest: sa.ColumnElement[Any] = (
        sa.func.json_remove(attributes, f'$.{CHECKPOINT}')
        if dialect == 'sqlite'
        else sa.type_coerce(attributes, sa.Text).op('-')(CHECKPOINT)
    )
    return sa.case(
        (node.c.node_type.startswith('process.'), sa.cast(rest, sa.Text)), else_=sa.cast(attributes, sa.Text)
    )


def list_links(
    viewer: Viewer | None, uuid: str, limit: int, after: LinkCursor | None
) -> tuple[list[Neighbour], LinkCursor | None]:
    """Return up to `limit` neighbours of a node, what went in first, and the cursor behind them.

    :raises LookupError: when there is no node that the viewer sees.
    """
    side, link_pk = after or (0, 0)
    found: list[tuple[LinkCursor, Neighbour]] = []
    with connection() as opened:
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
    node, link = tables().node, tables().link
    direction = DIRECTIONS[side]
    here, there = (link.c.output_id, link.c.input_id)[:: 1 if direction == 'incoming' else -1]
    statement = (
        projection()
        .add_columns(
            link.c.id.label('link_pk'), link.c.type.label('link_type'), link.c.label.label('link_label')
        )
        .join(link, there == node.c.id)
        .where(here == pk, link.c.id > after, seen_by(viewer, node.c))
        .order_by(link.c.id)
        .limit(limit)
    )
    return [
        ((side, row.link_pk), Neighbour(direction, row.link_type, row.link_label, as_node(row)))
        for row in opened.execute(statement)
    ]
