"""Nodes: lists newest first, and one node with its attributes as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.at_once import fetch
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.seen import newest_as_json, newest_kept
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

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


class Node(NamedTuple):
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


def list_nodes(
    viewer: Viewer | None, limit: int, after: Cursor | None, filters: Filters
) -> tuple[list[Node], Cursor | None]:
    """Return up to `limit` nodes, newest first, and the cursor behind them, None at the end of the list."""
    rows, behind = newest_kept(_listed, _conditions(filters), limit, after, viewer)
    return [Node._make(row) for row in rows], behind


def list_as_json(
    viewer: Viewer | None, limit: int, after: Cursor | None, filters: Filters
) -> tuple[str, Cursor | None]:
    """Return the same as the text of a JSON array: the fields of `Node`, but for the key of the database."""
    return newest_as_json(_listed, _conditions(filters), limit, after, viewer)


def _conditions(filters: Filters) -> dict[str, Any]:
    """Return the values of the filters by the names of their conditions in `_listed`."""
    given = {name: value for name, value in vars(filters).items() if value is not None}
    if filters.label is not None:
        given['label'] = f'%{_literal(filters.label)}%'
    if filters.node_type is not None and not _is_whole_type(filters.node_type):
        given['node_type_begins'] = f'{_literal(given.pop("node_type"))}%'
    return given


def _literal(text: str) -> str:
    """Return a pattern that only `text` is like."""
    return text.replace('/', '//').replace('%', '/%').replace('_', '/_')


def _is_whole_type(prefix: str) -> bool:
    """Return whether a type is whole, so that it can be looked up: then it ends with its class."""
    parts = prefix.split('.')
    return len(parts) > 2 and not parts[-1] and parts[-2][:1].isupper()


def _listed(tabled: Tables, conditions: frozenset[str]) -> sa.Select[Any]:
    """Return the statement of the nodes that fulfil these conditions; each has a parameter of its name."""
    node, user = tabled.node, tabled.user
    value: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(name) for name in conditions}
    state = node.c.attributes['process_state'].as_string()
    known: dict[str, Callable[[], sa.ColumnElement[bool]]] = {
        'node_type': lambda: node.c.node_type == value['node_type'],
        'node_type_begins': lambda: node.c.node_type.like(value['node_type_begins'], escape='/'),
        'process_type': lambda: node.c.process_type == value['process_type'],
        'label': lambda: node.c.label.ilike(value['label'], escape='/'),
        'owner': lambda: node.c.user_id.in_(sa.select(user.c.id).where(user.c.email == value['owner'])),
        'created_after': lambda: node.c.ctime > value['created_after'],
        'created_before': lambda: node.c.ctime < value['created_before'],
        'process_state': lambda: sa.and_(state == value['process_state'], _is_process(node)),
    }
    return projection().where(*(known[name]() for name in sorted(conditions)))


def _is_process(node: sa.FromClause) -> sa.ColumnElement[bool]:
    return node.c.node_type.startswith('process.')


def projection() -> sa.Select[Any]:
    """Return the statement of nodes without what may be large: the fields of `Node`."""
    return _projection(tables())


@lru_cache
def _projection(tabled: Tables) -> sa.Select[Any]:
    node, user = tabled.node, tabled.user
    attributes = node.c.attributes
    # Data may have attributes of these names and of any kind.
    is_process = _is_process(node)
    return sa.select(
        node.c.id.label('pk'),
        # Text on SQLite, and not on PostgreSQL.
        sa.cast(node.c.uuid, sa.Text).label('uuid'),
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
    """Return the node of a row that begins with the columns of `projection`."""
    return Node._make(row[: len(Node._fields)])


def chunks(values: Iterable[int], size: int = MOST_NAMED) -> Iterator[list[int]]:
    """Yield the values in lists that one statement can name."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def read_nodes(opened: sa.Connection, viewer: Viewer | None, pks: Sequence[int]) -> dict[int, Node]:
    """Return those of the nodes that the viewer sees, by their keys."""
    found: dict[int, Node] = {}
    for chunk in chunks(pks):
        rows = fetch(opened, _among(tables(), somebody(viewer)), {'pks': chunk, **parameters_of(viewer)})
        found.update({row[0]: Node._make(row) for row in rows})
    return found


@lru_cache
def _among(tabled: Tables, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of those of the nodes `pks` that the viewer sees."""
    node = tabled.node
    is_named = among(node.c.id, 'pks')
    return _projection(tabled).where(is_named, seen_by(viewer, node.c))


def is_node(uuid: str) -> sa.ColumnElement[bool]:
    """Return the condition that a node has this UUID, which is text on SQLite and not on PostgreSQL."""
    column = tables().node.c.uuid
    condition: sa.ColumnElement[bool] = column == _uuid(tables(), uuid)
    return condition


def _uuid(tabled: Tables, uuid: str) -> Any:
    """Return a UUID as the database takes it."""
    return tabled.node.c.uuid.type.python_type(uuid)


def node_pk(opened: sa.Connection, viewer: Viewer | None, uuid: str) -> int:
    """Return the key of a node.

    :raises LookupError: when there is none that the viewer sees.
    """
    values = {'uuid': _uuid(tables(), uuid), **parameters_of(viewer)}
    pk = opened.execute(_named(tables(), somebody(viewer)), values).scalar()
    if pk is None:
        raise unknown(uuid)
    return int(pk)


@lru_cache
def _named(tabled: Tables, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of the key of the node `uuid`, if the viewer sees it."""
    node = tabled.node
    return sa.select(node.c.id).where(node.c.uuid == sa.bindparam('uuid'), seen_by(viewer, node.c))


def unknown(uuid: str) -> LookupError:
    """Return the error for a node that is not there, or not for the one who asks."""
    return LookupError(f'there is no node {uuid}')


def load_node(viewer: Viewer | None, uuid: str) -> NodeContent:
    """Return a node with its attributes and extras.

    :raises LookupError: when there is none that the viewer sees.
    """
    with connection(viewer) as opened:
        statement = _content(tables(), opened.dialect.name, somebody(viewer))
        values = {'uuid': _uuid(tables(), uuid), **parameters_of(viewer)}
        row = opened.execute(statement, values).one_or_none()
    if row is None:
        raise unknown(uuid)
    return NodeContent(as_node(row), row.description, row.attributes or '{}', row.extras or '{}')


@lru_cache
def _content(tabled: Tables, dialect: str, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of the node `uuid` with all that it says of itself, if the viewer sees it."""
    node = tabled.node
    content = _projection(tabled).add_columns(
        node.c.description,
        _without_checkpoint(node, dialect).label('attributes'),
        sa.cast(node.c.extras, sa.Text).label('extras'),
    )
    return content.where(node.c.uuid == sa.bindparam('uuid'), seen_by(viewer, node.c))


def _without_checkpoint(node: sa.FromClause, dialect: str) -> sa.ColumnElement[str]:
    """Return the attributes as text, those of a process without its checkpoint."""
    attributes = node.c.attributes
    rest: sa.ColumnElement[Any] = (
        sa.func.json_remove(attributes, f'$.{CHECKPOINT}')
        if dialect == 'sqlite'
        else sa.type_coerce(attributes, sa.Text).op('-')(CHECKPOINT)
    )
    return sa.case((_is_process(node), sa.cast(rest, sa.Text)), else_=sa.cast(attributes, sa.Text))
