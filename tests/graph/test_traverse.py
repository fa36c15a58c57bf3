"""A walk visits each node once, nearest first, page by page, and never through what is not to be seen."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.common import LinkType

from nanoos_plugins.graph import folded, traverse
from nanoos_plugins.graph.folded import traverse_folded
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.graph.traverse import Direction, Page, Position, Question
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Viewer, revoke, share

_NUMBERS = itertools.count(1)
MakeProcess = Callable[..., orm.ProcessNode]


def new_user() -> orm.User:
    return orm.User(email=f'walker{next(_NUMBERS)}@nanoos.test').store()


def viewer_of(user: orm.User) -> Viewer:
    assert user.pk is not None
    return Viewer(user.pk)


def uuids(page: Page) -> list[str]:
    return [page.nodes[pk].uuid for pk in page.distance]


def edges(page: Page) -> set[tuple[str, str, str]]:
    return {(page.nodes[link.source].uuid, page.nodes[link.target].uuid, link.label) for link in page.links}


def every_page(
    viewer: Viewer | None, question: Question, limit: int, walk: Callable[..., Page] = traverse.traverse
) -> list[Page]:
    pages: list[Page] = []
    after: Position | None = None
    while not pages or after is not None:
        pages.append(walk(viewer, question, limit, after))
        after = pages[-1].after
        assert len(pages) < 1000
    return pages


def bulk(
    nodes: list[str], links: list[tuple[int, int, str, str]], owner: orm.User
) -> tuple[list[int], list[str]]:
    """Insert nodes of these types and links between them (source, target, type, label); fast, by SQL."""
    node, link = tables().node, tables().link
    now = datetime.now(UTC)
    identifiers = [str(uuid.uuid4()) for _ in nodes]
    rows = [
        {
            'uuid': identifier, 'node_type': node_type, 'label': '', 'description': '', 'ctime': now,
            'mtime': now, 'attributes': {}, 'extras': {}, 'repository_metadata': {}, 'user_id': owner.pk,
        }
        for identifier, node_type in zip(identifiers, nodes, strict=True)
    ]  # fmt: skip
    with connection() as opened, opened.begin():
        opened.execute(sa.insert(node), rows)
        inserted = opened.execute(sa.select(node.c.uuid, node.c.id).where(node.c.user_id == owner.pk))
        key = {str(row.uuid): row.id for row in inserted}
        pks = [key[identifier] for identifier in identifiers]
        made = [
            {'input_id': pks[source], 'output_id': pks[target], 'type': kind, 'label': label}
            for source, target, kind, label in links
        ]
        if made:
            opened.execute(sa.insert(link), made)
    return pks, identifiers


DATA, CALCULATION = 'data.core.int.Int.', 'process.calculation.calcfunction.CalcFunctionNode.'


@pytest.fixture(scope='module')
def diamonds(profile: object) -> list[str]:
    """Return the nodes of 14 stacked diamonds, the uppermost first: 2**13 ways lead from top to bottom."""
    nodes, links = [DATA], []
    for number in range(14):
        top = 3 * number
        nodes += [CALCULATION, CALCULATION, DATA]
        links += [(top, top + side, 'input_calc', f'x{side}') for side in (1, 2)]
        links += [(top + side, top + 3, 'create', f'y{side}') for side in (1, 2)]
    return bulk(nodes, links, new_user())[1]


def test_stacked_diamonds_are_43_nodes_and_not_one_row_a_way(diamonds: list[str]) -> None:
    for root, direction in ((diamonds[0], 'descendants'), (diamonds[-1], 'ancestors')):
        page = traverse.traverse(None, Question(root, direction, depth=100), limit=2000)
        assert page.after is None
        assert sorted(uuids(page)) == sorted(diamonds)
        assert len(page.distance) == 43
        assert len(page.links) == 56
        assert max(page.distance.values()) == 28
        with connection() as opened:
            steps = traverse._steps(opened, None, page.root, Question(root, direction, depth=100))
            assert sum(1 for _ in steps) == 43


@pytest.mark.parametrize('limit', [1, 2, 5, 43, 44])
@pytest.mark.parametrize('direction', ['ancestors', 'descendants', 'both'])
def test_pages_together_are_the_whole_each_node_and_link_once(
    diamonds: list[str], limit: int, direction: Direction
) -> None:
    question = Question(diamonds[21], direction, depth=100)
    whole = traverse.traverse(None, question, limit=2000)
    pages = every_page(None, question, limit)
    assert [one for page in pages for one in uuids(page)] == uuids(whole)
    found = [edge for page in pages for edge in edges(page)]
    assert len(found) == len(set(found))
    assert set(found) == edges(whole)
    assert all(len(page.distance) == limit for page in pages[:-1])
    assert pages[-1].after is None
    far = [distance for page in pages for distance in page.distance.values()]
    assert far == sorted(far)
    assert far[0] == 0


@pytest.mark.parametrize('first', [(1,), (2, 3), (3, 5), (4,)])
def test_a_walk_goes_on_behind_the_links_it_asked_for_at_first(
    diamonds: list[str], first: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question(diamonds[0], 'descendants', depth=100)
    whole = traverse.traverse(None, question, 2000)
    monkeypatch.setattr(traverse, 'FIRST_LINKS', first)
    assert uuids(traverse.traverse(None, question, 2000)) == uuids(whole)


def test_depth_and_kinds_bound_a_walk(diamonds: list[str]) -> None:
    near = traverse.traverse(None, Question(diamonds[0], 'descendants', depth=3), 2000)
    assert sorted(uuids(near)) == sorted(diamonds[:6])
    # Of the nodes at the edge the links among them are there too.
    assert len(near.links) == 6
    used = traverse.traverse(None, Question(diamonds[0], 'descendants', 9, ['input_calc']), 2000)
    assert sorted(uuids(used)) == sorted(diamonds[:3])
    assert {link.kind for link in used.links} == {'input_calc'}
    alone = traverse.traverse(None, Question(diamonds[0], 'both', depth=0), 2000)
    assert uuids(alone) == [diamonds[0]]
    assert not alone.links


@pytest.mark.parametrize(('limit', 'depth'), [(0, 1), (2001, 1), (1, 101), (1, -1)])
def test_bounds_are_hard(diamonds: list[str], limit: int, depth: int) -> None:
    with pytest.raises(ValueError, match='expected limit 1..2000 and depth 0..100'):
        traverse.traverse(None, Question(diamonds[0], 'both', depth), limit)


def test_what_comes_before_a_page_is_bounded(diamonds: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question(diamonds[0], 'descendants', depth=100)
    monkeypatch.setattr(traverse, 'MOST_BEFORE', 10)
    first = traverse.traverse(None, question, 10)
    second = traverse.traverse(None, question, 10, first.after)
    with pytest.raises(ValueError, match='more than 10 nodes'):
        traverse.traverse(None, question, 10, second.after)
    monkeypatch.setattr(folded, 'MOST_FOLDED', 10)
    with pytest.raises(ValueError, match='more than 10 nodes to fold'):
        traverse_folded(None, question, 11)


def test_a_node_in_a_circle_is_there_once(process_node: MakeProcess) -> None:
    data = orm.Int(1).store()
    workflow = process_node(orm.WorkChainNode, 'pass', x=data)
    data.base.links.add_incoming(workflow, LinkType.RETURN, 'x')
    for direction in ('ancestors', 'descendants', 'both'):
        for limit in (1, 2000):
            pages = every_page(None, Question(data.uuid, direction, depth=100), limit)  # type: ignore[arg-type]
            assert [one for page in pages for one in uuids(page)] == [data.uuid, workflow.uuid]
            assert sum(len(page.links) for page in pages) == 2


def test_no_way_leads_through_what_is_not_to_be_seen(process_node: MakeProcess) -> None:
    alice, bob = new_user(), new_user()
    with acting_as(alice):
        data = orm.Int(1).store()
        seen = process_node(orm.CalcFunctionNode, 'seen', x=data)
    with acting_as(bob):
        hidden = process_node(orm.CalcFunctionNode, 'hidden', x=data)
    with acting_as(alice):
        beyond = orm.Int(2)
        beyond.base.links.add_incoming(hidden, LinkType.CREATE, 'y')
        beyond.store()
    question = Question(data.uuid, 'both', depth=100)
    assert {data.uuid, seen.uuid, hidden.uuid, beyond.uuid} == set(
        uuids(traverse.traverse(None, question, 99))
    )
    page = traverse.traverse(viewer_of(alice), question, 99)
    assert set(uuids(page)) == {data.uuid, seen.uuid} == {node.uuid for node in page.nodes.values()}
    assert len(page.links) == 1
    for walk in (traverse.traverse, traverse_folded):
        with pytest.raises(LookupError, match=f'there is no node {data.uuid}'):
            walk(viewer_of(bob), question, 99)
        with pytest.raises(LookupError, match='there is no node'):
            walk(None, Question(str(uuid.uuid4())), 99)


def test_a_share_opens_a_walk_until_it_is_revoked(process_node: MakeProcess) -> None:
    alice, bob = new_user(), new_user()
    with acting_as(alice):
        data = orm.Int(1).store()
        used = process_node(orm.CalcFunctionNode, 'seen', x=data)
        share(data, bob)
    question = Question(used.uuid, 'ancestors')
    assert uuids(traverse.traverse(viewer_of(bob), question, 99)) == [used.uuid, data.uuid]
    with acting_as(alice):
        revoke(data, bob)
    with pytest.raises(LookupError):
        traverse.traverse(viewer_of(bob), question, 99)


def titles(page: Page) -> list[str]:
    return sorted(
        page.nodes[pk].process_label or page.nodes[pk].node_type.split('.')[-2] for pk in page.distance
    )


def test_folded_a_job_stands_between_its_inputs_and_outputs(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    question = Question(graph.structure.uuid, 'descendants', depth=100)
    page = traverse_folded(None, question, 2000)
    assert titles(page) == ['Dict', 'EOS', 'StructureData']
    job = next(pk for pk in page.distance if page.nodes[pk].uuid == graph.job.uuid)
    # The job, three of each of: scale, simulation, calculation, normalise; and the fit.
    assert page.members[job] == 1 + 3 * 4 + 1
    assert (graph.structure.uuid, graph.job.uuid, 'structure') in edges(page)
    assert (graph.job.uuid, graph.result.uuid, 'eos') in edges(page)


@pytest.mark.parametrize('limit', [1, 3, 7])
def test_folded_pages_together_are_the_whole_folded(kept_graph: Callable[..., Any], limit: int) -> None:
    question = Question(kept_graph(3).structure.uuid, 'both', depth=100)
    whole = traverse_folded(None, question, 2000)
    pages = every_page(None, question, limit, traverse_folded)
    found = [one for page in pages for one in uuids(page)]
    assert sorted(found) == sorted(uuids(whole))
    assert {edge for page in pages for edge in edges(page)} >= edges(whole)
    ends = {end for page in pages for edge in edges(page) for end in edge[:2]}
    assert ends <= set(found)


def test_folded_from_inside_it_is_the_workflow(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    page = traverse_folded(None, Question(graph.calculations[0].uuid, 'ancestors', depth=100), 2000)
    assert page.nodes[page.root].uuid == graph.job.uuid
    assert titles(page) == ['Dict', 'EOS', 'StructureData']


def test_folded_data_that_others_used_come_out(
    eos_graph: Callable[..., Any], process_node: MakeProcess
) -> None:
    graph = eos_graph(1)
    inner = graph.simulations[0].inputs.structure
    process_node(orm.WorkChainNode, 'Elastic', structure=inner)
    page = traverse_folded(None, Question(graph.structure.uuid, 'descendants', depth=100), 2000)
    assert titles(page) == ['Dict', 'EOS', 'Elastic', 'StructureData', 'StructureData']
    assert (graph.job.uuid, inner.uuid, 'result') in edges(page)


def test_a_caller_that_is_not_to_be_seen_is_not_named(process_node: MakeProcess) -> None:
    alice, bob = new_user(), new_user()
    with acting_as(bob):
        workflow = process_node(orm.WorkChainNode, 'secret')
    with acting_as(alice):
        called = process_node(orm.CalcFunctionNode, 'called', workflow)
    page = traverse_folded(viewer_of(alice), Question(called.uuid, 'both'), 99)
    assert uuids(page) == [called.uuid]
    assert page.nodes[page.root].uuid == called.uuid


def test_the_first_page_of_a_hub_reads_no_more_than_it_shows(profile: object) -> None:
    owner = new_user()
    count = 20_000
    _, identifiers = bulk(
        [DATA, *([CALCULATION] * count)], [(0, i, 'input_calc', 'x') for i in range(1, count + 1)], owner
    )
    question = Question(identifiers[0], 'descendants', depth=100)
    traverse.traverse(viewer_of(owner), question, 100)
    begin = time.perf_counter()
    page = traverse.traverse(viewer_of(owner), question, 100)
    seconds = time.perf_counter() - begin
    assert len(page.distance) == 100
    assert len(page.links) == 99
    assert page.after is not None
    begin = time.perf_counter()
    with connection() as opened:
        assert sum(1 for _ in traverse._steps(opened, None, page.root, question)) == count + 1
    assert seconds < (time.perf_counter() - begin) / 3
