"""What a query will cost: the way that the database takes, in words, without anybody's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from nanoos_plugins.graph.query.deadline import deadline
from nanoos_plugins.graph.query.hits import split
from nanoos_plugins.graph.query.model import Query
from nanoos_plugins.graph.query.pages import Page, Start, page
from nanoos_plugins.graph.query.run import SECONDS, question_of
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.declared import DECLARED
from nanoos_plugins.storage.shares import Viewer

_COSTS: Mapping[Start, str] = {
    'hits': 'little: it starts from the few hits of a declared property',
    'newest': 'as much as it takes to find a page among the newest nodes, however deep the page',
    'all': 'as much as there are rows: all of them are looked at for every page',
}


#: Names of the tables of a query, and of that of declared properties.
_TABLE = re.compile(r'\b(?:[ve]\d|nanoos_property\w*)\b')
_SORTS = ('ORDER BY', 'DISTINCT', 'Sort', 'Unique')


@dataclass(frozen=True)
class Explanation:
    """Where a query starts, what that costs, why, and the steps of the database."""

    starts: Start
    cost: str
    notes: list[str]
    steps: list[str]


def explain(viewer: Viewer | None, document: Mapping[str, Any], seconds: float = SECONDS) -> Explanation:
    """Return what a query will cost; it is not run.

    Where it starts is decided by what the viewer owns: how much others have is nobody's business.

    :raises QueryError: when the query is wrong or not allowed.
    """
    question = question_of(document)
    with connection(viewer) as opened, deadline(opened, seconds):
        wanted = page(opened, question, viewer, 51, None, with_shares=False)
        steps = list(_steps(opened, wanted))
    return Explanation(wanted.starts, _COSTS[wanted.starts], list(_notes(question.query)), steps)


def _notes(query: Query) -> Iterator[str]:
    for vertex in query.vertices:
        rest, lookups = split(vertex)
        for lookup in lookups:
            yield f'attributes.{lookup.path} of {vertex.tag!r} is declared: it is looked up by an index'
        for name in rest:
            path = name.removeprefix('attributes.')
            declaring = [f'{prefix!r}' for prefix, declared in DECLARED.items() if path in declared]
            if path != name:
                hint = f'; of types {" or ".join(declaring)} it can be looked up' if declaring else ''
                yield f'{name} of {vertex.tag!r} is read from the JSON of each candidate{hint}'


class _Explain(sa.Executable, sa.ClauseElement):
    """EXPLAIN of a statement, with the parameters of it."""

    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain, 'sqlite')
def _sqlite(element: _Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f'EXPLAIN QUERY PLAN {compiler.process(element.statement, **options)}'


@compiles(_Explain, 'postgresql')
def _postgresql(element: _Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f'EXPLAIN (COSTS OFF, FORMAT JSON) {compiler.process(element.statement, **options)}'


def _steps(opened: sa.Connection, wanted: Page) -> Iterator[str]:
    """Yield the steps on tables of the query, by its tags; those that see to tenancy are left out."""
    # As the driver gives them: SQLAlchemy would take a step for a row of the query, with its types.
    rows = opened.execute(_Explain(wanted.statement), wanted.parameters).cursor.fetchall()
    if opened.dialect.name == 'sqlite':
        steps = [str(row[3]) for row in rows]
    else:
        plan = json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]
        steps = list(_plan(plan[0]['Plan']))
    tags = {str(getattr(table, 'name', '')): tag for tag, table in wanted.built.tables.items()}
    for step in steps:
        if _TABLE.search(step) or step.endswith(_SORTS):
            yield _TABLE.sub(lambda found: repr(tags.get(found[0], found[0])), step)


def _plan(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the steps of a plan of PostgreSQL, without conditions, which would show values."""
    words = [str(node['Node Type'])]
    words += [
        f'{word} {node[key]}' for word, key in (('on', 'Alias'), ('using', 'Index Name')) if key in node
    ]
    yield ' '.join(words)
    for inner in node.get('Plans', []):
        yield from _plan(inner)
