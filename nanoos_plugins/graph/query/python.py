"""A query as Python: the same rows, asked by AiiDA's own QueryBuilder where the profile is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from aiida.plugins.entry_point import get_entry_point_names

from nanoos_plugins.graph.query.model import Filters, Order, Projection, Query, Vertex
from nanoos_plugins.graph.query.run import question_of

_CLASSES = {
    'node': 'orm.Node',
    'group': 'orm.Group',
    'computer': 'orm.Computer',
    'log': 'orm.Log',
    'comment': 'orm.Comment',
}
_FACTORIES = {'aiida.calculations': 'CalculationFactory', 'aiida.workflows': 'WorkflowFactory'}
#: Kinds of process that AiiDA has a class of its own for.
_PROCESSES = {
    'process.': 'orm.ProcessNode',
    'process.calculation.': 'orm.CalculationNode',
    'process.calculation.calcfunction.': 'orm.CalcFunctionNode',
    'process.calculation.calcjob.': 'orm.CalcJobNode',
    'process.workflow.': 'orm.WorkflowNode',
    'process.workflow.workchain.': 'orm.WorkChainNode',
    'process.workflow.workfunction.': 'orm.WorkFunctionNode',
}


def as_python(document: Mapping[str, Any]) -> str:
    """Return a program that prints the rows of a query; it sees the whole profile, as AiiDA does.

    Columns have their own names in it, whatever the query calls them: AiiDA knows no others.

    :raises QueryError: when the query is wrong or not allowed.
    """
    query = question_of(document).query
    lines = ['query = orm.QueryBuilder()']
    lines += [_append(vertex) for vertex in query.vertices]
    lines += _ordered(query)
    if query.distinct:
        lines.append('query.distinct()')
    if query.limit is not None:
        lines.append(f'query.limit({query.limit})')
    lines += ['', 'for row in query.iterdict():', '    print(row)', '']
    return '\n'.join([*_imports('\n'.join(lines)), '', 'load_profile()', '', *lines])


def _imports(code: str) -> Iterator[str]:
    if 'datetime(' in code:
        yield from ('from datetime import UTC, datetime', '')
    yield 'from aiida import load_profile, orm'
    factories = sorted(set(re.findall(r'^    (\w+Factory)\(', code, re.MULTILINE)))
    if factories:
        yield f'from aiida.plugins import {", ".join(factories)}'


def _append(vertex: Vertex) -> str:
    """Return the line that adds a vertex."""
    kind, filters = _class(vertex)
    given: dict[str, Any] = {'tag': vertex.tag}
    join = vertex.join
    if join is not None:
        given[join.word] = join.to
    given |= {'filters': filters, 'project': _projected(vertex.projections)}
    if join is not None:
        given |= {
            'edge_tag': join.edge_tag if join.projections or join.filters else None,
            'edge_filters': join.filters,
            'edge_project': _projected(join.projections),
            'outerjoin': join.outer,
        }
    arguments = [kind, *(f'{key}={_literal(value)}' for key, value in given.items() if value)]
    return 'query.append(\n' + ''.join(f'    {one},\n' for one in arguments) + ')'


def _class(vertex: Vertex) -> tuple[str, Filters]:
    """Return the class of a vertex as it is written, and the filters that it does not stand for itself."""
    filters = dict(vertex.filters)
    kind, process = filters.get('node_type'), filters.get('process_type')
    if vertex.entity != 'node' or not isinstance(kind, dict) or set(kind) != {'like'}:
        return _CLASSES[vertex.entity], filters
    prefix = str(kind['like']).removesuffix('%').replace('\\_', '_')
    if prefix == 'process.' and isinstance(process, dict) and set(process) == {'=='}:
        group, _, name = str(process['==']).partition(':')
        if group in _FACTORIES and name in get_entry_point_names(group):
            del filters['node_type'], filters['process_type']
            return f'{_FACTORIES[group]}({name!r})', filters
    name = prefix.removeprefix('data.').removesuffix('.')
    known = prefix.startswith('data.') and name in get_entry_point_names('aiida.data')
    found = f'DataFactory({name!r})' if known else _PROCESSES.get(prefix)
    if found is None:
        return 'orm.Node', filters
    del filters['node_type']
    return found, filters


def _projected(projections: tuple[Projection, ...]) -> list[Any]:
    return [_projection(one) for one in projections]


def _projection(one: Projection) -> Any:
    options = {'func': one.function, 'cast': one.cast}
    given = {key: value for key, value in options.items() if value is not None}
    return {one.field: given} if given else one.field


def _ordered(query: Query) -> Iterator[str]:
    """Yield the line that puts the rows in their order; without one the newest come first, as in the API."""
    if query.is_aggregate:
        return
    order = query.order
    if not order:
        first = query.vertices[0]
        asked = {(tag, one.field) for tag, one in query.projections}
        newest = {'node': 'ctime', 'group': 'time', 'log': 'time', 'comment': 'ctime'}.get(first.entity, 'id')
        if query.distinct and (first.tag, newest) not in asked:
            return
        order = (Order(first.tag, newest, True),)
    yield f'query.order_by({_literal([{one.tag: [{one.field: _way(one)}]} for one in order])})'


def _way(one: Order) -> dict[str, str]:
    way = {'order': 'desc' if one.descending else 'asc'}
    return way if one.cast is None else {**way, 'cast': one.cast}


def _literal(value: Any) -> str:
    """Return a value as it is written in Python."""
    if isinstance(value, datetime):
        parts = ', '.join(map(str, (value.year, value.month, value.day, value.hour, value.minute)))
        rest = f', {value.second}, {value.microsecond}' if value.second or value.microsecond else ''
        return f'datetime({parts}{rest}, tzinfo=UTC)'
    if isinstance(value, dict):
        return '{' + ', '.join(f'{_literal(key)}: {_literal(one)}' for key, one in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ', '.join(map(_literal, value)) + ']'
    return repr(value)
