"""Shapes by their measures: from the engine's parameters to a meshed part, centred at the origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from netgen import occ
from ngsolve import Mesh

from nanoos_plugins.runners.fem.imported import imported_part
from nanoos_plugins.runners.fem.part import Part

#: Elements of the coarsest mesh, whose equations are solved directly.
COARSEST = {2: 20_000, 3: 6_000}
#: Elements on the circumference of a hole: at least so many, whatever the mesh size.
AROUND_HOLE = 64
#: Volume of an element of size 1 as Netgen makes them on average.
ELEMENT = {2: 0.433, 3: 0.118}

Settings = Mapping[str, Any]


def build(settings: Settings, folder: Path, mesh: str | None) -> Part:
    """Return the part that the parameters describe.

    :param folder: has the file `mesh` when the shape is `mesh`.
    :raises ValueError: for a mesh file that is missing or cannot be used, or a part that is too large.
    """
    if settings['shape'] == 'mesh':
        if mesh is None:
            raise ValueError('shape mesh needs a mesh file, got none; give one, or choose another shape')
        return imported_part(folder / mesh, settings)
    return SHAPES[settings['shape']](settings)


def _name_ends(faces: Any, axis: str) -> None:
    """Call the outermost faces along an axis low and high, all others side; radially all high."""
    if axis == 'radial':
        faces.name = 'high'
        return
    faces.name = 'side'
    along = {'x': occ.X, 'y': occ.Y, 'z': occ.Z}[axis]
    faces.Min(along).name = 'low'
    faces.Max(along).name = 'high'


def _meshed(
    shape: Any,
    settings: Settings,
    length: float,
    volume: float,
    feature: float,
    line: list[list[float]],
    **more: float,
) -> Part:
    """Return the part with a mesh so coarse that its equations can be solved directly, to be refined.

    :param volume: and `feature` (an element is never larger) and `line` are in units of `length`.
    :raises ValueError: for a mesh that would be too large.
    """
    dimension = len(line[0])
    size = settings['mesh_size']
    finest = min(size / length if size else {2: 1 / 24, 3: 1 / 12}[dimension], feature)
    levels = 0
    while (
        volume / (ELEMENT[dimension] * (finest * 2**levels) ** dimension) > COARSEST[dimension]
        and finest * 2 ** (levels + 1) <= feature
    ):
        levels += 1
    if volume / (ELEMENT[dimension] * (finest * 2**levels) ** dimension) > 20 * COARSEST[dimension]:
        raise ValueError(
            f'mesh_size {finest * length:.3g} m is too small for this part of {length:.3g} m: too many '
            'elements; raise it, or make the part less slender'
        )
    geometry = occ.OCCGeometry(shape, dim=dimension)
    mesh = Mesh(geometry.GenerateMesh(maxh=finest * 2**levels))
    part = Part(
        mesh, length, settings['axis'], settings['order'], levels, curved=True, line=np.array(line), **more
    )
    part.curve()
    return part


def _block(settings: Settings) -> Part:
    sizes = np.array([settings['size_x'], settings['size_y'], settings['size_z']])
    length = float(sizes.max())
    half = sizes / (2 * length)
    shape = occ.Box(occ.Pnt(*-half), occ.Pnt(*half))
    _name_ends(shape.faces, settings['axis'])
    along = {'x': 0, 'y': 1, 'z': 2, 'radial': 0}[settings['axis']]
    end = np.zeros(3)
    end[along] = half[along]
    line = [(-end).tolist(), end.tolist()]
    return _meshed(shape, settings, length, float(np.prod(2 * half)), 2 * float(half.min()), line)


def _plate(settings: Settings) -> Part:
    """Return the plate in two dimensions; its profile goes from the hole's edge up along y."""
    length = max(settings['size_x'], settings['size_y'])
    width, height = settings['size_x'] / length, settings['size_y'] / length
    radius = settings['hole_radius'] / length
    plate = occ.WorkPlane().RectangleC(width, height).Face()
    _name_ends(plate.edges, settings['axis'])
    hole = occ.WorkPlane().Circle(radius).Face()
    hole.edges.name = 'low' if settings['axis'] == 'radial' else 'hole'
    hole.edges.maxh = 2 * np.pi * radius / AROUND_HOLE
    return _meshed(
        plate - hole,
        settings,
        length,
        width * height,
        min(width, height),
        [[0.0, radius], [0.0, height / 2]],
        thickness=settings['size_z'],
        hole=radius,
    )


def _wire(settings: Settings) -> Part:
    """Return a cylinder along x; radially its mantle is high and its ends are side."""
    length = max(settings['size_x'], 2 * settings['radius'])
    long, radius = settings['size_x'] / length, settings['radius'] / length
    shape = occ.Cylinder(occ.Pnt(-long / 2, 0, 0), occ.X, r=radius, h=long)
    _name_ends(shape.faces, settings['axis'])
    line = [[-long / 2, 0.0, 0.0], [long / 2, 0.0, 0.0]]
    if settings['axis'] == 'radial':
        shape.faces.Min(occ.X).name = shape.faces.Max(occ.X).name = 'side'
        line = [[0.0, 0.0, 0.0], [0.0, radius, 0.0]]
    return _meshed(shape, settings, length, np.pi * radius**2 * long, min(radius, long), line)


def _sphere(settings: Settings) -> Part:
    shape = occ.Sphere(occ.Pnt(0, 0, 0), 0.5)
    shape.faces.name = 'high'
    line = [[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]]
    return _meshed(shape, settings, 2 * settings['radius'], np.pi / 6, 0.5, line)


def _shell(settings: Settings) -> Part:
    length = 2 * settings['radius']
    inside = settings['inner_radius'] / length
    outer, inner = occ.Sphere(occ.Pnt(0, 0, 0), 0.5), occ.Sphere(occ.Pnt(0, 0, 0), inside)
    outer.faces.name, inner.faces.name = 'high', 'low'
    volume = 4 * np.pi / 3 * (0.125 - inside**3)
    line = [[inside, 0.0, 0.0], [0.5, 0.0, 0.0]]
    return _meshed(outer - inner, settings, length, volume, 0.5 - inside, line)


SHAPES: dict[str, Callable[[Settings], Part]] = {
    'block': _block,
    'plate': _plate,
    'wire': _wire,
    'sphere': _sphere,
    'shell': _shell,
}
