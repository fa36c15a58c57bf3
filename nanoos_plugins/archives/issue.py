"""Which node here each node of an archive is: one that is there, a new one, or a copy under another UUID.

A node that is there stays as it is, and is taken only when the importer sees it. A UUID that is taken by what
they do not see is issued anew. So is one whose node would have to change: nothing is attached to a node that
is there but to be an input or to be returned, neither to those of others nor to one's own, so that an archive
cannot add results to a calculation that has ended. The copy's UUID follows from the importer's and the old
one, so the same archive gives the same copies; nobody else can foretell it.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

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
    """The nodes of an archive, each with what it is here."""

    def __init__(
        self, opened: sa.Connection, user_pk: int, secret: bytes, nodes: Mapping[int, Incoming]
    ) -> None:
        """Look the nodes up.

        :param user_pk: of the importer.
        :param secret: key of this instance, from which new UUIDs are made.
        """
        self._opened = opened
        self._user_pk = user_pk
        self._secret = secret
        self._nodes = nodes
        self.issued = {key: Issued(node.uuid) for key, node in nodes.items()}
        self._look_up(nodes)

    def attach(self, links: Collection[Link]) -> list[Link]:
        """Return the links that are to be made, after copying what none may be attached to."""
        touching = defaultdict(set)
        for link in links:
            touching[link.source].add(link)
            touching[link.target].add(link)
        there = self._links_there(links)
        pending = set(links)
        while True:
            barred = {key for link in pending - there for key in self._barred(link)}
            if not barred:
                return [link for link in links if link not in there]
            for key in barred:
                self._turn(key)
            self._look_up(barred)
            pending = {link for key in barred for link in touching[key]}
            there = (there - pending) | self._links_there(pending)

    def _barred(self, link: Link) -> Iterator[int]:
        """Yield the ends of a new link that are there already and must not get it."""
        for key in (link.source, link.target):
            is_closed = self._nodes[key].is_process or link.kind == 'create'
            if is_closed and self._is_there(key):
                yield key

    def _turn(self, key: int) -> None:
        """Give a node the next UUID that it could have."""
        now = self.issued[key]
        uuid = self.uuid_for(f'node {self._nodes[key].uuid} {now.turn + 1}')
        self.issued[key] = Issued(uuid, now.turn + 1)

    def uuid_for(self, text: str) -> str:
        """Return the importer's own UUID for something: always the same, and nobody else can foretell it."""
        digest = hmac.digest(self._secret, f'nanoos archive {self._user_pk} {text}'.encode(), 'sha256')
        return str(UUID(bytes=digest[:16], version=4))

    def _look_up(self, keys: Iterable[int]) -> None:
        """Find which of the nodes are there; those that are taken by others get another UUID."""
        pending = list(keys)
        while pending:
            taken = []
            for some in _parts(pending):
                found = self._found({self.issued[key].uuid for key in some})
                for key in some:
                    there = found.get(self.issued[key].uuid)
                    if there is None:
                        continue
                    pk, is_own, is_seen = there
                    # A copy is the importer's own; what else has its UUID is not it.
                    if is_own or (is_seen and self.issued[key].turn == 0):
                        self.issued[key].pk = pk
                    else:
                        taken.append(key)
            for key in taken:
                self._turn(key)
            pending = taken

    def _found(self, uuids: Collection[str]) -> dict[str, tuple[int, bool, bool]]:
        """Return key, whether it is the importer's, and whether they see it, of each node that is there."""
        node = tables().node
        kind = node.c.uuid.type.python_type
        is_seen = seen_by(Viewer(self._user_pk), node.c)
        statement = sa.select(
            node.c.id, node.c.uuid, node.c.user_id == self._user_pk, sa.case((is_seen, True), else_=False)
        ).where(node.c.uuid.in_([kind(uuid) for uuid in uuids]))
        return {str(row[1]): (row[0], bool(row[2]), bool(row[3])) for row in self._opened.execute(statement)}

    def _links_there(self, links: Collection[Link]) -> set[Link]:
        """Return those of the links that are there, looked up by their targets: a node has few inputs."""
        link = tables().link
        both = [one for one in links if self._is_there(one.source) and self._is_there(one.target)]
        found: set[tuple[int, int, str, str]] = set()
        for chunk in chunks({self.issued[one.target].pk or 0 for one in both}):
            statement = sa.select(link.c.input_id, link.c.output_id, link.c.type, link.c.label)
            rows = self._opened.execute(statement.where(link.c.output_id.in_(chunk)))
            found.update((row[0], row[1], row[2], row[3]) for row in rows)
        return {one for one in both if self._here(one) in found}

    def _is_there(self, key: int) -> bool:
        return self.issued[key].pk is not None

    def _here(self, link: Link) -> tuple[int, int, str, str]:
        source, target = self.issued[link.source].pk, self.issued[link.target].pk
        assert source is not None and target is not None
        return source, target, link.kind, link.label


def _parts(keys: list[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    while part := list(islice(rest, MOST_NAMED)):
        yield part
