"""Pages of a query: the statement of the next rows behind a position, at the same cost however deep.

In the usual order, newest first, each way to see a node (one's own, the system's, below an open root) is
followed by an index of its own, as in `storage.newest`; the rows of a page are among the first of each way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from aiida.manage import get_manager
from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder

from nanoos_plugins.graph.query.columns import Expression
from nanoos_plugins.graph.query.hits import Lookup, has_few
from nanoos_plugins.graph.query.model import Query
from nanoos_plugins.graph.query.order import Key, behind, bounds, covered, decode, keys, parameters
from nanoos_plugins.graph.query.statement import Statement, build
from nanoos_plugins.graph.query.words import QueryError
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.storage.newest import may_reach, of_each
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import COVER, USERS, Viewer, open_roots

#: From the few hits of a declared property, from the newest nodes, or from all that there is.
Start = Literal['hits', 'newest', 'all']
#: A position as parameters; None for the first page.
Bounds = Sequence[Expression | None] | None
_LIMIT = 'most_rows'
#: How far the ways of a page are followed: PostgreSQL plans for the number that a statement has in words, and
#: for a tenth of all rows where it has a parameter.
_FAR = (51, 201, 1001)


@dataclass(frozen=True)
class Page:
    """A statement of rows: first what is wanted, then the keys of the order; and its parameters.

    `before`: how many rows came before; `starts`: where the database begins.
    """

    statement: sa.Select[Any]
    parameters: dict[str, Any]
    built: Statement
    before: int
    starts: Start


@dataclass(frozen=True)
class Question:
    """A query, known by the digest of its document."""

    digest: str
    query: Query = field(compare=False)
    is_long: bool = False


@dataclass
class Prepared:
    """What is built once of a question, for whoever asks: statements are kept by what they depend on.

    `probes`: each lookup with its tag, and the statements of how many hits it has, with and without those of
    who shares.
    """

    built: Statement
    order: list[Key]
    probes: list[tuple[str, Lookup, dict[bool, sa.Select[Any]]]]
    statements: dict[tuple[Any, ...], tuple[sa.Select[Any], Start]] = field(default_factory=dict)


def page(
    opened: sa.Connection,
    question: Question,
    viewer: Viewer | None,
    limit: int,
    after: str | None,
    with_shares: bool = True,
) -> Page:
    """Return the statement of up to `limit` rows behind a position.

    :param with_shares: False to let nothing but the viewer's own hits decide where it starts.
    :raises QueryError: when the position is none of this query.
    """
    query, anybody = question.query, somebody(viewer)
    prepare = _prepare.__wrapped__ if question.is_long else _prepare
    prepared: Prepared = prepare(opened.dialect.name, question, anybody)
    if query.is_aggregate and after is not None:
        raise QueryError('after: functions give one row, and there is none behind it')
    before, values = decode(after, question.digest, prepared.order) if after is not None else (0, None)
    if query.limit is not None:
        limit = max(min(limit, query.limit - before), 0)
    given = {**parameters_of(viewer), **parameters(values or []), _LIMIT: limit}
    few = tuple(has_few(opened, probes[with_shares], given) for _, _, probes in prepared.probes)
    place = None if values is None else tuple(value is None for value in values)
    far = next(one for one in (*_FAR, limit) if one >= limit)
    kept = prepared.statements.get((few, place, far))
    if kept is None:
        bound = None if values is None else bounds(prepared.order, values)
        kept = _statement(prepared, query, anybody, few, bound, far)
        prepared.statements[few, place, far] = kept
    return Page(kept[0], given, prepared.built, before, kept[1])


@lru_cache(maxsize=256)
def _prepare(dialect: str, question: Question, viewer: Viewer | None) -> Prepared:
    """Return what is built of a question; its tables and AiiDA's filters cost more than to run it."""
    built = build(query_builder(), dialect, question.query, viewer)
    order = [] if question.query.is_aggregate else keys(built, question.query)
    probes = [
        (
            tag,
            lookup,
            {with_shares: lookup.some(dialect, viewer, with_shares) for with_shares in (True, False)},
        )
        for tag, lookups in built.lookups.items()
        for lookup in lookups
    ]
    return Prepared(built, order, probes)


def _statement(
    prepared: Prepared, query: Query, viewer: Viewer | None, few: tuple[bool, ...], bound: Bounds, far: int
) -> tuple[sa.Select[Any], Start]:
    """Return the statement of a page, and where it starts."""
    conditions = list(prepared.built.conditions)
    for is_few, (tag, lookup, _) in zip(few, prepared.probes, strict=True):
        node_id = prepared.built.tables[tag].c.id
        conditions.append(
            node_id.in_(lookup.hits(prepared.built.dialect, viewer)) if is_few else lookup.condition(node_id)
        )
    built, order = replace(prepared.built, conditions=conditions), prepared.order
    columns = [one.column.label(f'wanted_{number}') for number, one in enumerate(built.wanted)]
    if query.is_aggregate:
        return built.select(*columns), 'all'
    if query.distinct:
        # PostgreSQL orders distinct rows only by what is selected, and not by whether it is NULL.
        rows = built.select(*columns).distinct().subquery()
        places = {id(one.column): number for number, one in enumerate(built.wanted)}
        order = [replace(key, column=rows.c[places[id(key.column)]]) for key in order]
        statement = sa.select(*rows.c, *(key.column.label(f'key_{n}') for n, key in enumerate(order)))
        return _cut(statement, order, bound), 'all'
    statement = built.select(*columns, *(key.column.label(f'key_{n}') for n, key in enumerate(order)))
    leading = order[0].time_of
    if any(few):
        return _sorted(statement, order, bound), 'hits'
    if viewer is None or leading is None or not order[0].descending or not order[1].descending:
        return _cut(statement, order, bound), 'all'
    ways = _ways(built, leading, order, bound, viewer, far)
    return _sorted(statement.where(built.tables[leading].c.id.in_(ways)), order, bound), 'newest'


def _cut(
    statement: sa.Select[Any], order: Sequence[Key], bound: Bounds, most: Expression | None = None
) -> sa.Select[Any]:
    """Return the rows behind a position, in order, as many as `most` or else the parameter `_LIMIT` says."""
    if bound is not None:
        statement = statement.where(behind(order, bound))
    ordered = statement.order_by(*(clause for key in order for clause in key.clauses))
    return ordered.limit(sa.bindparam(_LIMIT, type_=sa.Integer) if most is None else most)


def _sorted(statement: sa.Select[Any], order: Sequence[Key], bound: Bounds) -> sa.Select[Any]:
    """Return the same as `_cut`, in an order by an expression that no index has.

    Else a planner walks through all nodes in order to see which of them were found.
    """
    if order[0].time_of is None:
        return _cut(statement, order, bound)
    column = order[0].column
    plain = sa.func.coalesce(column, column)
    first = plain.desc() if order[0].descending else plain.asc()
    return _cut(statement.order_by(first), order, bound)


def _ways(
    built: Statement,
    leading: str,
    order: list[Key],
    bound: Bounds,
    viewer: Viewer,
    far: int,
) -> sa.CompoundSelect[Any]:
    """Return the statement of the nodes of the first `far` rows, by each way to see the leading node."""
    most: sa.ColumnElement[int] = sa.literal_column(str(far), sa.Integer)
    node = built.tables[leading]
    selected = built.select(node.c.id.label('id'), node.c.ctime.label('ctime'), but_seen=leading)
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL).scalar_subquery()
    own, systems = (
        _cut(selected.where(node.c.user_id == user), order, bound, most) for user in (viewer.user_pk, system)
    )
    mine, others = own.cte('nanoos_own'), systems.subquery()
    roots = open_roots(viewer.user_pk).cte('nanoos_open')
    cover, chosen = COVER.alias(), COVER.alias()
    below = built.select(node.c.id, but_seen=leading).where(
        cover.c.node_id == node.c.id,
        cover.c.root_id == roots.c.root_id,
        may_reach(cover.c.ctime, mine, far),
    )
    newest = _cut(below, covered(order, cover), bound, most).correlate(roots)
    if built.dialect != 'sqlite':
        return sa.union(*(sa.select(way.c.id) for way in (mine, others)), of_each(roots, newest))
    shared = (
        sa.select(chosen.c.node_id)
        .join_from(roots, chosen, chosen.c.root_id == roots.c.root_id)
        .where(chosen.c.node_id.in_(newest))
    )
    return sa.union(*(sa.select(way.c.id) for way in (mine, others)), shared)


def query_builder() -> SqlaQueryBuilder:
    """Return AiiDA's query builder of the loaded profile, for the statements of one thread."""
    storage = get_manager().get_profile_storage()
    for kind in type(storage.query()).__mro__:
        # Our own builder lets whoever acts find by hash only what they see; here the viewer is another.
        if issubclass(kind, SqlaQueryBuilder) and kind.__module__.startswith('aiida.'):
            return kind(storage)
    raise TypeError(f'{storage} has no SQL tables; use a profile on SQLite or PostgreSQL')
