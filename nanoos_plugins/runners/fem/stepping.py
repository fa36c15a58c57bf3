"""Steps in time: M ∂u/∂t + A u = f by a two-stage Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import ngsolve as ng

from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.solver import System

#: Coefficient of the two-stage, second-order, L-stable diagonally implicit method (Alexander 1977, SIAM J.
#: Numer. Anal. 14, 1006, doi:10.1137/0714068): no oscillations after a sudden change of a surface.
GAMMA = 1 - 1 / sqrt(2)


@dataclass(frozen=True)
class Numerics:
    """Relative tolerance of a solve, and its most iterations."""

    tolerance: float
    most: int


def evolve(
    part: Part,
    space: Any,
    start: Callable[[], Any],
    loads: Callable[[], tuple[Any, Any]],
    step: float,
    count: int,
    numerics: Numerics,
    scale: float,
    note: Callable[[int, Any], None],
) -> tuple[Any, Any, System]:
    """Return the field after `count` steps, the rate that flows in by unknowns, and the system.

    Both stages have the same matrix M + γ step A; the second ends at the new time, so that the rate
    M ∂u/∂t + A u - source is that of the end.

    :param start: and `loads` are called once the mesh has been refined.
    :param step: in units of the diffusion time of the part.
    :param scale: how large values of the field are.
    :param note: is called with the number of steps made and the field, first with 0.
    :raises ValueError: when a solve did not converge.
    """
    system = System(part, space, lambda u, v: (u * v + GAMMA * step * ng.grad(u) * ng.grad(v)) * ng.dx)
    trial, test = space.TnT()
    flow = ng.BilinearForm(ng.grad(trial) * ng.grad(test) * ng.dx, symmetric=True).Assemble()
    field, (load, source) = start(), loads()
    slope, residual = ng.GridFunction(space), field.vec.CreateVector()
    floor = 0.1 * numerics.tolerance * scale / step
    note(0, field)

    def stage() -> None:
        slope.vec[:] = 0
        residual.data = load - flow.mat * field.vec
        system.solve(slope, residual, numerics.tolerance, numerics.most, floor)

    for number in range(1, count + 1):
        stage()
        field.vec.data += (1 - GAMMA) * step * slope.vec
        stage()
        field.vec.data += GAMMA * step * slope.vec
        note(number, field)
    mass = ng.BilinearForm(trial * test * ng.dx, symmetric=True).Assemble()
    rate = field.vec.CreateVector()
    rate.data = mass.mat * slope.vec + flow.mat * field.vec - source
    return field, rate, system
