"""The composition at the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array
from nanoos_plugins.runners.phase_field.free_energy import FreeEnergy
from nanoos_plugins.runners.phase_field.grid import Grid

#: Length of the square in which the benchmark gives its cosines.
BENCHMARK_LENGTH = 200.0


def start(settings: Mapping[str, Any], grid: Grid, free: FreeEnergy, width: float) -> Array:
    """Return the composition at the beginning, of the shape of the grid.

    :param width: of an interface, and like the lengths of the grid in its units (see `Material.length`);
        `radius` of a circle is taken relative to `size_x`.
    """
    kind = settings['initial']
    if kind == 'noise':
        return _noise(settings, grid)
    if kind == 'cosines':
        return _cosines(settings, grid)
    places = grid.places()
    if kind == 'interface':
        inside = _layer(places[0], grid, width)
    else:
        radius = settings['radius'] / settings['size_x'] * grid.lengths[-1]
        middles = [length / 2 for length in grid.lengths[::-1]]
        distance = np.sqrt(sum((x - middle) ** 2 for x, middle in zip(places, middles, strict=True)))
        inside = _rise(radius - distance, width)
    return np.broadcast_to(free.low + free.width * inside, grid.shape).copy()


def _noise(settings: Mapping[str, Any], grid: Grid) -> Array:
    """Return `composition` ± `amplitude`, uniform and independent in each cell; the mean is exact."""
    random = np.random.default_rng(settings['seed']).uniform(-1, 1, grid.shape)
    noise: Array = settings['composition'] + settings['amplitude'] * (random - random.mean())
    return noise


def _cosines(settings: Mapping[str, Any], grid: Grid) -> Array:
    """Return the start of benchmark 1 of PFHub, stretched from its square of length 200 to the box.

    https://pages.nist.gov/pfhub/benchmarks/benchmark1.ipynb, "Initial conditions for (a), (b) and (c)".
    """
    lengths = grid.lengths[::-1]
    x, y = (place * (BENCHMARK_LENGTH / length) for place, length in zip(grid.places(), lengths, strict=True))
    waves = (
        np.cos(0.105 * x) * np.cos(0.11 * y)
        + (np.cos(0.13 * x) * np.cos(0.087 * y)) ** 2
        + np.cos(0.025 * x - 0.15 * y) * np.cos(0.07 * x - 0.02 * y)
    )
    composition: Array = settings['composition'] + settings['amplitude'] * waves
    return composition


def _layer(x: Array, grid: Grid, width: float) -> Array:
    """Return 1 in the phase β: the right half of a closed box, the middle half of a periodic one."""
    length = grid.lengths[-1]
    if not grid.periodic:
        return _rise(x - length / 2, width)
    return _rise(length / 4 - np.abs(x - length / 2), width)


def _rise(depth: Array, width: float) -> Array:
    """Return an interface, 0 outside (negative depth) and 1 inside; its step over its slope is `width`."""
    rise: Array = (1 + np.tanh(2 * depth / width)) / 2
    return rise
