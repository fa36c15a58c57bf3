"""Pages of what somebody sees, each way to see a node followed by an index of its own.

To build such a statement costs ten times what running it does, so lists that are asked often keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from nanoos_plugins.graph.at_once import is_time
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.newest import newest_keys, newest_seen, rows_of
from nanoos_plugins.storage.shares import Viewer

#: Returns a statement over the node table that has the conditions named, each with a parameter of its name.
Build = Callable[[Tables, frozenset[str]], sa.Select[Any]]


def newest_first_seen(
    statement: sa.Select[Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` rows that the viewer sees, newest first, and the cursor of the rows behind them.

    :param statement: as for `newest_first`: over the node table, with `pk` and `created`.
    """
    page = newest_seen(statement, tables().node, viewer, limit + 1, after)
    with connection(viewer) as opened:
        rows = [dict(row) for row in opened.execute(page).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last['created'], last['pk'])


def newest_kept(
    build: Build, conditions: Mapping[str, Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[sa.Row[Any]], Cursor | None]:
    """Return the same of a statement that is built once for all viewers, cursors and values of conditions.

    :param build: returns the statement, with the columns `pk` and `ctime`.
    :param conditions: the values by their names.
    """
    page = _page(build, tables(), frozenset(conditions), somebody(viewer), after is not None)
    with connection(viewer) as opened:
        rows = list(opened.execute(page, _values(conditions, limit, after, viewer)))
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last.ctime, last.pk)


def newest_as_json(
    build: Build, conditions: Mapping[str, Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[str, Cursor | None]:
    """Return the same as the text of a JSON array: an object a row, with all columns but `pk`.

    The database writes it. Each row that comes to Python would cost a lock that all requests fight for, and a
    conversion of its times there and back.
    """
    kind = (build, tables(), frozenset(conditions), somebody(viewer), after is not None)
    with connection(viewer) as opened:
        page = _json_page(opened.dialect.name, *kind)
        row = opened.execute(page, _values(conditions, limit, after, viewer)).one()
    return row.array or '[]', (row.ctime, row.pk) if row.found > limit else None


def _values(
    conditions: Mapping[str, Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> dict[str, Any]:
    """Return the parameters of a page: one row more than asked for tells of more."""
    values = {**conditions, **parameters_of(viewer), 'limit': limit, 'limit_and_one': limit + 1}
    return values if after is None else values | {'after_ctime': after[0], 'after_pk': after[1]}


@lru_cache(maxsize=256)
def _page(
    build: Build, tabled: Tables, conditions: frozenset[str], viewer: Viewer | None, is_later: bool
) -> sa.Select[Any]:
    """Return the statement of a page, first or later, with parameters for all that it depends on."""
    after = _after(tabled) if is_later else None
    return newest_seen(build(tabled, conditions), tabled.node, viewer, _parameter('limit_and_one'), after)


def _after(tabled: Tables) -> Cursor:
    ctime = sa.bindparam('after_ctime', type_=tabled.node.c.ctime.type)
    return cast('Cursor', (ctime, _parameter('after_pk')))


def _parameter(name: str) -> int:
    return cast('int', sa.bindparam(name, type_=sa.Integer))


@lru_cache(maxsize=256)
def _json_page(
    dialect: str,
    build: Build,
    tabled: Tables,
    conditions: frozenset[str],
    viewer: Viewer | None,
    is_later: bool,
) -> sa.Select[Any]:
    """Return the statement of a page as one row: `array`, `found` (how many), `ctime` and `pk` (the last)."""
    statement, after = build(tabled, conditions), _after(tabled) if is_later else None
    keys = newest_keys(statement, tabled.node, viewer, _parameter('limit_and_one'), after).cte('nanoos_page')
    newest = (keys.c.ctime.desc(), keys.c.id.desc())
    limit = _parameter('limit')
    first = sa.select(keys.c.id).order_by(*newest).limit(limit)
    rows = rows_of(statement, tabled.node, viewer, first).subquery()
    last = sa.select(keys).order_by(*newest).limit(1).offset(limit - 1).subquery()
    return sa.select(
        sa.select(_json_array(dialect, rows)).scalar_subquery().label('array'),
        sa.select(last.c.ctime).scalar_subquery().label('ctime'),
        sa.select(last.c.id).scalar_subquery().label('pk'),
        sa.select(sa.func.count()).select_from(keys).scalar_subquery().label('found'),
    )


def _json_array(dialect: str, rows: sa.Subquery) -> sa.ColumnElement[str]:
    """Return the JSON array of objects with all columns of the rows but `pk`, newest first."""
    pairs = [
        part
        for column in rows.c
        if column.key != 'pk'
        for part in (sa.literal_column(f"'{column.key}'"), _json_value(dialect, column))
    ]
    if dialect == 'sqlite':
        # It has no order in aggregates before 3.44, and takes the rows as they come.
        return sa.cast(sa.func.json_group_array(sa.func.json_object(*pairs)), sa.Text)
    objects = aggregate_order_by(sa.func.json_build_object(*pairs), rows.c.ctime.desc(), rows.c.pk.desc())
    return sa.cast(sa.func.json_agg(objects), sa.Text)


def _json_value(dialect: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a value as JSON has it: times as RFC 3339 says, in UTC."""
    if not is_time(column):
        return column
    if dialect == 'sqlite':
        text = sa.type_coerce(column, sa.Text)
        return sa.func.replace(text, sa.literal_column("' '"), sa.literal_column("'T'")) + 'Z'
    utc = sa.func.timezone('UTC', column)
    return sa.func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
