"""Flow past a circle between two walls, as in the DFG benchmarks 2D-1 and 2D-2.

A developed profile flows in at the left, what flows out at the right does so freely (∂u/∂n = p n). Schäfer &
Turek, Notes on Numerical Fluid Mechanics 52 (1996) 547, doi:10.1007/978-3-322-89849-4_39. Inside, the length
is the diameter and the speed the mean one at the inlet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.cfd.channel import numerics
from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.picture import fields, told
from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.cfd.shapes import around_obstacle
from nanoos_plugins.runners.cfd.shedding import shedding
from nanoos_plugins.runners.cfd.steady import Newton, Tell
from nanoos_plugins.runners.cfd.stepping import evolve
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import INSIDE, at, figures, profiles
from nanoos_plugins.runners.job import Array, Outcome, quantity

Settings = Mapping[str, Any]
#: Above it the wake of a free cylinder begins to shed vortices (Jackson 1987, doi:10.1017/S0022112087002234).
UNSTEADY = 46.0
#: Points behind the obstacle at which the end of its wake is looked for.
WAKE = 2001


def obstacle(settings: Settings, tell: Tell) -> Outcome:
    """Return the steady flow past the obstacle, or how it goes on from the flow without inertia.

    :param tell: is told number and residual of an iteration, or time [s] and drag coefficient of a step.
    :raises ValueError: for too many elements, or no convergence.
    """
    part = around_obstacle(settings)
    scales = Scales(part.length, settings['speed'], settings['viscosity'], settings['density'])
    flow = _held(part, settings)
    forces = Forces(flow, part, settings, scales)
    series: dict[str, Array] = {}
    more: dict[str, Any] = {}
    if settings['mode'] == 'steady':
        iterations, found = _steady(flow, settings, scales, forces, tell)
    else:
        series, courant = _followed(flow, settings, scales, forces, tell)
        iterations, more = settings['time_steps'], {'courant_number': quantity(courant, '')}
        more |= shedding(series, scales)
        found = series['series_drag_coefficient'][-1], series['series_lift_coefficient'][-1]
    line = {
        'velocity_x_m_per_s': scales.speed * flow.velocity[0],
        'pressure_Pa': scales.stress * flow.pressure,
    }
    arrays = {**profiles(part, line), **fields(part, flow, scales), **series}
    return Outcome(
        {**_quantities(flow, part, settings, scales, forces, found), **more},
        arrays,
        warnings=_warnings(settings, scales.reynolds),
        summary=told(part, flow, iterations),
        figures=figures(arrays),
    )


def _held(part: Part, settings: Settings) -> Flow:
    """Return the flow with a parabola of mean 1 given at the inlet."""
    flow = Flow(part.mesh, settings['order'], 'left|wall|obstacle', 'left|wall|obstacle')
    height = settings['size'] / part.length
    inflow = 6 * ng.y * (height - ng.y) / height**2
    flow.hold(ng.CF((inflow, 0)), 'left', 'wall|obstacle')
    return flow


class Forces:
    """What the fluid does to the obstacle: drag, lift, and the pressures before and behind it."""

    def __init__(self, flow: Flow, part: Part, settings: Settings, scales: Scales) -> None:
        self._along, self._up = flow.on('obstacle')
        self._flow, self._scales = flow, scales
        x, y = settings['obstacle_x'] / part.length, settings['obstacle_y'] / part.length
        corners = np.array([vertex.point for vertex in part.mesh.vertices])
        self._front, self._rear = (
            int(np.hypot(corners[:, 0] - x - reach, corners[:, 1] - y).argmin()) for reach in (-0.5, 0.5)
        )

    def coefficients(self, residual: Any) -> tuple[float, float]:
        """Return drag and lift coefficient 2 F/(ρ U² D).

        :param residual: of all unknowns. What holds those on the obstacle is the force, which converges twice
            as fast as its stress (John & Matthies, Int. J. Numer. Meth. Fluids 37 (2001) 885,
            doi:10.1002/fld.195).
        """
        unit = -2 / self._scales.reynolds
        return float(unit * residual.InnerProduct(self._along)), float(unit * residual.InnerProduct(self._up))

    def pressure_difference(self) -> float:
        """Return the pressure before the obstacle less that behind it [Pa]."""
        # The first unknowns are the values at the corners of the elements.
        at_corners = self._flow.pressure.vec.FV().NumPy()
        return float(at_corners[self._front] - at_corners[self._rear]) * self._scales.stress


def _steady(
    flow: Flow, settings: Settings, scales: Scales, forces: Forces, tell: Tell
) -> tuple[int, tuple[float, float]]:
    """Find the steady flow, and return the iterations and the coefficients of drag and lift."""
    newton = Newton(flow, flow.pushed(0.0, ''), numerics(settings), tell)
    newton.solve(scales.reynolds)
    return newton.iterations, forces.coefficients(newton.residual())


def _followed(
    flow: Flow, settings: Settings, scales: Scales, forces: Forces, tell: Tell
) -> tuple[dict[str, Array], float]:
    """Return the series in time of the coefficients and the pressure difference, and the Courant number."""
    load = flow.pushed(0.0, '')
    Newton(flow, load, numerics(settings)).solve(0.0)
    count, end = settings['time_steps'], settings['end_time']
    rows: list[tuple[float, float, float, float]] = []

    def note(number: int, residual: Any) -> None:
        drag, lift = forces.coefficients(residual)
        rows.append((number * end / count, drag, lift, forces.pressure_difference()))
        tell(*rows[-1][:2])

    step = end / count / scales.time
    courant = evolve(flow, load, scales.reynolds, scales.reynolds, step, count, note)
    names = ('time_s', 'drag_coefficient', 'lift_coefficient', 'pressure_difference_Pa')
    return {f'series_{name}': column for name, column in zip(names, np.array(rows).T, strict=True)}, courant


def _quantities(
    flow: Flow,
    part: Part,
    settings: Settings,
    scales: Scales,
    forces: Forces,
    found: tuple[float, float],
) -> dict[str, Any]:
    unit = scales.density * scales.speed**2 * scales.length / 2
    inflow, outflow = flow.through('left'), flow.through('right')
    return {
        'reynolds_number': quantity(scales.reynolds, ''),
        'drag_coefficient': quantity(found[0], ''),
        'lift_coefficient': quantity(found[1], ''),
        'drag': quantity(found[0] * unit, 'N/m'),
        'lift': quantity(found[1] * unit, 'N/m'),
        'pressure_difference': quantity(forces.pressure_difference(), 'Pa'),
        'recirculation_length': quantity(_wake(flow, part, settings) * part.length, 'm'),
        'flow_rate': quantity(outflow * scales.speed * scales.length, 'm²/s'),
        'mass_imbalance': quantity(abs(outflow / inflow - 1), ''),
        'relative_divergence': quantity(flow.leak(), ''),
    }


def _wake(flow: Flow, part: Part, settings: Settings) -> float:
    """Return how far behind the obstacle the fluid flows back, 0 when it does not."""
    start, y = settings['obstacle_x'] / part.length + 0.5, settings['obstacle_y'] / part.length
    x = np.linspace(start, settings['length'] / part.length - INSIDE, WAKE)
    values, inside = at(flow.mesh, flow.velocity, np.stack([x, np.full(WAKE, y)], axis=1))
    forward = np.flatnonzero((values[:, 0] > 0) & inside)
    first = int(forward[0]) if len(forward) else WAKE - 1
    if first <= 1:
        return 0.0
    before, after = values[first - 1, 0], values[first, 0]
    return float(x[first] - (x[first] - x[first - 1]) * after / (after - before) - start)


def _warnings(settings: Settings, reynolds: float) -> list[str]:
    if settings['mode'] != 'steady' or reynolds <= UNSTEADY:
        return []
    return [
        f'Reynolds number {reynolds:.4g} is above {UNSTEADY:g}: the steady flow is probably unstable, '
        'vortices are shed; choose mode transient'
    ]
