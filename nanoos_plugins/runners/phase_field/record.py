"""What is kept of an evolution as it goes, in SI units: series in time and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array, Figure
from nanoos_plugins.runners.phase_field.evolution import State
from nanoos_plugins.runners.phase_field.grid import Grid
from nanoos_plugins.runners.phase_field.material import Material
from nanoos_plugins.runners.phase_field.measures import domain_size, radius

#: How a unit ends a name.
UNIT = re.compile(r'_(s|m|J_per_m3)$')

Tell = Callable[..., None]


class Record:
    """Series of all steps, and the compositions at the times that were asked for.

    :param rounded: whether the radius of a circle is followed.
    :param tell: is told time [s], mean free energy [J/m³], time step [s] and domain size [m] of each step.
    """

    def __init__(self, grid: Grid, what: Material, rounded: bool, tell: Tell) -> None:
        self._grid, self._what, self._tell = grid, what, tell
        self._free = what.free.over(what.energy)
        self._rounded = rounded
        self._rows: list[tuple[float, ...]] = []
        self.kept: list[tuple[float, Array]] = []

    def note(self, state: State, stop: bool) -> None:
        """Keep a state; see `evolve`."""
        what, grid = self._what, self._grid
        time, size = state.time * what.time, state.size * what.time
        mean = state.energy / grid.volume * what.energy + what.free.offset
        domains = domain_size(grid, state.coefficients) * what.length
        round_size = radius(grid, self._free, state.values) * what.length if self._rounded else 0.0
        self._rows.append((time, mean, domains, size, round_size))
        self._tell(time, mean, size, domains)
        if stop:
            self.kept.append((time, state.values))

    def series(self) -> dict[str, Array]:
        """Return time, mean free energy, domain size, time step and, of a circle, radius of all steps."""
        names = ['time_s', 'free_energy_J_per_m3', 'domain_size_m', 'time_step_s']
        if self._rounded:
            names.append('radius_m')
        columns = np.array(self._rows).T
        return {f'series_{name}': column for name, column in zip(names, columns, strict=False)}


def pictures(grid: Grid, length: float, values: Array, kept: list[tuple[float, Array]]) -> dict[str, Array]:
    """Return the composition along x through the middle, and in two and three dimensions in the plane x, y.

    `field_concentration` (ny, nx) is that at the end, `field_concentration_1` … those kept on the way; in
    three dimensions the plane is the one in the middle. `grid_x_m` (nx,) and `grid_y_m` (ny,) are the middles
    of the cells.

    :param length: the unit of the grid [m].
    """
    x = grid.places()[0].ravel() * length
    line = values[tuple(count // 2 for count in grid.shape[:-1])]
    found = {'profile_distance_m': x, 'profile_concentration': line}
    if len(grid.shape) == 1:
        return found
    found |= {'grid_x_m': x, 'grid_y_m': grid.places()[1].ravel() * length}
    fields = {'field_concentration': values}
    fields |= {f'field_concentration_{n}': one for n, (_, one) in enumerate(kept, 1)}
    middle = (grid.shape[0] // 2,) if len(grid.shape) == 3 else ()
    return {**found, **{name: field[middle] for name, field in fields.items()}}


def figures(arrays: Mapping[str, Any]) -> list[Figure]:
    """Return what is drawn: each series in time, the composition along x."""
    drawn = [
        Figure(f'{_words(name)} in time', 'series_time_s', [name])
        for name in arrays
        if name.startswith('series_') and name != 'series_time_s'
    ]
    return [*drawn, Figure('Concentration along x', 'profile_distance_m', ['profile_concentration'])]


def _words(name: str) -> str:
    """Return `Domain size` for `series_domain_size_m`."""
    words = UNIT.sub('', name.removeprefix('series_')).replace('_', ' ')
    return f'{words[0].upper()}{words[1:]}'
