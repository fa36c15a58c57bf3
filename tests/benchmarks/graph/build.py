"""The graph of the benchmark, inserted in bulk: 25 nodes a material, 50 tenants, and some odd places.

All of it is random but for its seed. Cover, properties and counts are made of all nodes at the end, as by a
migration: they are as if the nodes had come one by one.
"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiida import orm
from aiida.manage import get_manager

from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage import security
from nanoos_plugins.storage import tables as storage_tables
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import share
from tests.benchmarks.graph import material

TENANTS = 50
#: Descendants of the hub, as a part of all nodes.
HUB_PART = 0.136
DIAMONDS = 14
#: Calculations around one workflow: with their five outputs and the workflow itself 331 nodes.
CALLED, OUTPUTS = 55, 5
#: Nodes of the largest tenant with an energy below `Facts.energy_below`.
HITS = 156
START = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = 400


@dataclass
class Facts:
    """What is asked for later: keys of odd places, and of each tenant what they own."""

    nodes: int = 0
    links: int = 0
    tenants: list[dict[str, Any]] = field(default_factory=list)
    hub: dict[str, Any] = field(default_factory=dict)
    around: dict[str, Any] = field(default_factory=dict)
    diamonds: dict[str, Any] = field(default_factory=dict)
    energy_below: float = 0.0

    @property
    def asker(self) -> dict[str, Any]:
        """The tenant who asks what only one can: the largest."""
        return self.tenants[0]

    def write(self, path: Path) -> None:
        """Keep the facts beside the database."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Facts:
        """Return what was kept."""
        return cls(**json.loads(path.read_text()))


class Graph:
    """Rows that are being made: nodes and links get their keys here."""

    def __init__(self, seed: int, first_node: int, first_link: int, uuid_type: type) -> None:
        self.dice = random.Random(seed)
        self._pks, self._links = itertools.count(first_node), itertools.count(first_link)
        self._uuid_type = uuid_type
        self.nodes: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self.energies: dict[int, list[float]] = {}

    def node(
        self, owner: int, kind: str, entry_point: str | None, label: str, attributes: dict[str, Any]
    ) -> int:
        """Add a node, 20 s younger than the one before, and return its key."""
        pk = next(self._pks)
        ctime = START + timedelta(seconds=20 * pk)
        name = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        row = {
            'id': pk,
            'uuid': self._uuid_type(name),
            'node_type': kind,
            'process_type': entry_point,
            'label': label,
            'description': '',
            'ctime': ctime,
            'mtime': ctime + timedelta(seconds=self.dice.randrange(600)),
            'attributes': attributes,
            'extras': {'_aiida_hash': name.replace('-', '')},
            'repository_metadata': {},
            'user_id': owner,
        }
        if 'energy' in attributes:
            self.energies.setdefault(owner, []).append(attributes['energy'])
        self.nodes.append(row)
        return pk

    def link(self, source: int, target: int, kind: str, label: str) -> None:
        """Add a link."""
        row = {'id': next(self._links), 'input_id': source, 'output_id': target, 'type': kind, 'label': label}
        self.links.append(row)

    def material(self, owner: int, number: int) -> dict[str, int]:
        """Add the nodes of a material and return their keys by name."""
        pks = {
            name: self.node(owner, *shown, material.attributes(name, number, self.dice))
            for name, shown in material.NODES.items()
        }
        for source, target, kind, label in material.LINKS:
            self.link(pks[source], pks[target], kind, label)
        return pks


def build(nodes: int, seed: int = 1) -> Facts:
    """Fill the loaded profile with about `nodes` nodes and return where the odd places are."""
    facts, tabled = Facts(), tables()
    with connection() as opened, opened.begin(), at_once(opened):
        owners = _tenants(opened, tabled.user)
        last_node, last_link = (
            int(opened.scalar(sa.select(sa.func.max(table.c.id))) or 0)
            for table in (tabled.node, tabled.link)
        )
        graph = Graph(seed, last_node + 1, last_link + 1, tabled.node.c.uuid.type.python_type)
        materials: dict[int, list[int]] = {owner: [] for owner in owners}
        for owner, pks in _materials(graph, owners, nodes, facts):
            materials[owner].append(pks['material'])
            if len(graph.nodes) > CHUNK * len(material.NODES):
                insert(opened, tabled, graph, facts)
        _odd_places(graph, min(owners), facts)
        insert(opened, tabled, graph, facts)
        end_sequences(opened, tabled)
    _share(materials)
    energies = sorted(graph.energies[min(owners)])
    facts.energy_below = energies[min(HITS, len(energies) - 1)]
    facts.tenants = [
        {'pk': owner, 'email': email, 'nodes': len(materials[owner]) * len(material.NODES)}
        for owner, email in owners.items()
    ]
    return facts


@contextmanager
def at_once(opened: sa.Connection) -> Iterator[None]:
    """Let what the storage keeps of each row be made of all rows at the end, as it is by a migration."""
    is_psql = opened.dialect.name == 'postgresql'
    if is_psql:
        security.release(opened)
    storage_tables.unwatch(opened)
    yield
    if is_psql:
        opened.exec_driver_sql('SET CONSTRAINTS ALL IMMEDIATE')  # no table is changed that waits for a check
    storage_tables.create(opened)
    if is_psql:
        security.secure(opened, get_manager().get_profile().storage_config['reader_username'])


def _tenants(opened: sa.Connection, user: sa.Table) -> dict[int, str]:
    emails = [f'tenant{number:02d}@localhost' for number in range(TENANTS)]
    rows = [{'email': one, 'first_name': '', 'last_name': '', 'institution': ''} for one in emails]
    opened.execute(sa.insert(user), rows)
    found = opened.execute(sa.select(user.c.id, user.c.email).where(user.c.email.in_(emails)))
    return dict(sorted((pk, email) for pk, email in found))


def _materials(
    graph: Graph, owners: Iterable[int], nodes: int, facts: Facts
) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield each material's owner and keys; the last tenant has the two oldest, the first most."""
    *others, small = owners
    largest = others[0]
    weights = [1 / (rank + 1) for rank in range(len(others))]
    of_hub = material.below('simulation', 'pw')
    hubs = round(HUB_PART * nodes / len(of_hub))
    hub = graph.node(largest, 'data.core.dict.Dict.', None, 'hub', {'used': 'by many'})
    facts.hub = _named(graph, descendants=0)
    for number in range(nodes // len(material.NODES)):
        owner = small if number < 2 else graph.dice.choices(others, weights)[0]
        pks = graph.material(owner, number)
        if owner == largest and hubs > 0:
            hubs -= 1
            graph.link(hub, pks['simulation'], 'input_work', 'pseudos')
            graph.link(hub, pks['pw'], 'input_calc', 'pseudos')
            facts.hub['descendants'] += len(of_hub)
        yield owner, pks


def _odd_places(graph: Graph, owner: int, facts: Facts) -> None:
    """Add stacked diamonds, which have 2**14 paths and 43 nodes, and a workflow with 331 nodes around it."""
    job = 'process.calculation.calcjob.CalcJobNode.', 'aiida.calculations:diamond', ''
    state = {'process_state': 'finished', 'exit_status': 0, 'process_label': 'Diamond'}
    bottom = graph.node(owner, *job, state)
    for _ in range(DIAMONDS):
        top = bottom
        sides = [graph.node(owner, 'data.core.dict.Dict.', None, '', {'side': side}) for side in range(2)]
        bottom = graph.node(owner, *job, state)
        for number, side in enumerate(sides):
            graph.link(top, side, 'create', f'side_{number}')
            graph.link(side, bottom, 'input_calc', f'side_{number}')
    facts.diamonds = _named(graph, nodes=1 + 3 * DIAMONDS)
    work = 'process.workflow.workchain.WorkChainNode.', 'aiida.workflows:campaign', 'around'
    root = graph.node(owner, *work, state)
    facts.around = _named(graph, nodes=1 + CALLED * (1 + OUTPUTS))
    for called in range(CALLED):
        calculation = graph.node(owner, *job, state)
        graph.link(root, calculation, 'call_calc', f'iteration_{called}')
        for number in range(OUTPUTS):
            made = graph.node(owner, 'data.core.dict.Dict.', None, '', {'number': number})
            graph.link(calculation, made, 'create', f'output_{number}')


def _named(graph: Graph, **more: int) -> dict[str, Any]:
    """Return how the node that was made last is asked for."""
    last = graph.nodes[-1]
    return {'pk': last['id'], 'uuid': str(last['uuid']), **more}


def insert(opened: sa.Connection, tabled: Tables, graph: Graph, facts: Facts) -> None:
    """Write the rows that a graph has, and forget them there."""
    for table, rows in ((tabled.node, graph.nodes), (tabled.link, graph.links)):
        if rows:
            opened.execute(sa.insert(table), rows)
    facts.nodes += len(graph.nodes)
    facts.links += len(graph.links)
    graph.nodes.clear()
    graph.links.clear()


def end_sequences(opened: sa.Connection, tabled: Tables) -> None:
    """Let PostgreSQL go on behind the keys that were given here."""
    if opened.dialect.name == 'postgresql':
        for table in (tabled.node, tabled.link):
            last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, 'id')
            opened.execute(sa.select(sa.func.setval(sequence, last)))


def _share(materials: dict[int, list[int]]) -> None:
    """Share a material of each tenant with the next one, every fifth for writing, and three groups."""
    users = [orm.User.collection.get(id=owner) for owner in materials]
    for number, (owner, grantee) in enumerate(itertools.pairwise(users)):
        if materials[owner.pk]:
            with acting_as(owner):
                root = orm.load_node(materials[owner.pk][-1])
                share(root, grantee, 'write' if number % 5 == 0 else 'read')
    for owner in users[1:4]:
        with acting_as(owner):
            group = orm.Group(label=f'open data of {owner.email}', user=owner).store()
            group.add_nodes([orm.load_node(pk) for pk in materials[owner.pk][:100]])
            share(group, None)
