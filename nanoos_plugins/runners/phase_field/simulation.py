"""A run: from parameters to quantities, series and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanoos_plugins.runners.job import Outcome, quantity
from nanoos_plugins.runners.phase_field.box import FEW_CELLS, across_interface, box, check
from nanoos_plugins.runners.phase_field.evolution import Course, Evolution, State, evolve
from nanoos_plugins.runners.phase_field.grid import Grid
from nanoos_plugins.runners.phase_field.material import Material, material
from nanoos_plugins.runners.phase_field.measures import (
    domain_size,
    interface_energy,
    interface_width,
    radius,
    volume_fraction,
)
from nanoos_plugins.runners.phase_field.record import Record, Tell, figures, pictures
from nanoos_plugins.runners.phase_field.scheme import Scheme
from nanoos_plugins.runners.phase_field.start import start

Settings = Mapping[str, Any]

#: Parts of the whole time at which compositions are kept when no times are given.
DECADES = (1e-3, 1e-2, 1e-1)


def simulated(settings: Settings, tell: Tell) -> Outcome:
    """Return how the phases evolve.

    :param tell: see `Record`.
    :raises ValueError: for a material that has no two phases, and a grid that does not hold an interface.
    """
    what = material(settings)
    check(settings, what)
    grid = box(settings, what.length)
    free = what.free.over(what.energy)
    width = (settings['initial_width'] or what.interface_width()) / what.length
    scheme = Scheme(grid, free, what.conserved)
    evolution = Evolution(scheme, start(settings, grid, free, width), settings['tolerance'])
    record = Record(grid, what, settings['initial'] == 'circle', tell)
    stops = [time / what.time for time in times(settings)]
    course = evolve(evolution, stops, settings['max_steps'], record.note)
    ended = evolution.state
    kept = record.kept if course.trouble else record.kept[:-1]
    arrays = pictures(grid, what.length, ended.values, kept) | record.series()
    return Outcome(
        quantities=_about_phases(settings, what, grid, ended) | _about_steps(course, what, ended),
        arrays=arrays,
        converged=not course.trouble,
        warnings=_warnings(settings, what, course, ended),
        summary={'cells': grid.count, 'steps': course.steps, 'snapshot_times': [time for time, _ in kept]},
        figures=figures(arrays),
    )


def times(settings: Settings) -> list[float]:
    """Return the times [s] at which the composition is kept; the last is the end."""
    end, given = settings['end_time'], settings['snapshot_times']
    return [*([part * end for part in DECADES] if given is None else given), end]


def _about_phases(settings: Settings, what: Material, grid: Grid, ended: State) -> dict[str, Any]:
    free = what.free
    # The phases hold `offset` by volume, above which the energy was counted.
    mean = ended.energy / grid.volume * what.energy + free.offset
    unit = {1: 'J/m²', 2: 'J/m', 3: 'J'}[settings['dimension']]
    volume = grid.volume * what.length ** settings['dimension']
    found = {
        'free_energy': quantity(mean * volume, unit),
        'free_energy_density': quantity(mean, 'J/m³'),
        'equilibrium_interface_energy': quantity(what.interface_energy(), 'J/m²'),
        'equilibrium_interface_width': quantity(what.interface_width(), 'm'),
        'mean_composition': quantity(float(ended.values.mean()), ''),
        'lowest_composition': quantity(float(ended.values.min()), ''),
        'highest_composition': quantity(float(ended.values.max()), ''),
        'volume_fraction': quantity(volume_fraction(free, ended.values), ''),
        'domain_size': quantity(domain_size(grid, ended.coefficients) * what.length, 'm'),
        'mobility': quantity(what.mobility, 'm⁵/(J s)' if what.conserved else 'm³/(J s)'),
    }
    if settings['initial'] == 'interface':
        energy = interface_energy(grid, ended.energy) * what.energy * what.length
        found['interface_energy'] = quantity(energy, 'J/m²')
        found['interface_width'] = quantity(interface_width(grid, ended.values) * what.length, 'm')
    if settings['initial'] == 'circle':
        found['radius'] = quantity(radius(grid, free, ended.values) * what.length, 'm')
    return found


def _about_steps(course: Course, what: Material, ended: State) -> dict[str, Any]:
    found = {
        'time': quantity(ended.time * what.time, 's'),
        'last_time_step': quantity(ended.size * what.time, 's'),
        'steps': quantity(course.steps, ''),
        'steps_refused': quantity(course.refused, ''),
        'steps_refused_uphill': quantity(course.uphill, ''),
        'largest_energy_rise': quantity(course.largest_rise, ''),
    }
    if what.conserved:
        found['mass_error'] = quantity(course.mass_error, '')
    return found


def _warnings(settings: Settings, what: Material, course: Course, ended: State) -> list[str]:
    warnings = []
    if course.trouble:
        warnings.append(
            f'stopped at {ended.time * what.time:.4g} s of {settings["end_time"]:.4g} s {course.trouble}; '
            'raise max_steps or tolerance, or shorten end_time'
        )
    across = across_interface(settings, what)
    if across < FEW_CELLS:
        warnings.append(
            f'an interface is only {across:.2g} cells wide, {FEW_CELLS:g} are good; raise cells_x …'
        )
    return warnings
