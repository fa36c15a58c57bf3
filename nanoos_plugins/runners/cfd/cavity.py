"""Flow in a square that is closed, driven by its lid: a wall that moves along x."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.cfd.channel import numerics
from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.picture import fields, told
from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.cfd.shapes import rectangle
from nanoos_plugins.runners.cfd.steady import Newton, Tell
from nanoos_plugins.runners.cfd.stepping import evolve
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import figures, profiles
from nanoos_plugins.runners.job import Array, Outcome, quantity

Settings = Mapping[str, Any]
#: Above it the flow is no longer steady (Auteri et al. 2002, doi:10.1006/jcph.2002.7145).
UNSTEADY = 8018.0


def cavity(settings: Settings, tell: Tell) -> Outcome:
    """Return the steady flow in a cavity, or how it starts from rest when the lid begins to move.

    :param tell: is told number and residual of an iteration, or time [s] and energy [J/m] of a step.
    :raises ValueError: for too many elements, or no convergence.
    """
    part = rectangle(settings, 1.0, 1.0, settings['cells'], at_walls=True)
    scales = Scales(settings['size'], settings['speed'], settings['viscosity'], settings['density'])
    flow = Flow(part.mesh, settings['order'], 'left|right|top|bottom', 'left|right|top|bottom', closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    load = flow.pushed(0.0, '')
    series: dict[str, Array] = {}
    more: dict[str, Any] = {}
    if settings['mode'] == 'steady':
        newton = Newton(flow, load, numerics(settings), tell)
        newton.solve(scales.reynolds)
        iterations = newton.iterations
    else:
        series, courant = _started(flow, load, settings, scales, tell)
        iterations, more = settings['time_steps'], {'courant_number': quantity(courant, '')}
    flow.level_pressure()
    lines = _lines(part, flow, scales)
    arrays = {**lines, **fields(part, flow, scales), **series}
    return Outcome(
        {**_quantities(flow, scales, lines), **more},
        arrays,
        warnings=_warnings(settings, scales.reynolds),
        summary=told(part, flow, iterations),
        figures=figures(arrays),
    )


def _started(
    flow: Flow, load: Any, settings: Settings, scales: Scales, tell: Tell
) -> tuple[dict[str, Array], float]:
    """Let the lid start, and return the series of the kinetic energy with the Courant number."""
    count, end = settings['time_steps'], settings['end_time']
    rows = [(0.0, 0.0)]

    def note(number: int, _: Any) -> None:
        rows.append((number * end / count, _energy(flow, scales)))
        tell(*rows[-1])

    reynolds, step = scales.reynolds, end / count / scales.time
    courant = evolve(flow, load, reynolds, reynolds, step, count, note)
    times, energies = np.array(rows).T
    return {'series_time_s': times, 'series_kinetic_energy_J_per_m': energies}, courant


def _energy(flow: Flow, scales: Scales) -> float:
    """Return the kinetic energy over the depth of the cavity [J/m]."""
    unit = scales.density * scales.speed**2 * scales.length**2
    return unit / 2 * flow.integral(ng.InnerProduct(flow.velocity, flow.velocity))


def _lines(part: Part, flow: Flow, scales: Scales) -> dict[str, Array]:
    """Return u along the upright and v along the level line through the middle, from below and the left."""
    upright = profiles(part, {'velocity_x_m_per_s': scales.speed * flow.velocity[0]})
    part.line = np.array([[0.0, 0.5], [1.0, 0.5]])
    level = profiles(part, {'velocity_y_m_per_s': scales.speed * flow.velocity[1]})
    return {**upright, **level}


def _quantities(flow: Flow, scales: Scales, lines: Mapping[str, Array]) -> dict[str, Any]:
    along, up = lines['profile_velocity_x_m_per_s'], lines['profile_velocity_y_m_per_s']
    return {
        'reynolds_number': quantity(scales.reynolds, ''),
        'kinetic_energy': quantity(_energy(flow, scales), 'J/m'),
        'lowest_velocity_x': quantity(along.min(), 'm/s'),
        'lowest_velocity_y': quantity(up.min(), 'm/s'),
        'highest_velocity_y': quantity(up.max(), 'm/s'),
        'relative_divergence': quantity(flow.leak(), ''),
    }


def _warnings(settings: Settings, reynolds: float) -> list[str]:
    if settings['mode'] != 'steady' or reynolds <= UNSTEADY:
        return []
    return [f'Reynolds number {reynolds:.4g} is above {UNSTEADY:g}: the steady flow is unstable']
