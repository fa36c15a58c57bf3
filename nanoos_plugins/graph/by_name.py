"""Pages of materials by their names.

The names stand in an index of each owner's. What is the viewer's own is followed by it as far as the page
reaches; what others share is sorted, which costs what is shared.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.materials import newest_revisions
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.properties import PROPERTIES, owners_seen
from nanoos_plugins.storage.shares import GROUP_NODES, Viewer, seen_by


def materials_by_name(
    limit: int, after: Cursor | None, archived: bool, viewer: Viewer, **filters: Any
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` materials in the order of the letters of their names, and the cursor behind them.

    :param filters: see `newest_revisions`.
    :raises ValueError: when the viewer does not see the material that `after` is of.
    """
    with connection(viewer) as opened:
        place = None if after is None else _place(opened, after[1], viewer)
        page = _page(limit + 1, place, archived, viewer, **filters)
        rows = [dict(row) for row in opened.execute(page).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last['created'], last['pk'])


def _place(opened: sa.Connection, pk: int, viewer: Viewer) -> tuple[str, int]:
    """Return name and key of a revision, which never change."""
    node = tables().node
    name = sa.select(PROPERTIES.c.text).join(node, node.c.id == PROPERTIES.c.node_id)
    found = opened.scalar(name.where(_is_name(PROPERTIES), node.c.id == pk, seen_by(viewer, node.c)))
    if found is None:
        raise ValueError('after: the material at the end of that page is no longer there: begin anew')
    return found, pk


def _is_name(found: sa.FromClause) -> sa.ColumnElement[bool]:
    is_name: sa.ColumnElement[bool] = found.c.name == 'name'
    return is_name


def _page(
    limit: int, place: tuple[str, int] | None, archived: bool, viewer: Viewer, **filters: Any
) -> sa.Select[Any]:
    """Return the statement of `limit` materials behind a place."""
    node, found = tables().node, PROPERTIES.alias('name')
    order = (found.c.text, found.c.node_id)
    wanted = newest_revisions(archived, viewer, **filters).where(
        node.c.id == found.c.node_id, seen_by(viewer, node.c)
    )
    if viewer.group_pk is not None:
        inside = sa.select(GROUP_NODES.c.dbnode_id).where(GROUP_NODES.c.dbgroup_id == viewer.group_pk)
        wanted = wanted.where(node.c.id.in_(inside))
    # Looked up name by name, in their order: a database would begin with all materials, and sort them.
    is_wanted = wanted.with_only_columns(node.c.id, maintain_column_froms=True).correlate(found).limit(1)
    keys = sa.select(*order).where(
        _is_name(found), found.c.text.is_not(None), is_wanted.scalar_subquery().is_not(None)
    )
    if place is not None:
        keys = keys.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, place)))
    is_own = found.c.user_id == viewer.user_pk
    is_others = sa.and_(found.c.user_id.in_(owners_seen(viewer)), sa.not_(is_own))
    ways = [keys.where(way).order_by(*order).limit(limit).subquery() for way in (is_own, is_others)]
    both = sa.union_all(*(sa.select(way) for way in ways)).subquery()
    nearest = sa.select(both).order_by(both.c.text, both.c.node_id).limit(limit).subquery()
    rows = newest_revisions(archived, viewer).join(nearest, nearest.c.node_id == node.c.id)
    return rows.order_by(nearest.c.text, nearest.c.node_id)
