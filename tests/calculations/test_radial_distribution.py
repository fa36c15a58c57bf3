"""g(r) against the ideal gas and perfect lattices."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

from nanoos_plugins.calculations.radial_distribution import largest_radius, radial_distribution


def test_ideal_gas_is_one_everywhere() -> None:
    rng = np.random.default_rng(1)
    cell = np.array([[10.0, 0.0, 0.0], [3.0, 11.0, 0.0], [-2.0, 1.0, 12.0]])
    cells = np.repeat(cell[None], 200, axis=0)
    positions = rng.random((200, 100, 3)) @ cell
    result = radial_distribution(['Ar'] * 100, positions, cells, r_max=4.0, n_bins=8)
    # 4-sigma Poisson bounds of the counts: 200 frames × 100·99/2 distinct pairs × shell/volume
    shells = 4 / 3 * np.pi * np.diff(np.linspace(0, 4, 9) ** 3)
    expected = 200 * 100 * 99 / 2 * shells / np.linalg.det(cell)
    assert np.all(np.abs(result.g['', ''] - 1) < 4 / np.sqrt(expected))
    density = 99 / np.linalg.det(cell)
    assert result.coordination['', ''][-1] == pytest.approx(density * 4 / 3 * np.pi * 4**3, rel=0.02)


def test_fcc_shells_hold_12_6_24_12() -> None:
    a = 3.615
    atoms = bulk('Cu', a=a, cubic=True).repeat(4)
    result = radial_distribution(
        atoms.get_chemical_symbols(), atoms.positions[None], atoms.cell.array[None], r_max=7.0, n_bins=700
    )
    coordination, r = result.coordination['Cu', 'Cu'], result.r
    for neighbours, shell, following in [(12, 0.5, 1.0), (18, 1.0, 1.5), (42, 1.5, 2.0), (54, 2.0, 2.5)]:
        between = a * 0.5 * (np.sqrt(shell) + np.sqrt(following))
        assert coordination[np.searchsorted(r, between)] == pytest.approx(neighbours)
    assert r[np.argmax(result.g['', ''])] == pytest.approx(a / np.sqrt(2), abs=0.01)


def test_integral_of_g_is_the_coordination_number() -> None:
    rng = np.random.default_rng(2)
    atoms = bulk('NaCl', 'rocksalt', a=5.64, cubic=True).repeat(3)
    cells = np.repeat(atoms.cell.array[None], 10, axis=0)
    positions = atoms.positions + rng.normal(0, 0.1, (10, len(atoms), 3))
    result = radial_distribution(atoms.get_chemical_symbols(), positions, cells, r_max=8.0, n_bins=800)
    dr = result.r[1] - result.r[0]
    shells = 4 / 3 * np.pi * ((result.r + dr / 2) ** 3 - (result.r - dr / 2) ** 3)
    density = 108 / atoms.get_volume()
    integral = np.cumsum(density * result.g['Cl', 'Na'] * shells)
    np.testing.assert_allclose(integral, result.coordination['Cl', 'Na'], rtol=1e-10)
    assert integral[np.searchsorted(result.r, 3.9)] == pytest.approx(6.0)  # rocksalt: 6 unlike neighbours


def test_total_is_the_mean_over_species() -> None:
    """N² g = Σ_ab N_a N_b g_ab with the finite-size factors, checked through the coordination numbers."""
    atoms = bulk('NaCl', 'rocksalt', a=5.64, cubic=True).repeat(2)
    result = radial_distribution(
        atoms.get_chemical_symbols(), atoms.positions[None], atoms.cell.array[None], r_max=5.6, n_bins=100
    )
    c = result.coordination
    np.testing.assert_allclose(c['', ''], 0.5 * (c['Na', 'Na'] + c['Cl', 'Cl']) + c['Cl', 'Na'], atol=1e-9)


def test_minimum_image_limit_is_kept() -> None:
    sheared = np.array([[[10.0, 0.0, 0.0], [8.0, 6.0, 0.0], [0.0, 0.0, 20.0]]])
    assert largest_radius(sheared) == pytest.approx(3.0)
    with pytest.raises(ValueError, match='half the smallest cell height, 3.000'):
        radial_distribution(['Ar'], np.zeros((1, 1, 3)), sheared, r_max=3.1)
