"""Walks of kinetic Monte Carlo against exact diffusivities, published correlation factors and Boltzmann.

Every comparison is within 3 standard errors of the independent walks, and demands that these are small, so it
cannot pass by noise. The seeds are fixed: what passes once passes always.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.runners.kmc import exact
from nanoos_plugins.runners.kmc.lattice import Lattice, build
from nanoos_plugins.runners.kmc.rates import BOLTZMANN
from nanoos_plugins.runners.kmc.tasks import sensitivities, solute_prefactor, walk
from nanoos_plugins.runners.kmc.walkable import table_of

SETTINGS: dict[str, Any] = {
    'task': 'vacancy',
    'temperatures': [700.0],
    'attempt_frequency': 5.0,
    'attempt_frequency_uncertainty': 0.0,
    'migration_barrier': 0.6,
    'migration_barrier_uncertainty': 0.0,
    'formation_energy': None,
    'formation_energy_uncertainty': 0.0,
    'formation_entropy': 0.0,
    'defects': 1,
    'pair_energy': 0.0,
    'surface': '100',
    'supercell': 10,
    'hops': 400_000,
    'seeds': 8,
    'seed': 1,
}

#: H. Mehrer, Diffusion in Solids (Springer 2007), table 7.2, doi:10.1007/978-3-540-71488-0; more digits:
#: G. L. Montet, Phys. Rev. B 7 (1973) 650, doi:10.1103/PhysRevB.7.650. With repeats of the cell.
PUBLISHED = {
    'fcc': (0.7815, 12),
    'bcc': (0.7272, 15),
    'sc': (0.6531, 20),
    'diamond': (0.5, 10),
    'fcc(100)': (0.467, 100),
    'fcc(111)': (0.56006, 100),
}


def measured(lattice: Lattice, **given: Any) -> dict[str, tuple[float, float]]:
    """Return the means of all values over 8 walks and their standard errors."""
    walks = [walk(SETTINGS | given, lattice, 700.0, seed).values for seed in range(1, 9)]
    found = {name: np.array([values[name] for values in walks]) for name in walks[0]}
    return {name: (float(v.mean()), float(v.std(ddof=1) / 8**0.5)) for name, v in found.items()}


@pytest.mark.parametrize('name', PUBLISHED)
def test_correlation_factor_is_the_published_one(name: str) -> None:
    published, repeats = PUBLISHED[name]
    value, error = measured(build(name, 4.0, repeats), hops=1_000_000)['tracer_correlation_factor']
    assert error < 0.002
    assert abs(value - published) < 3 * error


@pytest.mark.parametrize('name', PUBLISHED)
def test_a_free_vacancy_diffuses_as_random_walks_do(name: str) -> None:
    """D_v = Γ z d²/(2 dim), in a cell so small that the walk leaves it a thousand times."""
    lattice = build(name, 4.0, 3)
    value, error = measured(lattice, hops=1_000_000)['vacancy_diffusivity']
    rate = 5e12 * np.exp(-0.6 / (BOLTZMANN * 700))
    expected = rate * lattice.coordination * (lattice.distance * 1e-10) ** 2 / (2 * lattice.dimension)
    assert error < 0.02 * expected
    assert abs(value - expected) < 3 * error


def test_square_displacement_grows_along_a_straight_line() -> None:
    sample = walk(SETTINGS | {'hops': 4_000_000}, build('fcc', 4.0, 4), 700.0, 3)
    np.testing.assert_allclose(sample.square / sample.time, sample.square[-1] / sample.time[-1], rtol=0.05)
    assert sample.square[-1] > (3 * 16e-10) ** 2


def test_many_vacancies_walk_as_one_where_they_are_rare() -> None:
    """Five free vacancies on 2000 sites: D and f are those of one, but for their concentration, 0.25 %."""
    lattice = build('bcc', 4.0, 10)
    values = measured(lattice, defects=5)
    value, error = values['tracer_correlation_factor']
    assert error < 0.004
    assert abs(value - 0.7272) < 3 * error + 0.0025
    value, error = values['vacancy_diffusivity']
    alone, other_error = measured(lattice)['vacancy_diffusivity']
    assert np.hypot(error, other_error) < 0.04 * alone
    assert abs(value - alone) < 3 * np.hypot(error, other_error) + 0.0025 * alone


@pytest.mark.parametrize('name', ['fcc', 'fcc(100)'])
def test_two_defects_are_bound_as_boltzmann_says(name: str) -> None:
    """Two levels, neighbours or not: their occupation ratio is z exp(−ε/kT)/(N − 1 − z)."""
    energy, lattice = -0.07, build(name, 4.0, 4)
    value, error = measured(lattice, defects=2, pair_energy=energy)['mean_neighbours']
    bound = lattice.coordination * np.exp(-energy / (BOLTZMANN * 700))
    expected = bound / (bound + lattice.sites - 1 - lattice.coordination)
    assert error < 0.01 * expected
    assert abs(value - expected) < 3 * error


@pytest.mark.parametrize('energy', [0.08, -0.08])
def test_crowded_adatoms_reach_the_equilibrium_of_all_their_arrangements(energy: float) -> None:
    lattice = build('fcc(100)', 4.0, 4)
    neighbours = [set(row) for row in lattice.neighbours]
    pairs = [
        sum(b in neighbours[a] for a, b in combinations(sites, 2)) for sites in combinations(range(16), 5)
    ]
    weights = np.exp(-energy * np.array(pairs) / (BOLTZMANN * 700))
    expected = 2 / 5 * float(weights @ pairs / weights.sum())
    value, error = measured(lattice, task='adatom', defects=5, pair_energy=energy)['mean_neighbours']
    assert error < 0.01 * expected
    assert abs(value - expected) < 3 * error


def solute_settings(**barriers: float) -> dict[str, Any]:
    """Return settings of a solute in fcc, all barriers as of the host where none is given."""
    names = ('rotation', 'exchange', 'dissociation', 'association')
    return {'task': 'impurity'} | {f'{name}_barrier': barriers.get(name, 0.6) for name in names}


def manning(w0: float, w1: float, w2: float, w3: float, w4: float) -> float:
    """Return f of a solute in fcc: J. R. Manning, Phys. Rev. 136 (1964) A1758.

    doi:10.1103/PhysRev.136.A1758; x is w4/w0, F(x) the part of the dissociated vacancies that do not return.
    """
    x = w4 / w0
    seven = 7 - np.polyval([10, 180.5, 927, 1341, 0], x) / np.polyval([2, 40.2, 254, 597, 436], x)
    return float((w1 + seven * w3 / 2) / (w1 + w2 + seven * w3 / 2))


@pytest.mark.parametrize(
    ('name', 'repeats'), [('fcc', (5, 8)), ('bcc', (6, 10)), ('sc', (8, 12)), ('diamond', (5, 7))]
)
def test_a_solute_like_its_host_is_a_tracer(name: str, repeats: tuple[int, int]) -> None:
    """All frequencies alike; what is left of the cell falls as 1/N and is extrapolated away."""
    small, large = (build(name, 4.0, count) for count in repeats)
    few, many = (exact.correlation_factor(lattice, np.ones(5)) for lattice in (small, large))
    limit = (many * large.sites - few * small.sites) / (large.sites - small.sites)
    assert limit == pytest.approx(PUBLISHED[name][0], abs=1e-4)


@pytest.mark.parametrize(
    'table', [(1, 1, 1, 1, 1), (1, 0.5, 3, 1, 1), (1, 2, 10, 0.4, 0.7), (1, 1, 0.2, 2, 3)]
)
def test_five_frequencies_agree_with_manning(table: tuple[float, ...]) -> None:
    value = exact.correlation_factor(build('fcc', 4.0, 8), np.array(table, dtype=float))
    assert value == pytest.approx(manning(*table), rel=0.004)


@pytest.mark.parametrize(
    ('name', 'barriers'),
    [
        ('fcc', {}),
        ('fcc', {'exchange': 0.52, 'rotation': 0.63, 'dissociation': 0.66, 'association': 0.58}),
        ('bcc', {'exchange': 0.55, 'dissociation': 0.63, 'association': 0.61}),
        ('diamond', {'exchange': 0.62, 'dissociation': 0.57, 'association': 0.6}),
    ],
)
def test_a_walking_solute_has_the_exact_correlation_and_binding(
    name: str, barriers: dict[str, float]
) -> None:
    """Correlation against linear algebra in the same cell; binding and exchanges against Boltzmann."""
    lattice = build(name, 4.0, 4)
    settings = solute_settings(**barriers) | {'hops': 500_000}
    if name != 'fcc':
        settings['rotation_barrier'] = None
    table = table_of(SETTINGS | settings, lattice, 700.0)
    values = measured(lattice, **settings)
    value, error = values['solute_correlation_factor']
    assert error < 0.03
    assert abs(value - exact.correlation_factor(lattice, table)) < 3 * error
    weight = lattice.coordination * table[4] / table[3]
    bound = weight / (weight + lattice.sites - 1 - lattice.coordination)
    value, error = values['bound_fraction']
    assert error < 0.03 * bound
    assert abs(value - bound) < 3 * error
    value, error = values['exchange_rate']
    assert error < 0.04 * bound * table[2]
    assert abs(value - bound * table[2]) < 3 * error


def test_uncertain_barriers_of_a_solute_shift_its_diffusivity_as_other_barriers_do() -> None:
    """For 1 eV they are the slopes of ln D₂ when each barrier is changed and all is done again."""
    lattice = build('fcc', 4.0, 4)
    given = solute_settings(exchange=0.52, rotation=0.63, dissociation=0.66, association=0.58)
    settings = SETTINGS | given | {'migration_barrier_uncertainty': 1.0}
    told = sensitivities(settings, lattice, 700.0)['solute_diffusivity_per_vacancy']
    for i, hop in enumerate(('migration', 'rotation', 'exchange', 'dissociation', 'association')):
        logarithms = []
        for change in (1e-4, -1e-4):
            changed = settings | {f'{hop}_barrier': settings[f'{hop}_barrier'] + change}
            table = table_of(changed, lattice, 700.0)
            value = solute_prefactor(lattice, table) * exact.correlation_factor(lattice, table)
            logarithms.append(np.log(value))
        assert told[i] == pytest.approx((logarithms[0] - logarithms[1]) / 2e-4, rel=1e-3, abs=1e-3)


def test_derivatives_of_the_correlation_add_up_to_nothing() -> None:
    """Times all frequencies alike changes no correlation: Euler's theorem for a function of degree zero."""
    lattice, table = build('fcc', 4.0, 4), np.array([1, 0.8, 4, 0.7, 1.2])
    slopes = exact.derivatives(lattice, table)
    assert abs(slopes.sum()) < 1e-6
    assert slopes[2] < -0.3
