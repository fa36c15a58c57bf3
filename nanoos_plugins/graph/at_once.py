"""All rows of a statement at once.

For each row Python's SQLite gives the interpreter's lock away and takes it back, which among busy threads may
take milliseconds: 331 nodes took twelve times as long for 16 clients as for one. So SQLite writes all rows as
one text. PostgreSQL sends them together anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa


def fetch(opened: sa.Connection, statement: sa.Select[Any], values: Mapping[str, Any]) -> list[Sequence[Any]]:
    """Return the rows of a statement that is kept, with the values of its parameters.

    Its columns are numbers, texts and times, whose names differ.
    """
    if opened.dialect.name != 'sqlite':
        return [*opened.execute(statement, values).all()]
    text, times = _as_text(statement)
    rows: list[list[Any]] = orjson.loads(opened.execute(text, values).scalar_one())
    for row in rows:
        for place in times:
            row[place] = datetime.fromisoformat(f'{row[place]}+00:00')
    return [*rows]


@lru_cache(maxsize=256)
def _as_text(statement: sa.Select[Any]) -> tuple[sa.Select[Any], list[int]]:
    """Return the statement of the rows as one JSON text, and which columns are times."""
    rows = statement.subquery()
    times = [place for place, column in enumerate(rows.c) if is_time(column)]
    return sa.select(sa.func.json_group_array(sa.func.json_array(*rows.c))), times


def is_time(column: sa.ColumnElement[Any]) -> bool:
    """Return whether a column has times, of AiiDA's own type or not."""
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, sa.TypeDecorator) else kind, sa.DateTime)
