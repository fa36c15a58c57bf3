"""Lattices, rates and statistics of kinetic Monte Carlo: what is exact is tested as exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111

from nanoos_plugins.runners.kmc.arrhenius import fit
from nanoos_plugins.runners.kmc.estimate import Estimate, quantities
from nanoos_plugins.runners.kmc.lattice import build, recognise
from nanoos_plugins.runners.kmc.rates import BOLTZMANN, arrhenius, by_neighbours, five, not_rare

LATTICES = {'fcc': 12, 'bcc': 8, 'sc': 6, 'diamond': 4, 'fcc(100)': 4, 'fcc(111)': 6}
#: Hop distance in units of the lattice parameter.
DISTANCES = {
    'fcc': 0.5**0.5,
    'bcc': 0.75**0.5,
    'sc': 1.0,
    'diamond': 0.1875**0.5,
    'fcc(100)': 0.5**0.5,
    'fcc(111)': 0.5**0.5,
}


def entry(atoms: Atoms) -> dict[str, Any]:
    """Return a structure as programs read it."""
    return {
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.positions.tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': atoms.pbc.tolist(),
    }


@pytest.mark.parametrize(
    ('atoms', 'expected'),
    [
        (bulk('Cu', 'fcc', a=3.6), ('fcc', 3.6)),
        (bulk('Cu', 'fcc', a=3.6, cubic=True).repeat((2, 1, 3)), ('fcc', 3.6)),
        (bulk('Fe', 'bcc', a=2.87), ('bcc', 2.87)),
        (bulk('Po', 'sc', a=3.35), ('sc', 3.35)),
        (bulk('Si', 'diamond', a=5.43, cubic=True), ('diamond', 5.43)),
    ],
)
def test_lattice_is_recognised_from_any_cell_in_any_frame(atoms: Atoms, expected: tuple[str, float]) -> None:
    atoms.rotate(37, (1, 2, 3), rotate_cell=True)
    name, parameter = recognise(entry(atoms))
    assert (name, parameter) == (expected[0], pytest.approx(expected[1], rel=1e-6))


@pytest.mark.parametrize(
    ('atoms', 'reason'),
    [
        (bulk('NaCl', 'rocksalt', a=5.6), 'got Cl, Na: give the pure host'),
        (bulk('Mg', 'hcp', a=3.2, c=5.2), 'got space group P6_3/mmc'),
        (Atoms('Cu', cell=[3.0, 3.0, 3.3], pbc=True), 'got space group P4/mmm'),
        (fcc111('Cu', (1, 1, 3), vacuum=5), 'not periodic in all directions'),
        (Atoms('Cu2', positions=[[0, 0, 0], [0, 0, 1e-4]], cell=[3, 3, 3], pbc=True), 'without symmetry'),
    ],
)
def test_other_structures_are_refused(atoms: Atoms, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace('(', r'\(')):
        recognise(entry(atoms))


@pytest.mark.parametrize('name', LATTICES)
def test_neighbours_are_mutual_and_steps_lead_back(name: str) -> None:
    lattice = build(name, 4.0, 4)
    z = LATTICES[name]
    assert lattice.neighbours.shape == (lattice.sites, z)
    assert lattice.distance == pytest.approx(4.0 * DISTANCES[name])
    np.testing.assert_allclose((lattice.steps**2).sum(axis=-1), 1)
    np.testing.assert_allclose(lattice.steps.sum(axis=1), 0, atol=1e-12)
    for site in range(lattice.sites):
        assert len(set(lattice.neighbours[site]) - {site}) == z
        for k, other in enumerate(lattice.neighbours[site]):
            back = list(lattice.neighbours[other]).index(site)
            there, again = (
                lattice.steps[lattice.sublattice[site], k],
                lattice.steps[lattice.sublattice[other], back],
            )
            np.testing.assert_allclose(there, -again)


def test_cells_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown lattice 'hcp'; known lattices: fcc"):
        build('hcp', 4.0, 4)
    with pytest.raises(ValueError, match='at least 3 times'):
        build('fcc', 4.0, 2)


def test_rates_obey_detailed_balance_exactly() -> None:
    """Γ(Δn)/Γ(−Δn) = exp(−ε Δn/kT), for the hop there and the hop back of every neighbourhood."""
    temperature, energy, z = 450.0, -0.03, 6
    table = by_neighbours(5.0, 0.5, energy, z, temperature)
    changes = np.arange(-z, z + 1)
    expected = np.exp(-energy * changes / (BOLTZMANN * temperature))
    np.testing.assert_allclose(table / table[::-1], expected, rtol=1e-12)
    assert table[z] == pytest.approx(5.0 * np.exp(-0.5 / (BOLTZMANN * 450)))


def test_frequencies_of_a_solute_are_in_their_order() -> None:
    hops = {
        'migration': (1.0, 0.5),
        'exchange': (2.0, 0.5),
        'dissociation': (3.0, 0.5),
        'association': (4.0, 0.5),
    }
    table = five(hops, 600.0)
    np.testing.assert_allclose(table / table[0], [1, 0, 2, 3, 4])


@pytest.mark.parametrize(
    ('frequency', 'barrier', 'temperature', 'reason'),
    [
        (5.0, 0.0, 300.0, 'a barrier above 0 eV, got 0.0'),
        (5.0, -0.1, 300.0, 'a barrier above 0 eV, got -0.1'),
        (None, 0.5, 300.0, 'an attempt frequency above 0 THz, got None'),
        (5.0, 0.5, 0.0, 'a temperature above 0 K, got 0.0'),
        (5.0, float('nan'), 300.0, 'a barrier above 0 eV, got nan'),
        (5.0, 2.0, 20.0, 'is never crossed: raise the temperature'),
    ],
)
def test_hops_without_a_rate_are_refused(
    frequency: float | None, barrier: float, temperature: float, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        arrhenius(frequency, barrier, temperature)


def test_neighbourhoods_that_take_the_barrier_away_are_refused() -> None:
    with pytest.raises(ValueError, match=r'pair_energy -0.3 eV makes barriers of -0.05 eV .* below 0.267 eV'):
        by_neighbours(5.0, 0.4, -0.3, 4, 300.0)


def test_low_barriers_are_warned_of() -> None:
    assert not_rare(0.5, 300.0) is None
    assert '2.9 kT' in str(not_rare(0.3, 1200.0))


def test_arrhenius_fit_carries_errors_of_inputs_through() -> None:
    """An uncertain barrier makes Q uncertain by as much and leaves D0 alone; a prefactor the other way round.

    The errors of the walks: for ln D at two temperatures, var Q = 2 σ²/(β₁ − β₂)².
    """
    temperatures = np.array([500.0, 1000.0])
    warmth = BOLTZMANN * temperatures
    walks = (2e-6 * np.exp(-0.8 / warmth))[:, None] * (1 + 0.01 * np.array([-1.0, 0.0, 1.0]))
    inputs = np.stack([-0.03 / warmth, [0.1, 0.1]], axis=1)
    found = fit(temperatures, Estimate('m²/s', walks, inputs))
    assert found.prefactor == pytest.approx(2e-6)
    assert found.energy == pytest.approx(0.8)
    np.testing.assert_allclose(found.of_inputs, [[0.1**2, 0], [0, 0.03**2]], atol=1e-12)
    error = 0.01 / 3**0.5
    assert found.of_walks[1, 1] == pytest.approx(2 * error**2 / (1 / warmth[0] - 1 / warmth[1]) ** 2)
    assert found.misfit is None


def test_a_curved_arrhenius_plot_misfits() -> None:
    temperatures = np.array([400.0, 600.0, 800.0])
    curved = np.array([1e-12, 3e-10, 1e-9])[:, None] * (1 + 0.001 * np.array([-1.0, 0.0, 1.0]))
    found = fit(temperatures, Estimate('m²/s', curved, np.zeros((3, 1))))
    assert found.misfit is not None
    assert found.misfit > 100
    with pytest.raises(ValueError, match='at least 2 temperatures'):
        fit(temperatures[:1], Estimate('m²/s', curved[:1], np.zeros((1, 1))))


def test_errors_of_walks_and_inputs_are_combined_and_kept_apart() -> None:
    one = Estimate('m²/s', np.array([[9.0, 10.0, 11.0]]), np.array([[0.3, 0.4]]))
    told = quantities({'d': one})
    assert told['d']['value'] == 10.0
    assert told['d_standard_error']['value'] == pytest.approx(1 / 3**0.5)
    assert told['d']['uncertainty'] == pytest.approx((1 / 3 + 25) ** 0.5)
