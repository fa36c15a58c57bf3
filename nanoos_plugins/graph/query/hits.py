"""Filters on declared properties: looked up in their table instead of in the JSON of each node.

Where few nodes that the viewer may see have the value, a query starts from these; where many have, the newest
nodes are looked at and each is asked, which finds a page soon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.query.model import Filters, Vertex
from nanoos_plugins.graph.query.types import prefixes
from nanoos_plugins.storage.declared import Kind, kind_of
from nanoos_plugins.storage.properties import COMPARISONS, LONGEST, PROPERTIES, owners_seen, with_value
from nanoos_plugins.storage.shares import Viewer

#: Up to so many hits a query starts from them.
FEW = 5000
_ATTRIBUTES = 'attributes.'


@dataclass(frozen=True)
class Lookup:
    """A comparison that the table of properties answers; `path` of the attribute as it is declared."""

    path: str
    operator: str
    value: Any

    def condition(self, node_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        """Return the condition that a node passes, which is asked node by node."""
        found = PROPERTIES.alias()
        return sa.exists().where(found.c.node_id == node_id, *self._value(found)).correlate_except(found)

    def hits(self, dialect: str, viewer: Viewer | None, with_shares: bool = True) -> sa.Select[int]:
        """Return the statement of all nodes that pass and that the viewer may see; some of others, too."""
        found = PROPERTIES.alias()
        owners = owners_seen(viewer, with_shares)
        is_of_them: sa.ColumnElement[bool]
        if dialect == 'sqlite':
            is_of_them = found.c.user_id.in_(owners)
        else:
            # As an array it is found first, and then the index is followed for each of them alone.
            is_of_them = found.c.user_id == sa.any_(sa.func.array(owners.scalar_subquery()))
        return sa.select(found.c.node_id).where(*self._value(found), is_of_them)

    def some(self, dialect: str, viewer: Viewer | None, with_shares: bool) -> sa.Select[int]:
        """Return the statement of how many hits there are, which looks at no more than tells few from many.

        :param with_shares: count those of everybody who shares something with the viewer, too.
        """
        found = self.hits(dialect, viewer, with_shares).limit(FEW + 1).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def _value(self, found: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        return with_value(self.path, self.operator, self.value, found)


def has_few(opened: sa.Connection, some: sa.Select[int], parameters: Mapping[str, Any]) -> bool:
    """Return whether there are few hits, by the statement `Lookup.some`."""
    return (opened.scalar(some, parameters) or 0) <= FEW


def split(vertex: Vertex) -> tuple[Filters, list[Lookup]]:
    """Return the filters that AiiDA's QueryBuilder compiles, and those at their top that are looked up.

    Only where all nodes that the vertex may be declare the attribute: of others there are no properties.
    """
    if vertex.entity != 'node':
        return vertex.filters, []
    types = prefixes(vertex.filters)
    rest: Filters = {}
    lookups: list[Lookup] = []
    for name, condition in vertex.filters.items():
        path = name.removeprefix(_ATTRIBUTES)
        kinds = {kind_of(one, path) for one in types} if path != name else set()
        kind = kinds.pop() if len(kinds) == 1 else None
        if kind is None:
            rest[name] = condition
            continue
        left = {}
        for operator, value in condition.items():
            found = _lookups(kind, path, operator, value)
            if found:
                lookups += found
            else:
                left[operator] = value
        if left:
            rest[name] = left
    return rest, lookups


def _lookups(kind: Kind, path: str, operator: str, value: Any) -> list[Lookup]:
    """Return what a comparison is looked up by, nothing when the properties cannot answer it."""
    values = value if isinstance(value, list) else [value]
    wanted = float if kind == 'number' else str
    if not values or not all(type(one) is wanted for one in values):
        return []
    if wanted is str and any(len(one) > LONGEST for one in values):
        return []
    if kind == 'words':
        return [Lookup(path, '==', one) for one in values] if operator == 'contains' else []
    if operator == 'in' or operator in COMPARISONS and (kind == 'number' or operator == '=='):
        return [Lookup(path, operator, value)] if isinstance(value, list) == (operator == 'in') else []
    return []
