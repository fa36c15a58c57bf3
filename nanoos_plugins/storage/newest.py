"""Pages of what somebody sees, newest first, that cost the same whoever looks.

The condition `seen_by` on a list makes a database walk through the nodes of all tenants, newest first, until
enough of them are visible: fast for a tenant who has new nodes, seconds at a million nodes for one who has
few old ones. Here each way to see a node (it is one's own, the system's, or covered by an open root) is
followed by an index of its own, newest first, and only as far as the page reaches: what is shared no further
back than where one's own nodes fill the page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import COVER, GROUP_NODES, USERS, Viewer, open_roots, seen_by

Cursor = tuple[datetime, int]

#: Before there were nodes.
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def newest_seen(
    statement: sa.Select[Any], node: sa.FromClause, viewer: Viewer | None, limit: int, after: Cursor | None
) -> sa.Select[Any]:
    """Return the statement with its `limit` newest rows behind `after` that the viewer sees.

    Each value may be a parameter of the statement as well, `sa.bindparam`, for one that is built once.

    :param statement: one row a node, with all other conditions, without order, limit and `seen_by`.
    :param node: AiiDA's node table, or the alias of it, that the statement selects from.
    """
    if viewer is None:
        return _page(statement, node.c.ctime, node.c.id, limit, after)
    # SQLite parses no more than so many selects within each other.
    keys = newest_keys(statement, node, viewer, limit, after).cte('nanoos_page')
    return rows_of(statement, node, viewer, sa.select(keys.c.id))


def rows_of(
    statement: sa.Select[Any], node: sa.FromClause, viewer: Viewer | None, keys: sa.Select[int]
) -> sa.Select[Any]:
    """Return the statement with its rows of the nodes that `keys` finds, newest first.

    What the viewer does not see is not among them, whatever `keys` finds.
    """
    found = statement.order_by(None).where(node.c.id.in_(keys), seen_by(viewer, node.c))
    # An order that no index has, lest a planner walks through all nodes to see which were found.
    ctime = sa.func.coalesce(node.c.ctime, node.c.mtime)
    return found.order_by(ctime.desc(), node.c.id.desc())


def newest_keys(
    statement: sa.Select[Any], node: sa.FromClause, viewer: Viewer | None, limit: int, after: Cursor | None
) -> sa.Select[Any]:
    """Return the statement of `id` and `ctime` of the rows that `newest_seen` has, in their order.

    Only these are read of each way, which yields as many as the page has rows.
    """
    statement = statement.order_by(None)
    if viewer is not None and viewer.group_pk is not None:
        inside = sa.select(GROUP_NODES.c.dbnode_id).where(GROUP_NODES.c.dbgroup_id == viewer.group_pk)
        statement = statement.where(node.c.id.in_(inside))
    keys = statement.with_only_columns(node.c.id, node.c.ctime, maintain_column_froms=True)
    if viewer is None:
        return _page(keys, node.c.ctime, node.c.id, limit, after)
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL).scalar_subquery()
    own, systems = (
        _page(keys.where(node.c.user_id == user), node.c.ctime, node.c.id, limit, after)
        for user in (viewer.user_pk, system)
    )
    mine, others = own.cte('nanoos_own'), systems.subquery()
    ways = [sa.select(way.c.id, way.c.ctime) for way in (mine, others)]
    seen = sa.union(*ways, _covered(statement, node, viewer.user_pk, limit, after, mine)).subquery()
    return _page(sa.select(seen.c.id, seen.c.ctime), seen.c.ctime, seen.c.id, limit, None)


def may_reach(ctime: sa.ColumnElement[datetime], own: sa.FromClause, most: int) -> sa.ColumnElement[bool]:
    """Return the condition that a node is not older than a page that `own` alone would fill.

    :param ctime: of the node.
    :param own: rows with `ctime`, the newest ones of a way that the page follows.
    :param most: rows of the page, of which `own` has no more.
    """
    oldest = sa.case((sa.func.count() >= most, sa.func.min(own.c.ctime)))
    # All of it in the subquery: PostgreSQL looks up by no expression that it does not know to be leakproof.
    ever = sa.literal(_EVER, ctime.type)
    return ctime >= sa.select(sa.func.coalesce(oldest, ever)).select_from(own).scalar_subquery()


def _covered(
    statement: sa.Select[Any],
    node: sa.FromClause,
    user_pk: int,
    limit: int,
    after: Cursor | None,
    own: sa.FromClause,
) -> sa.Select[Any]:
    """Return the statement of the newest nodes below each of the roots that are open to a user."""
    roots = open_roots(user_pk).cte('nanoos_open')
    cover, chosen = COVER.alias(), COVER.alias()
    columns = (node.c.id, node.c.ctime) if isinstance(node.c.attributes.type, JSONB) else (node.c.id,)
    below = statement.with_only_columns(*columns, maintain_column_froms=True).where(
        cover.c.node_id == node.c.id,
        cover.c.root_id == roots.c.root_id,
        may_reach(cover.c.ctime, own, limit),
    )
    newest = _page(below, cover.c.ctime, cover.c.node_id, limit, after).correlate(roots)
    if isinstance(node.c.attributes.type, JSONB):
        return of_each(roots, newest)
    return (
        sa.select(chosen.c.node_id, chosen.c.ctime)
        .join_from(roots, chosen, chosen.c.root_id == roots.c.root_id)
        .where(chosen.c.node_id.in_(newest))
    )


def of_each(roots: sa.FromClause, newest: sa.Select[Any]) -> sa.Select[Any]:
    """Return what `newest` finds for each of the roots, which PostgreSQL else looks for in the whole cover.

    SQLite cannot say it, and looks each of them up.
    """
    found = newest.lateral()
    return sa.select(found).select_from(roots.join(found, sa.true()))


def _page(
    statement: sa.Select[Any],
    ctime: sa.ColumnElement[Any],
    pk: sa.ColumnElement[int],
    limit: int,
    after: Cursor | None,
) -> sa.Select[Any]:
    """Return `limit` rows of a statement behind `after`, newest first."""
    page = statement.order_by(ctime.desc(), pk.desc()).limit(limit)
    if after is None:
        return page
    return page.where(
        sa.tuple_(ctime, pk) < sa.tuple_(_value(after[0], ctime.type), _value(after[1], pk.type))
    )


def _value(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """Return a value in a statement, or the parameter for one."""
    return value if isinstance(value, sa.ColumnElement) else sa.literal(value, kind)
