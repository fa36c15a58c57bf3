"""A small stored graph with the shape of an equation of state: scale, evaluate each volume, fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState
from ase.build import bulk

from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.shares import Viewer

_NUMBERS = count(1)
CALLS = {True: LinkType.CALL_WORK, False: LinkType.CALL_CALC}
INPUTS = {True: LinkType.INPUT_WORK, False: LinkType.INPUT_CALC}


def process(
    cls: type[orm.ProcessNode],
    label: str,
    caller: orm.ProcessNode | None = None,
    state: ProcessState = ProcessState.FINISHED,
    exit_status: int | None = 0,
    process_type: str = 'aiida.workflows:nanoos.simulation',
    **inputs: orm.Data,
) -> orm.ProcessNode:
    """Return a stored process node with its inputs and caller."""
    node = cls(label=label, process_type=process_type)
    node.set_process_label(label)
    node.set_process_state(state)
    if state is ProcessState.FINISHED and exit_status is not None:
        node.set_exit_status(exit_status)
    work = isinstance(node, orm.WorkflowNode)
    for key, data in inputs.items():
        node.base.links.add_incoming(data, INPUTS[work], key)
    if caller is not None:
        node.base.links.add_incoming(caller, CALLS[work], f'CALL_{label}_{len(caller.called)}')
    return node.store()


def output(maker: orm.ProcessNode, label: str, data: orm.Data) -> orm.Data:
    """Store `data` as output of the calculation `maker`."""
    data.base.links.add_incoming(maker, LinkType.CREATE, label)
    return data.store()


def give_back(workflow: orm.ProcessNode, label: str, data: orm.Data) -> None:
    """Make `data` an output of `workflow`."""
    data.base.links.add_incoming(workflow, LinkType.RETURN, label)


@dataclass
class EosGraph:
    """The nodes that tests ask about."""

    structure: orm.StructureData
    job: orm.ProcessNode
    simulations: list[orm.ProcessNode]
    calculations: list[orm.ProcessNode]
    fit: orm.ProcessNode
    result: orm.Data


def make_eos_graph(points: int = 5, label: str = 'EOS') -> EosGraph:
    """Return a stored equation-of-state job: each point one simulation → base → CalcJob, then a fit."""
    structure = orm.StructureData(ase=bulk('Cu')).store()
    parameters = orm.Dict({'task': 'static'}).store()
    job = process(
        orm.WorkChainNode,
        label,
        process_type='aiida.workflows:nanoos.eos',
        structure=structure,
        parameters=parameters,
    )
    simulations, calculations, results = [], [], []
    for point in range(points):
        scale = process(orm.CalcFunctionNode, 'scale', job, structure=structure)
        scaled = output(scale, 'result', orm.StructureData(ase=bulk('Cu', a=3.5 + 0.05 * point)))
        simulation = process(orm.WorkChainNode, 'Simulation', job, structure=scaled, parameters=parameters)
        calculation = process(orm.CalcJobNode, 'PwCalculation', simulation, structure=scaled)
        output(calculation, 'retrieved', orm.FolderData())
        raw = output(calculation, 'output_parameters', orm.Dict({'energy': float(point)}))
        normalise = process(orm.CalcFunctionNode, 'normalise', simulation, raw=raw)
        result = output(normalise, 'results', orm.Dict({'energy': float(point)}))
        give_back(simulation, 'results', result)
        simulations.append(simulation)
        calculations.append(calculation)
        results.append(result)
    fit = process(
        orm.CalcFunctionNode, 'fit', job, **{f'point_{i}': entry for i, entry in enumerate(results)}
    )
    eos = output(fit, 'result', orm.Dict({'volume_A3': 11.8}))
    give_back(job, 'eos', eos)
    return EosGraph(structure, job, simulations, calculations, fit, eos)


@pytest.fixture
def eos_graph(profile: object) -> Callable[..., EosGraph]:
    """Return the factory of stored equation-of-state jobs (`points`, `label`)."""
    return make_eos_graph


@pytest.fixture
def process_node(profile: object) -> Callable[..., orm.ProcessNode]:
    """Return the factory of stored process nodes, see `process`."""
    return process


@pytest.fixture(scope='session')
def kept_graph(profile: object) -> Callable[[int], EosGraph]:
    """Return the function that gives the one job with so many points, for tests that only look at it."""
    return cache(make_eos_graph)


@pytest.fixture
def alice(profile: object) -> orm.User:
    """Return a new user."""
    return orm.User(email=f'alice{next(_NUMBERS)}@nodes.test').store()


@pytest.fixture
def bob(profile: object) -> orm.User:
    """Return another new user."""
    return orm.User(email=f'bob{next(_NUMBERS)}@nodes.test').store()


def viewer_of(user: orm.User, group: orm.Group | None = None) -> Viewer:
    """Return how a user sees the graph, or no more of it than a group."""
    assert user.pk is not None
    return Viewer(user.pk, None if group is None else group.pk)


@pytest.fixture
def explained(profile: object) -> Iterator[Callable[[], list[str]]]:
    """Return the function that gives the plans of all statements of this test until now, on SQLite."""
    asked: list[tuple[str, Any]] = []

    def remember(opened: sa.Connection, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith(('SELECT', 'WITH')):
            asked.append((statement, parameters))

    with connection() as opened:
        engine = opened.engine
    sa.event.listen(engine, 'before_cursor_execute', remember)

    def plans() -> list[str]:
        if engine.dialect.name != 'sqlite':
            pytest.skip('a plan of PostgreSQL depends on what is in the tables')
        told, lines = list(asked), []
        with connection() as opened:
            for statement, parameters in told:
                plan = opened.exec_driver_sql(f'EXPLAIN QUERY PLAN {statement}', parameters)
                lines += [str(row[3]) for row in plan]
        return lines

    yield plans
    sa.event.remove(engine, 'before_cursor_execute', remember)
