"""Relaxation and molecular dynamics with any calculator, on a smooth Lennard-Jones solid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.lj import LennardJones

from nanoos_plugins.runners.atomistic import Arrays, evaluate, stack

DEFAULTS = {
    'task': 'static',
    'force_tolerance': 1e-3,
    'stress_tolerance': 1e-2,
    'pressure': 0.0,
    'max_steps': 200,
    'ensemble': 'nvt',
    'temperature': 300.0,
    'time_step': 2.0,
    'steps': 100,
    'sample_every': 10,
    'seed': 7,
    'thermostat_time': 50.0,
    'barostat_time': 500.0,
}


def run(atoms: Atoms, **settings: Any) -> Arrays:
    calculator = LennardJones(epsilon=0.15, sigma=2.338, rc=6.0, ro=3.96, smooth=True)
    return evaluate(atoms, calculator, {**DEFAULTS, **settings})


def dimer() -> Atoms:
    return Atoms('Ar2', positions=[[4, 4, 4], [6.4, 4, 4]], cell=[20, 20, 20], pbc=True)


def test_dimer_relaxes_to_the_minimum_of_the_potential() -> None:
    """The analytic minimum lies at 2^(1/6) σ with the energy −ε."""
    final = run(dimer(), task='relax', force_tolerance=1e-6)
    assert final['converged'] == 1.0
    assert np.linalg.norm(final['positions'][1] - final['positions'][0]) == pytest.approx(
        2 ** (1 / 6) * 2.338
    )
    assert final['energy'] == pytest.approx(-0.15)


def test_too_few_steps_are_not_called_converged() -> None:
    assert run(dimer(), task='relax', force_tolerance=1e-6, max_steps=1)['converged'] == 0.0


def test_cell_relaxes_only_along_periodic_directions() -> None:
    atoms = bulk('Cu', a=3.5, cubic=True)
    atoms.pbc = [True, True, False]
    final = run(atoms, task='relax_cell')
    assert final['converged'] == 1.0
    np.testing.assert_array_equal(final['cell'][2], atoms.cell[2])
    assert final['cell'][0, 0] != pytest.approx(3.5)
    np.testing.assert_allclose(final['stress'][:2, :2], 0, atol=1e-2)


def test_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    atoms = bulk('Cu', a=3.6, cubic=True)
    for ensemble in ('nve', 'nvt', 'npt'):
        one, two, other = (run(atoms, task='md', ensemble=ensemble, seed=seed) for seed in (7, 7, 8))
        np.testing.assert_array_equal(one['positions'], two['positions'])
        assert not np.allclose(one['positions'], other['positions'])


def test_nve_conserves_energy_and_centre_of_mass() -> None:
    atoms = bulk('Cu', a=3.6, cubic=True)
    one = run(atoms, task='md', ensemble='nve')
    assert np.ptp(one['series_total_energy_eV']) < 0.01 * np.ptp(one['series_potential_energy_eV'])
    np.testing.assert_allclose(
        one['trajectory_positions'].mean(axis=1) - atoms.positions.mean(axis=0), 0, atol=1e-9
    )
    np.testing.assert_array_equal(one['series_time_fs'], np.arange(0, 201, 20.0))


def test_nvt_keeps_the_mean_kinetic_energy_of_equipartition() -> None:
    """4 atoms at rest as a whole: 9 degrees of freedom; the mean of 400 samples scatters by about 4 %."""
    atoms = bulk('Cu', a=3.6, cubic=True)
    one = run(atoms, task='md', steps=4400, sample_every=10)
    kinetic = (one['series_total_energy_eV'] - one['series_potential_energy_eV'])[40:]
    assert kinetic.mean() == pytest.approx(4.5 * units.kB * 300, rel=0.15)


def test_npt_reaches_the_target_pressure() -> None:
    atoms = bulk('Cu', a=3.55, cubic=True)
    one = run(atoms, task='md', ensemble='npt', steps=3000, pressure=5.0, thermostat_time=100.0)
    assert one['series_pressure_GPa'][0] > 8.0
    assert one['series_pressure_GPa'][60:].mean() == pytest.approx(5.0, abs=0.5)


def test_pressure_contains_the_ideal_gas() -> None:
    """Two atoms too far apart to interact: P V = 2/3 E_kin."""
    atoms = Atoms('Ar2', positions=[[0, 0, 0], [15, 15, 15]], cell=[30, 30, 30], pbc=True)
    one = run(atoms, task='md', ensemble='nve', steps=10)
    expected = 2 / 3 * one['series_total_energy_eV'] / 30**3 / units.GPa
    np.testing.assert_allclose(one['series_pressure_GPa'], expected)


def test_stack_marks_a_missing_stress_and_cuts_by_number_of_atoms() -> None:
    stacked = stack([run(Atoms('Ar')), run(dimer())])
    assert np.isnan(stacked['stress'][0]).all()
    assert np.isfinite(stacked['stress'][1]).all()
    np.testing.assert_array_equal(stacked['n_atoms'], [1, 2])
    assert stacked['forces'].shape == (3, 3)


def test_unknown_task_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown task 'dance'"):
        run(dimer(), task='dance')
