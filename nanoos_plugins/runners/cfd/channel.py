"""Flow in a straight channel between plates, or in a pipe, that may slip at the walls.

Nothing changes along the channel, so that (u·∇) u is 0 and the flow is linear in what drives it. The pressure
is given at the two open ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.picture import fields, told
from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.cfd.shapes import rectangle
from nanoos_plugins.runners.cfd.steady import Newton, Numerics, Tell
from nanoos_plugins.runners.cfd.stepping import evolve
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import figures, profiles
from nanoos_plugins.runners.job import Array, Outcome, quantity

Settings = Mapping[str, Any]
#: Above it flow in a pipe is turbulent sooner or later (Avila et al. 2011, doi:10.1126/science.1203223).
TURBULENT = 2040.0


def channel(settings: Settings, tell: Tell) -> Outcome:
    """Return the steady flow in a channel, or how it starts from rest.

    :param tell: is told number and residual of an iteration, or time [s] and mean velocity [m/s] of a step.
    :raises ValueError: for too many elements, or no convergence.
    """
    part, flow = meshed(settings)
    # Per unit of the gradient: a unit of pressure falls over a unit of length.
    load = flow.pushed(settings['length'] / part.length, 'left')
    steady = settings['mode'] == 'steady'
    newton = Newton(flow, load, numerics(settings), tell if steady else None)
    newton.solve(0.0)
    gradient = _gradient(settings, part, mean(flow))
    scales = _scales(settings, part, gradient)
    iterations, series = newton.iterations, {}
    if not steady:
        flow.state.vec[:] = 0
        iterations, series = settings['time_steps'], _started(flow, load, settings, scales, tell)
    arrays = {**_profiles(part, flow, scales), **fields(part, flow, scales), **series}
    quantities = _quantities(settings, flow, scales, gradient)
    return Outcome(
        quantities,
        arrays,
        warnings=_warnings(quantities['reynolds_number']['value']),
        summary=told(part, flow, iterations),
        figures=figures(arrays),
    )


def meshed(settings: Settings) -> tuple[Part, Flow]:
    """Return the channel and its flow; of a pipe the half above its axis, in units of the diameter."""
    pipe = settings['section'] == 'pipe'
    length = settings['length'] / settings['size']
    part = rectangle(settings, length, 0.5 if pipe else 1.0, settings['cells'])
    walls = ['top'] if pipe else ['top', 'bottom']
    slip = settings['slip_length'] / settings['size']
    flow = Flow(
        part.mesh,
        settings['order'],
        given_x='' if slip else '|'.join(walls),
        given_y='left|right|top|bottom',
        slip=dict.fromkeys(walls, slip) if slip else {},
        radial=pipe,
    )
    return part, flow


def numerics(settings: Settings) -> Numerics:
    """Return when a solve ends."""
    return Numerics(settings['solver_tolerance'], settings['solver_iterations'])


def mean(flow: Flow) -> float:
    """Return the mean velocity along the channel, in units of the speed."""
    return flow.integral(flow.velocity[0]) / flow.integral(ng.CF(1.0))


def _gradient(settings: Settings, part: Part, share: float) -> float:
    """Return what drives the flow [Pa/m]; `share`: mean velocity per unit of it, the flow is linear."""
    if settings['drive'] == 'pressure':
        return float(settings['pressure_gradient'])
    return float(settings['speed'] * settings['viscosity'] / (part.length**2 * share))


def _scales(settings: Settings, part: Part, gradient: float) -> Scales:
    speed = gradient * part.length**2 / settings['viscosity']
    return Scales(part.length, speed, settings['viscosity'], settings['density'])


def _started(flow: Flow, load: Any, settings: Settings, scales: Scales, tell: Tell) -> dict[str, Array]:
    """Let the flow start from rest, and return the series of its mean velocity."""
    count, end = settings['time_steps'], settings['end_time']
    rows = [(0.0, 0.0)]

    def note(number: int, _: Any) -> None:
        rows.append((number * end / count, mean(flow) * scales.speed))
        tell(*rows[-1])

    evolve(flow, load, 1.0, 0.0, end / count / scales.diffusion_time, count, note)
    times, means = np.array(rows).T
    return {'series_time_s': times, 'series_mean_velocity_m_per_s': means}


def _profiles(part: Part, flow: Flow, scales: Scales) -> dict[str, Array]:
    return profiles(part, {'velocity_x_m_per_s': scales.speed * flow.velocity[0]})


def _quantities(settings: Settings, flow: Flow, scales: Scales, gradient: float) -> dict[str, Any]:
    pipe = settings['section'] == 'pipe'
    flux, average = flow.through('right'), mean(flow) * scales.speed
    rate = flux * scales.speed * scales.length ** (2 if pipe else 1)
    wall = flow.mesh.Boundaries('top')
    around = ng.Integrate(1.0, flow.mesh, definedon=wall)
    slip = ng.Integrate(flow.velocity[0], flow.mesh, definedon=wall) / around
    gradients = ng.BoundaryFromVolumeCF(ng.Grad(flow.velocity))
    shear = -ng.Integrate(gradients[0, 1], flow.mesh, definedon=wall) / around
    still = _still_rate(settings, gradient)
    return {
        'reynolds_number': quantity(scales.density * average * scales.length / scales.viscosity, ''),
        'pressure_gradient': quantity(gradient, 'Pa/m'),
        'flow_rate': quantity(rate, 'm³/s' if pipe else 'm²/s'),
        'mean_velocity': quantity(average, 'm/s'),
        'maximal_velocity': quantity(_fastest(flow, pipe) * scales.speed, 'm/s'),
        'wall_shear_stress': quantity(shear * scales.stress, 'Pa'),
        'slip_velocity': quantity(slip * scales.speed, 'm/s'),
        'enhancement': quantity(rate / still, ''),
        'mass_imbalance': quantity(abs(flow.through('left') / flux - 1) if flux else 0.0, ''),
        'relative_divergence': quantity(flow.leak(), ''),
    }


def _still_rate(settings: Settings, gradient: float) -> float:
    """Return the steady flow rate without slip: G h³/12μ [m²/s], or π G d⁴/128μ [m³/s] (Poiseuille)."""
    size, viscosity = settings['size'], settings['viscosity']
    if settings['section'] == 'pipe':
        return float(np.pi * gradient * size**4 / (128 * viscosity))
    return float(gradient * size**3 / (12 * viscosity))


def _fastest(flow: Flow, pipe: bool) -> float:
    """Return the velocity in the middle of the outlet, where it is largest."""
    right = max(vertex.point[0] for vertex in flow.mesh.vertices)
    return float(flow.velocity(flow.mesh(right, 0.0 if pipe else 0.5))[0])


def _warnings(reynolds: float) -> list[str]:
    if abs(reynolds) <= TURBULENT:
        return []
    return [
        f'Reynolds number {reynolds:.4g} is above {TURBULENT:g}: a real flow would be turbulent, and slower'
    ]
