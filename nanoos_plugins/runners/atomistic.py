"""One task (static, relax, relax_cell, md, path, hessian) for one structure with any ASE calculator.

Every function returns plain arrays: lengths Å, energies eV, forces eV/Å, stresses GPa (tension positive),
times fs, temperatures K.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms, units
from ase.constraints import FixCom
from ase.filters import FrechetCellFilter
from ase.md.bussi import Bussi
from ase.md.langevinbaoab import LangevinBAOAB
from ase.md.velocitydistribution import Stationary, force_temperature, thermalize_momenta
from ase.md.verlet import VelocityVerlet
from ase.optimize import LBFGS

from nanoos_plugins.runners.hessian import hessian
from nanoos_plugins.runners.path import find_path

Array = npt.NDArray[np.float64]
Arrays = dict[str, Array]
Settings = Mapping[str, Any]

SERIES_PREFIX = 'series_'
#: How the names of arrays begin that only a single structure has.
SINGLE = ('trajectory_', 'path_', 'hessian', SERIES_PREFIX)


def evaluate(atoms: Atoms, calculator: Any, settings: Settings, final: Atoms | None = None) -> Arrays:
    """Run `settings['task']` and return its arrays.

    Always: `energy` (), `forces` (n_atoms, 3), `positions` (n_atoms, 3), `cell` (3, 3), `converged` () as 0
    or 1, and `stress` (3, 3) where the cell has a volume. A relaxation adds `trajectory_positions`
    (n, n_atoms, 3) and `trajectory_cells` (n, 3, 3). md adds these and `trajectory_times` (n,) and
    `series_<key>` (n,); its stress and pressure contain the kinetic part. path adds what `find_path` returns,
    its positions being those of the highest image; hessian adds `hessian` (3 n_atoms, 3 n_atoms) [eV/Å²].

    :param settings: the fields of the engine parameters (`task`, `force_tolerance`, …).
    :param final: the other end of a path.
    :raises ValueError: for an unknown task, or a path without its other end.
    """
    tasks: dict[str, Callable[[Atoms, Settings], Arrays]] = {
        'static': lambda _atoms, _settings: {'converged': np.array(1.0)},
        'relax': relax,
        'relax_cell': relax,
        'md': run_md,
        'path': lambda atoms, settings: _path(atoms, final, settings),
        'hessian': _hessian,
    }
    if settings['task'] not in tasks:
        raise ValueError(f'unknown task {settings["task"]!r}; known tasks: {", ".join(tasks)}')
    atoms = atoms.copy()
    atoms.calc = calculator
    arrays = tasks[settings['task']](atoms, settings)
    return snapshot(atoms, kinetic=settings['task'] == 'md') | arrays


def snapshot(atoms: Atoms, kinetic: bool = False) -> Arrays:
    """Return energy, forces, positions, cell and, where it has a volume, stress of `atoms` as they are."""
    arrays = {
        'energy': np.array(atoms.get_potential_energy(), dtype=float),
        'forces': np.array(atoms.get_forces(apply_constraint=False), dtype=float),
        'positions': atoms.get_positions(),
        'cell': np.array(atoms.cell),
    }
    if atoms.cell.rank == 3:
        arrays['stress'] = stress_gpa(atoms, kinetic)
    return arrays


def stress_gpa(atoms: Atoms, kinetic: bool = False) -> Array:
    """Return the (3, 3) stress [GPa], tension positive; `kinetic` adds the momentum flux of the atoms."""
    stress = atoms.get_stress(voigt=False, apply_constraint=False, include_ideal_gas=kinetic)
    return np.array(stress, dtype=float) / float(units.GPa)


def stack(evaluations: Sequence[Arrays]) -> Arrays:
    """Return the evaluations of several structures as one set of arrays, per-atom arrays one after the other.

    Scalars and (3, 3) arrays get a first axis over the structures; `forces` and `positions` are concatenated
    over all atoms and `n_atoms` (n_structures,) tells where to cut. A missing stress is NaN. Trajectories,
    series, paths and Hessians are kept for a single structure only.
    """
    no_stress = np.full((3, 3), np.nan)
    stacked = {
        'n_atoms': np.array([len(one['forces']) for one in evaluations], dtype=float),
        'stress': np.stack([one.get('stress', no_stress) for one in evaluations]),
    }
    for name in ('energy', 'converged', 'cell'):
        stacked[name] = np.stack([one[name] for one in evaluations])
    for name in ('forces', 'positions'):
        stacked[name] = np.concatenate([one[name] for one in evaluations])
    if len(evaluations) == 1:
        stacked |= {name: array for name, array in evaluations[0].items() if name.startswith(SINGLE)}
    return stacked


def _path(atoms: Atoms, final: Atoms | None, settings: Settings) -> Arrays:
    if final is None:
        raise ValueError('a path needs the structure at its other end as `final`')
    arrays = find_path(atoms, final, atoms.calc, settings)
    atoms.set_positions(arrays['path_positions'][np.argmax(arrays['path_energies'])])
    return arrays


def _hessian(atoms: Atoms, settings: Settings) -> Arrays:
    return {'converged': np.array(1.0), 'hessian': hessian(atoms, settings['hessian_step'])}


def relax(atoms: Atoms, settings: Settings) -> Arrays:
    """Move `atoms` (and its periodic cell vectors for relax_cell) to a minimum of the enthalpy.

    Converged when every force component is below `force_tolerance` and, for relax_cell, every component of
    the stress within `stress_tolerance` of the target, both of the final structure.
    """
    with_cell = settings['task'] == 'relax_cell'
    free = np.outer(atoms.pbc, atoms.pbc) if with_cell else np.zeros((3, 3), dtype=bool)
    moving = atoms
    if with_cell:
        pressure = settings['pressure'] * units.GPa
        moving = FrechetCellFilter(atoms, mask=free.astype(float), scalar_pressure=pressure)
    target = -settings['pressure'] * np.eye(3)
    converged = False
    positions, cells = [], []
    for _ in LBFGS(moving, logfile=None).irun(fmax=0.0, steps=settings['max_steps']):
        positions.append(atoms.get_positions())
        cells.append(np.array(atoms.cell))
        converged = bool(np.abs(atoms.get_forces()).max() <= settings['force_tolerance'])
        if with_cell:
            deviation = np.abs(stress_gpa(atoms) - target)[free]
            converged = converged and bool(deviation.max() <= settings['stress_tolerance'])
        if converged:
            break
    return {
        'converged': np.array(float(converged)),
        'trajectory_positions': np.array(positions),
        'trajectory_cells': np.array(cells),
    }


def run_md(atoms: Atoms, settings: Settings) -> Arrays:
    """Run molecular dynamics, sampling step 0 and every `sample_every` steps after it.

    nve and nvt keep the centre of mass at rest, so that positions need no correction for drift.
    """
    generator = np.random.default_rng(settings['seed'])
    dynamics = _dynamics(atoms, settings, generator)
    samples: list[dict[str, Any]] = []

    def sample() -> None:
        samples.append(_sample(atoms, dynamics.nsteps * settings['time_step']))

    dynamics.attach(sample, interval=settings['sample_every'])
    dynamics.run(settings['steps'])
    names = samples[0]
    return {'converged': np.array(1.0)} | {name: np.array([one[name] for one in samples]) for name in names}


def _dynamics(atoms: Atoms, settings: Settings, generator: np.random.Generator) -> Any:
    """Return the integrator of the ensemble, with first velocities set.

    nve: velocity Verlet. nvt: stochastic velocity rescaling (doi:10.1063/1.2408420). npt: Langevin–Hoover,
    isotropic (doi:10.1063/1.1755657), whose thermostat acts on all 3 n_atoms degrees of freedom.
    """
    time_step = settings['time_step'] * units.fs
    temperature = settings['temperature']
    if settings['ensemble'] != 'npt':
        atoms.set_constraint(FixCom())
    thermalize_momenta(atoms, temperature, rng=generator)
    Stationary(atoms)
    force_temperature(atoms, temperature)
    thermostat_time = settings['thermostat_time'] * units.fs
    if settings['ensemble'] == 'nve':
        return VelocityVerlet(atoms, time_step)
    if settings['ensemble'] == 'nvt':
        return Bussi(atoms, time_step, temperature_K=temperature, taut=thermostat_time, rng=generator)
    barostat_time = settings['barostat_time'] * units.fs
    return LangevinBAOAB(
        atoms,
        time_step,
        temperature_K=temperature,
        externalstress=-settings['pressure'] * units.GPa,
        hydrostatic=True,
        T_tau=thermostat_time,
        P_tau=barostat_time,
        P_mass=_barostat_mass(atoms.get_volume(), barostat_time),
        rng=generator,
    )


def _barostat_mass(volume: float, barostat_time: float) -> float:
    """Return the mass W of the cell's motion from ω² = 9 B V / W, the isotropic oscillation of a solid.

    The volume of a solid with a bulk modulus B of 100 GPa then oscillates with a period of `barostat_time`,
    and that of a softer one more slowly. All in ASE's units.
    """
    return float(9 * 100 * units.GPa * volume * (barostat_time / (2 * np.pi)) ** 2)


def _sample(atoms: Atoms, time: float) -> dict[str, Any]:
    energy = float(atoms.get_potential_energy())
    sample = {
        'trajectory_times': time,
        'trajectory_positions': atoms.get_positions(),
        'trajectory_cells': np.array(atoms.cell),
        f'{SERIES_PREFIX}time_fs': time,
        f'{SERIES_PREFIX}temperature_K': atoms.get_temperature(),
        f'{SERIES_PREFIX}potential_energy_eV': energy,
        f'{SERIES_PREFIX}total_energy_eV': energy + atoms.get_kinetic_energy(),
    }
    if atoms.cell.rank == 3:
        sample[f'{SERIES_PREFIX}pressure_GPa'] = -np.trace(stress_gpa(atoms, kinetic=True)) / 3
        sample[f'{SERIES_PREFIX}volume_A3'] = atoms.get_volume()
    return sample
