"""Fields as people look at them: along a line, on a grid in the mid-plane, and their peaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np
import numpy.typing as npt

from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.job import Array, Figure

POINTS = 101
#: How a unit ends a name.
UNIT = re.compile(r'_(K|GPa|Pa|m|s|mol_per_m3|mol_per_m2_s|W_per_m2|m_per_s|J_per_m|per_s)$')
#: Points at the very boundary are moved inside by this, relative to the part.
INSIDE = 1e-6

#: Corners, middles of the edges and the middle, where a derivative is sampled for its peak.
SAMPLES: dict[Any, list[tuple[float, ...]]] = {
    ng.ET.TRIG: [(0, 0), (1, 0), (0, 1), (0.5, 0), (0, 0.5), (0.5, 0.5), (1 / 3, 1 / 3)],
    ng.ET.TET: [
        *((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0, 0), (0, 0.5, 0), (0, 0, 0.5)),
        *((0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5), (0.25, 0.25, 0.25)),
    ],
}


def at(mesh: Any, function: Any, points: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return a function at points (n, dimension): values (n, components), 0 outside, and which are inside."""
    places = mesh(*np.ascontiguousarray(points.T))
    inside = places['nr'] != -1
    values = np.zeros((len(points), function.dim))
    if inside.any():
        values[inside] = np.asarray(function(places[inside])).reshape(-1, function.dim)
    return values, inside


def profiles(part: Part, fields: Mapping[str, Any]) -> dict[str, Array]:
    """Return scalar fields along the line of the part, where it is inside, `profile_distance_m` among them.

    :param fields: by name with unit, e.g. `temperature_K`.
    """
    share = np.linspace(INSIDE, 1 - INSIDE, POINTS)[:, None]
    points = part.line[0] + share * (part.line[1] - part.line[0])
    distance = share[:, 0] * np.linalg.norm(part.line[1] - part.line[0]) * part.length
    values, inside = at(part.mesh, ng.CF(tuple(fields.values())).Compile(), points)
    found = {f'profile_{name}': values[inside, i] for i, name in enumerate(fields)}
    return {'profile_distance_m': distance[inside], **found}


def pictures(part: Part, fields: Mapping[str, Any]) -> dict[str, Array]:
    """Return scalar fields on a regular grid in the plane z = 0 (through the middle), x to the right.

    `field_…` and `grid_inside` are (ny, nx), `grid_x_m` (nx,), `grid_y_m` (ny,).
    """
    low, high = part.corners()[:, :2]
    extents = high - low
    counts = np.maximum(np.round((POINTS - 1) * extents / extents.max()).astype(int), 10) + 1
    x, y = (np.linspace(a + INSIDE, b - INSIDE, count) for a, b, count in zip(low, high, counts, strict=True))
    across, up = np.meshgrid(x, y)
    points = np.zeros((across.size, part.dimension))
    points[:, 0], points[:, 1] = across.ravel(), up.ravel()
    values, inside = at(part.mesh, ng.CF(tuple(fields.values())).Compile(), points)
    found = {f'field_{name}': values[:, i].reshape(across.shape) for i, name in enumerate(fields)}
    grid = {'grid_x_m': x * part.length, 'grid_y_m': y * part.length}
    return {**found, **grid, 'grid_inside': inside.reshape(across.shape).astype(float)}


def peak(mesh: Any, function: Any) -> float:
    """Return the largest value of a scalar function at the corners and middles of edges of all elements."""
    rules = {kind: ng.IntegrationRule(points, [1.0] * len(points)) for kind, points in SAMPLES.items()}
    kind = ng.ET.TRIG if mesh.dim == 2 else ng.ET.TET
    # Compiled, what a stress is made of is evaluated once and not in each of its components.
    values = function.Compile()(mesh.MapToAllElements({kind: rules[kind]}, ng.VOL))
    return float(np.max(values))


def figures(arrays: Mapping[str, Array]) -> list[Figure]:
    """Return what is drawn: each profile along its line, each series in time."""
    return [
        Figure(_title(name, prefix, where), across, [name])
        for prefix, across, where in (
            ('profile_', 'profile_distance_m', 'along the line'),
            ('series_', 'series_time_s', 'in time'),
        )
        for name in sorted(arrays)
        if name.startswith(prefix) and name != across
    ]


def _title(name: str, prefix: str, where: str) -> str:
    """Return `Mean temperature in time` for `series_mean_temperature_K`."""
    words = UNIT.sub('', name.removeprefix(prefix)).replace('_', ' ')
    return f'{words[0].upper()}{words[1:]} {where}'
