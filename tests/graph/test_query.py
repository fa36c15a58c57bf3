"""Queries give what AiiDA's QueryBuilder gives, in pages, and nothing that the viewer does not see."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.common import LinkType
from aiida.orm.querybuilder import QueryBuilder

from nanoos_plugins.graph.computers import OWN_ACCOUNTS
from nanoos_plugins.graph.query.explain import explain
from nanoos_plugins.graph.query.run import run
from nanoos_plugins.graph.query.words import QueryError
from nanoos_plugins.install.profile import add_user
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Viewer, revoke, share
from tests.graph.conftest import EosGraph

Rows = list[dict[str, dict[str, Any]]]


def ask(viewer: Viewer | None, document: dict[str, Any], limit: int = 1000) -> Rows:
    """Return all rows, page by page; no page is larger than asked for."""
    found: Rows = []
    after = None
    while True:
        page = run(viewer, document, limit, after)
        assert len(page.rows) <= limit
        found += [json.loads(row) for row in page.rows]
        if page.after is None:
            return found
        assert page.rows
        after = page.after


def plain(value: Any) -> Any:
    """Return a value of AiiDA's as JSON has it."""
    return value.isoformat().replace('+00:00', 'Z') if hasattr(value, 'isoformat') else value


def counted(rows: Any) -> Counter[str]:
    """Return how often each row is there."""
    return Counter(
        json.dumps(
            {tag: {key: plain(value) for key, value in part.items()} for tag, part in row.items() if part},
            sort_keys=True,
        )
        for row in rows
    )


def chain(graph: EosGraph) -> QueryBuilder:
    """Return the query for what the calculations of a job made of its structures."""
    query = QueryBuilder()
    query.append(orm.StructureData, tag='structure', project=['uuid', 'ctime'])
    query.append(
        orm.CalcJobNode,
        tag='calculation',
        with_incoming='structure',
        project=['attributes.process_state', 'attributes.exit_status'],
        edge_project=['label', 'type'],
    )
    query.append(orm.Dict, tag='parsed', with_incoming='calculation', project='attributes.energy')
    query.append(orm.WorkChainNode, tag='caller', with_outgoing='calculation', project='label')
    query.add_filter(
        'structure', {'uuid': {'in': [node.inputs.structure.uuid for node in graph.calculations]}}
    )
    return query


QUERIES: dict[str, Callable[[EosGraph], QueryBuilder]] = {
    'chain': chain,
    'declared': lambda graph: QueryBuilder().append(
        orm.Dict, tag='d', filters={'attributes.energy': {'>=': 1, '<': 3.5}}, project='attributes.energy'
    ),
    'declared, negated': lambda graph: QueryBuilder().append(
        orm.Dict, tag='d', filters={'attributes.energy': {'!<': 3}}, project=['uuid', 'attributes']
    ),
    'declared, below or': lambda graph: QueryBuilder().append(
        orm.Dict,
        tag='d',
        filters={'or': [{'attributes.energy': 2.0}, {'attributes.task': {'in': ['static', 'md']}}]},
        project=['uuid', 'attributes.task'],
    ),
    'process': lambda graph: QueryBuilder().append(
        orm.ProcessNode,
        tag='p',
        filters={'attributes.process_state': {'in': ['finished', 'killed']}, 'attributes.exit_status': 0},
        project=['uuid', 'process_type'],
    ),
    'several types': lambda graph: QueryBuilder().append(
        (orm.Dict, orm.FolderData), tag='d', project=['uuid', 'node_type']
    ),
    'outer': lambda graph: (
        QueryBuilder()
        .append(orm.Dict, tag='d', project='uuid')
        .append(
            orm.ProcessNode, tag='p', with_incoming='d', outerjoin=True, project='uuid', edge_project='label'
        )
    ),
    'JSON of all kinds': lambda graph: QueryBuilder().append(
        orm.Dict,
        tag='d',
        filters={
            'and': [{'attributes.task': {'like': 'st%c'}}, {'attributes.task': {'of_type': 'string'}}],
            'attributes': {'has_key': 'task'},
            'attributes.energy': {'of_type': 'null'},
        },
        project='uuid',
    ),
    'distinct': lambda graph: QueryBuilder(distinct=True).append(
        orm.ProcessNode, tag='p', project=['process_type', 'attributes.process_label']
    ),
    'count': lambda graph: QueryBuilder().append(orm.Node, tag='n', project={'uuid': {'func': 'count'}}),
    'group': lambda graph: (
        QueryBuilder()
        .append(orm.Group, tag='g', project='label')
        .append(orm.Node, tag='n', with_group='g', project='uuid')
    ),
    'log and comment': lambda graph: (
        QueryBuilder()
        .append(orm.Node, tag='n', project='uuid')
        .append(orm.Log, tag='l', with_node='n', project=['message', 'levelname'])
        .append(orm.Comment, tag='c', with_node='n', project='content')
    ),
    'computer': lambda graph: (
        QueryBuilder()
        .append(orm.Computer, tag='c', project='label')
        .append(orm.Node, tag='n', with_computer='c', project='uuid')
    ),
}


@pytest.fixture(scope='module')
def graph(kept_graph: Callable[[int], EosGraph]) -> EosGraph:
    """Return a job with a group, a log, a comment and a code."""
    made = kept_graph(5)
    orm.Group(label='of query').store().add_nodes([made.structure, made.job])
    made.job.logger.error('something to tell')
    made.job.base.comments.add('a remark')
    orm.InstalledCode(
        label='of query', computer=orm.load_computer('localhost'), filepath_executable='/bin/true'
    ).store()
    return made


@pytest.fixture(scope='module')
def mine(profile: object) -> Viewer:
    """Return the one whose instance it is, who owns what tests store."""
    user = orm.User.collection.get_default()
    assert user is not None and user.pk is not None
    return Viewer(user.pk)


@pytest.mark.parametrize('name', QUERIES)
@pytest.mark.parametrize('limit', [3, 1000])
def test_rows_are_those_of_aiida(graph: EosGraph, name: str, limit: int) -> None:
    query = QUERIES[name](graph)
    expected = counted(query.dict())
    assert counted(ask(None, query.as_dict(), limit)) == expected
    assert sum(expected.values()) > 0


@pytest.mark.parametrize('name', QUERIES)
def test_pages_of_a_viewer_are_one_list(graph: EosGraph, mine: Viewer, name: str) -> None:
    document = json.loads(json.dumps(QUERIES[name](graph).as_dict()))
    whole = ask(mine, document)
    assert ask(mine, document, 2) == whole
    assert whole


def test_a_query_through_json_and_the_readable_form_are_the_same(graph: EosGraph, mine: Viewer) -> None:
    document = json.loads(json.dumps(chain(graph).as_dict()))
    readable = {
        'vertices': [
            {
                'type': 'core.structure',
                'tag': 'structure',
                'filters': document['filters']['structure'],
                'project': ['uuid', 'ctime'],
            },
            {
                'type': 'process.calculation.calcjob',
                'tag': 'calculation',
                'with_incoming': 'structure',
                'project': ['attributes.process_state', 'attributes.exit_status'],
                'edge_project': ['label', 'type'],
            },
            {
                'type': 'data.core.dict.Dict.',
                'tag': 'parsed',
                'with_incoming': 'calculation',
                'project': 'attributes.energy',
            },
            {
                'type': 'process.workflow.workchain',
                'tag': 'caller',
                'with_outgoing': 'calculation',
                'project': 'label',
            },
        ]
    }
    assert ask(mine, readable) == ask(mine, document)


@pytest.mark.parametrize(
    ('order', 'key'),
    [
        ([{'d': 'ctime'}], lambda row: row['d']['ctime']),
        ([{'d': {'attributes.energy': {'cast': 'f', 'order': 'asc'}}}], None),
        ([{'d': [{'attributes.energy': {'cast': 'f', 'order': 'desc'}}, 'uuid']}], None),
        ({'d': [{'label': 'desc'}, {'id': 'asc'}]}, None),
    ],
)
def test_rows_come_in_the_order_that_was_asked_for(
    graph: EosGraph, mine: Viewer, order: Any, key: Callable[[Any], Any] | None
) -> None:
    raw = [calculation.outputs.output_parameters for calculation in graph.calculations]
    dicts = [node.uuid for node in (graph.job.inputs.parameters, graph.result, *raw)]
    vertex = {'type': 'core.dict', 'tag': 'd', 'filters': {'uuid': {'in': dicts}}}
    document = {
        'vertices': [{**vertex, 'project': ['uuid', 'ctime', 'attributes.energy']}],
        'order_by': order,
    }
    found = ask(mine, document)
    assert len(found) == len(dicts)
    assert ask(mine, document, 4) == found
    if key is not None:
        assert found == sorted(found, key=key)
    energies = [row['d']['attributes.energy'] for row in found]
    if 'energy' in str(order):
        numbers = energies[: len(energies) - energies.count(None)]
        assert None in energies
        # Those without one come last.
        assert numbers == sorted(numbers, reverse='desc' in str(order))


def test_the_first_key_of_an_order_comes_first(graph: EosGraph, mine: Viewer) -> None:
    """Two documents that differ in nothing but the order of two keys are two queries."""
    raw = [calculation.outputs.output_parameters for calculation in graph.calculations]
    dicts = [node.uuid for node in (graph.job.inputs.parameters, *raw)]
    vertex = {'type': 'core.dict', 'tag': 'd', 'filters': {'uuid': {'in': dicts}}, 'project': 'uuid'}
    by_ctime, by_uuid = {'ctime': 'asc'}, {'uuid': 'asc'}
    for keys, expected in ((by_ctime | by_uuid, dicts), (by_uuid | by_ctime, sorted(dicts))):
        found = ask(mine, {'vertices': [vertex], 'order_by': {'d': keys}})
        assert [row['d']['uuid'] for row in found] == expected


def test_limit_is_of_all_pages(graph: EosGraph, mine: Viewer) -> None:
    document = {'vertices': [{'type': 'node', 'tag': 'n', 'project': 'uuid'}], 'limit': 7}
    assert len(ask(mine, document, 3)) == 7
    assert len(ask(mine, document, 7)) == 7


def test_a_cursor_belongs_to_its_query(graph: EosGraph, mine: Viewer) -> None:
    document = {'vertices': [{'type': 'node', 'project': 'uuid'}]}
    after = run(mine, document, 2).after
    with pytest.raises(QueryError, match='of this query'):
        run(mine, {'vertices': [{'type': 'data', 'project': 'uuid'}]}, 2, after)
    for forged in ('', 'x', 'WzFd', (after or '')[:-4], 'é'):
        with pytest.raises(QueryError, match='of this query'):
            run(mine, document, 2, forged)


def test_checkpoints_are_in_no_answer(mine: Viewer) -> None:
    node = orm.WorkChainNode()
    node.set_checkpoint('names of others')
    node.store()
    vertex = {'type': 'process', 'tag': 'p', 'filters': {'uuid': node.uuid}}
    for project in ('*', '**', 'attributes', ['attributes', 'uuid']):
        (row,) = ask(mine, {'vertices': [{**vertex, 'project': project}]})
        assert 'names of others' not in str(row)
    for filters in (
        {'attributes.checkpoints': {'like': '%a%'}},
        {'attributes': {'has_key': 'checkpoints'}},
        {'attributes': {'contains': {'checkpoints': 'a'}}},
        {'attributes."checkpoints': 'x'},
        {'attributes. checkpoints': 'x'},
    ):
        with pytest.raises(QueryError):
            run(mine, {'vertices': [{'type': 'process', 'filters': filters}]})


class World:
    """Nodes of three users: `open` is shared with the second by the first, `closed` is not."""

    def __init__(self) -> None:
        self.first, self.second = (add_user(f'{name}@query.test') for name in ('first', 'second'))
        assert self.second.pk is not None
        self.viewer = Viewer(self.second.pk)
        with acting_as(self.first):
            self.source = orm.Dict({'energy': -77.5, 'word': 'closed'}, label='secret-source').store()
            self.closed = orm.CalcFunctionNode(label='secret-closed')
            self.closed.base.links.add_incoming(self.source, LinkType.INPUT_CALC, 'secret_link')
            self.closed.store()
            self.closed.logger.error('secret-log')
            self.closed.base.comments.add('secret-comment')
            self.group = orm.Group(label='secret-group').store()
            self.computer = orm.Computer(
                'secret-computer', 'localhost', transport_type='core.local', scheduler_type='core.direct'
            ).store()
            self.code = orm.InstalledCode(
                label='secret-code', computer=self.computer, filepath_executable='/bin/true'
            ).store()
            self.open = orm.Dict({'energy': -78.5}, label='open').store()
            calculation = orm.CalcFunctionNode(label='secret-user-of-open')
            calculation.base.links.add_incoming(self.open, LinkType.INPUT_CALC, 'secret_link')
            self.group.add_nodes([self.open])
        with acting_as(self.second):
            self.own = orm.Dict({'energy': -79.5}, label='own').store()
        with acting_as(self.first):
            share(self.open, self.second)
            # Of the user of a shared node that nobody shares: stored by a third.
        self.third = add_user('third@query.test')
        with acting_as(self.third):
            stranger = orm.CalcFunctionNode(label='secret-stranger')
            stranger.base.links.add_incoming(self.open, LinkType.INPUT_CALC, 'secret_link')
            stranger.store()


@pytest.fixture(scope='module')
def world(profile: object) -> World:
    """Return nodes of three users."""
    return World()


def dicts(world: World, **more: Any) -> dict[str, Any]:
    return {'type': 'core.dict', 'tag': 'd', 'project': ['label'], **more}


@pytest.mark.parametrize(
    'filters',
    [
        {},
        {'attributes.energy': {'<': -77}},
        {'attributes.energy': {'!==': 0}},
        {'attributes.energy': {'in': [-77.5, -78.5, -79.5]}},
        {'or': [{'label': {'like': '%'}}, {'uuid': {'like': '%'}}]},
        {'!and': [{'label': 'nothing'}]},
        {'~or': [{'label': 'nothing'}, {'label': 'nothing else'}]},
        {'label': {'or': [{'==': 'x'}, {'!==': 'x'}]}},
        {'node_type': {'like': '%'}, 'label': {'like': '%'}},
    ],
)
def test_no_filter_opens_what_is_closed(world: World, filters: dict[str, Any]) -> None:
    scope = {'attributes.energy': {'<': -77}} if 'attributes.energy' not in filters else {}
    document = {'vertices': [dicts(world, filters={**filters, **scope})]}
    assert {row['d']['label'] for row in ask(world.viewer, document)} == {'own', 'open'}
    count = {'vertices': [dicts(world, filters={**filters, **scope}, project={'uuid': {'func': 'count'}})]}
    assert ask(world.viewer, count) == [{'d': {'uuid': 2}}]


@pytest.mark.parametrize('outer', [False, True])
@pytest.mark.parametrize(
    'vertex',
    [
        {'type': 'node', 'with_incoming': 'd', 'project': '*', 'edge_project': ['label', 'type']},
        {'type': 'node', 'with_outgoing': 'd', 'project': '**'},
        {'type': 'group', 'with_node': 'd', 'project': '*'},
        {'type': 'log', 'with_node': 'd', 'project': 'message'},
        {'type': 'comment', 'with_node': 'd', 'project': 'content'},
        {'type': 'computer', 'with_node': 'd', 'project': '*'},
    ],
)
def test_no_join_opens_what_is_closed(world: World, vertex: dict[str, Any], outer: bool) -> None:
    document = {'vertices': [dicts(world, filters={'label': 'open'}), {**vertex, 'outerjoin': outer}]}
    found = ask(world.viewer, document)
    assert 'secret' not in json.dumps(found)
    # Whoever sees it sees that there is none that they see.
    assert len(found) == (1 if outer else 0)


@pytest.mark.parametrize('entity', ['node', 'group', 'log', 'comment', 'computer'])
def test_no_vertex_of_its_own_opens_what_is_closed(world: World, entity: str) -> None:
    found = ask(world.viewer, {'vertices': [{'type': entity, 'project': '*'}]})
    assert 'secret' not in json.dumps(found)
    assert 'secret' in json.dumps(ask(None, {'vertices': [{'type': entity, 'project': '*'}]}))


def test_a_computer_to_use_and_one_to_bring_an_account_for_are_seen(world: World) -> None:
    def labels(viewer: Viewer) -> set[str]:
        rows = ask(viewer, {'vertices': [{'type': 'computer', 'tag': 'c', 'project': 'label'}]})
        return {row['c']['label'] for row in rows}

    before = labels(world.viewer)
    assert 'localhost' in before
    world.computer.set_property(OWN_ACCOUNTS, True)
    assert labels(world.viewer) - before == {'secret-computer'}


def test_a_token_for_a_group_sees_that_group_only(world: World) -> None:
    with acting_as(world.second):
        group = orm.Group(label='of second').store()
        orm.Group(label='another of second').store()
        group.add_nodes([world.own])
    viewer = Viewer(world.viewer.user_pk, group.pk)
    assert [row['d']['label'] for row in ask(viewer, {'vertices': [dicts(world)]})] == ['own']
    groups = ask(viewer, {'vertices': [{'type': 'group', 'tag': 'g', 'project': 'label'}]})
    assert groups == [{'g': {'label': 'of second'}}]


def test_what_is_revoked_closes_at_once(world: World) -> None:
    document = {'vertices': [dicts(world, filters={'attributes.energy': -78.5})]}
    assert len(ask(world.viewer, document)) == 1
    with acting_as(world.first):
        revoke(world.open, world.second)
        assert ask(world.viewer, document) == []
        share(world.open, world.second)
    assert len(ask(world.viewer, document)) == 1


def test_explaining_tells_the_way_and_no_numbers(world: World, graph: EosGraph, mine: Viewer) -> None:
    few = explain(world.viewer, {'vertices': [dicts(world, filters={'attributes.energy': {'<': -77}})]})
    assert few.starts == 'hits'
    assert "attributes.energy of 'd' is declared: it is looked up by an index" in few.notes
    assert any('nanoos_property' in step for step in few.steps), few.steps
    newest = explain(mine, json.loads(json.dumps(chain(graph).as_dict())))
    assert newest.starts == 'newest'
    assert any("'structure'" in step for step in newest.steps), newest.steps
    undeclared = explain(mine, {'vertices': [{'type': 'data', 'filters': {'attributes.energy': 1}}]})
    assert "of types 'data.core.dict.' it can be looked up" in undeclared.notes[0]
    ordered = {'vertices': [dicts(world)], 'order_by': [{'d': 'label'}]}
    assert explain(mine, ordered).starts == 'all'
    assert '-77' not in str(few.steps)
