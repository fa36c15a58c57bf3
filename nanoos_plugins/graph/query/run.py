"""Queries are run a page at a time, within a time, a number of rows and a number of bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from nanoos_plugins.graph.query.deadline import deadline
from nanoos_plugins.graph.query.order import encode
from nanoos_plugins.graph.query.pages import Page, Question, page
from nanoos_plugins.graph.query.parse import parse
from nanoos_plugins.graph.query.words import QueryError
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.shares import Viewer

#: Most rows of a page, and its most bytes; a page that is full of bytes ends earlier.
MOST_ROWS, MOST_BYTES = 1000, 8_000_000
#: Large rows that come to memory together; more are cut where their bytes are enough.
FEW_ROWS = 64
#: [bytes] The statements of longer documents are not kept.
LONGEST_KEPT = 10_000
#: [s] How long a page may take.
SECONDS = 10.0


@dataclass(frozen=True)
class Rows:
    """A page of rows, each a JSON object `{tag: {key: value}}`, and the cursor behind it, None at the end."""

    rows: list[bytes]
    after: str | None


def run(
    viewer: Viewer | None,
    document: Mapping[str, Any],
    limit: int = 50,
    after: str | None = None,
    seconds: float = SECONDS,
) -> Rows:
    """Return up to `limit` rows of the query that a document asks, behind the position `after`.

    :raises QueryError: when the query is wrong or not allowed, takes too long, or has too large a row.
    """
    question = question_of(document)
    with connection(viewer) as opened, deadline(opened, seconds):
        wanted = page(opened, question, viewer, min(limit, MOST_ROWS) + 1, after)
        if wanted.starts == 'newest' and opened.dialect.name != 'sqlite':
            _keep_order(opened)
        return _read(opened, wanted, question.digest, min(limit, MOST_ROWS))


def _keep_order(opened: sa.Connection) -> None:
    """Let PostgreSQL follow an index in the order of the newest.

    It is planned for whoever asks, so it is not known how many nodes they have: to sort all looks cheap.
    """
    opened.execute(_KEEP_ORDER)


_KEEP_ORDER = sa.text('SET LOCAL enable_sort = off')


def question_of(document: Mapping[str, Any]) -> Question:
    """Return the question that a document asks.

    :raises QueryError: when it is wrong or not allowed.
    """
    try:
        text = json.dumps(document)
    except RecursionError:
        raise QueryError('the query is nested too deep to be read: nest less') from None
    return _kept(text) if len(text) <= LONGEST_KEPT else _question(text)


def _question(text: str) -> Question:
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return Question(digest, parse(json.loads(text)), len(text) > LONGEST_KEPT)


_kept = lru_cache(maxsize=256)(_question)


def _read(opened: sa.Connection, wanted: Page, digest: str, limit: int) -> Rows:
    """Read a page row by row."""
    rows: list[bytes] = []
    size, last = 0, None
    width = len(wanted.built.wanted)
    large = tuple(number for number, one in enumerate(wanted.built.wanted) if one.is_json)
    statement = wanted.statement
    if limit > FEW_ROWS and large and opened.dialect.name != 'sqlite':
        statement = _within_bytes(statement, large)
    with opened.execute(statement, wanted.parameters) as found:
        for row in found:
            written = _write(wanted, row[:width])
            if len(written) > MOST_BYTES:
                raise QueryError(
                    f'a row has {len(written)} bytes, at most {MOST_BYTES} are sent: project less'
                )
            if len(rows) == limit or size + len(written) > MOST_BYTES:
                return Rows(rows, encode(digest, wanted.before + len(rows), last or []))
            rows.append(written)
            size += len(written)
            last = row[width:]
    return Rows(rows, None)


@lru_cache(maxsize=256)
def _within_bytes(statement: sa.Select[Any], large: tuple[int, ...]) -> sa.Select[Any]:
    """Return the rows of a statement up to the first behind `MOST_BYTES` of JSON, in their order.

    PostgreSQL's driver takes all rows to memory, but for those of a cursor, which is planned anew each time.

    :param large: which of the columns are JSON.
    """
    rows = statement.subquery('nanoos_rows')
    columns = list(rows.c)
    size: sa.ColumnElement[int] = sa.literal_column('0', sa.Integer)
    for number in large:
        size += sa.func.coalesce(sa.func.octet_length(columns[number]), 0)
    before = sa.func.sum(size).over(rows=(None, 0)) - size
    sized = sa.select(*columns, before.label('nanoos_before')).subquery('nanoos_sized')
    return sa.select(*list(sized.c)[: len(columns)]).where(sized.c.nanoos_before <= MOST_BYTES)


def _write(wanted: Page, values: Any) -> bytes:
    """Return a row as JSON; what is JSON in the database goes as it is."""
    written: dict[str, dict[str, Any]] = {}
    for one, value in zip(wanted.built.wanted, values, strict=True):
        if one.is_json and value is not None:
            value = orjson.Fragment(value)
        elif isinstance(value, datetime):
            value = value.astimezone(UTC)
        written.setdefault(one.tag, {})[one.key] = value
    return orjson.dumps(written, option=orjson.OPT_UTC_Z)
