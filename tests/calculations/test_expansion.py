"""The quasi-harmonic approximation of an Einstein solid, known in closed form, and of copper, measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from aiida import orm
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.eam import EAM
from scipy.optimize import brentq

from nanoos_plugins.calculations.birch_murnaghan import BirchMurnaghan, FitRefused
from nanoos_plugins.calculations.expansion import (
    BAD_FIT,
    J_PER_MOL,
    OUT_OF_RANGE,
    Vibrations,
    expansion_from_phonons,
    quasi_harmonic,
)
from nanoos_plugins.calculations.phonons import displaced_phonopy
from nanoos_plugins.engines.lammps_potential import find_file

STATIC = BirchMurnaghan(volume=11.8, energy=-3.54, bulk_modulus=140 * units.GPa, derivative=5.2, residual=0)
#: Quantum of the vibration at the volume of STATIC [eV], and −d ln ν/d ln V, the same at all volumes.
QUANTUM, GAMMA = 0.02, 2.0
#: Copper. Linear expansion at 25 °C: 16.5e-6/K (CRC Handbook of Chemistry and Physics, thermal and physical
#: properties of pure metals); Grüneisen parameter at room temperature: 2.00 (Carr, McCammon and White,
#: Proc. R. Soc. A 280, 72 (1964), doi:10.1098/rspa.1964.0131).
EXPERIMENT = {'linear_expansion': 16.5e-6, 'gruneisen_parameter': 2.00}
TEMPERATURES = np.array([40.0, 100.0, 300.0, 600.0])
VOLUMES = 11.8 * np.linspace(0.98, 1.06, 7)


def quantum(volume: np.ndarray) -> np.ndarray:
    return QUANTUM * (volume / STATIC.volume) ** -GAMMA


def einstein(volumes: np.ndarray = VOLUMES, temperatures: np.ndarray = TEMPERATURES) -> Vibrations:
    """Return three oscillators an atom."""
    heat = units.kB * temperatures[None, :]
    x = quantum(volumes)[:, None] / heat
    return Vibrations(
        volumes=volumes,
        energies=STATIC(volumes),
        temperatures=temperatures,
        free_energy=3 * heat * (x / 2 + np.log(-np.expm1(-x))),
        entropy=3 * units.kB * (x / np.expm1(x) - np.log(-np.expm1(-x))),
        heat_capacity=3 * units.kB * (x / 2 / np.sinh(x / 2)) ** 2,
    )


def pressure(volume: float, temperature: float) -> float:
    """Return p = −E′(V) + γ U/V [eV/Å³] (Mie and Grüneisen)."""
    h = 1e-4
    slope = float(STATIC(np.array(volume + h)) - STATIC(np.array(volume - h))) / (2 * h)
    e = float(quantum(np.array(volume)))
    inner = 3 * e * (0.5 + 1 / np.expm1(e / (units.kB * temperature)))
    return -slope + GAMMA * inner / volume


def test_volume_is_where_the_pressure_vanishes() -> None:
    found = quasi_harmonic(einstein())
    exact = [brentq(pressure, 11.7, 12.6, args=(one,)) for one in TEMPERATURES]
    np.testing.assert_allclose(found['volume'], exact, rtol=2e-6)
    np.testing.assert_allclose(found['lattice_scale'] ** 3 * STATIC.volume, exact, rtol=2e-6)


def test_bulk_modulus_is_the_slope_of_the_pressure() -> None:
    found = quasi_harmonic(einstein())
    h = 1e-3
    slopes = [
        -volume * (pressure(volume + h, one) - pressure(volume - h, one)) / (2 * h)
        for volume, one in zip(found['volume'], TEMPERATURES, strict=True)
    ]
    np.testing.assert_allclose(found['bulk_modulus'] * units.GPa, slopes, rtol=2e-3)


def test_grueneisen_relation() -> None:
    """α_V = γ C_V/(K V) with the γ that was put in, and C_V of Einstein at the volume found."""
    found = quasi_harmonic(einstein())
    np.testing.assert_allclose(found['gruneisen_parameter'], GAMMA, rtol=2e-3)
    x = quantum(found['volume']) / (units.kB * TEMPERATURES)
    capacity = 3 * units.kB * (x / 2 / np.sinh(x / 2)) ** 2
    np.testing.assert_allclose(found['heat_capacity_constant_volume'] * J_PER_MOL, capacity, rtol=2e-3)
    volumetric = GAMMA * capacity / (found['bulk_modulus'] * units.GPa * found['volume'])
    np.testing.assert_allclose(3 * found['linear_expansion'], volumetric, rtol=2e-3)


def test_heat_capacity_at_constant_pressure_is_t_ds_dt_along_the_volumes() -> None:
    """C_P = dH/dT without pressure: the slope of E + U along V(T)."""
    step = 0.5
    around = np.array([300 - step, 300, 300 + step])
    found = quasi_harmonic(einstein(temperatures=around))
    e = quantum(found['volume'])
    inner = STATIC(found['volume']) + 3 * e * (0.5 + 1 / np.expm1(e / (units.kB * around)))
    slope = (inner[2] - inner[0]) / (2 * step)
    assert found['heat_capacity'][1] * J_PER_MOL == pytest.approx(slope, rel=1e-4)


def test_nothing_expands_in_the_cold() -> None:
    cold = quasi_harmonic(einstein(temperatures=np.array([2.0])))
    assert abs(cold['linear_expansion'][0]) < 1e-12
    assert cold['lattice_scale'][0] > 1  # zero-point vibrations


def test_what_is_refused() -> None:
    with pytest.raises(FitRefused, match='at 600 K, per atom: the energy has no minimum') as outside:
        quasi_harmonic(einstein(volumes=11.8 * np.linspace(0.97, 1.02, 6), temperatures=TEMPERATURES[3:]))
    assert outside.value.status == OUT_OF_RANGE
    of = einstein()
    noise = of.energies + 0.01 * (-1.0) ** np.arange(len(VOLUMES))
    with pytest.raises(FitRefused, match='without vibrations, per atom: the residual') as bad:
        quasi_harmonic(replace(of, energies=noise))
    assert bad.value.status == BAD_FIT


def test_copper_expands_as_measured(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    """Within 20 %: the potential was fitted to no property of a warm crystal, and its γ is a little low.

    The forces are ASE's here, so that it is quick. By LAMMPS the work chain finds the same, as does phonopy's
    own approximation: `python -m tests.benchmarks.solid`.
    """
    engine_code('lammps')
    calculator = EAM(potential=str(find_file('Cu_mishin1.eam.alloy')[0]), elements=['Cu'])
    primitive = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    setup = {'supercell': [3, 3, 3], 'primitive_matrix': primitive, 'displacement_A': 0.01}
    nodes: dict[str, orm.Data] = {}
    for label, volume in enumerate(np.linspace(0.98, 1.06, 5)):
        cell = bulk('Cu', 'fcc', a=3.615 * volume ** (1 / 3), cubic=True)
        cell.calc = calculator
        energy = {'value': float(cell.get_potential_energy()), 'unit': 'eV'}
        nodes[f'results_{label}'] = orm.Dict({'energy': energy, 'n_atoms': len(cell)})
        nodes[f'unit_cell_{label}'] = orm.StructureData(ase=cell)
        nodes[f'summary_{label}'] = orm.Dict(setup)
        phonon = displaced_phonopy(nodes[f'unit_cell_{label}'], setup)
        (displaced,) = phonon.supercells_with_displacements
        atoms = Atoms(
            displaced.symbols, cell=displaced.cell, scaled_positions=displaced.scaled_positions, pbc=True
        )
        atoms.calc = calculator
        phonon.forces = np.array([atoms.get_forces()])
        phonon.produce_force_constants(calculate_full_force_constants=False, show_drift=False)
        phonon.symmetrize_force_constants(show_drift=False)
        nodes[f'force_constants_{label}'] = orm.ArrayData({'force_constants': phonon.force_constants})
    found = expansion_from_phonons(
        orm.StructureData(ase=bulk('Cu', a=3.615)), orm.List([298.0]), orm.Float(40.0), **nodes
    )
    for name, value in EXPERIMENT.items():
        assert found['expansion'][name]['value'] == pytest.approx(value, rel=0.20), name
