"""The shortest way between two nodes over links in either direction: how one has to do with the other.

Two searches, one from each end, go level by level until they meet; the one at fewer nodes goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.at_once import fetch
from nanoos_plugins.graph.folding import ProvenanceLink
from nanoos_plugins.graph.nodes import Node, chunks, node_pk, read_nodes
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Most links that are looked at, and for how long [s].
MOST_LINKS, SECONDS = 100_000, 5.0


@dataclass(frozen=True)
class Path:
    """Nodes from the one to the other, and the links between each two; both empty when nothing joins them."""

    nodes: list[Node]
    links: list[ProvenanceLink]


@dataclass
class _Search:
    """What was reached from one end: by which link each node was, and the nodes of the last level."""

    level: list[int]
    reached: dict[int, ProvenanceLink | None] = field(default_factory=dict)

    def way_to(self, pk: int) -> list[tuple[int, ProvenanceLink]]:
        """Return the links from a node back to where the search began, each with the node behind it."""
        way = []
        while (link := self.reached[pk]) is not None:
            pk = link.source if link.target == pk else link.target
            way.append((pk, link))
        return way


def find_path(viewer: Viewer | None, one: str, other: str) -> Path:
    """Return the shortest way between two nodes; no way leads through a node that the viewer does not see.

    :raises LookupError: when one of them is no node that the viewer sees.
    :raises ValueError: when too much lies between them.
    """
    with connection(viewer) as opened:
        ends = [node_pk(opened, viewer, uuid) for uuid in (one, other)]
        searches = [_Search([pk], {pk: None}) for pk in ends]
        met = _meet(opened, viewer, searches)
        if met is None:
            return Path([], [])
        there, back = (search.way_to(met) for search in searches)
        pks = [*(pk for pk, _ in reversed(there)), met, *(pk for pk, _ in back)]
        nodes = read_nodes(opened, viewer, pks)
    if len(nodes) < len(pks):
        raise LookupError('a node on the way between them is not there any more; ask again')
    links = [*(link for _, link in reversed(there)), *(link for _, link in back)]
    return Path([nodes[pk] for pk in pks], links)


def _meet(opened: sa.Connection, viewer: Viewer | None, searches: list[_Search]) -> int | None:
    """Return a node in the middle of a shortest way, None when the searches end without having met."""
    end, left = time.monotonic() + SECONDS, MOST_LINKS
    one, other = searches
    if one.level == other.level:
        return one.level[0]
    while one.level and other.level:
        search, goal = (one, other) if len(one.level) <= len(other.level) else (other, one)
        found = []
        for chunk in chunks(search.level):
            for there, link in _links_of(opened, viewer, chunk, left + 1):
                left -= 1
                if left < 0 or time.monotonic() > end:
                    raise ValueError(
                        f'more than {MOST_LINKS} links or {SECONDS:g} s lie between these nodes:'
                        ' choose nearer ones'
                    )
                if there in search.reached:
                    continue
                search.reached[there] = link
                # Had a shorter way been there, the searches would have met on it before.
                if there in goal.reached:
                    return there
                found.append(there)
        search.level = sorted(found)
    return None


def _links_of(
    opened: sa.Connection, viewer: Viewer | None, level: Sequence[int], limit: int
) -> Iterator[tuple[int, ProvenanceLink]]:
    """Yield what the nodes of a level are linked to, each with the link as it is stored."""
    values = {'level': level, 'limit': limit, **parameters_of(viewer)}
    for forward in (False, True):
        for source, target, kind, label in fetch(opened, _links(tables(), somebody(viewer), forward), values):
            yield target if forward else source, ProvenanceLink(source, target, kind, label)


@lru_cache
def _links(tabled: Tables, viewer: Viewer | None, forward: bool) -> sa.Select[Any]:
    """Return the statement of up to `limit` links of the nodes `level`, from or to what the viewer sees."""
    node, link = tabled.node, tabled.link
    here, there = (link.c.input_id, link.c.output_id)[:: 1 if forward else -1]
    return (
        sa.select(link.c.input_id, link.c.output_id, link.c.type, link.c.label)
        .join(node, node.c.id == there)
        .where(among(here, 'level'), seen_by(viewer, node.c))
        .limit(sa.bindparam('limit', type_=sa.Integer))
    )
