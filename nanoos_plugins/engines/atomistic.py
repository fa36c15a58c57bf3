"""What the atomistic engines share: parameters of thermostat and barostat, and results from arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from nanoos_plugins.engines.contract import Engine, Parameters, quantity
from nanoos_plugins.engines.results import Array, Results, Trajectory

if TYPE_CHECKING:
    from aiida import orm
    from ase import Atoms

#: As in `runners.atomistic`, which is not imported for it: it would bring in all of ASE's dynamics.
SERIES_PREFIX = 'series_'


class AtomisticParameters(Parameters):
    """Parameters of engines that move atoms by molecular dynamics."""

    thermostat_time: float = quantity(100.0, 'fs', 'md, nvt and npt: relaxation time of the thermostat', gt=0)
    barostat_time: float = quantity(1000.0, 'fs', 'md, npt: relaxation time of the barostat', gt=0)


def check_md_size(structure: orm.StructureData, parameters: Parameters) -> None:
    """Refuse molecular dynamics of one atom: with the centre of mass at rest it cannot move.

    :raises ValueError: says what to do instead.
    """
    if parameters.task == 'md' and len(structure.sites) < 2:
        raise ValueError('md needs at least 2 atoms, got 1; build a supercell first')


def results_from_arrays(
    engine: Engine, structure: orm.StructureData, parameters: Parameters, outputs: Mapping[str, orm.Data]
) -> Results:
    """Return the results of one structure from the output `arrays`, as of `runners.atomistic.stack`.

    :raises ValueError: when that output, or an array that every run has, is missing.
    """
    arrays = cast('orm.ArrayData | None', outputs.get('arrays'))
    if arrays is None:
        raise ValueError(f'{engine.label}: output `arrays` is missing; got {sorted(outputs)}')
    names = set(arrays.get_arraynames())
    missing = {'energy', 'forces', 'positions', 'cell', 'converged', 'stress'} - names
    if missing:
        raise ValueError(f'{engine.label}: no arrays {", ".join(sorted(missing))}; found {sorted(names)}')
    stress = arrays.get_array('stress')[0]
    series = {
        name.removeprefix(SERIES_PREFIX): arrays.get_array(name)
        for name in sorted(names)
        if name.startswith(SERIES_PREFIX)
    }
    converged = bool(arrays.get_array('converged')[0])
    temperature = series.get('temperature_K')
    return Results(
        engine=engine.name,
        label=engine.label,
        task=parameters.task,
        n_atoms=len(structure.sites),
        converged=converged,
        energy=float(arrays.get_array('energy')[0]),
        forces=arrays.get_array('forces'),
        stress=None if np.isnan(stress).any() else (stress + stress.T) / 2,
        structure=_moved(structure, arrays) if parameters.task != 'static' else None,
        trajectory=_trajectory(structure, arrays),
        series=series,
        temperature=None if temperature is None else float(temperature.mean()),
        warnings=[] if converged else [unconverged(parameters)],
    )


def unconverged(parameters: Parameters) -> str:
    """Return the line that tells people that a relaxation did not reach its tolerances."""
    return (
        f'{parameters.task} stopped within {parameters.max_steps} steps before it reached force_tolerance '
        f'{parameters.force_tolerance} eV/Å and, with the cell, stress_tolerance '
        f'{parameters.stress_tolerance} GPa; raise max_steps, or start again from the last structure'
    )


def moved_atoms(structure: orm.StructureData, positions: Array, cell: Array) -> Atoms:
    """Return the atoms of `structure` at other positions [Å] in another cell [Å]."""
    atoms = structure.get_ase()
    atoms.set_cell(cell)
    atoms.set_positions(positions)
    return atoms


def _moved(structure: orm.StructureData, arrays: orm.ArrayData) -> Atoms:
    return moved_atoms(structure, arrays.get_array('positions'), arrays.get_array('cell')[0])


def _trajectory(structure: orm.StructureData, arrays: orm.ArrayData) -> Trajectory | None:
    """Return the trajectory, or None for a static run; a relaxation's steps stand for times."""
    names = arrays.get_arraynames()
    if 'trajectory_positions' not in names:
        return None
    positions = arrays.get_array('trajectory_positions')
    has_times = 'trajectory_times' in names
    return Trajectory(
        symbols=structure.get_ase().get_chemical_symbols(),
        times=arrays.get_array('trajectory_times') if has_times else np.arange(len(positions), dtype=float),
        positions=positions,
        cells=arrays.get_array('trajectory_cells'),
    )
