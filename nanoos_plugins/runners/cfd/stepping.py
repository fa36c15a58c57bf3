"""Flow in time: the linearly implicit backward difference of second order.

The fluid is carried by a velocity that is extrapolated from the two steps before, all else is implicit: each
step is one linear system, L-stable, without a limit of the time step by convection (John, Finite Element
Methods for Incompressible Flow Problems, 2016, doi:10.1007/978-3-319-45750-5, chapter 7). The first step is
Euler's. Velocity and pressure are of second order in the time step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.fem.picture import peak

#: Called with the number of steps made, and what holds the given unknowns.
Note = Callable[[int, Any], None]
#: A velocity so many times the unit speed has blown up.
BLOWN = 1e4
#: Steps after which the Courant number is looked at again.
LOOK = 20


def evolve(
    flow: Flow, load: Any, inertia: float, convection: float, step: float, count: int, note: Note
) -> float:
    """Make `count` steps from the state that the flow has, and return the largest Courant number.

    The Courant number is speed × time step / (element size / order), 0 without convection.

    :param inertia: what ∂u/∂t is multiplied with, `convection` what (u·∇) u is, both Re in units of L/U.
    :raises ValueError: when the velocity grew without limit.
    """
    scheme, courant = Bdf2(flow, load, inertia / step, convection), 0.0
    for number in range(1, count + 1):
        residual = scheme.advance()
        if not np.abs(flow.velocity.vec.FV().NumPy()).max() < BLOWN:
            raise ValueError(
                f'the velocity grew without limit in time step {number} (Courant number {courant:.3g}); '
                'raise time_steps, or lower end_time'
            )
        if convection and (number in (1, count) or number % LOOK == 0):
            courant = max(courant, _courant(flow, step))
        note(number, residual)
    return courant


class Bdf2:
    """The scheme: (3 u - 4 u' + u'')/2 Δt + (w·∇) u = G(u), w = 2 u' - u'', G all else.

    u' and u'' are of the two steps before.

    :param rate: what ∂u/∂t is multiplied with, over the time step; `convection`: what (w·∇) u is.
    """

    def __init__(self, flow: Flow, load: Any, rate: float, convection: float) -> None:
        self.flow, self.load, self.rate, self.convection = flow, load, rate, convection
        self._mass = ng.BilinearForm(flow.inertia()).Assemble().mat
        self._carrier = ng.GridFunction(flow.space)
        self._share = ng.Parameter(rate)
        self._form = ng.BilinearForm(flow.space)
        self._form += flow.stokes()
        self._form += flow.inertia(self._share)
        if convection:
            self._form += flow.convection(convection, self._carrier.components[0])
        self._older, self._right, self._past, self._residual = (
            flow.state.vec.CreateVector() for _ in range(4)
        )
        self._made = 0

    def advance(self) -> Any:
        """Make a step and return the residual of all unknowns, which of those given is what holds them."""
        state = self.flow.state.vec
        if self._made == 0:
            self._past.data = self.rate * state
            self._carrier.vec.data = state
        else:
            self._share.Set(1.5 * self.rate)
            self._past.data = 2 * self.rate * state - 0.5 * self.rate * self._older
            self._carrier.vec.data = 2 * state - self._older
        # Without convection the matrix is that of the step before, but for Euler's.
        if self.convection or self._made < 2:
            self._form.Assemble()
            self._factors = self.flow.inverse(self._form.mat)
        self._right.data = self.load + self._mass * self._past
        self._older.data = state
        self._residual.data = self._right - self._form.mat * state
        state.data += self._factors * self._residual
        self._residual.data = self._form.mat * state - self._right
        self._made += 1
        return self._residual


def _courant(flow: Flow, step: float) -> float:
    speed = ng.Norm(flow.velocity)
    return step * flow.order * peak(flow.mesh, speed / ng.specialcf.mesh_size)
