"""A query as Python is run as it is, and gives the same rows."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nanoos_plugins.graph.query.python import as_python
from nanoos_plugins.graph.query.run import run
from nanoos_plugins.graph.query.vocabulary import vocabulary
from nanoos_plugins.graph.query.words import QueryError
from tests.graph.conftest import EosGraph
from tests.graph.test_query import ask, plain

AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
HOSTILE = '"\'; print(1) #\n{}'
Vertices = list[dict[str, Any]]

QUERIES: dict[str, tuple[Vertices, dict[str, Any]]] = {
    'entry point': (
        [{'type': 'core.dict', 'tag': 'd', 'filters': {'attributes.energy': {'<': 3, '!in': [1, 2]}}}],
        {'limit': 40},
    ),
    'joins and edges': (
        [
            {'type': 'core.structure', 'tag': 'structure', 'filters': {'ctime': {'>': AN_HOUR_AGO}}},
            {
                'type': 'process.calculation.calcjob',
                'tag': 'job',
                'with_incoming': 'structure',
                'project': ['label', 'attributes.process_state'],
                'edge_tag': 'use',
                'edge_project': ['label', 'type'],
            },
            {
                'type': 'core.dict',
                'tag': 'results',
                'with_incoming': 'job',
                'project': [{'attributes.energy': {'cast': 'f'}}],
                'outerjoin': True,
            },
        ],
        {'order_by': [{'results': {'attributes.energy': {'order': 'desc', 'cast': 'f'}}}]},
    ),
    'a workflow': (
        [{'type': 'nanoos.eos', 'tag': 'eos', 'project': ['uuid', 'process_type', 'ctime']}],
        {},
    ),
    'several types': ([{'type': ['core.dict', 'core.folder'], 'tag': 'd', 'project': 'uuid'}], {}),
    'functions': (
        [{'type': 'node', 'tag': 'n', 'project': [{'uuid': {'func': 'count'}}, {'ctime': {'func': 'max'}}]}],
        {},
    ),
    'distinct': (
        [{'type': 'process', 'tag': 'p', 'project': ['attributes.process_label']}],
        {'distinct': True},
    ),
    'groups': (
        [{'type': 'group', 'tag': 'g', 'project': '*'}, {'type': 'node', 'tag': 'n', 'with_group': 'g'}],
        {},
    ),
    'logical': (
        [
            {
                'tag': 'n',
                'project': 'label',
                'filters': {'or': [{'label': HOSTILE}, {'label': {'like': 'E%'}}], '!and': [{'label': 'x'}]},
            }
        ],
        {},
    ),
}


@pytest.mark.parametrize('name', QUERIES)
def test_it_gives_the_same_rows(kept_graph: Callable[[int], EosGraph], name: str) -> None:
    kept_graph(3)
    vertices, aside = QUERIES[name]
    document = {'vertices': vertices, **aside}
    code = as_python(document)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code.replace('print(row)', 'print(repr(plain(row)))'), name, 'exec'), {'plain': rows_of})
    found = [eval(line, {}) for line in printed.getvalue().splitlines()]
    asked = [without_empty(row) for row in ask(None, document)]
    assert asked or name == 'groups'
    assert sorted(map(repr, found)) == sorted(map(repr, asked))
    if 'ctime' in code and name == 'a workflow':
        assert found == asked


def rows_of(row: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a row of AiiDA's as JSON has it."""
    return without_empty({tag: {key: plain(one) for key, one in part.items()} for tag, part in row.items()})


def without_empty(row: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a row with its keys in one order."""
    return {tag: dict(sorted(part.items())) for tag, part in sorted(row.items()) if part}


def test_it_is_what_a_person_would_write(profile: object) -> None:
    code = as_python(
        {
            'vertices': [
                {'type': 'core.structure', 'tag': 's', 'filters': {'attributes.formula': 'Cu'}},
                {'type': 'nanoos.relax', 'tag': 'job', 'with_incoming': 's', 'project': ['label']},
            ],
            'limit': 5,
        }
    )
    assert (
        code
        == """from aiida import load_profile, orm
from aiida.plugins import DataFactory, WorkflowFactory

load_profile()

query = orm.QueryBuilder()
query.append(
    DataFactory('core.structure'),
    tag='s',
    filters={'attributes.formula': {'==': 'Cu'}},
)
query.append(
    WorkflowFactory('nanoos.relax'),
    tag='job',
    with_incoming='s',
    project=['label'],
)
query.order_by([{'s': [{'ctime': {'order': 'desc'}}]}])
query.limit(5)

for row in query.iterdict():
    print(row)
"""
    )


def test_what_is_wrong_is_not_translated(profile: object) -> None:
    with pytest.raises(QueryError, match="did you mean 'core.structure'"):
        as_python({'vertices': [{'type': 'core.structur'}]})


def test_every_word_of_the_vocabulary_is_taken(profile: object) -> None:
    words = vocabulary()
    for entity in words['entities']:
        for column, kind in words['columns'][entity].items():
            wanted = {'type': entity, 'tag': 'x', 'project': column}
            assert run(None, {'vertices': [wanted]}, 1) is not None
            for operator in words['operators'][kind]:
                with pytest.raises(QueryError) as refused:
                    run(None, {'vertices': [{**wanted, 'filters': {column: {operator: None}}}]}, 1)
                assert kind == 'json' or 'there is no operator' not in str(refused.value)
        for word, other in words['joins'][entity].items():
            vertices = [{'type': other, 'tag': 'x'}, {'type': entity, word: 'x', 'project': 'uuid'}]
            assert run(None, {'vertices': vertices}, 1) is not None
    for one in words['types']:
        assert run(None, {'vertices': [{'type': one['type'], 'project': 'uuid'}]}, 1) is not None
    for key in words['keys']:
        with pytest.raises(QueryError) as wrong:
            run(None, {'vertices': 7, key: 7})
        assert 'there is no key' not in str(wrong.value)
    for key in words['vertex_keys']:
        try:
            run(None, {'vertices': [{'type': 'node', 'tag': 'x'}, {key: 7}]}, 1)
        except QueryError as error:
            assert 'there is no key' not in str(error)
