"""What is measured in one walk, by task, and how it hangs on the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nanoos_plugins.runners.kmc import exact, gas, single, solute
from nanoos_plugins.runners.kmc.lattice import Floats, Lattice
from nanoos_plugins.runners.kmc.rates import BOLTZMANN
from nanoos_plugins.runners.kmc.walkable import POINTS, STRIDE, defects_of, table_of

#: Windows before the first that counts, as a part of all, where there is an equilibrium to reach.
DISCARDED = 0.1

#: Å²/ps in m²/s, ps in s, Å² in m².
_DIFFUSIVITY, _TIME, _AREA = 1e-8, 1e-12, 1e-20

#: Inputs with an uncertainty: barriers and attempt frequencies of five hops, and the formation energy.
INPUTS = 11

UNITS = {
    'vacancy_diffusivity': 'm²/s',
    'tracer_diffusivity': 'm²/s',
    'tracer_correlation_factor': '',
    'vacancy_concentration': '',
    'self_diffusivity': 'm²/s',
    'mean_neighbours': '',
    'solute_correlation_factor': '',
    'bound_fraction': '',
    'exchange_rate': 'THz',
    'solute_diffusivity': 'm²/s',
    'solute_diffusivity_per_vacancy': 'm²/s',
}


@dataclass(frozen=True)
class Sample:
    """Of one walk: `values` in `UNITS`, and the mean `square` displacement [m²] at `time` [s], (POINTS,).

    `bend`: by how much the slope of its second half differs from that of the quarter before, as a part of it;
    `drift`: by how many neighbours a defect has more in the second half of the windows than in the first.
    Both are 0 where there is no memory that could make them.
    """

    values: dict[str, float]
    time: Floats
    square: Floats
    bend: float = 0.0
    drift: float = 0.0


def concentration(settings: Mapping[str, Any], temperature: float) -> float | None:
    """Return the equilibrium concentration of vacancies, exp(S_f/k − E_f/kT); None when E_f is not given."""
    energy = settings['formation_energy']
    if energy is None:
        return None
    return float(np.exp(settings['formation_entropy'] - energy / (BOLTZMANN * temperature)))


def walk(settings: Mapping[str, Any], lattice: Lattice, temperature: float, seed: int) -> Sample:
    """Return what one walk of the task measures."""
    if settings['task'] == 'impurity':
        return _walk_of_solute(settings, lattice, temperature, seed)
    return _walk_of_defects(settings, lattice, temperature, seed)


def _walk_of_defects(settings: Mapping[str, Any], lattice: Lattice, temperature: float, seed: int) -> Sample:
    n = defects_of(settings)
    windows = settings['hops'] // (POINTS * STRIDE * n)
    sums = _sums(settings, lattice, temperature, seed, windows)
    # What has a memory counts from the middle of the windows on; a single defect has none.
    half = POINTS // 2 - 1
    after = sums[:, -1] - sums[:, half]
    hops = (POINTS - 1 - half) * STRIDE * n * windows
    free = sums[:, -1] if n == 1 else after
    scale = lattice.distance**2 / (2 * lattice.dimension) * _DIFFUSIVITY
    of_defects = free[1] / free[0] / n * scale
    values: dict[str, float] = {}
    if settings['task'] == 'adatom':
        values = {'tracer_diffusivity': of_defects, 'tracer_correlation_factor': after[1] / hops}
    else:
        values = {
            'vacancy_diffusivity': of_defects,
            'tracer_diffusivity': after[2] / after[0] / (lattice.sites - n) * scale,
            'tracer_correlation_factor': after[2] / hops,
        }
        equilibrium = concentration(settings, temperature)
        if equilibrium is not None:
            values['vacancy_concentration'] = equilibrium
            values['self_diffusivity'] = values['tracer_correlation_factor'] * equilibrium * of_defects
    time, square = sums[0] / windows * _TIME, sums[1] / windows / n * lattice.distance**2 * _AREA
    if n == 1:
        return Sample(values, time, square)
    pairs, elapsed, first_pairs, first_elapsed = sums[3, :4]
    values['mean_neighbours'] = 2 * pairs / elapsed / n
    late = (pairs - first_pairs) / (elapsed - first_elapsed)
    drift = 2 * (late - first_pairs / first_elapsed) / n
    before = sums[:, half] - sums[:, half // 2]
    bend = after[1] / after[0] / (before[1] / before[0]) - 1
    return Sample(values, time, square, float(bend), float(drift))


def _sums(
    settings: Mapping[str, Any], lattice: Lattice, temperature: float, seed: int, windows: int
) -> Floats:
    """Return the sums of `single.walk` or `gas.walk`, times in ps."""
    n = defects_of(settings)
    table = table_of(settings, lattice, temperature)
    if n == 1:
        rate = table[lattice.coordination]
        arrays = (lattice.neighbours, lattice.sublattice, lattice.steps)
        return np.asarray(single.walk(seed, windows, POINTS, STRIDE, rate, *arrays))
    cell = gas.Cell(lattice.neighbours, lattice.sublattice, lattice.steps, table)
    start = np.random.default_rng(seed).choice(lattice.sites, n, replace=False)
    discarded = int(DISCARDED * windows) + 1
    return np.asarray(gas.walk(seed, windows, discarded, POINTS, STRIDE * n, start, cell))


def _walk_of_solute(settings: Mapping[str, Any], lattice: Lattice, temperature: float, seed: int) -> Sample:
    table = table_of(settings, lattice, temperature)
    windows = settings['hops'] // (POINTS * STRIDE)
    cell = gas.Cell(lattice.neighbours, lattice.sublattice, lattice.steps, table)
    start = 1 + int(np.random.default_rng(seed).integers(lattice.sites - 1))
    discarded = int(DISCARDED * windows) + 1
    sums = solute.walk(seed, windows, discarded, POINTS, STRIDE, start, 0, cell)
    beside, time, exchanges, pairs, cosines = sums[2, :5]
    if pairs < 1 or cosines >= pairs:
        raise ValueError(
            f'at {temperature} K the vacancy met the solute {int(exchanges)} times in {settings["hops"]} '
            'hops, too few for a correlation factor: ask for more hops or a smaller supercell'
        )
    factor = (1 + cosines / pairs) / (1 - cosines / pairs)
    per_vacancy = solute_prefactor(lattice, table) * factor
    values = {
        'solute_correlation_factor': factor,
        'bound_fraction': beside / time,
        'exchange_rate': exchanges / time,
        'solute_diffusivity_per_vacancy': per_vacancy,
    }
    equilibrium = concentration(settings, temperature)
    if equilibrium is not None:
        values |= {'vacancy_concentration': equilibrium, 'solute_diffusivity': per_vacancy * equilibrium}
    square = sums[1] / windows * lattice.distance**2 * _AREA
    return Sample(values, sums[0] / windows * _TIME, square)


def solute_prefactor(lattice: Lattice, table: Floats) -> float:
    """Return D₂/(f₂ c_v) = z d² w₂ (w₄/w₃)/6 [m²/s]: w₄/w₃ is how much likelier a vacancy is beside it."""
    ratio = table[4] / table[3]
    size = lattice.distance**2 / (2 * lattice.dimension) * _DIFFUSIVITY
    return float(lattice.coordination * size * table[2] * ratio)


def bound_fraction(lattice: Lattice, table: Floats) -> float:
    """Return the share of its time that the vacancy of the cell is beside the solute, by Boltzmann."""
    beside = lattice.coordination * table[4] / table[3]
    return float(beside / (beside + lattice.sites - 1 - lattice.coordination))


def sensitivities(settings: Mapping[str, Any], lattice: Lattice, temperature: float) -> dict[str, Floats]:
    """Return by how much the logarithm of each value changes when an input changes by its uncertainty.

    The inputs, taken as independent: barriers and attempt frequencies of the five hops (of one hop where
    there is no solute; each has the same uncertainty), and the formation energy.
    """
    warmth = BOLTZMANN * temperature
    barrier = settings['migration_barrier_uncertainty'] / warmth
    frequency = settings['attempt_frequency_uncertainty'] / settings['attempt_frequency']
    formation = np.array([0.0] * (INPUTS - 1) + [settings['formation_energy_uncertainty'] / warmth])

    def hops(powers: Floats) -> Floats:
        """Return the changes of a product of powers of the five rates."""
        return np.concatenate([-barrier * powers, frequency * powers, [0.0]])

    if settings['task'] != 'impurity':
        one = hops(np.array([1.0, 0, 0, 0, 0]))
        found = dict.fromkeys(('vacancy_diffusivity', 'tracer_diffusivity'), one)
        return found | {'vacancy_concentration': -formation, 'self_diffusivity': one - formation}
    table = table_of(settings, lattice, temperature)
    powers = np.zeros(5)
    if barrier or frequency:
        powers = exact.derivatives(lattice, table)
    exchange, binding = np.array([0.0, 0, 1, 0, 0]), np.array([0.0, 0, 0, -1, 1])
    per_vacancy = hops(powers + exchange + binding)
    free = 1 - bound_fraction(lattice, table)
    return {
        'solute_correlation_factor': hops(powers),
        'solute_diffusivity_per_vacancy': per_vacancy,
        'vacancy_concentration': -formation,
        'solute_diffusivity': per_vacancy - formation,
        'bound_fraction': hops(free * binding),
        'exchange_rate': hops(exchange + free * binding),
    }
