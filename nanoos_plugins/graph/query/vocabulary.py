"""All words that a query may have, for who writes one: an editor offers what the parser takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from aiida.plugins.entry_point import get_entry_point_names

from nanoos_plugins.graph.query import parse
from nanoos_plugins.graph.query.filters import LOGICAL
from nanoos_plugins.graph.query.words import CASTS, COLUMNS, ENTITIES, FUNCTIONS, JOINS, JSON_TYPES, OPERATORS
from nanoos_plugins.storage.declared import DECLARED


@cache
def vocabulary() -> dict[str, Any]:
    """Return the words of a query by what they are for."""
    return {
        'entities': ENTITIES,
        'types': [{'type': name, 'of': group} for name, group in _types()],
        'keys': parse.READABLE_KEYS,
        'builder_keys': parse.BUILDER_KEYS,
        'vertex_keys': parse.VERTEX_KEYS,
        'columns': COLUMNS,
        'joins': JOINS,
        'operators': OPERATORS,
        'logical': LOGICAL,
        'json_types': JSON_TYPES,
        'functions': FUNCTIONS,
        'casts': CASTS,
        'declared': {prefix: list(attributes) for prefix, attributes in DECLARED.items()},
    }


def _types() -> Iterator[tuple[str, str]]:
    """Yield the names of types, each with what it is a type of."""
    for group, of in (
        ('aiida.data', 'data'),
        ('aiida.workflows', 'workflow'),
        ('aiida.calculations', 'calculation'),
        ('aiida.node', 'kind of node'),
    ):
        yield from ((name, of) for name in sorted(get_entry_point_names(group)))
    yield from ((f'group.{name}', 'group') for name in sorted(get_entry_point_names('aiida.groups')))
