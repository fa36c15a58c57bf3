"""Which node here each node of an archive is: one that is there, a new one, or a copy under another UUID.

A node that is there stays as it is, and is taken only when the importer sees it. A UUID that is taken by what
they do not see is issued anew. So is one whose node would have to change: nothing is attached to a node that
is there but to be an input or to be returned, neither to those of others nor to one's own, so that an archive
cannot add results to a calculation that has ended. What a process called and made is copied with it. The
copies' UUIDs follow from the importer's key and the old ones, so the same archive gives the same copies, and
nobody else can foretell them.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import networkx as nx
import sqlalchemy as sa

from nanoos_plugins.graph.nodes import MOST_NAMED, chunks
from nanoos_plugins.graph.tables import tables
from nanoos_plugins.storage.shares import Viewer, seen_by


@dataclass(frozen=True)
class Incoming:
    """A node of an archive."""

    uuid: str
    is_process: bool


@dataclass(frozen=True)
class Link:
    """A link of an archive, between keys of the archive."""

    source: int
    target: int
    kind: str
    label: str


@dataclass
class Issued:
    """What a node of an archive is here: its UUID, which one in the row of those it could have, and its key.

    `pk`: None for a node that is not there yet.
    """

    uuid: str
    turn: int = 0
    pk: int | None = None


class Issue:
    """The nodes of an archive, each with what it is here, and the links that are to be made."""

    def __init__(
        self,
        opened: sa.Connection,
        user_pk: int,
        secret: bytes,
        nodes: Mapping[int, Incoming],
        links: Collection[Link],
    ) -> None:
        """Look the nodes up.

        :param user_pk: of the importer.
        :param secret: key of this instance, from which new UUIDs are made.
        """
        self._opened = opened
        self._user_pk = user_pk
        self._secret = secret
        self._nodes = nodes
        self._turns: list[dict[int, Issued | None]] = []
        self._there: set[tuple[int, int, str, str]] = set()
        self.issued: dict[int, Issued] = {}
        closed = defaultdict(list)
        for link in links:
            closed[_changed(link)].append(link)
        for family in _families(nodes, links):
            self._issue(family, [link for key in family for link in closed[key]])
        self.links = [link for link in links if not self._is_there(link)]

    def uuid_for(self, text: str) -> str:
        """Return the importer's own UUID for something: always the same, and nobody else can foretell it."""
        digest = hmac.digest(self._secret, f'nanoos archive {self._user_pk} {text}'.encode(), 'sha256')
        return str(UUID(bytes=digest[:16], version=4))

    def _issue(self, family: Set[int], links: Collection[Link]) -> None:
        """Say what a family is here: the first of what it could be in which nothing there has to change."""
        turn = 0
        while True:
            found = self._turn(turn)
            turn += 1
            issued = {key: one for key in family if (one := found[key]) is not None}
            if len(issued) < len(family):
                continue
            self.issued.update(issued)
            if not any(self._changes(link) for link in links if not self._is_there(link)):
                return

    def _changes(self, link: Link) -> bool:
        """Return whether a new link would change a node that is there."""
        ends = (link.source, link.target)
        closed = [key for key in ends if self._nodes[key].is_process or link.kind == 'create']
        return any(self.issued[key].pk is not None for key in closed)

    def _is_there(self, link: Link) -> bool:
        source, target = self.issued[link.source].pk, self.issued[link.target].pk
        return (source, target, link.kind, link.label) in self._there

    def _turn(self, turn: int) -> dict[int, Issued | None]:
        """Return what each node is under the UUID of a turn, None where something else has it."""
        while len(self._turns) <= turn:
            number = len(self._turns)
            uuids = {
                key: node.uuid if number == 0 else self.uuid_for(f'node {node.uuid} {number}')
                for key, node in self._nodes.items()
            }
            found = self._found(uuids.values())
            self._look_for_links(pk for pk, *_ in found.values())
            self._turns.append(
                {key: self._issued(uuid, number, found.get(uuid)) for key, uuid in uuids.items()}
            )
        return self._turns[turn]

    def _issued(self, uuid: str, turn: int, there: tuple[int, bool, bool] | None) -> Issued | None:
        if there is None:
            return Issued(uuid, turn)
        pk, is_own, is_seen = there
        # A copy is the importer's own; what else has its UUID is not it.
        return Issued(uuid, turn, pk) if is_own or (is_seen and turn == 0) else None

    def _found(self, uuids: Collection[str]) -> dict[str, tuple[int, bool, bool]]:
        """Return key, whether it is the importer's, and whether they see it, of each node that is there."""
        node = tables().node
        kind = node.c.uuid.type.python_type
        is_seen = sa.case((seen_by(Viewer(self._user_pk), node.c), True), else_=False)
        found = {}
        for some in _parts(uuids):
            statement = sa.select(node.c.id, node.c.uuid, node.c.user_id == self._user_pk, is_seen).where(
                node.c.uuid.in_([kind(uuid) for uuid in some])
            )
            rows = self._opened.execute(statement)
            found.update({str(row[1]): (row[0], bool(row[2]), bool(row[3])) for row in rows})
        return found

    def _look_for_links(self, pks: Iterator[int]) -> None:
        """Read the links that there are to nodes, by their targets: a node has few inputs."""
        link = tables().link
        for chunk in chunks(pks):
            statement = sa.select(link.c.input_id, link.c.output_id, link.c.type, link.c.label)
            rows = self._opened.execute(statement.where(link.c.output_id.in_(chunk)))
            self._there.update((row[0], row[1], row[2], row[3]) for row in rows)


def _changed(link: Link) -> int:
    """Return the end of a link that would be another with it: what is only read stays the same."""
    return link.source if link.kind == 'return' else link.target


def _families(nodes: Mapping[int, Incoming], links: Collection[Link]) -> Iterator[Set[int]]:
    """Yield the nodes in families, those first that others take as inputs.

    What is called or made belongs to who called or made it; what makes a circle belongs together.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    for link in links:
        if link.kind != 'return':
            graph.add_edge(link.source, link.target)
        if link.kind not in ('input_calc', 'input_work'):
            graph.add_edge(link.target, link.source)
    families = nx.condensation(graph)
    for family in nx.topological_sort(families):
        yield families.nodes[family]['members']


def _parts(uuids: Collection[str]) -> Iterator[list[str]]:
    rest = iter(uuids)
    while part := list(islice(rest, MOST_NAMED)):
        yield part
