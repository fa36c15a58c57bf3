"""Where the fluid is: a rectangle, or a channel with a circular obstacle, meshed by triangles.

Lengths of the meshes are in units of the length of the task. The sides are called `left`, `right`, `bottom`
and `top`; with an obstacle the two walls are `wall`, the circle is `obstacle`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from netgen import occ
from ngsolve import Mesh
from ngsolve.meshes import MakeStructured2DMesh

from nanoos_plugins.runners.fem.part import Part

#: More elements than this are refused: their equations are solved directly.
MOST_ELEMENTS = 60_000
#: Elements around the obstacle for each element across the channel.
AROUND = 3
Settings = Mapping[str, Any]


def rectangle(settings: Settings, width: float, height: float, across: int, at_walls: bool = False) -> Part:
    """Return a rectangle from the origin; its profile goes up through the middle.

    :param width: and `height` are in units of `size`.
    :param across: elements along the height.
    :param at_walls: elements are smaller at the sides, as 1 - cos.
    :raises ValueError: for too many elements.
    """
    along = max(1, round(across * width / height)) if at_walls else max(1, math.ceil(width / height))
    check_elements(2 * along * across)

    def place(x: float, y: float) -> tuple[float, float]:
        if at_walls:
            x, y = (1 - math.cos(math.pi * x)) / 2, (1 - math.cos(math.pi * y)) / 2
        return width * x, height * y

    mesh = MakeStructured2DMesh(quads=False, nx=along, ny=across, mapping=place)
    line = np.array([[width / 2, 0.0], [width / 2, height]])
    return Part(mesh, settings['size'], 'y', settings['order'], 0, curved=False, line=line)


def around_obstacle(settings: Settings) -> Part:
    """Return a channel with a circle cut out; its profile goes along through the middle of the circle.

    Lengths are in units of the diameter; the origin is the lower corner at the inlet.

    :raises ValueError: for too many elements.
    """
    diameter = settings['obstacle_diameter']
    width, height = settings['length'] / diameter, settings['size'] / diameter
    x, y = settings['obstacle_x'] / diameter, settings['obstacle_y'] / diameter
    size = height / settings['cells']
    at_circle = min(size, math.pi / (AROUND * settings['cells']))
    check_elements(2.3 * width * height / size**2 + 10 / at_circle)
    outer = occ.WorkPlane().Rectangle(width, height).Face()
    outer.edges.name = 'wall'
    outer.edges.Min(occ.X).name = 'left'
    outer.edges.Max(occ.X).name = 'right'
    # Two arcs: the foremost and the rearmost point are then corners of elements.
    half = occ.WorkPlane().MoveTo(x + 0.5, y).Rotate(90).Arc(0.5, 180)
    inner = half.Arc(0.5, 180).Face()
    inner.edges.name = 'obstacle'
    inner.edges.maxh = at_circle
    geometry = occ.OCCGeometry(outer - inner, dim=2)
    mesh = Mesh(geometry.GenerateMesh(maxh=size, grading=0.2))
    line = np.array([[0.0, y], [width, y]])
    part = Part(mesh, diameter, 'x', settings['order'], 0, curved=True, line=line)
    part.curve()
    return part


def check_elements(count: float) -> None:
    """Refuse more elements than can be solved directly.

    :raises ValueError: says how many there would be.
    """
    if count > MOST_ELEMENTS:
        raise ValueError(
            f'the mesh would have about {count:.2g} elements, at most {MOST_ELEMENTS} are taken; lower '
            'cells, or make the channel less long'
        )
