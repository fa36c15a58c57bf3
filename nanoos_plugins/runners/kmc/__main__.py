"""Lattice kinetic Monte Carlo: `python -m nanoos_plugins.runners.kmc input.json`.

The input is JSON: `structure` (symbols, positions [Å], cell [Å], pbc) of the perfect crystal, and `settings`,
the engine's parameters. Quantities are numbers at one temperature and lists over several. Arrays:
`profile_inverse_temperature_per_K`, `profile_diffusivity_m2_per_s` and `profile_diffusivity_error_m2_per_s`
over the temperatures; `profile_time_s` and `profile_mean_square_displacement_m2` of the first of them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array, Figure, Live, Outcome, main, quantity
from nanoos_plugins.runners.kmc import rates, tasks
from nanoos_plugins.runners.kmc.arrhenius import fit
from nanoos_plugins.runners.kmc.estimate import Estimate, quantities
from nanoos_plugins.runners.kmc.lattice import Lattice
from nanoos_plugins.runners.kmc.walkable import check, defects_of, lattice_of

#: Which diffusivity is fitted and drawn: the first of these that a task gives.
DRAWN = (
    'self_diffusivity',
    'solute_diffusivity',
    'solute_diffusivity_per_vacancy',
    'vacancy_diffusivity',
    'tracer_diffusivity',
)

#: Beyond this relative standard error a diffusivity is not told as a converged one.
LARGEST_ERROR = 0.2

#: Beyond this concentration vacancies meet each other, and one vacancy in a crystal is no model of that.
DILUTE = 0.01

#: Beyond this change of slope a mean square displacement is no straight line, and gives no diffusivity.
LARGEST_BEND = 0.1

#: Beyond this change of the number of neighbours, a part of it, the defects are not yet in equilibrium.
LARGEST_DRIFT = 0.01

#: Periodic images change correlation factors by about one over the number of sites: below this it is told.
FEWEST_SITES = 500

#: χ² per degree of freedom beyond which one Arrhenius law does not describe the diffusivities.
LARGEST_MISFIT = 5.0


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return the diffusivities of the job.

    :raises ValueError: for a structure that is no fcc, bcc, sc or diamond crystal of one element, and for
        parameters that give no walk: a barrier, attempt frequency or temperature that is not above 0, too
        few hops, more defects than fit.
    """
    settings = job['settings']
    lattice = lattice_of(job['structure'], settings)
    check(settings, lattice)
    samples = _walk_all(settings, lattice, folder)
    estimates = _estimates(settings, lattice, samples)
    drawn = next(name for name in DRAWN if name in estimates)
    temperatures = np.array(settings['temperatures'], dtype=float)
    told = {'temperature': quantity(_one_or_all(temperatures), 'K'), **quantities(estimates)}
    warnings = _warnings(settings, lattice)
    if len(set(temperatures.tolist())) > 1:
        fitted, more = _arrhenius(temperatures, estimates[drawn])
        told, warnings = told | fitted, warnings + more
    failures = _not_converged(drawn, estimates[drawn], samples)
    summary = {
        'lattice': lattice.name,
        'hop_distance_angstrom': lattice.distance,
        'sites': lattice.sites,
        'arrhenius_of': drawn,
    }
    arrays = _arrays(temperatures, estimates[drawn], samples[0])
    return Outcome(told, arrays, not failures, failures + warnings, summary, figures(arrays))


def figures(arrays: Mapping[str, Array]) -> list[Figure]:
    """Return what is drawn: the diffusivities of several temperatures, and how far the walkers came."""
    arrhenius = Figure(
        'Diffusivity against temperature',
        'profile_inverse_temperature_per_K',
        ['profile_diffusivity_m2_per_s'],
        log=True,
        errors={'profile_diffusivity_m2_per_s': 'profile_diffusivity_error_m2_per_s'},
    )
    walk = Figure('Mean square displacement', 'profile_time_s', ['profile_mean_square_displacement_m2'])
    several = len(arrays[arrhenius.x]) > 1
    return [arrhenius, walk] if several else [walk]


def _walk_all(settings: Mapping[str, Any], lattice: Lattice, folder: Path) -> list[list[tasks.Sample]]:
    """Return the samples of all walks, by temperature and seed; each has random numbers of its own."""
    samples: list[list[tasks.Sample]] = []
    with Live(folder, ['walks', 'temperature [K]', 'diffusivity [m²/s]']) as live:
        for i, temperature in enumerate(settings['temperatures']):
            samples.append([])
            for j in range(settings['seeds']):
                entropy = np.random.SeedSequence(settings['seed'], spawn_key=(i, j))
                seed = int(entropy.generate_state(1)[0])
                sample = tasks.walk(settings, lattice, temperature, seed)
                samples[-1].append(sample)
                drawn = next(name for name in DRAWN if name in sample.values)
                live.tell(i * settings['seeds'] + j + 1, temperature, sample.values[drawn])
    return samples


def _estimates(
    settings: Mapping[str, Any], lattice: Lattice, samples: list[list[tasks.Sample]]
) -> dict[str, Estimate]:
    inputs = [tasks.sensitivities(settings, lattice, t) for t in settings['temperatures']]
    estimates = {}
    for name in samples[0][0].values:
        walks = np.array([[sample.values[name] for sample in of_one] for of_one in samples])
        shifts = np.array([one.get(name, np.zeros(tasks.INPUTS)) for one in inputs])
        estimates[name] = Estimate(tasks.UNITS[name], walks, shifts)
    return estimates


def _arrhenius(temperatures: Array, diffusivity: Estimate) -> tuple[dict[str, Any], list[str]]:
    """Return the fit as quantities, and warnings about it."""
    found = fit(temperatures, diffusivity)
    together = found.of_walks + found.of_inputs
    told = {
        'arrhenius_prefactor': quantity(
            found.prefactor, 'm²/s', found.prefactor * float(np.sqrt(together[0, 0]))
        ),
        'activation_energy': quantity(found.energy, 'eV', float(np.sqrt(together[1, 1]))),
        'activation_energy_standard_error': quantity(float(np.sqrt(found.of_walks[1, 1])), 'eV'),
        'arrhenius_covariance': quantity(together, '1, eV; eV, eV²'),
    }
    if found.misfit is None or found.misfit <= LARGEST_MISFIT:
        return told, []
    return told, [f'no single Arrhenius law: χ² per degree of freedom is {found.misfit:.1f}']


def _not_converged(name: str, diffusivity: Estimate, samples: list[list[tasks.Sample]]) -> list[str]:
    """Return why a diffusivity is not to be relied on; nothing when it is."""
    reasons = []
    error = float((diffusivity.standard_error / diffusivity.value).max())
    if error > LARGEST_ERROR:
        reasons.append(f'the relative standard error of {name} is {error:.0%}: ask for more hops')
    if any(_exceeds([sample.bend for sample in of_one], LARGEST_BEND) for of_one in samples):
        reasons.append(
            'the slope of the mean square displacement still changes: the defects hold together longer than '
            'a window lasts, so there is no diffusivity to tell'
        )
    for of_one in samples:
        neighbours = float(np.mean([sample.values.get('mean_neighbours', 0.0) for sample in of_one]))
        if _exceeds([sample.drift for sample in of_one], LARGEST_DRIFT * neighbours):
            reasons.append(
                'the defects still gather or scatter, no equilibrium is reached: ask for more hops'
            )
            break
    return reasons


def _exceeds(values: list[float], limit: float) -> bool:
    """Return whether the mean is beyond a limit, to either side, and 3 standard errors away from 0."""
    error = float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return abs(float(np.mean(values))) > max(limit, 3 * error)


def _warnings(settings: Mapping[str, Any], lattice: Lattice) -> list[str]:
    hottest = max(settings['temperatures'])
    if settings['task'] == 'impurity':
        lowest = min(barrier for _, barrier in rates.solute_hops(settings).values())
    else:
        pair_energy = settings['pair_energy'] if defects_of(settings) > 1 else 0.0
        lowest = rates.lowest_barrier(settings['migration_barrier'], pair_energy, lattice.coordination)
    warnings = [line] if (line := rates.not_rare(lowest, hottest)) else []
    if settings['task'] != 'adatom' and lattice.sites < FEWEST_SITES:
        warnings.append(
            f'the cell has {lattice.sites} sites: its images change correlation factors by about '
            f'{1 / lattice.sites:.2g}; a larger supercell mends that'
        )
    equilibrium = tasks.concentration(settings, hottest)
    if equilibrium is not None and equilibrium > DILUTE:
        warnings.append(
            f'at {hottest:g} K the vacancy concentration is {equilibrium:.2g}: above {DILUTE:g} they meet, '
            'which a single one does not show'
        )
    return warnings


def _arrays(temperatures: Array, drawn: Estimate, first: list[tasks.Sample]) -> dict[str, Array]:
    return {
        'profile_inverse_temperature_per_K': 1 / temperatures,
        'profile_diffusivity_m2_per_s': drawn.value,
        'profile_diffusivity_error_m2_per_s': drawn.uncertainty,
        'profile_time_s': np.mean([sample.time for sample in first], axis=0),
        'profile_mean_square_displacement_m2': np.mean([sample.square for sample in first], axis=0),
    }


def _one_or_all(values: Array) -> Any:
    return values.tolist() if len(values) > 1 else float(values[0])


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['numba', 'numpy', 'scipy', 'spglib']))
