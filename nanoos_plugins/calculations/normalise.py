"""From what an engine's process left behind to the one results schema, as nodes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.data.structure import describe
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.engines.results import Results, Trajectory

#: Exit status of `normalise_results` when the engine's outputs are incomplete.
INCOMPLETE = 410
FS_PER_PS = 1000.0


@calcfunction
def normalise_results(
    engine: orm.Str,
    parameters: orm.Dict,
    given: orm.Dict | None = None,
    evaluated: orm.Data | None = None,
    **outputs: orm.Data,
) -> dict[str, orm.Data] | ExitCode:
    """Return the results of a finished engine process in the schema of `nanoos_plugins.engines.results`.

    :param engine: name of the engine.
    :param parameters: the complete parameters of the engine.
    :param given: the parameters that came from outside, so that the provenance of the results leads to where
        they are from.
    :param evaluated: the structure or mesh that was evaluated (`structure` is what some outputs are called).
    :param outputs: the data outputs of the engine's process by link label.
    :return: `results` (scalars with units), `arrays` (`forces` [eV/Å], `stress` [GPa] and all series,
        profiles and fields by key) and, where the task has them, `structure` and `trajectory`; exit status
        `INCOMPLETE` when an output that every successful run has is missing.
    """
    adapter = load_engine(engine.value)
    try:
        results = adapter.results(evaluated, adapter.validate(parameters.get_dict()), outputs)
    except ValueError as error:
        return ExitCode(INCOMPLETE, str(error))
    nodes: dict[str, orm.Data] = {'results': orm.Dict(scalars(results)), 'arrays': arrays(results)}
    if results.structure is not None:
        nodes['structure'] = describe(orm.StructureData(ase=results.structure), 'optimized', 'internal')
    if results.trajectory is not None and isinstance(evaluated, orm.StructureData):
        nodes['trajectory'] = trajectory(results.trajectory, evaluated.pbc, results.task == 'md')
    return nodes


def scalars(results: Results) -> dict[str, Any]:
    """Return what is not an array, as JSON; each number with its unit."""
    document: dict[str, Any] = {
        'engine': results.engine,
        'label': results.label,
        'task': results.task,
        'converged': results.converged,
        'n_atoms': results.n_atoms,
        'quantities': {name: asdict(quantity) for name, quantity in results.quantities.items()},
        'figures': results.figures,
        'warnings': list(results.warnings),
    }
    if results.energy is not None:
        document['energy'] = {'value': results.energy, 'unit': 'eV'}
    if results.temperature is not None:
        document['temperature'] = {'value': results.temperature, 'unit': 'K'}
    return document


def arrays(results: Results) -> orm.ArrayData:
    """Return `forces` (n_atoms, 3) [eV/Å], `stress` (3, 3) [GPa], series, profiles, fields, if any."""
    named = {'forces': results.forces, 'stress': results.stress, **results.series, **results.arrays}
    node = orm.ArrayData()
    for name, array in named.items():
        if array is not None:
            node.set_array(name, array)
    return node


def trajectory(samples: Trajectory, pbc: tuple[bool, bool, bool], with_times: bool) -> orm.TrajectoryData:
    """Return the samples as AiiDA's trajectory: lengths [Å], times [ps].

    :param with_times: False for a relaxation, whose steps are no times.
    """
    node = orm.TrajectoryData()
    times = samples.times / FS_PER_PS if with_times else None
    node.set_trajectory(samples.symbols, samples.positions, cells=samples.cells, times=times, pbc=pbc)
    return node
