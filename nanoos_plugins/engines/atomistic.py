"""What the atomistic engines share: parameters of thermostat and barostat, and results from arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from nanoos_plugins.engines.contract import Engine, ForceParameters, quantity
from nanoos_plugins.engines.results import Array, Quantity, Results, Trajectory

if TYPE_CHECKING:
    from aiida import orm
    from ase import Atoms

#: As in `runners.atomistic`, which is not imported for it: it would bring in all of ASE's dynamics.
SERIES_PREFIX = 'series_'
UNMOVED = ('static', 'hessian', 'heat_flux')
PATH_FIGURES = [
    {
        'title': 'Energy along the path',
        'x': 'profile_path_A',
        'y': ['profile_energy_eV'],
        'log': False,
        'errors': {},
    }
]


class AtomisticParameters(ForceParameters):
    """Parameters of engines that move atoms by molecular dynamics."""

    thermostat_time: float = quantity(
        100.0, 'fs', 'md in nvt and npt, heat_flux: relaxation time of the thermostat', gt=0
    )
    barostat_time: float = quantity(1000.0, 'fs', 'md, npt: relaxation time of the barostat', gt=0)


def check_md_size(structure: orm.StructureData, parameters: ForceParameters) -> None:
    """Refuse molecular dynamics of one atom: with the centre of mass at rest it cannot move.

    :raises ValueError: says what to do instead.
    """
    if parameters.task in ('md', 'heat_flux') and len(structure.sites) < 2:
        raise ValueError(f'{parameters.task} needs at least 2 atoms, got 1; build a supercell first')


def results_from_arrays(
    engine: Engine[Any],
    structure: orm.StructureData,
    parameters: ForceParameters,
    outputs: Mapping[str, orm.Data],
) -> Results:
    """Return the results of one structure from the output `arrays`, as of `runners.atomistic.stack`.

    :raises ValueError: when that output, or an array that every run has, is missing.
    """
    arrays = cast('orm.ArrayData | None', outputs.get('arrays'))
    if arrays is None:
        raise ValueError(f'{engine.label}: output `arrays` is missing; got {sorted(outputs)}')
    names = set(arrays.get_arraynames())
    missing = {'energy', 'positions', 'cell', 'converged', 'stress'} - names
    if parameters.task != 'heat_flux':  # its energy is that of motion, too
        missing |= {'forces'} - names
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
        forces=arrays.get_array('forces') if 'forces' in names else None,
        stress=None if np.isnan(stress).any() else (stress + stress.T) / 2,
        structure=_moved(structure, arrays) if parameters.task not in UNMOVED else None,
        trajectory=_trajectory(structure, arrays),
        series=series,
        temperature=None if temperature is None else float(temperature.mean()),
        quantities=barriers(arrays),
        arrays=_of_the_task(arrays),
        figures=PATH_FIGURES if parameters.task == 'path' else [],
        warnings=[] if converged else [unconverged(parameters)],
    )


def barriers(arrays: orm.ArrayData) -> dict[str, Quantity]:
    """Return the barriers [eV] of a path, there and back; nothing of other tasks."""
    if 'path_energies' not in arrays.get_arraynames():
        return {}
    energies = arrays.get_array('path_energies')
    top = energies.max()
    return {
        'barrier': Quantity(float(top - energies[0]), 'eV'),
        'barrier_back': Quantity(float(top - energies[-1]), 'eV'),
    }


def _of_the_task(arrays: orm.ArrayData) -> dict[str, Array]:
    """Return `hessian` [eV/Å²], or a path's length so far [Å] and energy above its beginning [eV]."""
    names = arrays.get_arraynames()
    if 'hessian' in names:
        return {'hessian': arrays.get_array('hessian')}
    if 'path_energies' not in names:
        return {}
    energies = arrays.get_array('path_energies')
    steps = np.linalg.norm(np.diff(arrays.get_array('path_positions'), axis=0), axis=(1, 2))
    length = np.concatenate([[0.0], np.cumsum(steps)])
    return {'profile_path_A': length, 'profile_energy_eV': energies - energies[0]}


def unconverged(parameters: ForceParameters) -> str:
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
    """Return the trajectory, if any; steps of a relaxation and images of a path stand for times."""
    names = arrays.get_arraynames()
    symbols = structure.get_ase().get_chemical_symbols()
    if 'path_positions' in names:
        positions = arrays.get_array('path_positions')
        cells = np.repeat(arrays.get_array('cell'), len(positions), axis=0)
        return Trajectory(symbols, np.arange(len(positions), dtype=float), positions, cells)
    if 'trajectory_positions' not in names:
        return None
    positions = arrays.get_array('trajectory_positions')
    has_times = 'trajectory_times' in names
    return Trajectory(
        symbols=symbols,
        times=arrays.get_array('trajectory_times') if has_times else np.arange(len(positions), dtype=float),
        positions=positions,
        cells=arrays.get_array('trajectory_cells'),
    )
