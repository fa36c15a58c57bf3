"""Flows as people look at them: fields on a grid, profiles along lines, and which of them are drawn."""

from __future__ import annotations

from typing import Any

import ngsolve as ng

from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import pictures
from nanoos_plugins.runners.job import Array

#: How a unit ends a name.


def fields(part: Part, flow: Flow, scales: Scales) -> dict[str, Array]:
    """Return speed, velocities [m/s], pressure [Pa] and vorticity ∂v/∂x - ∂u/∂y [1/s] on a grid."""
    velocity, gradient = flow.velocity, ng.Grad(flow.velocity)
    shown = {
        'speed_m_per_s': scales.speed * ng.Norm(velocity),
        'velocity_x_m_per_s': scales.speed * velocity[0],
        'velocity_y_m_per_s': scales.speed * velocity[1],
        'pressure_Pa': scales.stress * flow.pressure,
        'vorticity_per_s': scales.speed / scales.length * (gradient[1, 0] - gradient[0, 1]),
    }
    return pictures(part, shown)


def told(part: Part, flow: Flow, iterations: int) -> dict[str, Any]:
    """Return what the summary says of the size of the problem."""
    return {'unknowns': flow.space.ndof, 'elements': part.mesh.ne, 'iterations': iterations}
