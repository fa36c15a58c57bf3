"""The shortest way between two nodes: in either direction, bounded, never through what is hidden."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable

import pytest
from aiida import orm
from aiida.common import LinkType

from nanoos_plugins.graph import path
from nanoos_plugins.graph.degrees import MOST_COUNTED, count_links
from nanoos_plugins.graph.path import find_path
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import revoke, share
from tests.graph.conftest import viewer_of
from tests.graph.test_traverse import CALCULATION, DATA, bulk


def lengths(count: int, links: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return how far nodes are from each other, by the method of Floyd and Warshall."""
    far = {(a, b): 0 if a == b else count for a in range(count) for b in range(count)}
    far.update({pair: 1 for a, b in links for pair in ((a, b), (b, a))})
    for middle, a, b in itertools.product(range(count), repeat=3):
        far[a, b] = min(far[a, b], far[a, middle] + far[middle, b])
    return far


def test_it_is_the_shortest_of_all_pairs(alice: orm.User) -> None:
    draw = random.Random(7)
    count = 24
    links = sorted({(a, b) for a, b in (draw.sample(range(count), 2) for _ in range(26)) if a < b})
    kinds = [(a, b, 'create', f'{a}-{b}') for a, b in links]
    _, uuids = bulk([DATA] * count, kinds, alice)
    for (a, b), far in lengths(count, links).items():
        found = find_path(viewer_of(alice), uuids[a], uuids[b])
        if far == count:
            assert (found.nodes, found.links) == ([], [])
            continue
        assert [found.nodes[0].uuid, found.nodes[-1].uuid] == [uuids[a], uuids[b]]
        assert len(found.links) == far == len(found.nodes) - 1
        for link, pair in zip(found.links, itertools.pairwise(found.nodes), strict=True):
            assert {link.source, link.target} == {node.pk for node in pair}
            source, target = (
                uuids.index(node.uuid) for node in sorted(pair, key=lambda n: n.pk != link.source)
            )
            assert link.label == f'{source}-{target}'


def test_no_way_leads_through_what_is_hidden(
    alice: orm.User, bob: orm.User, process_node: Callable[..., orm.ProcessNode]
) -> None:
    with acting_as(alice):
        data = orm.Int(1).store()
    with acting_as(bob):
        hidden = process_node(orm.CalcFunctionNode, 'hidden', x=data)
        made = orm.Int(3)
        made.base.links.add_incoming(hidden, LinkType.CREATE, 'z')
        made.store()
    with acting_as(alice):
        beyond = orm.Int(2)
        beyond.base.links.add_incoming(hidden, LinkType.CREATE, 'y')
        beyond.store()
    assert len(find_path(None, data.uuid, beyond.uuid).nodes) == 3
    assert find_path(viewer_of(alice), data.uuid, beyond.uuid).nodes == []
    for one, other in ((data, hidden), (hidden, data)):
        with pytest.raises(LookupError, match=f'there is no node {hidden.uuid}'):
            find_path(viewer_of(alice), one.uuid, other.uuid)
    assert count_links(viewer_of(alice), [data.pk or 0]) == {data.pk: 0}
    assert count_links(viewer_of(bob), [hidden.pk or 0]) == {hidden.pk: 1}
    with acting_as(bob):
        share(made, alice)
    # Of a process its inputs and outputs are read; the process itself is not shared, but what it made is.
    assert find_path(viewer_of(alice), data.uuid, made.uuid).nodes == []
    with acting_as(bob):
        revoke(made, alice)
    with pytest.raises(LookupError):
        find_path(viewer_of(alice), data.uuid, made.uuid)


def test_what_lies_between_is_bounded(alice: orm.User, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 2000
    spokes = [(0, i, 'input_calc', 'x') for i in range(1, count)]
    pks, uuids = bulk([DATA] + [CALCULATION] * count, spokes, alice)
    viewer = viewer_of(alice)
    begin = time.perf_counter()
    assert [node.uuid for node in find_path(viewer, uuids[1], uuids[count - 1]).nodes] == [
        uuids[1],
        uuids[0],
        uuids[count - 1],
    ]
    assert time.perf_counter() - begin < 5
    assert find_path(viewer, uuids[0], uuids[count]).nodes == []
    assert count_links(viewer, [pks[0], pks[1]]) == {pks[0]: MOST_COUNTED, pks[1]: 1}
    monkeypatch.setattr(path, 'MOST_LINKS', 100)
    with pytest.raises(ValueError, match='more than 100 links or 5 s lie between'):
        find_path(viewer, uuids[0], uuids[count])
    monkeypatch.undo()
    monkeypatch.setattr(path, 'SECONDS', -1.0)
    with pytest.raises(ValueError, match='choose nearer ones'):
        find_path(viewer, uuids[0], uuids[count])
