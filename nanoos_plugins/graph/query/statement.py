"""From a `Query` to a statement: vertices joined along AiiDA's tables, with tenancy at the top of each.

Filters are compiled by AiiDA's own query builder. Its joins and projections are not: an outer join would tell
that something is there which the viewer does not see, and a projection of an entity would load it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from aiida.storage.psql_dos.orm.querybuilder.main import SqlaQueryBuilder
from sqlalchemy.orm import aliased

from nanoos_plugins.graph.query.columns import expression, is_json
from nanoos_plugins.graph.query.hits import Lookup, split
from nanoos_plugins.graph.query.model import Join, Query, Vertex
from nanoos_plugins.graph.query.tenancy import visible
from nanoos_plugins.graph.query.types import of_type
from nanoos_plugins.graph.query.words import Entity
from nanoos_plugins.storage.shares import Viewer

#: Column of a node's links at its own end → at the other end, by the word that the other one is joined by.
_LINKS = {'with_incoming': ('input_id', 'output_id'), 'with_outgoing': ('output_id', 'input_id')}
#: Columns that two entities have in common, of the one that joins and of the one that is joined, by the word.
_COMMON = {
    ('node', 'with_computer'): ('dbcomputer_id', 'id'),
    ('node', 'with_log'): ('id', 'dbnode_id'),
    ('node', 'with_comment'): ('id', 'dbnode_id'),
    ('computer', 'with_node'): ('id', 'dbcomputer_id'),
    ('log', 'with_node'): ('dbnode_id', 'id'),
    ('comment', 'with_node'): ('dbnode_id', 'id'),
}


@dataclass(frozen=True)
class Wanted:
    """A column of the answer: of which tag, under which key, and whether it is JSON text."""

    tag: str
    key: str
    column: sa.ColumnElement[Any]
    is_json: bool


@dataclass
class Statement:
    """A statement that is being built: tables by tag, how they are joined, conditions, what is wanted.

    `seen`: by tag, the condition that the viewer sees the row; `lookups`: by tag, filters that are in no
    condition yet; `optional`: tags of what an outer join may leave out.
    """

    dialect: str
    tables: dict[str, sa.FromClause] = field(default_factory=dict)
    source: sa.FromClause | None = None
    seen: dict[str, sa.ColumnElement[bool]] = field(default_factory=dict)
    conditions: list[sa.ColumnElement[bool]] = field(default_factory=list)
    lookups: dict[str, list[Lookup]] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    optional: set[str] = field(default_factory=set)

    def select(self, *columns: sa.ColumnElement[Any], but_seen: str | None = None) -> sa.Select[Any]:
        """Return the statement of these columns with all conditions.

        :param but_seen: tag of the vertex of which somebody else says who sees it.
        """
        assert self.source is not None
        seen = [condition for tag, condition in self.seen.items() if tag != but_seen]
        return sa.select(*columns).select_from(self.source).where(*seen, *self.conditions)


def build(builder: SqlaQueryBuilder, dialect: str, query: Query, viewer: Viewer | None) -> Statement:
    """Return the statement of a query, with the conditions of everything but its lookups."""
    built = Statement(dialect)
    for number, vertex in enumerate(query.vertices):
        # A name that says nothing: a tag may be any text.
        model = aliased(_model(builder, vertex.entity), name=f'v{number}')
        table = sa.inspect(model).selectable
        _add(builder, built, vertex, table, viewer)
        built.tables[vertex.tag] = table
        rest, lookups = split(vertex)
        built.lookups[vertex.tag] = lookups
        if vertex.entity == 'node':
            is_type = of_type(dialect, table.c.node_type, rest.get('node_type'))
            if is_type is not None:
                built.conditions.append(is_type)
                rest = {name: condition for name, condition in rest.items() if name != 'node_type'}
        condition = builder.build_filters(model, rest)
        if condition is not None:
            built.conditions.append(condition)
    _project(built, query)
    return built


def _add(
    builder: SqlaQueryBuilder, built: Statement, vertex: Vertex, table: sa.FromClause, viewer: Viewer | None
) -> None:
    """Join a vertex to what is there; what the viewer does not see is as if it were not there."""
    seen = visible(vertex.entity, viewer, table)
    join = vertex.join
    if join is None:
        built.source = table
        built.seen[vertex.tag] = seen
        return
    assert built.source is not None
    before = built.tables[join.to]
    if join.outer or join.to in built.optional:
        built.optional |= {vertex.tag, join.edge_tag}
    if (vertex.entity, join.word) in _COMMON:
        own, other = _COMMON[vertex.entity, join.word]
        on: sa.ColumnElement[bool] = table.c[own] == before.c[other]
    else:
        on = _over_edge(builder, built, vertex, join, table, viewer)
    if join.outer:
        built.source = built.source.outerjoin(table, sa.and_(on, seen))
    else:
        built.source = built.source.join(table, on)
        built.seen[vertex.tag] = seen


def _over_edge(
    builder: SqlaQueryBuilder,
    built: Statement,
    vertex: Vertex,
    join: Join,
    table: sa.FromClause,
    viewer: Viewer | None,
) -> sa.ColumnElement[bool]:
    """Join the table of edges, and return on what the vertex is joined to it.

    Of an outer join an edge is there only when what it leads to is seen: it has a label of its own.
    """
    assert built.source is not None
    name = f'e{len(built.tables)}'
    model = aliased(builder.Link, name=name) if join.word in _LINKS else None
    edge = builder.table_groups_nodes.alias(name) if model is None else sa.inspect(model).selectable
    here, there = _LINKS.get(join.word) or (
        ('dbgroup_id', 'dbnode_id') if vertex.entity == 'node' else ('dbnode_id', 'dbgroup_id')
    )
    on = edge.c[here] == built.tables[join.to].c.id
    if join.outer:
        end = _model(builder, vertex.entity).__table__.alias()
        seen = (
            sa.exists().where(end.c.id == edge.c[there], visible(vertex.entity, viewer, end)).correlate(edge)
        )
        built.source = built.source.outerjoin(edge, sa.and_(on, seen))
    else:
        built.source = built.source.join(edge, on)
    built.tables[join.edge_tag] = edge
    if model is not None:
        condition = builder.build_filters(model, join.filters)
        if condition is not None:
            built.conditions.append(condition)
    meets: sa.ColumnElement[bool] = table.c.id == edge.c[there]
    return meets


def _project(built: Statement, query: Query) -> None:
    entities: dict[str, str] = {vertex.tag: vertex.entity for vertex in query.vertices}
    for tag, one in query.projections:
        entity = entities.get(tag, 'link')
        column = expression(built.dialect, entity, built.tables[tag], one.field, one.cast)
        text = is_json(entity, one.field, one.cast)
        if one.function is not None:
            column, text = getattr(sa.func, one.function)(column), False
        built.wanted.append(Wanted(tag, one.key, column, text))


def _model(builder: SqlaQueryBuilder, entity: Entity) -> Any:
    return getattr(builder, entity.capitalize())
