"""What is wrong in a query is said with its place, and with what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from nanoos_plugins.graph.query.filters import LONGEST, MOST_CONDITIONS, MOST_VALUES
from nanoos_plugins.graph.query.parse import MOST_VERTICES, parse
from nanoos_plugins.graph.query.words import QueryError


def vertex(**more: Any) -> dict[str, Any]:
    return {'type': 'node', 'tag': 'n', **more}


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else 1


@pytest.mark.parametrize(
    ('document', 'message'),
    [
        ({'vertexes': []}, "there is no key 'vertexes'; did you mean 'vertices'"),
        ({'vertices': []}, f'expected 1 to {MOST_VERTICES}, got 0'),
        ({'vertices': [vertex()] * (MOST_VERTICES + 1)}, f'expected 1 to {MOST_VERTICES}'),
        ({'vertices': [vertex(typ='node')]}, "there is no key 'typ'; did you mean 'type'"),
        ({'vertices': [vertex(type='core.structur')]}, "did you mean 'core.structure'"),
        ({'vertices': [vertex(type='nanoos.relx')]}, "did you mean 'nanoos.relax'"),
        ({'vertices': [vertex(type='data.core.structur.StructureData.')]}, "'data.core.structure.'"),
        ({'vertices': [vertex(type='group.core.autos')]}, "did you mean 'group.core.auto'"),
        ({'vertices': [vertex(type='user')]}, 'a query does not tell of users'),
        ({'vertices': [vertex(type='authinfo')]}, 'a query does not tell of users'),
        ({'vertices': [vertex(type=['node', 'group'])]}, 'expected types of one entity, got group, node'),
        ({'vertices': [vertex(type=7)]}, 'there is no type 7'),
        ({'vertices': [vertex(project='atributes')]}, "did you mean 'attributes'"),
        ({'vertices': [vertex(project='id')]}, 'keys of the database are not told; use uuid'),
        ({'vertices': [vertex(project='user_id')]}, 'a query does not tell of users'),
        ({'vertices': [vertex(project='label.x')]}, 'label is no JSON'),
        ({'vertices': [vertex(project=['uuid', 'uuid'])]}, 'asked for twice'),
        ({'vertices': [vertex(project=['*', 'uuid'])]}, 'asked for twice'),
        ({'vertices': [vertex(project={'uuid': {'func': 'counts'}})]}, "did you mean 'count'"),
        ({'vertices': [vertex(project=[{'uuid': {'func': 'count'}}, 'label'])]}, 'nothing of single rows'),
        ({'vertices': [vertex(filters={'labl': 'x'})]}, "did you mean 'label'"),
        ({'vertices': [vertex(filters={'label': {'lik': 'x'}})]}, "no operator 'lik'; did you mean 'like'"),
        ({'vertices': [vertex(filters={'ctime': 'yesterday'})]}, 'expected a time, 2026-01-31T12:00:00Z'),
        ({'vertices': [vertex(filters={'uuid': 'x'})]}, "expected a UUID, got 'x'"),
        ({'vertices': [vertex(filters={'label': {'like': 'a\\'}})]}, 'single backslash'),
        ({'vertices': [vertex(filters={'label': 'a\0'})]}, 'expected a text'),
        ({'vertices': [vertex(filters={'label': '\ud800'})]}, 'expected a text'),
        ({'vertices': [vertex(filters={'label': 'x' * (LONGEST + 1)})]}, 'expected a text'),
        ({'vertices': [vertex(filters={'attributes.x': None})]}, "'of_type': 'null'"),
        ({'vertices': [vertex(filters={'attributes.x': {'<': [1]}})]}, 'expected a text or a number'),
        (
            {'vertices': [vertex(filters={'attributes.x': {'<': float('nan')}})]},
            'expected a text or a number',
        ),
        ({'vertices': [vertex(filters={'attributes.x': {'<': 2**63}})]}, 'expected a text or a number'),
        ({'vertices': [vertex(filters={'attributes.x': {'<': nested(300)}})]}, 'expected a text or a number'),
        ({'vertices': [vertex(filters={'attributes.x': nested(300)})]}, 'deep'),
        ({'vertices': [vertex(filters={'attributes.x': {'in': []}})]}, f'a list of 1 to {MOST_VALUES}'),
        ({'vertices': [vertex(filters={'attributes.x': {'in': [1, 'a']}})]}, 'values of one kind'),
        ({'vertices': [vertex(filters={'attributes.x': {'of_type': 'text'}})]}, 'no type of JSON'),
        ({'vertices': [vertex(filters={'attributes': {'==': {}}})]}, "no operator '=='"),
        ({'vertices': [vertex(filters={'or': {'label': 'x'}})]}, 'or takes a list of objects'),
        (
            {'vertices': [vertex(filters={'or': [{'label': 'x'}] * (MOST_CONDITIONS + 1)})]},
            f'at most {MOST_CONDITIONS} conditions',
        ),
        ({'vertices': [vertex(with_incoming='m')]}, 'the first vertex joins nothing'),
        ({'vertices': [vertex(), vertex()]}, "the tag 'n' is in use already"),
        ({'vertices': [vertex(), vertex(tag='after')]}, 'is not after'),
        ({'vertices': [vertex(), vertex(tag='m', with_incomin='n')]}, "did you mean 'with_incoming'"),
        ({'vertices': [vertex(), vertex(tag='m', with_incoming='k')]}, "there is no tag 'k'"),
        ({'vertices': [vertex(), vertex(tag='m', with_incoming='n', with_outgoing='n')]}, 'joins one other'),
        ({'vertices': [vertex(), vertex(tag='m', with_ancestors='n')]}, 'goes over every path'),
        ({'vertices': [vertex(), vertex(tag='m', with_user='n')]}, 'a query does not tell of users'),
        ({'vertices': [vertex(), vertex(tag='m', with_group='n')]}, "'n' is a node"),
        ({'vertices': [vertex(), {'type': 'group', 'with_incoming': 'n'}]}, 'no way to join a group'),
        ({'vertices': [vertex(), {'type': 'group', 'edge_project': 'label'}]}, 'only links between nodes'),
        ({'vertices': [vertex(), vertex(tag='m', edge_project='input_id')]}, 'keys of the database'),
        ({'vertices': [vertex(), vertex(tag='m', edge_filters={'id': 1})]}, 'keys of the database'),
        ({'vertices': [vertex(), vertex(tag='m', outerjoin='yes')]}, 'expected true or false'),
        ({'vertices': [vertex()], 'order_by': [{'m': 'ctime'}]}, "there is no tag 'm'"),
        ({'vertices': [vertex()], 'order_by': [{'n': 'user_id'}]}, 'a query does not tell of users'),
        ({'vertices': [vertex()], 'order_by': [{'n': 'attributes.x'}]}, 'no cast None'),
        ({'vertices': [vertex()], 'order_by': [{'n': {'ctime': 'down'}}]}, "no order 'down'"),
        ({'vertices': [vertex()], 'limit': 0}, 'limit: expected a number of rows from 1'),
        ({'vertices': [vertex()], 'limit': True}, 'limit: expected a number of rows from 1'),
        ({'vertices': [vertex()], 'distinct': 'x'}, 'expected true or false'),
        ({'path': [{'entity_type': 'node'}], 'offset': 3}, 'pages go by cursor'),
        ({'path': [{'entity_type': 'node', 'tag': 'n'}], 'filters': {'m': {}}}, "there is no tag 'm'"),
        ({'path': [{'entity_type': 'user', 'orm_base': 'user'}]}, 'a query does not tell of users'),
        ({'path': [{'entity_type': 'node', 'cls': 'x'}]}, "there is no key 'cls'"),
        ({'vertices': [{'type': {}}]}, 'there is no type {}'),
        ({'vertices': [{'type': [['node']]}]}, "there is no type ['node']"),
        ({'path': 'node'}, 'path: expected a list'),
        ({'path': ['node']}, 'expected an object'),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(document: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(document)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    'key',
    ['a"b', 'a\\b', '{a', 'a}', 'a,b', 'a[0]', ' a', 'a ', '', 'a\nb', 'x' * 201, "'; DROP TABLE x; --\0"],
)
def test_a_key_that_could_mean_something_to_a_database_is_refused(key: str) -> None:
    for name in (f'attributes.{key}', f'attributes.x.{key}', f'extras.{key}'):
        for document in (
            {'vertices': [vertex(filters={name: 1})]},
            {'vertices': [vertex(project=name)]},
            {'vertices': [vertex()], 'order_by': [{'n': {name: {'cast': 'f'}}}]},
        ):
            with pytest.raises(QueryError, match='plain text'):
                parse(document)


def test_types_of_several_processes_are_any_of_them() -> None:
    query = parse({'vertices': [vertex(type=['nanoos.relax', 'nanoos.eos'])]})
    assert query.vertices[0].filters['process_type'] == {
        'or': [{'==': 'aiida.workflows:nanoos.relax'}, {'==': 'aiida.workflows:nanoos.eos'}]
    }
    mixed = parse(
        {'vertices': [vertex(type=['nanoos.relax', 'core.dict'], filters={'and': [{'label': 'x'}]})]}
    )
    assert len(mixed.vertices[0].filters['and']) == 2
