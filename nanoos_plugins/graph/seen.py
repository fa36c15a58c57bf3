"""Pages of what somebody sees, each way to see a node followed by an index of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.shares import Viewer


def newest_first_seen(
    statement: sa.Select[Any], limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` rows that the viewer sees, newest first, and the cursor of the rows behind them.

    :param statement: as for `newest_first`: over the node table, with `pk` and `created`.
    """
    page = newest_seen(statement, tables().node, viewer, limit + 1, after)
    with connection() as opened:
        rows = [dict(row) for row in opened.execute(page).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last['created'], last['pk'])
