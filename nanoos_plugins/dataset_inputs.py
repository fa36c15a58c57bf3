"""The inputs of a data set of results from what people say: a workflow, a quantity, a unit, an engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from aiida import orm

from nanoos_plugins.graph.datasets import Run, finished_runs, finished_simulations
from nanoos_plugins.graph.nodes import chunks
from nanoos_plugins.storage.shares import Viewer

#: Labels of the inputs of `nanoos.collect_dataset`, as in `calculations.dataset`.
STRUCTURE, RESULTS, ARRAYS = 'structure_', 'results_', 'arrays_'
#: Target and unit of data sets with forces: energies are of cells, whose sizes say nothing of a material.
ENERGY, ENERGY_UNIT = 'energy_per_atom', 'eV/atom'


def dataset_inputs(
    name: str,
    workflow: str,
    quantity: str,
    unit: str,
    engine: str | None = None,
    viewer: Viewer | None = None,
) -> dict[str, Any]:
    """Return the inputs of `nanoos.collect_dataset`: the jobs that ended well, the newest first.

    :param quantity: `eos.bulk_modulus`: an output of the workflow, and what in it is the target.
    :param viewer: only what this one sees.
    :raises ValueError: see `wanted_runs`.
    """
    found = wanted_runs(workflow, quantity, engine, viewer)
    entry = quantity.partition('.')[2]
    settings = {'name': name, 'quantity': entry, 'target': entry.replace('_', ' '), 'unit': unit}
    return {'settings': orm.Dict(settings), **_rows(found)}


def force_inputs(name: str, engine: str | None = None, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the inputs of `nanoos.collect_dataset` for energies an atom with their forces and stresses.

    They are of all simulations that ended well, those within other jobs among them, the newest first.

    :param viewer: only what this one sees.
    :raises ValueError: see `wanted_simulations`.
    """
    found = wanted_simulations(engine, viewer)
    settings = {'name': name, 'target': ENERGY, 'unit': ENERGY_UNIT, 'forces': True}
    return {'settings': orm.Dict(settings), **_rows(found)}


def _rows(found: Sequence[Run]) -> dict[str, orm.Node]:
    """Return structure, results and arrays of each run by label."""
    pks = {pk for one in found for pk in (one.structure, one.results, one.arrays) if pk is not None}
    nodes = _nodes(pks)
    inputs = {}
    for number, one in enumerate(found, start=1):
        inputs[f'{STRUCTURE}{number}'] = nodes[one.structure]
        inputs[f'{RESULTS}{number}'] = nodes[one.results]
        if one.arrays is not None:
            inputs[f'{ARRAYS}{number}'] = nodes[one.arrays]
    return inputs


def wanted_runs(workflow: str, quantity: str, engine: str | None, viewer: Viewer | None) -> list[Run]:
    """Return the jobs that ended well with the output that a quantity is of, the newest first; at least one.

    :raises ValueError: for a quantity of another form, no such jobs, or too many.
    """
    output, separator, _ = quantity.partition('.')
    if not separator:
        raise ValueError(f'quantity {quantity!r:.80}: expected OUTPUT.QUANTITY, as in eos.bulk_modulus')
    found = finished_runs(workflow, output, engine, viewer)
    if not found:
        by = f' by {engine}' if engine else ''
        raise ValueError(f'no job {workflow}{by} has ended well with an output {output}')
    return found


def wanted_simulations(engine: str | None, viewer: Viewer | None) -> list[Run]:
    """Return the simulations that ended well with forces, the newest first; at least one.

    :raises ValueError: for none, or too many.
    """
    found = finished_simulations(engine, viewer)
    if not found:
        by = f' by {engine}' if engine else ''
        raise ValueError(f'no simulation{by} has ended well')
    return found


def _nodes(pks: Collection[int]) -> dict[int, orm.Node]:
    """Return nodes by their keys, read in a few statements."""
    found: dict[int, orm.Node] = {}
    for chunk in chunks(sorted(pks)):
        query = orm.QueryBuilder().append(orm.Node, filters={'id': {'in': list(chunk)}}, project=['id', '*'])
        found |= {int(pk): node for pk, node in query.iterall()}
    return found
