"""A graph of three tenants with shares, in which each node and group tells a secret of its own.

A secret that a tenant reads without seeing its node is a leak, whichever way it came. What a tenant sees is
worked out by `tests.storage.oracle`, from links and groups, not by the code that is tested.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState
from ase.build import bulk

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.material import Material
from nanoos_plugins.data.model import Model
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.predictor import Predictor
from nanoos_plugins.storage.owner import SYSTEM_EMAIL, acting_as
from nanoos_plugins.storage.shares import GROUPS, NODES, ROOTS, SHARES, USERS, share
from tests.api.conftest import Person
from tests.storage.oracle import shared_nodes


@dataclass
class World:
    """Tenants, and the secret of each of their nodes and groups by its UUID.

    Nobody shares anything with the hermit, nor the hermit with anybody.
    """

    tenants: tuple[Person, Person, Person]
    hermit: Person
    nodes: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    #: Of the first tenant, open to the second to read and to the third to write.
    shared: orm.Data | None = None

    def hidden_from(self, person: Person) -> dict[str, str]:
        """Return what a tenant must not read, each with what it would tell."""
        nodes, groups = seen_nodes(person), seen_groups(person)
        hidden = {}
        for secrets_of, seen in ((self.nodes, nodes), (self.groups, groups)):
            for uuid, secret in secrets_of.items():
                if uuid not in seen:
                    hidden |= {secret: f'{uuid} of {self.owners[uuid]}', uuid: f'UUID of {self.owners[uuid]}'}
        if person is not self.hermit:
            hidden[self.hermit.email] = 'the e-mail of the hermit'
        return hidden


def seen_nodes(person: Person) -> set[str]:
    """Return the UUIDs of the nodes that a tenant should see."""
    pk = person.user.pk
    owned = sa.or_(NODES.c.user_id == pk, USERS.c.email == SYSTEM_EMAIL)
    uuid = sa.literal_column('db_dbnode.uuid')
    own = sa.select(uuid).select_from(NODES).join(USERS, USERS.c.id == NODES.c.user_id).where(owned)
    shared = sa.select(uuid).select_from(NODES).where(NODES.c.id.in_(shared_nodes(pk)))
    with connection() as opened:
        return {str(one) for statement in (own, shared) for one in opened.scalars(statement)}


def seen_groups(person: Person) -> set[str]:
    """Return the UUIDs of the groups that a tenant should see."""
    shared = (
        sa.select(ROOTS.c.group_id)
        .join(SHARES, SHARES.c.root_id == ROOTS.c.id)
        .where(sa.or_(SHARES.c.grantee_id == person.user.pk, SHARES.c.grantee_id.is_(None)))
    )
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL)
    seen = sa.or_(GROUPS.c.user_id == person.user.pk, GROUPS.c.user_id.in_(system), GROUPS.c.id.in_(shared))
    uuid = sa.literal_column('db_dbgroup.uuid')
    with connection() as opened:
        return {str(one) for one in opened.scalars(sa.select(uuid).select_from(GROUPS).where(seen))}


class Maker:
    """Stores nodes of one tenant, each with a secret in all that can be read of it."""

    def __init__(self, world: World, person: Person) -> None:
        self.world = world
        self.person = person

    @contextmanager
    def _secret(self) -> Iterator[str]:
        with acting_as(self.person.user):
            yield f'secret{secrets.token_hex(8)}'

    def _store(self, node: orm.Node, secret: str) -> Any:
        node.label = f'label {secret}'
        node.description = f'description {secret}'
        if not isinstance(node, Material):
            node.base.attributes.set('told', secret)
        node.base.extras.set('told', secret)
        node.store()
        node.base.comments.add(f'comment {secret}', self.person.user)
        self.world.nodes[node.uuid] = secret
        self.world.owners[node.uuid] = self.person.email
        return node

    def number(self, value: int = 1) -> orm.Int:
        """Store a number."""
        with self._secret() as secret:
            return self._store(orm.Int(value), secret)  # type: ignore[no-any-return]

    def folder(self) -> orm.FolderData:
        """Store files: a name and a content that are secrets."""
        with self._secret() as secret:
            node = orm.FolderData()
            node.base.repository.put_object_from_filelike(io.BytesIO(secret.encode()), f'{secret}/file.txt')
            return self._store(node, secret)  # type: ignore[no-any-return]

    def structure(self) -> orm.StructureData:
        """Store a structure."""
        with self._secret() as secret:
            return self._store(orm.StructureData(ase=bulk('Cu')), secret)  # type: ignore[no-any-return]

    def material(self) -> Material:
        """Store a material."""
        with self._secret() as secret:
            node = Material(name=f'name {secret}', description=secret, tags=[secret])
            return self._store(node, secret)  # type: ignore[no-any-return]

    def process(
        self,
        kind: Callable[[], orm.ProcessNode],
        inputs: tuple[orm.Data, ...] = (),
        caller: orm.ProcessNode | None = None,
    ) -> Any:
        """Store a process that failed, with what it said."""
        with self._secret() as secret:
            node = kind()
            node.set_process_type('aiida.workflows:nanoos.relax')
            node.set_process_label(f'process {secret}')
            node.set_process_state(ProcessState.FINISHED)
            node.set_exit_status(300)
            node.set_exit_message(f'exit {secret}')
            is_calculation = isinstance(node, orm.CalculationNode)
            for number, data in enumerate(inputs):
                link = LinkType.INPUT_CALC if is_calculation else LinkType.INPUT_WORK
                node.base.links.add_incoming(data, link, f'in_{secret}_{number}')
            if caller is not None:
                link = LinkType.CALL_CALC if is_calculation else LinkType.CALL_WORK
                node.base.links.add_incoming(caller, link, f'call_{secret}')
            stored: orm.ProcessNode = self._store(node, secret)
            stored.logger.report(f'report {secret}')
            return stored

    def output(self, maker: orm.ProcessNode) -> orm.Data:
        """Store what a process made."""
        with self._secret() as secret:
            node = orm.Dict({'energy': len(self.world.nodes), 'name': secret})
            node.base.links.add_incoming(maker, LinkType.CREATE, f'out_{secret}')
            return self._store(node, secret)  # type: ignore[no-any-return]

    def dataset(self) -> Dataset:
        """Store a data set that a process has read."""
        reader = self.process(orm.CalcFunctionNode, (self.folder(),))
        with self._secret() as secret:
            crystal = orm.StructureData(ase=bulk('Cu')).get_pymatgen_structure()
            node = Dataset(f'name {secret}', f'target {secret}', secret, [crystal] * 2, [1, 2])
            node.base.links.add_incoming(reader, LinkType.CREATE, 'dataset')
            self._store(node, secret)
        reader.seal()
        return node

    def model(self, dataset: Dataset) -> Model:
        """Store a model that has learnt from a data set, and what its training was given."""
        with self._secret() as secret:
            settings = self._store(orm.Dict({'name': secret}), secret)
        with self._secret() as secret:
            training = orm.CalcJobNode(process_type='aiida.calculations:nanoos.train')
            training.base.links.add_incoming(dataset, LinkType.INPUT_CALC, 'dataset')
            training.base.links.add_incoming(settings, LinkType.INPUT_CALC, 'parameters')
            training.set_process_state(ProcessState.FINISHED)
            self._store(training, secret)
        with self._secret() as secret, TemporaryDirectory() as folder:
            features = {'mean': np.random.default_rng(0).normal(size=(20, 2))}
            inputs = Inputs([frozenset({'Cu'})] * 20, features)
            how = {'coverage': 0.6, 'held_out': 0.4}
            learnt = Predictor.learn(Dummy, inputs, features['mean'][:, 0], **how)
            learnt.save(Path(folder), pretrained='none', metrics={'mae': 1.0})
            node = Model(f'name {secret}', f'target {secret}', secret, Path(folder))
            node.base.links.add_incoming(training, LinkType.CREATE, 'model')
            self._store(node, secret)
        training.seal()
        return node

    def group(self, *members: orm.Node) -> orm.Group:
        """Store a group."""
        with self._secret() as secret:
            group = orm.Group(label=f'group {secret}', description=secret).store()
            group.base.extras.set('told', secret)
            group.add_nodes(list(members))
        self.world.groups[group.uuid] = secret
        self.world.owners[group.uuid] = self.person.email
        return group

    def tree(self, *inputs: orm.Data) -> list[orm.Node]:
        """Store a workflow of two levels over inputs, with what it made."""
        workflow = self.process(orm.WorkChainNode, inputs)
        calculation = self.process(orm.CalcJobNode, inputs, workflow)
        made = self.output(calculation)
        made.base.links.add_incoming(workflow, LinkType.RETURN, f'returned{len(self.world.nodes)}')
        inner = self.process(orm.WorkChainNode, (*inputs, made), workflow)
        function = self.process(orm.CalcFunctionNode, (made,), inner)
        last = self.output(function)
        for process in (function, inner, calculation, workflow):
            process.seal()
        return [workflow, calculation, made, inner, function, last]


def make_world(sign_up: Callable[[str], Person]) -> World:
    """Make the graph: private parts, a tree read by one and written under by another, shared groups."""
    first, second, third, hermit = (sign_up(name) for name in ('first', 'second', 'third', 'hermit'))
    world = World((first, second, third), hermit)
    makers = [Maker(world, person) for person in world.tenants]
    roots = [_private(maker) for maker in makers]
    _share(makers, roots)
    _private(Maker(world, hermit))
    for maker in makers:
        intrude(maker, roots[0][0])
    world.shared = roots[0][0]
    return world


def _private(maker: Maker) -> list[orm.Data]:
    """Store what a tenant has and return what others may be shown.

    An input, a structure, a material, a data set and a model that has learnt from that.
    """
    root, structure, material = maker.number(), maker.structure(), maker.material()
    maker.tree(root, structure)
    maker.tree(maker.number(), maker.folder())
    maker.group(root, maker.number(), maker.folder())
    maker.material()
    dataset = maker.dataset()
    return [root, structure, material, dataset, maker.model(dataset)]


def _share(makers: list[Maker], roots: list[list[orm.Data]]) -> None:
    """Share an input with the second to read and the third to write, and one of all else."""
    first, second, third = makers
    with acting_as(first.person.user):
        share(roots[0][0], second.person.user)
        share(roots[0][0], third.person.user, 'write')
    group = second.group(second.number(), *second.tree(second.number()))
    with acting_as(second.person.user):
        share(group, first.person.user)
        share(roots[1][2], None)
        share(roots[1][3], first.person.user)
    with acting_as(third.person.user):
        share(roots[2][1], first.person.user)
        share(roots[2][4], second.person.user)


def intrude(maker: Maker, shared: orm.Data) -> None:
    """Let a tenant work on a shared node, and put it into a group of their own."""
    maker.tree(shared)
    maker.tree(maker.number(), shared)
    maker.group(shared, maker.number())
