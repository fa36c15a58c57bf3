"""From the outputs of aiida-lammps to results in the frame of the structure that went in.

LAMMPS takes cells only with a along x and b in the xy plane; aiida-lammps rotates (and, for a left-handed
cell, reflects) the structure accordingly. With r' = R r, row vectors come back by v = v' R and tensors by
σ = Rᵀ σ' R.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from nanoos_plugins.engines.atomistic import AtomisticParameters, moved_atoms, unconverged
from nanoos_plugins.engines.contract import Curve, Engine
from nanoos_plugins.engines.results import Array, Results, Trajectory

if TYPE_CHECKING:
    from aiida import orm
    from aiida_lammps.data.trajectory import LammpsTrajectory

GPA_PER_BAR = 1e-4
FS_PER_PS = 1000.0
#: Columns of the thermo output that are told while a run goes on: name, unit, factor.
LIVE = {
    'Temp': ('temperature', 'K', 1.0),
    'E_pair': ('potential energy', 'eV', 1.0),
    'TotEng': ('total energy', 'eV', 1.0),
    'Press': ('pressure', 'GPa', GPA_PER_BAR),
    'Fmax': ('largest force', 'eV/Å', 1.0),
}
COLUMNS = [f'c_property_atom_all_aiida__{number}__' for number in range(1, 7)]
#: Columns of the thermo output by key of `Results.series`; the factor converts metal units.
SERIES = {
    'temperature_K': ('Temp', 1.0),
    'potential_energy_eV': ('E_pair', 1.0),
    'total_energy_eV': ('TotEng', 1.0),
    'pressure_GPa': ('Press', GPA_PER_BAR),
    'volume_A3': ('Volume', 1.0),
}


@dataclass(frozen=True)
class Frames:
    """The dumped samples in the input's frame.

    `steps`: (n,); `positions` [Å], unwrapped, and `forces` [eV/Å]: (n, n_atoms, 3); `cells`: (n, 3, 3) [Å].
    """

    steps: Array
    positions: Array
    forces: Array
    cells: Array


def read_results(
    engine: Engine[Any],
    structure: orm.StructureData,
    parameters: AtomisticParameters,
    outputs: Mapping[str, orm.Data],
) -> Results:
    """Return the normalised results of a calculation `lammps.base`.

    For md, energy, forces, stress and structure are those of the last sample, and the stress contains the
    kinetic part.

    :raises ValueError: when an output that every successful run has is missing.
    """
    missing = sorted({'results', 'trajectories', 'time_dependent_computes'} - set(outputs))
    if missing:
        raise ValueError(f'{engine.label}: no outputs {", ".join(missing)}; got {sorted(outputs)}')
    rotation = rotation_of(structure)
    frames = read_frames(cast('LammpsTrajectory', outputs['trajectories']), rotation)
    thermo = _Thermo(cast('orm.ArrayData', outputs['time_dependent_computes']), frames.steps)
    final = cast('orm.Dict', outputs['results']).get_dict()
    md = parameters.task == 'md'
    pressures = thermo.pressures() if md else np.array([final[f'final_{name}'] for name in thermo.TENSOR])
    stress = stress_from_pressures(pressures, rotation)
    converged = _is_converged(structure, parameters, frames.forces[-1], stress)
    temperatures = thermo.column('Temp')
    return Results(
        engine=engine.name,
        label=engine.label,
        task=parameters.task,
        n_atoms=len(structure.sites),
        converged=converged,
        energy=float(thermo.column('E_pair')[-1] if md else final['final_epair']),
        forces=frames.forces[-1],
        stress=stress,
        structure=moved_atoms(structure, frames.positions[-1], frames.cells[-1])
        if parameters.task != 'static'
        else None,
        trajectory=_trajectory(structure, parameters, frames) if parameters.task != 'static' else None,
        series=thermo.series(parameters.time_step) if md else {},
        temperature=float(temperatures.mean()) if md else None,
        warnings=_warnings(final) + ([] if converged else [unconverged(parameters)]),
    )


def rotation_of(structure: orm.StructureData) -> Array:
    """Return R (3, 3) with which aiida-lammps brings `structure` into LAMMPS's frame, r' = R r."""
    from aiida_lammps.parsers.utils import generate_lammps_structure

    return np.asarray(generate_lammps_structure(structure)[1], dtype=float)


def read_frames(trajectory: LammpsTrajectory, rotation: Array) -> Frames:
    """Return all dumped samples in the input's frame, the cell's corner at the origin."""
    from aiida_lammps.parsers.parse_raw import parse_step

    steps, positions, forces, cells = [], [], [], []
    for text in trajectory.iter_step_strings():
        step = parse_step(text.decode().splitlines())
        atoms = np.array([step.atom_fields[name] for name in COLUMNS], dtype=float).T
        steps.append(step.timestep)
        positions.append((atoms[:, :3] - _corner(step.lines, step.cell)) @ rotation)
        forces.append(atoms[:, 3:] @ rotation)
        cells.append(step.cell @ rotation)
    return Frames(np.array(steps, dtype=float), np.array(positions), np.array(forces), np.array(cells))


def _corner(lines: list[str], cell: Array) -> Array:
    """Return the corner of the box; the dump's bounds are those of the box around the tilted cell."""
    low: Array = np.array([float(line.split()[0]) for line in lines[5:8]])
    (xy, xz, yz) = cell[1, 0], cell[2, 0], cell[2, 1]
    low -= np.array([min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0])
    return low


def stress_from_pressures(pressures: Array, rotation: Array) -> Array:
    """Return the (3, 3) stress [GPa], tension positive, from LAMMPS's pressures [bar] xx yy zz xy xz yz."""
    xx, yy, zz, xy, xz, yz = -pressures * GPA_PER_BAR
    tensor: Array = np.linalg.multi_dot(
        [rotation.T, np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]), rotation]
    )
    return (tensor + tensor.T) / 2


class _Thermo:
    """The thermo output at the steps of the dump; LAMMPS also prints a last step that is not dumped."""

    TENSOR = ('pxx', 'pyy', 'pzz', 'pxy', 'pxz', 'pyz')

    def __init__(self, arrays: orm.ArrayData, steps: Array) -> None:
        self._arrays = arrays
        printed = arrays.get_array('Step')
        self._steps = steps
        self._rows = [int(np.flatnonzero(printed == step)[0]) for step in steps if step in printed]
        if len(self._rows) != len(steps):
            raise ValueError(
                f'LAMMPS printed {len(self._rows)} of {len(steps)} sampled steps; see `retrieved`'
            )

    def column(self, name: str) -> Array:
        """Return a column, in metal units."""
        return np.array(self._arrays.get_array(name)[self._rows], dtype=np.float64)

    def pressures(self) -> Array:
        """Return the six components [bar] of the last sample."""
        return np.array([self.column(name.capitalize())[-1] for name in self.TENSOR])

    def series(self, time_step: float) -> dict[str, Array]:
        """Return the series of an md run by their keys with units."""
        series = {key: self.column(name) * factor for key, (name, factor) in SERIES.items()}
        return {'time_fs': self._steps * time_step, **series}


def _is_converged(
    structure: orm.StructureData, parameters: AtomisticParameters, forces: Array, stress: Array
) -> bool:
    """Return whether a relaxation reached its tolerances; other tasks always do."""
    if parameters.task not in ('relax', 'relax_cell'):
        return True
    if np.abs(forces).max() > parameters.force_tolerance:
        return False
    free = np.outer(structure.pbc, structure.pbc) & (parameters.task == 'relax_cell')
    deviation = np.abs(stress + parameters.pressure * np.eye(3))[free]
    return not deviation.size or bool(deviation.max() <= parameters.stress_tolerance)


def _trajectory(structure: orm.StructureData, parameters: AtomisticParameters, frames: Frames) -> Trajectory:
    """Return the samples; a relaxation's steps stand for times."""
    return Trajectory(
        symbols=structure.get_ase().get_chemical_symbols(),
        times=frames.steps * (parameters.time_step if parameters.task == 'md' else 1.0),
        positions=frames.positions,
        cells=frames.cells,
    )


def _warnings(final: Mapping[str, Any]) -> list[str]:
    return [str(line) for line in final.get('compute_variables', {}).get('warnings', [])]


def live_curves(text: str) -> list[Curve]:
    """Return the columns of the thermo output so far, against the step.

    At rest (relaxations) there is no temperature to tell of, and the total energy is the potential one; in
    motion no force goes anywhere.
    """
    columns: list[str] = []
    rows: list[list[float]] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ['Step']:
            columns, rows = words, []
        elif len(words) == len(columns):
            try:
                rows.append([float(word) for word in words])
            except ValueError:
                continue
    table = dict(zip(columns, zip(*rows, strict=True), strict=False))
    meaningless = {'Fmax'} if any(table.get('Temp', ())) else {'Temp', 'TotEng'}
    return [
        Curve(name, unit, 'step', list(table['Step']), [factor * value for value in table[column]])
        for column, (name, unit, factor) in LIVE.items()
        if column in table and column not in meaningless
    ]
