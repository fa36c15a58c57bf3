"""The ancestors and descendants of a node, nearest first: bounded, resumable, each node once.

A walk goes breadth first, level by level, and reads the links behind a level as a stream that ends when the
page is full: of a node with 100 000 outputs the first page reads as many links as it has nodes. A later page
walks again over what came before it, by keys only, so it costs as much as its position. AiiDA's graph has
circles (a workflow may return its own input), so what was visited is kept.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.at_once import fetch
from nanoos_plugins.graph.folding import ProvenanceLink
from nanoos_plugins.graph.nodes import Node, chunks, node_pk, read_nodes
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

Direction = Literal['ancestors', 'descendants', 'both']
LinkKind = Literal['input_calc', 'input_work', 'create', 'return', 'call_calc', 'call_work']
#: Where a walk is: level, side (0 ancestors, 1 descendants), and the link by which the node was reached, as
#: the node it was reached from and the key of the link.
Position = tuple[int, int, int, int]

MOST_DEPTH = 100
MOST_NODES = 2000
#: Most nodes of a walk before a page: its cost grows with them.
MOST_BEFORE = 200_000
#: Links behind a level that are asked for at first, and then; only a longer walk asks for all of them.
FIRST_LINKS = (500, 2 * MOST_NODES)
SIDES = {'ancestors': (0,), 'descendants': (1,), 'both': (0, 1)}


@dataclass(frozen=True)
class Question:
    """What to walk: from `root`, in which direction, how many links away, over links of which kinds.

    `kinds`: None takes all.
    """

    root: str
    direction: Direction = 'both'
    depth: int = 10
    kinds: Collection[LinkKind] | None = None


@dataclass(frozen=True)
class Step:
    """A node that a walk reached."""

    position: Position
    pk: int


@dataclass
class Walked:
    """A page of a walk, by keys: the nodes before it and its own, with their distances from the root."""

    root: int
    before: dict[int, int] = field(default_factory=dict)
    distance: dict[int, int] = field(default_factory=dict)
    after: Position | None = None

    @property
    def reached(self) -> dict[int, int]:
        """All nodes of the walk up to the end of the page, with their distances."""
        return self.before | self.distance


@dataclass(frozen=True)
class Page:
    """A page of a walk: nodes with their distances from the root, and links.

    `links`: those among the nodes of this page, and from or to those of the pages before, by keys; `nodes`
    has the root and the other ends as well, but only those of the page are in `distance`. `members`: where
    workflows are folded, how many of the processes that were reached a process stands for.
    """

    root: int
    nodes: dict[int, Node]
    distance: dict[int, int]
    links: frozenset[ProvenanceLink]
    after: Position | None
    members: dict[int, int] = field(default_factory=dict)

    @property
    def shown(self) -> dict[int, Node]:
        """The nodes of the page, and those of the pages before that they are linked to."""
        ends = {end for link in self.links for end in (link.source, link.target)}
        return {pk: node for pk, node in self.nodes.items() if pk in self.distance or pk in ends}


def traverse(viewer: Viewer | None, question: Question, limit: int, after: Position | None = None) -> Page:
    """Return up to `limit` nodes around one, nearest first, with the links among them; the root comes first.

    No way leads through a node that the viewer does not see.

    :param after: `Page.after` of the page before.
    :raises LookupError: when there is no such root that the viewer sees.
    :raises ValueError: when limit or depth is out of bounds, or too many nodes come before the page.
    """
    with connection(viewer) as opened:
        walked = walk(opened, viewer, question, limit, after)
        page = set(walked.distance)
        links = links_between(opened, walked.reached, page, question.kinds)
        links |= links_between(opened, page, walked.before, question.kinds)
        return read_page(opened, viewer, walked.root, walked.distance, links, walked.after)


def read_page(
    opened: sa.Connection,
    viewer: Viewer | None,
    root: int,
    distance: Mapping[int, int],
    links: Collection[ProvenanceLink],
    after: Position | None,
) -> Page:
    """Return the page with these nodes and links; what is gone by now, or closed to the viewer, is not in it.

    :raises LookupError: when that is the root.
    """
    ends = {end for link in links for end in (link.source, link.target)}
    nodes = read_nodes(opened, viewer, sorted({root, *distance, *ends}))
    if root not in nodes:
        raise LookupError('there is no such node any more')
    there = frozenset(link for link in links if link.source in nodes and link.target in nodes)
    return Page(root, nodes, {pk: far for pk, far in distance.items() if pk in nodes}, there, after)


def walk(
    opened: sa.Connection, viewer: Viewer | None, question: Question, limit: int, after: Position | None
) -> Walked:
    """Return the keys of up to `limit` nodes of a walk behind a position; raises as `traverse`."""
    if not 1 <= limit <= MOST_NODES or not 0 <= question.depth <= MOST_DEPTH:
        raise ValueError(
            f'expected limit 1..{MOST_NODES} and depth 0..{MOST_DEPTH}, got {limit} and {question.depth}'
        )
    walked = Walked(node_pk(opened, viewer, question.root))
    last = None
    for step in _steps(opened, viewer, walked.root, question):
        if step.pk in walked.before or step.pk in walked.distance:
            continue  # in a circle it is an ancestor and a descendant
        if after is not None and step.position <= after:
            walked.before[step.pk] = step.position[0]
            if len(walked.before) > MOST_BEFORE:
                raise ValueError(f'more than {MOST_BEFORE} nodes: ask for less depth, or start elsewhere')
        elif len(walked.distance) == limit:
            walked.after = last
            break
        else:
            walked.distance[step.pk] = step.position[0]
            last = step.position
    return walked


def _steps(opened: sa.Connection, viewer: Viewer | None, root: int, question: Question) -> Iterator[Step]:
    """Yield the steps of a walk by position; in both directions, ancestors and descendants level by level."""
    sides = [_one_way(opened, viewer, root, question, side) for side in SIDES[question.direction]]
    return heapq.merge(*sides, key=lambda step: step.position)


def _one_way(
    opened: sa.Connection, viewer: Viewer | None, root: int, question: Question, side: int
) -> Iterator[Step]:
    """Yield the steps to the ancestors or to the descendants of a node, each once, by position."""
    yield Step((0, side, 0, 0), root)
    visited, level = {root}, [root]
    for distance in range(1, question.depth + 1):
        found = []
        for chunk in chunks(level):
            for source, pk, link_pk in _behind(opened, viewer, chunk, side, question.kinds):
                if pk not in visited:
                    visited.add(pk)
                    found.append(pk)
                    yield Step((distance, side, source, link_pk), pk)
        if not found:
            return
        level = sorted(found)


def _behind(
    opened: sa.Connection,
    viewer: Viewer | None,
    level: Sequence[int],
    side: int,
    kinds: Collection[LinkKind] | None,
) -> Iterator[Sequence[int]]:
    """Yield what is one link behind the nodes of a level: from where, the node, the link; read as needed."""
    statement = _links_behind(tables(), somebody(viewer), side, kinds is not None)
    values = {'level': level, 'kinds': sorted(kinds or ()), **parameters_of(viewer)}
    # PostgreSQL plans for all rows unless it is told how few are wanted: it would sort a hub's links first.
    yielded = 0
    for first in FIRST_LINKS:
        rows = fetch(opened, _first(statement, first), values)
        yield from rows[yielded:]
        yielded = len(rows)
        if yielded < first:
            return
    with opened.execute(statement.execution_options(stream_results=True), values) as stream:
        for row in islice(stream, yielded, None):
            yield row[0], row[1], row[2]


@lru_cache
def _links_behind(tabled: Tables, viewer: Viewer | None, side: int, has_kinds: bool) -> sa.Select[Any]:
    """Return the statement of the links behind the nodes `level` to what the viewer sees."""
    node, link = tabled.node, tabled.link
    here, there = (link.c.input_id, link.c.output_id) if side else (link.c.output_id, link.c.input_id)
    is_behind = among(here, 'level')
    return (
        sa.select(here, there, link.c.id)
        .join(node, node.c.id == there)
        .where(is_behind, *_of_kinds(tabled, has_kinds), seen_by(viewer, node.c))
        .order_by(here, link.c.id)
    )


@lru_cache
def _first(statement: sa.Select[Any], count: int) -> sa.Select[Any]:
    return statement.limit(sa.literal_column(str(count), sa.Integer))


def _of_kinds(tabled: Tables, has_kinds: bool) -> list[sa.ColumnElement[bool]]:
    # Added to a text, the column is not looked up by its index, which would give a sixth of all links.
    return [among(tabled.link.c.type + '', 'kinds')] if has_kinds else []


def links_between(
    opened: sa.Connection,
    sources: Collection[int],
    targets: Iterable[int],
    kinds: Collection[LinkKind] | None,
) -> set[ProvenanceLink]:
    """Return the links from any of `sources` to any of `targets`, all of which the viewer sees.

    They are looked up by their targets: a node is made by one process and a process has tens of inputs, but
    a code or a structure may be used a hundred thousand times.
    """
    found: set[ProvenanceLink] = set()
    few = len(sources) <= MOST_NODES
    statement = _links_to(tables(), few, kinds is not None)
    for chunk in chunks(targets if sources else ()):
        values = {'targets': chunk, 'sources': list(sources) if few else [], 'kinds': sorted(kinds or ())}
        found |= {
            ProvenanceLink(*row) for row in fetch(opened, statement, values) if few or row[0] in sources
        }
    return found


@lru_cache
def _links_to(tabled: Tables, has_sources: bool, has_kinds: bool) -> sa.Select[Any]:
    """Return the statement of the links to the nodes `targets`, from the nodes `sources` or from all."""
    link = tabled.link
    conditions = [
        among(link.c.output_id, 'targets'),
        *_of_kinds(tabled, has_kinds),
    ]
    if has_sources:
        # A sum is not looked up by the index of its column.
        conditions.append(among(link.c.input_id + 0, 'sources'))
    return sa.select(link.c.input_id, link.c.output_id, link.c.type, link.c.label).where(*conditions)
