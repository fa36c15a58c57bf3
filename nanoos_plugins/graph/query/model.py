"""A query that has been checked: vertices, how they join, what is wanted of them and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nanoos_plugins.graph.query.words import Entity

#: Filters as AiiDA's QueryBuilder takes them, with values that fit their columns.
Filters = dict[str, Any]


@dataclass(frozen=True)
class Projection:
    """A wanted column or path: `key` is its name in the answer, `function` count, max or min or None."""

    field: str
    key: str
    function: str | None = None
    cast: str | None = None


@dataclass(frozen=True)
class Join:
    """How a vertex joins the one called `to`; the edge has a tag, filters and projections of its own."""

    word: str
    to: str
    edge_tag: str
    outer: bool = False
    filters: Filters = field(default_factory=dict)
    projections: tuple[Projection, ...] = ()


@dataclass(frozen=True)
class Vertex:
    """One entity on the path; `join` is None of the first one only."""

    tag: str
    entity: Entity
    filters: Filters
    projections: tuple[Projection, ...]
    join: Join | None


@dataclass(frozen=True)
class Order:
    """A column or path of a vertex to order by, `cast` as in AiiDA."""

    tag: str
    field: str
    descending: bool = False
    cast: str | None = None


@dataclass(frozen=True)
class Query:
    """A query; `limit`: most rows of all pages, None for all."""

    vertices: tuple[Vertex, ...]
    order: tuple[Order, ...] = ()
    limit: int | None = None
    distinct: bool = False

    @property
    def projections(self) -> list[tuple[str, Projection]]:
        """What is wanted, each with its tag, in the order of AiiDA: of the vertices, then of the edges."""
        of_vertices = [(vertex.tag, one) for vertex in self.vertices for one in vertex.projections]
        joins = [vertex.join for vertex in self.vertices if vertex.join is not None]
        return of_vertices + [(join.edge_tag, one) for join in joins for one in join.projections]

    @property
    def is_aggregate(self) -> bool:
        """Whether functions are wanted, so that all rows give one."""
        return any(one.function for _, one in self.projections)
