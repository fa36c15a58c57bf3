"""Pages of a query: the statement of the next rows behind a position, at the same cost however deep.

In the usual order, newest first, each way to see a node (one's own, the system's, below an open root) is
followed by an index of its own, as in `storage.newest`; the rows of a page are among the first of each way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder

from nanoos_plugins.graph.query.model import Query
from nanoos_plugins.graph.query.order import Key, behind, covered, decode, keys
from nanoos_plugins.graph.query.statement import Statement, build
from nanoos_plugins.graph.query.words import QueryError
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import COVER, USERS, Viewer, open_roots

#: From the few hits of a declared property, from the newest nodes, or from all that there is.
Start = Literal['hits', 'newest', 'all']


@dataclass(frozen=True)
class Page:
    """A statement of rows: first what is wanted, then the keys of the order.

    `before`: how many rows came before; `starts`: where the database begins.
    """

    statement: sa.Select[Any]
    built: Statement
    order: list[Key]
    before: int
    starts: Start


def page(
    opened: sa.Connection,
    builder: SqlaQueryBuilder,
    query: Query,
    viewer: Viewer | None,
    digest: str,
    limit: int,
    after: str | None,
    with_shares: bool = True,
) -> Page:
    """Return the statement of up to `limit` rows behind a position.

    :param with_shares: False to let nothing but the viewer's own hits decide where it starts.
    :raises QueryError: when the position is none of this query.
    """
    built = build(builder, opened.dialect.name, query, viewer)
    few = _look_up(opened, built, viewer, with_shares)
    columns = [one.column.label(f'wanted_{number}') for number, one in enumerate(built.wanted)]
    if query.is_aggregate:
        if after is not None:
            raise QueryError('after: functions give one row, and there is none behind it')
        return Page(built.select(*columns), built, [], 0, 'all')
    order = keys(built, query)
    before, values = decode(after, digest, order) if after is not None else (0, None)
    if query.limit is not None:
        limit = max(min(limit, query.limit - before), 0)
    ordered = [key.column.label(f'key_{number}') for number, key in enumerate(order)]
    if query.distinct:
        # PostgreSQL orders distinct rows only by what is selected, and not by whether it is NULL.
        rows = built.select(*columns).distinct().subquery()
        places = {id(one.column): number for number, one in enumerate(built.wanted)}
        order = [replace(key, column=rows.c[places[id(key.column)]]) for key in order]
        statement = sa.select(*rows.c, *(key.column.label(f'key_{n}') for n, key in enumerate(order)))
        return Page(_cut(statement, order, values, limit), built, order, before, 'all')
    statement = built.select(*columns, *ordered)
    leading = order[0].time_of
    if few:
        return Page(_sorted(statement, order, values, limit), built, order, before, 'hits')
    if viewer is None or leading is None or not order[0].descending or not order[1].descending:
        return Page(_cut(statement, order, values, limit), built, order, before, 'all')
    ways = _ways(built, leading, order, values, limit, viewer)
    statement = statement.where(built.tables[leading].c.id.in_(ways))
    return Page(_sorted(statement, order, values, limit), built, order, before, 'newest')


def _look_up(opened: sa.Connection, built: Statement, viewer: Viewer | None, with_shares: bool) -> bool:
    """Add the conditions of the lookups; return whether the query starts from few hits."""
    found = False
    for tag, lookups in built.lookups.items():
        for lookup in lookups:
            node_id = built.tables[tag].c.id
            if lookup.has_few(opened, viewer, with_shares):
                built.conditions.append(node_id.in_(lookup.hits(viewer)))
                found = True
            else:
                built.conditions.append(lookup.condition(node_id))
    return found


def _cut(
    statement: sa.Select[Any], order: Sequence[Key], values: Sequence[Any] | None, limit: int
) -> sa.Select[Any]:
    if values is not None:
        statement = statement.where(behind(order, values))
    return statement.order_by(*(clause for key in order for clause in key.clauses)).limit(limit)


def _sorted(
    statement: sa.Select[Any], order: Sequence[Key], values: Sequence[Any] | None, limit: int
) -> sa.Select[Any]:
    """Return the rows in order, by an expression that no index has.

    Else a planner walks through all nodes in order to see which of them were found.
    """
    if values is not None:
        statement = statement.where(behind(order, values))
    first, *rest = [clause for key in order for clause in key.clauses]
    if order[0].time_of is not None:
        column = order[0].column
        plain = sa.func.coalesce(column, column)
        first = plain.desc() if order[0].descending else plain.asc()
    return statement.order_by(first, *rest).limit(limit)


def _ways(
    built: Statement,
    leading: str,
    order: list[Key],
    values: Sequence[Any] | None,
    limit: int,
    viewer: Viewer,
) -> sa.CompoundSelect[Any]:
    """Return the statement of the nodes that the first rows are of, by each way to see the leading node."""
    node = built.tables[leading]
    selected = built.select(node.c.id.label('id'), but_seen=leading)
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL).scalar_subquery()
    owned = (
        _cut(selected.where(node.c.user_id == user), order, values, limit).subquery()
        for user in (sa.literal(viewer.user_pk), system)
    )
    roots = open_roots(viewer.user_pk).cte('nanoos_open')
    cover, chosen = COVER.alias(), COVER.alias()
    below = selected.where(cover.c.node_id == node.c.id, cover.c.root_id == roots.c.root_id)
    newest = _cut(below, covered(order, cover), values, limit).correlate(roots)
    shared = (
        sa.select(chosen.c.node_id)
        .join_from(roots, chosen, chosen.c.root_id == roots.c.root_id)
        .where(chosen.c.node_id.in_(newest))
    )
    return sa.union(*(sa.select(way.c.id) for way in owned), shared)
