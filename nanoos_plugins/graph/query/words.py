"""The words of a query: entities, columns, ways to join, operators; and what is meant by a wrong one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from reprlib import repr as repr_
from typing import Literal, get_args

Entity = Literal['node', 'group', 'computer', 'log', 'comment']
ENTITIES: tuple[Entity, ...] = get_args(Entity)
#: What a column holds; `json` is asked for as a whole or by a path in it, `attributes.formula`.
Kind = Literal['uuid', 'text', 'time', 'json']

#: AiiDA's columns that may be asked for, by entity. Who made a thing, and keys of the database, are not told.
COLUMNS: Mapping[str, Mapping[str, Kind]] = {
    'node': {
        'uuid': 'uuid',
        'node_type': 'text',
        'process_type': 'text',
        'label': 'text',
        'description': 'text',
        'ctime': 'time',
        'mtime': 'time',
        'attributes': 'json',
        'extras': 'json',
        'repository_metadata': 'json',
    },
    'group': {
        'uuid': 'uuid',
        'label': 'text',
        'type_string': 'text',
        'time': 'time',
        'description': 'text',
        'extras': 'json',
    },
    'computer': {
        'uuid': 'uuid',
        'label': 'text',
        'hostname': 'text',
        'description': 'text',
        'scheduler_type': 'text',
        'transport_type': 'text',
    },
    'log': {'uuid': 'uuid', 'time': 'time', 'loggername': 'text', 'levelname': 'text', 'message': 'text'},
    'comment': {'uuid': 'uuid', 'ctime': 'time', 'mtime': 'time', 'content': 'text'},
    'link': {'label': 'text', 'type': 'text'},
}
#: Columns that AiiDA has and a query may not use, and what to do instead.
CLOSED_COLUMNS = {
    **dict.fromkeys(('id', 'pk'), 'keys of the database are not told; use uuid'),
    **dict.fromkeys(('user', 'user_id'), 'a query does not tell of users'),
    **dict.fromkeys(('computer', 'dbcomputer_id'), 'join a computer: a vertex with `with_node`'),
    **dict.fromkeys(('node', 'dbnode_id'), 'join a node'),
    **dict.fromkeys(('metadata', '_metadata'), 'it may hold what is for administrators'),
    **dict.fromkeys(('input_id', 'output_id'), 'keys of the database are not told; project the vertices'),
}
#: By which word an entity joins which other one.
JOINS: Mapping[Entity, Mapping[str, Entity]] = {
    'node': {
        'with_incoming': 'node',
        'with_outgoing': 'node',
        'with_group': 'group',
        'with_computer': 'computer',
        'with_log': 'log',
        'with_comment': 'comment',
    },
    'group': {'with_node': 'node'},
    'computer': {'with_node': 'node'},
    'log': {'with_node': 'node'},
    'comment': {'with_node': 'node'},
}
_WALK = 'it goes over every path; GET /api/nodes/{uuid}/graph goes to each node once, with limits'
#: Join words that AiiDA has and a query may not use, and why.
CLOSED_JOINS = {
    'with_ancestors': _WALK,
    'with_descendants': _WALK,
    'with_user': 'a query does not tell of users',
    'with_authinfo': 'a query does not tell of users',
    'direction': 'say with_incoming or with_outgoing',
}
CLOSED_ENTITIES = {
    'user': 'a query does not tell of users',
    'authinfo': 'a query does not tell of users',
    'link': 'project edges: edge_project, edge_filters',
}
_ORDERED = ('==', 'in', '<', '<=', '>', '>=')
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    'uuid': ('==', 'in', 'like'),
    'text': (*_ORDERED, 'like', 'ilike'),
    'time': ('==', '<', '<=', '>', '>='),
    'json': (
        *(*_ORDERED, 'like', 'ilike', 'contains', 'has_key', 'of_type', 'of_length', 'longer', 'shorter'),
    ),
}
JSON_TYPES = ('object', 'array', 'string', 'number', 'boolean', 'null')
FUNCTIONS = ('count', 'max', 'min')
CASTS = ('f', 'i', 't')


class QueryError(ValueError):
    """A query that is wrong or not allowed; the message says where, what was got and what was expected."""


def show(value: object) -> str:
    """Return a value as a message shows it: cut off where it is long or deep."""
    return repr_(value)[:80]


def check_word(
    where: str, what: str, got: object, known: Collection[str], closed: Mapping[str, str] | None = None
) -> str:
    """Return the word, one of those known.

    :param where: its place in the query, and `what` it is, for the message.
    :param closed: words that AiiDA knows and a query may not use, with the reason.
    :raises QueryError: for any other one; the message says which was meant.
    """
    if isinstance(got, str) and got in known:
        return got
    if isinstance(got, str) and got in (closed or {}):
        raise QueryError(f'{where}: {got!r} is not open to queries: {(closed or {})[got]}')
    raise QueryError(f'{where}: there is no {what} {show(got)}; {_meant(got, known)}')


def _meant(got: object, known: Collection[str]) -> str:
    close = get_close_matches(str(got)[:100], known, 3, 0.6)
    if close:
        return f'did you mean {" or ".join(map(repr, close))}?'
    shown = sorted(known)[:20]
    return f'there are {", ".join(shown)}{" …" if len(known) > len(shown) else ""}'
