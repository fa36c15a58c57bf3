"""Free energies of a homogeneous composition with two minima of equal height, and their flat interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from nanoos_plugins.runners.job import Array

Function = Callable[[Array], Array]

#: Below this composition of the phases the logarithm is too steep for a grid of equal cells.
LEAST_COMPOSITION = 1e-3


@dataclass(frozen=True)
class FreeEnergy:
    """f(c) by volume, zero in both phases, with its first and second derivative.

    `low`, `high`: compositions of the two phases; `offset`: what f really is in the phases.
    """

    low: float
    high: float
    density: Function
    slope: Function
    curvature: Function
    offset: float = 0.0

    @property
    def width(self) -> float:
        """Return the difference of composition of the two phases."""
        return self.high - self.low

    def steepest(self) -> float:
        """Return the largest |f''| between the two phases."""
        return float(np.abs(self.curvature(np.linspace(self.low, self.high, 1001))).max())

    def barrier(self) -> float:
        """Return f half way between the phases, where it is largest."""
        return float(self.density(np.array((self.low + self.high) / 2)))

    def over(self, unit: float) -> FreeEnergy:
        """Return f / unit."""

        def divided(function: Function) -> Function:
            return lambda c: function(c) / unit

        functions = (self.density, self.slope, self.curvature)
        density, slope, curvature = (divided(one) for one in functions)
        return replace(self, density=density, slope=slope, curvature=curvature, offset=self.offset / unit)

    def root_integral(self) -> float:
        """Return ∫ √f dc from one phase to the other."""
        return float(quad(lambda c: sqrt(max(float(self.density(np.array(c))), 0.0)), self.low, self.high)[0])

    def interface_energy(self, gradient: float) -> float:
        """Return the energy by area of a flat interface, √(2κ) ∫ √f dc.

        Cahn & Hilliard, J. Chem. Phys. 28 (1958) 258 (their κ is half of ours),
        doi:10.1063/1.1744102.
        """
        return sqrt(2 * gradient) * self.root_integral()

    def interface_width(self, gradient: float) -> float:
        """Return how wide a flat interface is: the step of composition over its largest slope.

        (c_β - c_α) √(κ / 2 f_max): Cahn & Hilliard (1958), section 2.
        """
        return self.width * sqrt(gradient / (2 * self.barrier()))


def double_well(coefficient: float, low: float, high: float) -> FreeEnergy:
    """Return ρ (c - low)² (high - c)²."""
    middle, width = (low + high) / 2, high - low

    def slope(c: Array) -> Array:
        return 4 * coefficient * (c - low) * (high - c) * (middle - c)

    def curvature(c: Array) -> Array:
        return coefficient * (12 * (c - middle) ** 2 - width**2)

    return FreeEnergy(low, high, lambda c: coefficient * ((c - low) * (high - c)) ** 2, slope, curvature)


def regular_solution(interaction: float, thermal: float) -> FreeEnergy:
    """Return Ω c (1 - c) + RT [c ln c + (1 - c) ln(1 - c)], less what it is in the phases.

    Beyond half the composition of the poorer phase it goes on as the parabola that touches it there: no
    solution stays outside, but the ripples of a steep start must not meet the end of a logarithm.

    :param interaction: Ω by volume; `thermal`: RT by volume.
    :raises ValueError: above the critical temperature, and where the phases are too pure for a grid.
    """
    low = demixed(interaction / thermal)
    least = low / 2

    def inner(c: Array) -> tuple[Array, Array, Array]:
        inside = np.clip(c, least, 1 - least)
        return inside, c - inside, thermal / (inside * (1 - inside)) - 2 * interaction

    def plain(c: Array) -> Array:
        mixing: Array = interaction * c * (1 - c) + thermal * (c * np.log(c) + (1 - c) * np.log1p(-c))
        return mixing

    def plain_slope(c: Array) -> Array:
        tilt: Array = interaction * (1 - 2 * c) + thermal * (np.log(c) - np.log1p(-c))
        return tilt

    offset = float(plain(np.array(low)))

    def density(c: Array) -> Array:
        inside, beyond, bend = inner(c)
        return plain(inside) - offset + plain_slope(inside) * beyond + bend / 2 * beyond**2

    def slope(c: Array) -> Array:
        inside, beyond, bend = inner(c)
        return plain_slope(inside) + bend * beyond

    return FreeEnergy(low, 1 - low, density, slope, lambda c: inner(c)[2], offset)


def demixed(ratio: float) -> float:
    """Return the composition of the poorer phase of a regular solution with Ω/RT = `ratio`.

    :raises ValueError: when it does not demix, or is too pure.
    """
    if ratio <= 2:
        raise ValueError(
            f'the solution does not demix: Ω/RT is {ratio:.4g}, above 2 is expected; lower temperature or '
            'raise interaction_energy'
        )
    spinodal = (1 - sqrt(1 - 2 / ratio)) / 2
    tiny = np.exp(-2 * ratio)
    low = float(brentq(lambda c: log(c / (1 - c)) + ratio * (1 - 2 * c), tiny, spinodal, xtol=1e-15))
    if low < LEAST_COMPOSITION:
        raise ValueError(
            f'the phases are too pure for a grid: the poorer one has the composition {low:.2g}, at least '
            f'{LEAST_COMPOSITION:g} is expected; raise temperature, or use a double well'
        )
    return low
