"""From a JSON document to a `Query`: a QueryBuilder's dictionary, or the readable form of it.

The readable form lists `vertices`; each has a `type`, a `tag`, `filters`, a `project` list and, from the
second on, one of AiiDA's join words with the tag that it joins, `"with_incoming": "structure"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanoos_plugins.graph.query.filters import Checker, check_field, check_text
from nanoos_plugins.graph.query.model import Join, Order, Projection, Query, Vertex
from nanoos_plugins.graph.query.types import resolve
from nanoos_plugins.graph.query.words import (
    CASTS,
    CLOSED_ENTITIES,
    CLOSED_JOINS,
    COLUMNS,
    ENTITIES,
    FUNCTIONS,
    JOINS,
    QueryError,
    check_word,
    show,
)

MOST_VERTICES, MOST_PROJECTED, MOST_ORDERED = 8, 50, 8
#: What a vertex is joined by when nothing is said, as in AiiDA.
DEFAULT_JOIN = {'node': 'with_incoming'}
#: Of a line of NDJSON that is no row.
RESERVED_TAGS = ('after', 'detail')
_ASIDE = ('order_by', 'limit', 'distinct')
BUILDER_KEYS = ('path', 'filters', 'project', 'project_map', 'offset', *_ASIDE)
READABLE_KEYS = ('vertices', *_ASIDE)
VERTEX_KEYS = ('type', 'tag', 'filters', 'project', 'edge_tag', 'edge_filters', 'edge_project', 'outerjoin')
_STEP_KEYS = ('entity_type', 'orm_base', 'joining_keyword', 'joining_value', *VERTEX_KEYS[1:])

Document = Mapping[str, Any]


def parse(document: Document) -> Query:
    """Return the query that a document asks.

    :raises QueryError: for the first thing that is wrong in it or not allowed.
    """
    readable = _from_builder(document) if 'path' in document else document
    _known_keys('query', readable, READABLE_KEYS)
    vertices = _objects('vertices', readable.get('vertices'))
    if not 0 < len(vertices) <= MOST_VERTICES:
        raise QueryError(f'vertices: expected 1 to {MOST_VERTICES}, got {len(vertices)}')
    found: list[Vertex] = []
    for number, one in enumerate(vertices):
        found.append(_vertex(f'vertices[{number}]', one, found))
    query = Query(
        tuple(_with_default_projection(found)),
        tuple(_orders(readable.get('order_by'), {vertex.tag: vertex for vertex in found})),
        _limit(readable.get('limit')),
        _flag('distinct', readable.get('distinct')),
    )
    _check_whole(query)
    return query


def _from_builder(document: Document) -> dict[str, Any]:
    """Return the readable form of a QueryBuilder's dictionary."""
    _known_keys('query', document, BUILDER_KEYS)
    if document.get('offset'):
        raise QueryError('offset: pages go by cursor, at the same cost however deep: leave it out')
    filters, projections, names = (
        _object(key, document.get(key) or {}) for key in ('filters', 'project', 'project_map')
    )
    vertices, tags = [], set()
    for number, step in enumerate(_objects('path', document['path'])):
        vertex = {key: value for key, value in step.items() if value is not None}
        where = f'path[{number}]'
        _known_keys(where, vertex, (*_STEP_KEYS, *JOINS['node'], 'with_node', *CLOSED_JOINS))
        vertex['type'] = _type_of(where, vertex)
        if word := vertex.pop('joining_keyword', None):
            vertex[str(word)] = vertex.pop('joining_value', None)
        for tag, prefix in ((vertex.get('tag'), ''), (vertex.get('edge_tag'), 'edge_')):
            if isinstance(tag, str):
                tags.add(tag)
                vertex[f'{prefix}filters'] = filters.get(tag, {}) or vertex.get(f'{prefix}filters', {})
                wanted = projections.get(tag, []) or vertex.get(f'{prefix}project', [])
                vertex[f'{prefix}project'] = _renamed(wanted, names.get(tag))
        vertices.append(vertex)
    for tag in {**filters, **projections, **names}:
        check_word('filters, project', 'tag', tag, tags)
    return {'vertices': vertices, **{key: document[key] for key in _ASIDE if key in document}}


def _type_of(where: str, vertex: dict[str, Any]) -> Any:
    """Return the type of a step of a QueryBuilder's path; a log's or comment's own type is its entity."""
    kind, base = vertex.pop('entity_type', None), vertex.pop('orm_base', None)
    if base is not None:
        check_word(f'{where}: orm_base', 'entity', base, ENTITIES, CLOSED_ENTITIES)
    return kind if kind or base is None else base


def _renamed(wanted: Any, names: Any) -> Any:
    """Return projections with the names that `project_map` gives them."""
    if not names or not isinstance(names, dict) or not isinstance(wanted, list):
        return wanted
    renamed = []
    for one in wanted:
        for field, options in one.items() if isinstance(one, dict) else [(one, {})]:
            known = isinstance(field, str) and isinstance(options, dict) and field in names
            renamed.append({field: {**options, 'as': names[field]} if known else options})
    return renamed


def _vertex(where: str, given: Document, before: list[Vertex]) -> Vertex:
    words = sorted({word for of_entity in JOINS.values() for word in of_entity})
    _known_keys(where, given, (*VERTEX_KEYS, *words), CLOSED_JOINS)
    names = given.get('type', '')
    entity, filters = resolve(f'{where}: type', names if isinstance(names, list) else [names])
    own = Checker(f'{where}: filters', entity).check(given.get('filters') or {})
    # As in AiiDA, who filters the type column says what the type is; what is below `and` adds up.
    merged = {**filters, **own}
    if 'and' in filters and 'and' in own:
        merged['and'] = [*filters['and'], *own['and']]
    tags = {vertex.tag for vertex in before} | {one.join.edge_tag for one in before if one.join}
    tag = _tag(where, given.get('tag'), f'{entity}_{len(before) + 1}', tags)
    projections = _projections(f'{where}: project', entity, given.get('project'))
    join = _join(where, given, tag, entity, before, tags | {tag}) if before else None
    if not before and any(word in given for word in (*words, 'edge_filters', 'edge_project')):
        raise QueryError(f'{where}: the first vertex joins nothing')
    return Vertex(tag, entity, merged, projections, join)


def _tag(where: str, given: Any, default: str, taken: set[str]) -> str:
    tag = default if given is None else check_text(f'{where}: tag', given)
    if not 0 < len(tag) <= 100 or tag in RESERVED_TAGS:
        raise QueryError(f'{where}: a tag has 1 to 100 characters and is not {", ".join(RESERVED_TAGS)}')
    if tag in taken:
        raise QueryError(f'{where}: the tag {tag!r} is in use already')
    return tag


def _join(where: str, given: Document, tag: str, entity: str, before: list[Vertex], tags: set[str]) -> Join:
    """Return how a vertex joins one before it: the last one, by AiiDA's usual word, when nothing is said."""
    words = [word for word in given if str(word).startswith('with_')] or [
        DEFAULT_JOIN.get(entity, 'with_node')
    ]
    if len(words) > 1:
        raise QueryError(f'{where}: a vertex joins one other, got {", ".join(words)}')
    possible = {word: other for kind, own in JOINS.items() if kind == entity for word, other in own.items()}
    word = check_word(where, f'way to join a {entity}', words[0], possible, CLOSED_JOINS)
    known = {vertex.tag: vertex for vertex in before}
    to = check_word(f'{where}: {word}', 'tag', given.get(word, before[-1].tag), known)
    if known[to].entity != possible[word]:
        raise QueryError(
            f'{where}: {word} takes the tag of a {possible[word]}, {to!r} is a {known[to].entity}'
        )
    edge_tag = _tag(f'{where}: edge', given.get('edge_tag'), f'{to}--{tag}', tags)
    filters, wanted = given.get('edge_filters') or {}, given.get('edge_project') or []
    if (filters or wanted) and possible[word] != entity:
        raise QueryError(f'{where}: only links between nodes have a label and a type to ask for')
    return Join(
        word,
        to,
        edge_tag,
        _flag(f'{where}: outerjoin', given.get('outerjoin')),
        Checker(f'{where}: edge_filters', 'link').check(filters),
        _projections(f'{where}: edge_project', 'link', wanted),
    )


def _projections(where: str, entity: str, given: Any) -> tuple[Projection, ...]:
    found: list[Projection] = []
    for one in [given] if isinstance(given, str | dict) else _list(where, given):
        for name, options in one.items() if isinstance(one, dict) else [(one, {})]:
            if name in ('*', '**'):
                # An entity is all that may be told of it.
                if options:
                    raise QueryError(f'{where}: {name} takes no options')
                found += [Projection(column, column) for column in COLUMNS[entity]]
            else:
                found.append(_projection(where, entity, name, options))
    keys = [one.key for one in found]
    if len(set(keys)) < len(keys):
        raise QueryError(f'{where}: the same is asked for twice')
    return tuple(found)


def _projection(where: str, entity: str, name: Any, options: Any) -> Projection:
    kind = check_field(where, entity, name)
    options = {
        key: value for key, value in _object(f'{where}: {name}', options or {}).items() if value is not None
    }
    _known_keys(f'{where}: {name}', options, ('func', 'cast', 'as'))
    function, cast = options.get('func'), options.get('cast')
    if function is not None:
        check_word(f'{where}: {name}', 'function', function, FUNCTIONS)
    if cast is not None:
        check_word(f'{where}: {name}', 'cast', cast, CASTS)
        if kind != 'json' or '.' not in name:
            raise QueryError(f'{where}: {name} takes no cast')
    if function in ('max', 'min') and (kind == 'uuid' or kind == 'json' and cast is None):
        raise QueryError(f"{where}: the {function} of {name} needs a value with an order: 'cast': 'f'")
    return Projection(name, check_text(where, options.get('as', name)), function, cast)


def _orders(given: Any, vertices: Mapping[str, Vertex]) -> list[Order]:
    found = []
    for one in [given] if isinstance(given, dict) else _objects('order_by', given or []):
        for tag, fields in one.items():
            check_word('order_by', 'tag', tag, vertices)
            for each in fields if isinstance(fields, list) else [fields]:
                for name, options in each.items() if isinstance(each, dict) else [(each, 'asc')]:
                    found.append(_order(vertices[tag], name, options))
    if len(found) > MOST_ORDERED:
        raise QueryError(f'order_by: at most {MOST_ORDERED} columns, got {len(found)}')
    return found


def _order(vertex: Vertex, name: Any, options: Any) -> Order:
    options = {'order': options} if isinstance(options, str) else _object('order_by', options or {})
    _known_keys('order_by', options, ('order', 'cast'))
    way = check_word('order_by', 'order', options.get('order', 'asc'), ('asc', 'desc'))
    cast = options.get('cast')
    # Of the keys of the database, which rise with time, an order tells nothing.
    if name not in ('id', 'pk'):
        kind = check_field('order_by', vertex.entity, name)
        if kind == 'json':
            check_word(f'order_by: {name}', 'cast', cast, CASTS)
        elif cast is not None:
            raise QueryError(f'order_by: {name} takes no cast')
        if kind == 'json' and '.' not in name:
            raise QueryError(f'order_by: {name} is an object; name a path in it')
    return Order(vertex.tag, str(name), way == 'desc', cast)


def _with_default_projection(vertices: list[Vertex]) -> list[Vertex]:
    """Return the vertices; where nothing is asked for, all of the last one is, as in AiiDA."""
    if any(vertex.projections or vertex.join and vertex.join.projections for vertex in vertices):
        return vertices
    last = vertices[-1]
    wanted = _projections('project', last.entity, ['*'])
    return [*vertices[:-1], Vertex(last.tag, last.entity, last.filters, wanted, last.join)]


def _check_whole(query: Query) -> None:
    wanted = query.projections
    if len(wanted) > MOST_PROJECTED:
        raise QueryError(f'project: at most {MOST_PROJECTED} columns, got {len(wanted)}')
    if query.is_aggregate and not all(one.function for _, one in wanted):
        raise QueryError('project: a function is of all rows, and nothing of single rows can stand beside it')
    if query.is_aggregate and (query.order or query.distinct):
        raise QueryError('order_by, distinct: functions give one row')
    asked = {(tag, one.field) for tag, one in wanted}
    if query.distinct and not all((order.tag, order.field) in asked for order in query.order):
        raise QueryError('order_by: distinct rows are ordered by what is projected')


def _limit(given: Any) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given < 2**31:
        raise QueryError(f'limit: expected a number of rows from 1, got {show(given)}')
    return int(given)


def _flag(where: str, given: Any) -> bool:
    if given not in (None, True, False) or isinstance(given, int) and not isinstance(given, bool):
        raise QueryError(f'{where}: expected true or false, got {show(given)}')
    return bool(given)


def _object(where: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise QueryError(f'{where}: expected an object, got {show(given)}')
    return given


def _list(where: str, given: Any) -> list[Any]:
    if given is not None and not isinstance(given, list):
        raise QueryError(f'{where}: expected a list, got {show(given)}')
    return given or []


def _objects(where: str, given: Any) -> list[dict[str, Any]]:
    return [_object(f'{where}[{number}]', one) for number, one in enumerate(_list(where, given))]


def _known_keys(
    where: str, given: Document, known: tuple[str, ...], closed: Mapping[str, str] | None = None
) -> None:
    for key in given:
        check_word(where, 'key', key, known, closed)
