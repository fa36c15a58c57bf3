"""The order of rows, in which no two are alike, and the position behind a row: what a cursor is."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from nanoos_plugins.graph.query.columns import Expression, expression
from nanoos_plugins.graph.query.filters import check_text
from nanoos_plugins.graph.query.model import Query
from nanoos_plugins.graph.query.statement import Statement
from nanoos_plugins.graph.query.words import QueryError, show

#: [characters] A cursor is part of an address, of which servers take 64 kB, each byte of text as three.
LONGEST_POSITION = 2_900
#: When a row of an entity was made, the newest come first; computers do not say.
_TIMES = {'node': 'ctime', 'comment': 'ctime', 'group': 'time', 'log': 'time'}


@dataclass(frozen=True)
class Key:
    """A column that rows are ordered by; where it may be NULL, these come last.

    `time_of`: tag of the node whose `ctime` it is.
    """

    column: sa.ColumnElement[Any]
    descending: bool
    nullable: bool
    time_of: str | None = None

    @property
    def clauses(self) -> list[sa.ColumnElement[Any]]:
        """What stands in ORDER BY."""
        way = self.column.desc() if self.descending else self.column.asc()
        return [self.column.is_(None), way] if self.nullable else [way]

    def equals(self, bound: Expression | None) -> sa.ColumnElement[bool]:
        """Return the condition that a row has this value."""
        return self.column.is_(None) if bound is None else self.column == bound

    def is_behind(self, bound: Expression | None) -> sa.ColumnElement[bool]:
        """Return the condition that a row comes behind this value."""
        if bound is None:
            return sa.false()
        behind = self.column < bound if self.descending else self.column > bound
        return sa.or_(behind, self.column.is_(None)) if self.nullable else behind

    def is_not_before(self, bound: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a row has this value or comes behind it; of keys without NULL."""
        condition: sa.ColumnElement[bool] = self.column <= bound if self.descending else self.column >= bound
        return condition


def keys(built: Statement, query: Query) -> list[Key]:
    """Return the keys of the order: those asked for, else newest first by the first vertex; then unique ones.

    Distinct rows are ordered by all that is asked for, since nothing else tells them apart.
    """
    if query.distinct:
        return _distinct_keys(built, query)
    entities = {vertex.tag: vertex.entity for vertex in query.vertices}
    found: list[Key] = []
    for one in query.order:
        column = expression(built.dialect, entities[one.tag], built.tables[one.tag], one.field, one.cast)
        nullable = one.tag in built.optional or _is_nullable(one.field)
        is_time = entities[one.tag] == 'node' and one.field == 'ctime' and not nullable
        found.append(Key(column, one.descending, nullable, one.tag if is_time else None))
    first = query.vertices[0]
    if not found and first.entity in _TIMES:
        time = built.tables[first.tag].c[_TIMES[first.entity]]
        found.append(Key(time, True, False, first.tag if first.entity == 'node' else None))
    falling = bool(found) and found[-1].descending
    leading = found[0].time_of if found else None
    tags = sorted(built.tables, key=lambda tag: tag != leading)
    return found + [Key(built.tables[tag].c.id, falling, tag in built.optional) for tag in tags]


def _is_nullable(field: str) -> bool:
    return '.' in field or field in ('process_type', 'message', 'loggername', 'levelname')


def _distinct_keys(built: Statement, query: Query) -> list[Key]:
    ways = {(one.tag, one.field): one.descending for one in query.order}
    fields = [(tag, one.field) for tag, one in query.projections]
    wanted = list(zip(fields, built.wanted, strict=True))
    wanted.sort(key=lambda one: list(ways).index(one[0]) if one[0] in ways else len(ways))
    return [Key(one.column, ways.get(field, False), True) for field, one in wanted]


def bounds(order: Sequence[Key], values: Sequence[Any]) -> list[Expression | None]:
    """Return a position as parameters of a statement, None for NULL; `parameters` gives their values."""
    return [
        None if value is None else sa.bindparam(f'after_{number}', type_=key.column.type)
        for number, (key, value) in enumerate(zip(order, values, strict=True))
    ]


def parameters(values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of the parameters of a position."""
    return {f'after_{number}': value for number, value in enumerate(values) if value is not None}


def behind(order: Sequence[Key], values: Sequence[Expression | None]) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes behind a position, which `bounds` gave."""
    ways = [
        sa.and_(
            *(one.equals(value) for one, value in zip(order[:number], values, strict=False)),
            key.is_behind(values[number]),
        )
        for number, key in enumerate(order)
    ]
    condition = sa.or_(*ways)
    if order[0].nullable:
        return condition
    # It follows from the others, but a database finds its way by it.
    return sa.and_(order[0].is_not_before(values[0]), condition)


def covered(order: Sequence[Key], cover: sa.FromClause) -> list[Key]:
    """Return an order that begins with a node's `ctime` and key, by the copies of both in the cover."""
    return [replace(order[0], column=cover.c.ctime), replace(order[1], column=cover.c.node_id), *order[2:]]


def encode(digest: str, count: int, values: Sequence[Any]) -> str:
    """Return a position as text that is opaque to clients.

    :param digest: of the query that it belongs to.
    :param count: how many rows came before it.
    :raises QueryError: when the text would be too long.
    """
    written = [{'t': one.isoformat()} if isinstance(one, datetime) else _plain(one) for one in values]
    text = json.dumps([digest, count, written], separators=(',', ':'))
    if len(text) > LONGEST_POSITION:
        raise QueryError('order_by, distinct: the values are too long for a cursor; take shorter ones')
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def decode(after: str, digest: str, order: Sequence[Key]) -> tuple[int, list[Any]]:
    """Return how many rows came before a position, and the position.

    :raises QueryError: when it is none of this query.
    """
    wrong = QueryError(f'after: expected the `after` of a page of this query, got {show(after)}')
    try:
        text = base64.b64decode(after + '=' * (-len(after) % 4), b'-_', validate=True)
        of, count, written = json.loads(text)
        if of != digest or type(count) is not int or not 0 < count < 2**53 or len(written) != len(order):
            raise wrong
        return count, [_value(key, one) for key, one in zip(order, written, strict=True)]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, binascii.Error):
        raise wrong from None


def _value(key: Key, written: Any) -> Any:
    """Return a value of a position, of the kind that its column has.

    :raises ValueError: when it is of another kind.
    """
    if written is None and key.nullable:
        return None
    kind = key.column.type
    if isinstance(written, dict):
        return datetime.fromisoformat(written['t']).astimezone(UTC)
    if isinstance(kind, sa.Uuid):
        return UUID(written)
    if isinstance(kind, sa.Integer | sa.Numeric | sa.Float):
        if type(written) not in (int, float) or not math.isfinite(written) or abs(written) >= 2**63:
            raise ValueError(written)
        return int(written) if isinstance(kind, sa.Integer) else written
    if isinstance(kind, sa.String):
        return check_text('after', written)
    raise ValueError(written)
