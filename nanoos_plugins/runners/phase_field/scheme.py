"""One step in time of ∂c/∂t = ∇²μ or -μ, μ = f'(c) - ∇²c, with an estimate of its error.

Exponential Runge-Kutta: with ∂c/∂t = A c + N(c) the stiff part A is solved exactly, the rest N by three
stages of third order (Hochbruck & Ostermann, SIAM J. Numer. Anal. 43 (2005) 1069, doi:10.1137/040611434: the
scheme with c₂ = 1/2, c₃ = 2/3). S c is taken from f' into A, so that large steps stay bounded (on such
schemes and their energy: Fu, Shen & Yang, arXiv:2402.15142; for this one it is watched, not proved).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array
from nanoos_plugins.runners.phase_field.free_energy import FreeEnergy
from nanoos_plugins.runners.phase_field.grid import Grid

#: Order of the scheme, and of the one within it by which the error is estimated.
ORDER, LOWER_ORDER = 3, 2

#: S over the largest |f''|. In a phase a quarter of f' is then left, against three in A, and an endless step
#: leaves 1/27 of a disturbance; with a half in A it would double it, with all of it steps are less exact.
STABILISER = 0.75

#: Where |z| is smaller, φ₂ is summed: its formula loses digits.
SMALL = 1e-2


class Scheme:
    """The equation in units of the material on a grid, and how it is stepped.

    :param free: in units of energy; `conserved`: whether the mean composition stays, as of Cahn-Hilliard.
    """

    def __init__(self, grid: Grid, free: FreeEnergy, conserved: bool) -> None:
        self.grid = grid
        self.free = free
        self.stabiliser = STABILISER * free.steepest()
        self._rate = grid.square if conserved else np.ones_like(grid.square)
        self._linear = -self._rate * (self.stabiliser + grid.square)
        self._cell = grid.volume / grid.count
        self._size: float | None = None
        self._factors: tuple[Array, ...] = ()

    def energy(self, values: Array, coefficients: Any) -> float:
        """Return ∫ [f + |∇c|²/2] dV, zero of f in the phases."""
        gradient = float((self.grid.square * self.grid.power(coefficients)).sum())
        return self._cell * (float(self.free.density(values).sum()) + gradient / 2)

    def force(self, values: Array) -> Any:
        """Return the coefficients of N(c)."""
        return -self._rate * self.grid.forward(self.free.slope(values) - self.stabiliser * values)

    def step(self, coefficients: Any, force: Any, size: float) -> tuple[Any, float]:
        """Return the coefficients a step of `size` later, and the error of second order [composition, rms].

        :param force: of `coefficients`.
        """
        if size != self._size:
            self._size, self._factors = size, self._prepared(size)
        half, half_0, third, third_0, third_1, full, full_0, full_2, error_2 = self._factors
        back = self.grid.back
        first = self.force(back(half * coefficients + half_0 * force)) - force
        second = self.force(back(third * coefficients + third_0 * force + third_1 * first)) - force
        new = full * coefficients + full_0 * force + full_2 * second
        # The scheme of second order has the weight φ₂/c₂ of its second stage instead.
        error = error_2 * (1.5 * second - 2 * first)
        return new, float(np.sqrt(self.grid.power(error).sum() / self.grid.count))

    def _prepared(self, size: float) -> tuple[Array, ...]:
        z = size * self._linear
        half_1, _ = phi(z / 2)
        third_1, third_2 = phi(2 * z / 3)
        one, two = phi(z)
        return (
            *(np.exp(z / 2), size / 2 * half_1),
            *(np.exp(2 * z / 3), 2 * size / 3 * third_1, 8 * size / 9 * third_2),
            *(np.exp(z), size * one, 1.5 * size * two, size * two),
        )


def phi(z: Array) -> tuple[Array, Array]:
    """Return φ₁ = (eᶻ - 1)/z and φ₂ = (φ₁ - 1)/z, for z ≤ 0."""
    small = np.abs(z) < SMALL
    safe = np.where(small, -1.0, z)
    series = (1 + z / 3 * (1 + z / 4 * (1 + z / 5 * (1 + z / 6)))) / 2
    one = np.where(small, 1 + z * series, np.expm1(safe) / safe)
    two = np.where(small, series, (one - 1) / safe)
    return one, two
