"""What the type of a vertex means: an entity, and which nodes or groups of it.

A type is a word for an entity (`node`, `group` …), an entry point (`core.structure`, `nanoos.relax`), a kind
of process (`process.calculation.calcjob`) or a type as AiiDA has it (`data.core.structure.StructureData.`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from aiida.common.escaping import escape_for_sql_like
from aiida.plugins.entry_point import get_entry_point_names

from nanoos_plugins.graph.query.words import CLOSED_ENTITIES, ENTITIES, Entity, QueryError, check_word, show

_GROUP = 'group.'


def resolve(where: str, names: Iterable[Any]) -> tuple[Entity, dict[str, Any]]:
    """Return the entity that all these types are of, and the filters that AiiDA has for them.

    :raises QueryError: for an unknown type, or types of several entities.
    """
    found = [_resolve(where, name) for name in names]
    entities = {entity for entity, _ in found}
    if len(entities) != 1:
        got = ', '.join(sorted(entities)) or 'none'
        raise QueryError(f'{where}: expected types of one entity, got {got}')
    entity = entities.pop()
    filters = [one for _, one in found]
    return entity, filters[0] if len(filters) == 1 else _any_of(filters)


def _any_of(filters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the filters that pass what any of these does: column by column where they name the same ones."""
    columns = {tuple(one) for one in filters}
    if () in columns:
        return {}
    if len(columns) > 1:
        return {'and': [{'or': filters}]}
    return {column: {'or': [one[column] for one in filters]} for column in columns.pop()}


def prefixes(filters: Mapping[str, Any]) -> list[str]:
    """Return how the types begin of all nodes that pass these filters of a vertex; nothing when unknown."""
    return _beginnings(filters.get('node_type', {}))


def _beginnings(condition: Any) -> list[str]:
    if isinstance(condition.get('=='), str):
        return [condition['==']]
    if isinstance(condition.get('like'), str):
        begin, _, rest = condition['like'].replace('\\_', '\0').partition('%')
        plain = '_' not in begin and '\\' not in begin and not rest
        return [begin.replace('\0', '_')] if begin and plain else []
    found = [_beginnings(one) for one in condition.get('or', [])]
    return [one for part in found for one in part] if all(found) else []


def of_type(dialect: str, column: sa.ColumnElement[str], condition: Any) -> sa.ColumnElement[bool] | None:
    """Return the condition that a type begins as a filter of the `node_type` says, None of other filters.

    AiiDA would ask by LIKE with a parameter, for which SQLite plans the statement anew each time, and which
    keeps PostgreSQL under row-level security from using what it knows of the column.
    """
    if not isinstance(condition, dict) or len(condition) != 1:
        return None
    if 'or' in condition:
        some = [of_type(dialect, column, one) for one in condition['or']]
        known = [one for one in some if one is not None]
        return sa.or_(*known) if known and len(known) == len(some) else None
    if 'like' not in condition or not (begins := _beginnings(condition)):
        return None
    (begin,) = begins
    if dialect != 'sqlite':
        # In words: of a parameter PostgreSQL supposes that few nodes are of the type, whichever it is.
        return column.op('^@', is_comparison=True)(sa.bindparam(None, begin, literal_execute=True))
    # By an expression that no index has: nodes come by owner and time, and seldom best by type.
    text = sa.cast(column, sa.Text)
    return sa.and_(text >= begin, text < begin[:-1] + chr(ord(begin[-1]) + 1))


def _resolve(where: str, name: Any) -> tuple[Entity, dict[str, Any]]:
    if not isinstance(name, str):
        raise QueryError(f'{where}: there is no type {show(name)}; expected a name')
    if name in ENTITIES or name == '':
        return cast(Entity, name or 'node'), {}
    if name.startswith(_GROUP):
        return 'group', _group(where, name)
    known = _known()
    if name in known:
        return 'node', known[name]
    if name in _prefixes():
        return 'node', _begins(name)
    if name.endswith('.') and _beginning(name) in _prefixes():
        return 'node', _begins(_beginning(name))
    hint = "; for nodes of a plug-in that is not here take 'node' and filter by node_type"
    try:
        check_word(where, 'type', name, [*ENTITIES, *known, *_types()], CLOSED_ENTITIES)
    except QueryError as error:
        raise QueryError(f'{error}{hint}' if name not in CLOSED_ENTITIES else str(error)) from None
    raise AssertionError(name)


def _group(where: str, name: str) -> dict[str, Any]:
    kind = check_word(
        where, 'type', name, [f'{_GROUP}{one}' for one in get_entry_point_names('aiida.groups')]
    )
    kind = kind.removeprefix(_GROUP)
    # All groups are of AiiDA's plain one or of one that derives from it.
    return {} if kind == 'core' else {'type_string': {'like': f'{escape_for_sql_like(kind)}%'}}


def _beginning(node_type: str) -> str:
    """Return how the types of a class and of those that derive from it begin, as AiiDA sees it."""
    begin = node_type.rstrip('.').rpartition('.')[0] + '.'
    return 'data.core.code.' if begin == 'data.core.code.abstract.' else begin


def _begins(prefix: str) -> dict[str, Any]:
    return {'node_type': {'like': f'{escape_for_sql_like(prefix)}%'}}


@cache
def _prefixes() -> frozenset[str]:
    """Return how the types of all nodes begin that this installation knows."""
    data = {f'data.{name}.' for name in get_entry_point_names('aiida.data')}
    return frozenset(data | {f'{name}.' for name in get_entry_point_names('aiida.node')})


@cache
def _types() -> tuple[str, ...]:
    return tuple(sorted(_prefixes()))


@cache
def _known() -> dict[str, dict[str, Any]]:
    """Return the filters of each entry point by its name; data come before processes of the same name."""
    found: dict[str, dict[str, Any]] = {}
    for group in ('aiida.calculations', 'aiida.workflows'):
        for name in get_entry_point_names(group):
            filters = {**_begins('process.'), 'process_type': {'==': f'{group}:{name}'}}
            found |= {name: filters, f'{group}:{name}': filters}
    found |= {name: _begins(f'{name}.') for name in get_entry_point_names('aiida.node')}
    return found | {name: _begins(f'data.{name}.') for name in get_entry_point_names('aiida.data')}
