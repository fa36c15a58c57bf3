"""The ancestors and descendants of a node with workflows folded: what was called stands as who started it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from nanoos_plugins.graph.folding import ProvenanceLink, fold_calls, passed_on_once
from nanoos_plugins.graph.nodes import chunks
from nanoos_plugins.graph.tables import CALL_LINKS, connection, tables
from nanoos_plugins.graph.traverse import Page, Position, Question, Walked, links_between, read_page, walk
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Most nodes that are folded together, those of the pages before included.
MOST_FOLDED = 20_000
#: Most calls between a process and the workflow that was started.
MOST_CALLS = 100


def traverse_folded(
    viewer: Viewer | None, question: Question, limit: int, after: Position | None = None
) -> Page:
    """Return what becomes of a page of `traverse` when every called process stands as the one who started it.

    Data that passed only inside one workflow are left out, until a page reaches who else used them. So a page
    has fewer nodes than were walked, sometimes none, and all pages together are the whole walk, folded.

    :raises LookupError: when there is no such root that the viewer sees.
    :raises ValueError: when limit or depth is out of bounds, or too many nodes come before the page.
    """
    with connection(viewer) as opened:
        walked = walk(opened, viewer, question, limit, after)
        reached = walked.reached
        if len(reached) > MOST_FOLDED:
            raise ValueError(f'more than {MOST_FOLDED} nodes to fold: ask for less depth, or do not fold')
        starter = _starters(opened, viewer, _processes(opened, reached))
        links = links_between(opened, reached, reached, question.kinds)
        fold = _Fold(walked, starter)
        now, earlier = fold.of(reached, links), fold.of(walked.before, links)
        distance = {key: now[0][key] for key in now[0].keys() - earlier[0].keys()}
        page = read_page(opened, viewer, fold.root, distance, now[1] - earlier[1], walked.after)
    members = Counter(starter.values())
    return replace(page, members={key: members[key] for key in page.distance})


class _Fold:
    """How a walk is folded: each process stands as its starter."""

    def __init__(self, walked: Walked, starter: dict[int, int]) -> None:
        self.starter = starter
        self.root = starter.get(walked.root, walked.root)
        # Data that were asked for are shown, whoever used them.
        self.shown = starter | {self.root: self.root}

    def of(
        self, reached: dict[int, int], links: Iterable[ProvenanceLink]
    ) -> tuple[dict[int, int], set[ProvenanceLink]]:
        """Return what is shown of the nodes reached, with their distances, and the links between them."""
        inside = {link for link in links if link.source in reached and link.target in reached}
        folded = fold_calls(passed_on_once(inside), self.shown)
        ends = {end for link in folded for end in (link.source, link.target)}
        distance: dict[int, int] = {}
        for key, far in reached.items():
            stands = self.shown.get(key, key)
            if key in self.shown or key in ends:
                distance[stands] = min(far, distance.get(stands, far))
        return distance, folded


def _processes(opened: sa.Connection, pks: Iterable[int]) -> list[int]:
    """Return those of the nodes that are processes."""
    node = tables().node
    found: list[int] = []
    for chunk in chunks(pks):
        statement = sa.select(node.c.id).where(node.c.id.in_(chunk), node.c.node_type.startswith('process.'))
        found += opened.execute(statement).scalars()
    return found


def _starters(opened: sa.Connection, viewer: Viewer | None, processes: list[int]) -> dict[int, int]:
    """Return for each process the one that nobody called, as far as the viewer sees who called whom."""
    node, link = tables().node, tables().link
    caller: dict[int, int] = {}
    level = processes
    for _ in range(MOST_CALLS):
        called_by: dict[int, int] = {}
        for chunk in chunks(level):
            statement = (
                sa.select(link.c.output_id, link.c.input_id)
                .join(node, node.c.id == link.c.input_id)
                .where(link.c.output_id.in_(chunk), link.c.type.in_(CALL_LINKS), seen_by(viewer, node.c))
            )
            called_by |= {row.output_id: row.input_id for row in opened.execute(statement)}
        caller |= called_by
        level = sorted(set(called_by.values()) - caller.keys())
        if not level:
            break
    return {pk: _first(pk, caller) for pk in {*processes, *caller.values()}}


def _first(pk: int, caller: dict[int, int]) -> int:
    """Return the first of the callers of a process, itself when nobody called it."""
    for _ in range(MOST_CALLS):
        if pk not in caller:
            break
        pk = caller[pk]
    return pk
