"""What the benchmark `web` shows beside small real data: very many materials, and a node with 500 around it.

The rows are inserted in bulk and differ from those that the API makes in nothing that a page asks for.
"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from tests.benchmarks.graph.build import CHUNK, Facts, Graph, at_once, end_sequences, insert
from tests.benchmarks.graph.material import ELEMENTS

#: Calculations around one workflow: with their outputs, the structure and the workflow itself 500 nodes.
CALLED, OUTPUTS = 83, 5
AROUND = 2 + CALLED * (1 + OUTPUTS)


def build(materials: int) -> str:
    """Insert both for the default user of the loaded profile; return the UUID of the workflow."""
    from aiida import orm

    user = orm.User.collection.get_default()
    assert user is not None and user.pk is not None
    tabled = tables()
    with connection() as opened, opened.begin(), at_once(opened):
        last = [
            int(opened.scalar(sa.select(sa.func.max(table.c.id))) or 0)
            for table in (tabled.node, tabled.link)
        ]
        graph = Graph(1, last[0] + 1, last[1] + 1, tabled.node.c.uuid.type.python_type)
        workflow = _workflow(graph, user.pk)
        for number in range(materials):
            attributes = _material(graph, number)
            graph.node(user.pk, 'data.nanoos.material.Material.', None, attributes['name'], attributes)
            if len(graph.nodes) >= CHUNK * 25:
                insert(opened, tabled, graph, Facts())
        insert(opened, tabled, graph, Facts())
        end_sequences(opened, tabled)
    return workflow


def _material(graph: Graph, number: int) -> dict[str, Any]:
    """Return what a material says of itself, as `Material` writes it."""
    first, second = itertools.islice(itertools.cycle(ELEMENTS), number % 10, number % 10 + 2)
    return {
        'name': f'{first}{second} sample {number:06d}',
        'formula': f'{first}{second}{number % 3 + 1}',
        'description': '',
        'tags': ['bulk'] if number % 7 == 0 else [],
        'metadata': {},
        'archived': False,
        'revision': 1,
        'material_id': str(uuid.UUID(int=graph.dice.getrandbits(128), version=4)),
    }


def _workflow(graph: Graph, owner: int) -> str:
    """Add a workflow of many calculations, each with outputs; return its UUID."""
    state = {'process_state': 'finished', 'exit_status': 0, 'sealed': True}
    structure = graph.node(owner, 'data.core.dict.Dict.', None, 'input', {'a': 3.6})
    called = 'process.calculation.calcjob.CalcJobNode.', 'aiida.calculations:lammps.base', ''
    kind = 'process.workflow.workchain.WorkChainNode.', 'aiida.workflows:nanoos.eos', 'campaign'
    root = graph.node(owner, *kind, {**state, 'process_label': 'EosWorkChain'})
    name = str(graph.nodes[-1]['uuid'])
    graph.link(structure, root, 'input_work', 'input')
    for number in range(CALLED):
        calculation = graph.node(owner, *called, {**state, 'process_label': 'LammpsBaseCalculation'})
        graph.link(root, calculation, 'call_calc', f'iteration_{number}')
        for output in range(OUTPUTS):
            made = graph.node(owner, 'data.core.dict.Dict.', None, '', {'number': output})
            graph.link(calculation, made, 'create', f'output_{output}')
    return name
