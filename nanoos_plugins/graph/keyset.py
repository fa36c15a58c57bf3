"""Pages of a list by its key: newest first, at the same cost however deep, without counting the whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer

Cursor = tuple[datetime, int]


def newest_first(
    statement: sa.Select[Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` rows of a statement over the node table, and the cursor of the rows behind them.

    :param statement: selects at least `node.id` as `pk` and `node.ctime` as `created`.
    :param after: position behind which to continue; the cursor is None at the end of the list.
    :param viewer: for whom it reads; the statement has the condition already.
    """
    with connection(viewer) as opened:
        rows = [dict(row) for row in opened.execute(behind(statement, limit + 1, after)).mappings()]
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, ((rows[-1]['created'], rows[-1]['pk']) if more and rows else None)


def behind(statement: sa.Select[Any], limit: int, after: Cursor | None) -> sa.Select[Any]:
    """Return the statement with its `limit` rows behind the position `after`, newest first."""
    node = tables().node
    page = statement.order_by(node.c.ctime.desc(), node.c.id.desc()).limit(limit)
    if after is None:
        return page
    bound = sa.tuple_(sa.literal(after[0], node.c.ctime.type), sa.literal(after[1]))
    return page.where(sa.tuple_(node.c.ctime, node.c.id) < bound)
