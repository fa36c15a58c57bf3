"""Steady flow: Newton's method, with steps in the Reynolds number when it does not converge at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.cfd.flow import Flow

#: Told number and residual of an iteration, or time and a value of a step.
Tell = Callable[[float, float], None]
#: A residual that has grown so far will not come back.
LOST = 1e4
#: Newton's method that has not converged after so many iterations goes round in circles.
EACH = 15
#: Steps in the Reynolds number become no smaller than this share of it.
SMALLEST_STEP = 1 / 256


@dataclass(frozen=True)
class Numerics:
    """Residual at which a solve ends, relative to the first, and the most iterations of all together."""

    tolerance: float
    most: int


class Newton:
    """Newton's method for Re (u·∇) u = -∇p + Δu from the state that the flow has; `iterations` counts all.

    :param load: vector of what pushes at open sides.
    """

    def __init__(self, flow: Flow, load: Any, numerics: Numerics, tell: Tell | None = None) -> None:
        self.flow, self.load, self.numerics, self.tell = flow, load, numerics, tell
        self.iterations = 0
        self.reynolds = ng.Parameter(0.0)
        self.form = ng.BilinearForm(flow.space)
        self.form += flow.stokes()
        self.form += flow.convection(self.reynolds)
        self._free = np.array(list(flow.free), dtype=bool)
        self._first = self._size(self.residual())

    def residual(self) -> Any:
        """Return the residual of all unknowns; of those that are given it is what holds them."""
        residual = self.flow.state.vec.CreateVector()
        self.form.Apply(self.flow.state.vec, residual)
        residual.data -= self.load
        return residual

    def solve(self, reynolds: float) -> None:
        """Find the steady flow at a Reynolds number, beginning with the flow without inertia.

        :raises ValueError: when it did not converge.
        """
        reached, step = 0.0, reynolds
        going = self._converged(0.0)
        while going and reached < reynolds:
            kept = self.flow.values().copy()
            if self._converged(min(reynolds, reached + step)):
                reached, step = min(reynolds, reached + step), 2 * step
            else:
                self.flow.values()[:] = kept
                step /= 4
                going = step >= SMALLEST_STEP * reynolds and self.iterations < self.numerics.most
        if not going:
            raise ValueError(
                f"Newton's method did not converge above Reynolds number {reached:.4g} (asked: "
                f'{reynolds:.4g}) after {self.iterations} iterations; the flow may have no steady state: '
                'choose mode transient, or raise cells or solver_iterations'
            )

    def _converged(self, reynolds: float) -> bool:
        """Return whether the residual fell to the tolerance; the flow has changed in any case."""
        self.reynolds.Set(reynolds)
        flow, change = self.flow, self.flow.state.vec.CreateVector()
        residual, last = self.residual(), min(self.numerics.most, self.iterations + EACH)
        while (size := self._size(residual) / (self._first or 1.0)) > self.numerics.tolerance:
            if not size < LOST or self.iterations >= last:
                return False
            self.form.AssembleLinearization(flow.state.vec)
            change.data = flow.inverse(self.form.mat) * residual
            flow.state.vec.data -= change
            self.iterations += 1
            residual = self.residual()
            if self.tell is not None:
                self.tell(self.iterations, self._size(residual) / (self._first or 1.0))
        return True

    def _size(self, residual: Any) -> float:
        return float(np.linalg.norm(residual.FV().NumPy()[self._free]))
