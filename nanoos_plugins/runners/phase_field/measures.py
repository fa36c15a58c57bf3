"""What is read from a composition: domains, phases, and an interface."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq

from nanoos_plugins.runners.job import Array
from nanoos_plugins.runners.phase_field.free_energy import FreeEnergy
from nanoos_plugins.runners.phase_field.grid import Grid

#: Points a cell between which the slope of an interface is looked for.
FINER = 8


def domain_size(grid: Grid, coefficients: Any) -> float:
    """Return 2π/⟨k⟩, ⟨k⟩ the mean of |k| weighted by the structure factor; 0 for a uniform composition.

    ⟨k⟩ = Σ k S(k) / Σ S(k), S(k) = |c(k)|² without the mean, as usual in studies of coarsening.
    """
    power = grid.power(coefficients)
    power[(0,) * power.ndim] = 0
    first = float((np.sqrt(grid.square) * power).sum())
    return 2 * pi * float(power.sum()) / first if first > 0 else 0.0


def volume_fraction(free: FreeEnergy, values: Array) -> float:
    """Return the part of the box whose composition is nearer to the phase of high composition."""
    return float((values > (free.low + free.high) / 2).mean())


def radius(grid: Grid, free: FreeEnergy, values: Array) -> float:
    """Return the radius of a circle (sphere, half a layer) with the excess that there is of the phase β."""
    inside = float(((values - free.low) / free.width).mean()) * grid.volume
    exponent = len(grid.shape)
    ball = {1: 2.0, 2: pi, 3: 4 * pi / 3}[exponent]
    return float(max(inside / ball, 0.0) ** (1 / exponent))


def interface_width(grid: Grid, values: Array) -> float:
    """Return the step of composition over the largest slope along x, in the first row of cells.

    The slope is that of the trigonometric polynomial through the values, mirrored when the box is closed.
    """
    line = values.reshape(-1, grid.shape[-1])[0]
    length = grid.lengths[-1]
    if not grid.periodic:
        line, length = np.concatenate([line, line[::-1]]), 2 * length
    waves = 2 * pi * rfftfreq(len(line), length / len(line))
    slope = FINER * irfft(1j * waves * rfft(line), FINER * len(line))
    return float(np.ptp(line) / np.abs(slope).max())


def interface_energy(grid: Grid, energy: float) -> float:
    """Return the energy by area of the interfaces of the start `interface`, one or (periodic) two.

    :param energy: of the box, zero in the phases.
    """
    return energy / (grid.volume / grid.lengths[-1] * (2 if grid.periodic else 1))
