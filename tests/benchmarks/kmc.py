"""Kinetic Monte Carlo against published correlation factors, exact diffusivities, Boltzmann; its speed.

`SEEDS` independent walks of `HOPS` hops of each case, `SOLUTE_HOPS` of the solute, which is met rarely.
Errors are standard errors of the walks; a case holds when it is within 3 of them and they are small enough.
The speed is of processor time, the sampling of displacements included, the compilation not.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nanoos_plugins.runners.kmc import exact
from nanoos_plugins.runners.kmc.lattice import Lattice, build
from nanoos_plugins.runners.kmc.rates import BOLTZMANN
from nanoos_plugins.runners.kmc.tasks import walk
from nanoos_plugins.runners.kmc.walkable import table_of
from tests.benchmarks.report import end_on_sigterm, report

SEEDS = int(os.environ.get('SEEDS', '8'))
HOPS = int(os.environ.get('HOPS', '5000000'))
SOLUTE_HOPS = int(os.environ.get('SOLUTE_HOPS', '30000000'))
TEMPERATURE = 700.0
LARGEST_ERROR = 0.002
FASTEST_TARGET = 5e6

SETTINGS: dict[str, Any] = {
    'task': 'vacancy',
    'attempt_frequency': 5.0,
    'migration_barrier': 0.6,
    'formation_energy': None,
    'formation_entropy': 0.0,
    'defects': 1,
    'pair_energy': 0.0,
    'hops': HOPS,
}

#: H. Mehrer, Diffusion in Solids (2007), table 7.2, doi:10.1007/978-3-540-71488-0; the square lattice has
#: 1/(π − 1). With repeats of the cell, so many that its images change less than the errors.
PUBLISHED = {
    'fcc': (0.7815, 13),
    'bcc': (0.7272, 16),
    'sc': (0.6531, 20),
    'diamond': (0.5, 10),
    'fcc(100)': (1 / (math.pi - 1), 100),
    'fcc(111)': (0.56006, 100),
}

#: The five frequencies as barriers [eV] of a solute that binds the vacancy and hops fast.
FAST = {'rotation': 0.63, 'exchange': 0.52, 'dissociation': 0.66, 'association': 0.58}
ALIKE = dict.fromkeys(FAST, 0.6)

Found = dict[str, tuple[float, float]]


def measure(lattice: Lattice, given: Mapping[str, Any]) -> tuple[Found, float]:
    """Return all values with their standard errors, and hops a second of processor time."""
    settings = SETTINGS | given
    walk(settings | {'hops': 10_000 * settings['defects']}, lattice, TEMPERATURE, 1)
    begin = time.process_time()
    walks = [walk(settings, lattice, TEMPERATURE, seed).values for seed in range(1, SEEDS + 1)]
    seconds = time.process_time() - begin
    values = {name: np.array([one[name] for one in walks]) for name in walks[0]}
    found = {name: (float(v.mean()), float(v.std(ddof=1)) / SEEDS**0.5) for name, v in values.items()}
    return found, SEEDS * settings['hops'] / seconds


class Table:
    """The rows of the report, and whether all hold."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.figures: dict[str, Any] = {}
        self.holds = True

    def add(self, case: str, key: str, found: tuple[float, float], expected: float, largest: float) -> None:
        """Add a value that must be `expected` within 3 errors of at most `largest`."""
        value, error = found
        deviation = (value - expected) / error
        holds = abs(deviation) <= 3 and error <= largest
        self.holds &= holds
        self.figures[key] = [round(value, 5), round(error, 5)]
        numbers = [f'{value:.5f}', f'{error:.5f}', f'{expected:.5f}', f'{deviation:+.1f}']
        self.rows.append([case, *numbers, 'yes' if holds else 'no'])

    def add_speed(self, case: str, key: str, hops: float, target: float | None = None) -> None:
        """Add hops a second, which must reach the target where there is one."""
        self.holds &= target is None or hops >= target
        self.figures[key] = round(hops)
        expected = '' if target is None else f'≥ {target / 1e6:g} M'
        holds = '' if target is None else 'yes' if hops >= target else 'no'
        self.rows.append([case, f'{hops / 1e6:.1f} M', '', expected, '', holds])


def vacancies(table: Table) -> None:
    """Compare a single vacancy with the published correlation factors and the free random walk."""
    rate = 5e12 * math.exp(-0.6 / (BOLTZMANN * TEMPERATURE))
    for name, (published, repeats) in PUBLISHED.items():
        lattice = build(name, 4.0, repeats)
        found, speed = measure(lattice, {})
        table.add(f'{name}: f', f'f_{name}', found['tracer_correlation_factor'], published, LARGEST_ERROR)
        free = rate * lattice.coordination * (lattice.distance * 1e-10) ** 2 / (2 * lattice.dimension)
        value, error = found['vacancy_diffusivity']
        table.add(f'{name}: D_v / exact', f'd_{name}', (value / free, error / free), 1.0, 0.01)
        target = FASTEST_TARGET if name == 'fcc' else None
        table.add_speed(f'{name}: hops/s', f'hops_per_s_{name}', speed, target)


def solutes(table: Table) -> None:
    """Compare a solute in fcc with linear algebra in the same cell and with Boltzmann."""
    lattice = build('fcc', 4.0, 5)
    for case, barriers in (('all alike', ALIKE), ('fast, bound', FAST)):
        given = {f'{hop}_barrier': barrier for hop, barrier in barriers.items()}
        given |= {'task': 'impurity', 'hops': SOLUTE_HOPS}
        found, speed = measure(lattice, given)
        rates = table_of(SETTINGS | given, lattice, TEMPERATURE)
        expected, key = exact.correlation_factor(lattice, rates), case.replace(', ', '_').replace(' ', '_')
        table.add(f'solute, {case}: f₂', f'f2_{key}', found['solute_correlation_factor'], expected, 0.002)
        weight = lattice.coordination * rates[4] / rates[3]
        bound = weight / (weight + lattice.sites - 1 - lattice.coordination)
        table.add(f'solute, {case}: bound', f'bound_{key}', found['bound_fraction'], bound, 0.001)
        table.add_speed(f'solute, {case}: hops/s', f'hops_per_s_solute_{key}', speed)


def gases(table: Table) -> None:
    """Compare the binding of two defects with Boltzmann, and tell the speed of many."""
    for name in ('fcc', 'fcc(100)'):
        lattice = build(name, 4.0, 4)
        found, _ = measure(lattice, {'defects': 2, 'pair_energy': -0.07})
        weight = lattice.coordination * math.exp(0.07 / (BOLTZMANN * TEMPERATURE))
        bound = weight / (weight + lattice.sites - 1 - lattice.coordination)
        table.add(f'{name}, 2 defects: bound', f'pair_{name}', found['mean_neighbours'], bound, 0.002)
    for name, repeats in (('fcc', 10), ('fcc(100)', 40)):
        given = {'defects': 50, 'pair_energy': -0.05, 'hops': 1_000_000}
        _, speed = measure(build(name, 4.0, repeats), given)
        table.add_speed(f'{name}, 50 defects: hops/s', f'hops_per_s_50_{name}', speed)


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    table = Table()
    parts: tuple[Callable[[Table], None], ...] = (vacancies, solutes, gases)
    for part in parts:
        part(table)
    report(
        'kmc',
        ['case', 'value', 'standard error', 'expected', 'in errors', 'holds'],
        table.rows,
        table.figures,
        {'f': f'within 3 errors ≤ {LARGEST_ERROR:g}', 'hops_per_s_fcc': f'>= {FASTEST_TARGET:g}'},
        table.holds,
    )


if __name__ == '__main__':
    main()
