"""A part from a mesh file: its boundary is found, and its ends are named by where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netgen.meshing as netgen
import numpy as np
import numpy.typing as npt
from ngsolve import Mesh

from nanoos_plugins.runners.fem.mesh_file import Cells, read_mesh
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.job import Array

#: The faces of a right-handed tetrahedron, seen from outside counter-clockwise.
FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
NAMES = ('low', 'high', 'side')
#: How far from the outermost coordinate a facet is still at the end, relative to the part.
AT_END = 1e-6


def imported_part(path: Path, settings: Mapping[str, Any]) -> Part:
    """Return the part of a mesh file, whose unit is a metre times `mesh_unit`.

    Facets at the lowest coordinate of the axis are low, at the highest high; radially all are high.

    :raises ValueError: for a file that cannot be used, or no flat end where the axis wants one.
    """
    points, cells = read_mesh(path)
    corners = np.array([points.min(axis=0), points.max(axis=0)])
    extent = float((corners[1] - corners[0]).max())
    points = (points - corners.mean(axis=0)) / extent
    half = (corners[1] - corners[0]) / (2 * extent)
    facets = boundary(cells)
    axis = settings['axis']
    names = classify(points[facets], axis, half)
    mesh = Mesh(_netgen_mesh(points, cells, facets, names))
    end = np.zeros(3)
    along = {'x': 0, 'y': 1, 'z': 2, 'radial': 0}[axis]
    end[along] = half[along]
    length = extent * settings['mesh_unit']
    return Part(mesh, length, axis, settings['order'], 0, curved=False, line=np.array([-end, end]))


def boundary(cells: Cells) -> Cells:
    """Return the facets (n, 3) that only one tetrahedron of `cells` has, counter-clockwise from outside.

    :raises ValueError: when three tetrahedra or more share one.
    """
    facets = cells[:, FACES].reshape(-1, 3)
    _, first, counts = np.unique(np.sort(facets, axis=1), axis=0, return_index=True, return_counts=True)
    if counts.max() > 2:
        raise ValueError('the mesh is malformed: a facet belongs to more than two tetrahedra')
    outer: Cells = facets[first[counts == 1]]
    return outer


def classify(corners: Array, axis: str, half: Array) -> npt.NDArray[np.int64]:
    """Return for facets with `corners` (n, 3, 3) the index of each one's name in `NAMES`.

    :param half: half the extents of the part, which is centred at the origin.
    :raises ValueError: when the part has no flat end along the axis.
    """
    if axis == 'radial':
        return np.full(len(corners), NAMES.index('high'))
    along = 'xyz'.index(axis)
    place = corners[:, :, along]
    names = np.full(len(corners), NAMES.index('side'))
    names[(place < -half[along] + AT_END).all(axis=1)] = NAMES.index('low')
    names[(place > half[along] - AT_END).all(axis=1)] = NAMES.index('high')
    for name in ('low', 'high'):
        if not (names == NAMES.index(name)).any():
            raise ValueError(
                f'the mesh has no flat {name} end along {axis}; turn the part, or use axis radial'
            )
    return names


def _netgen_mesh(points: Array, cells: Cells, facets: Cells, names: npt.NDArray[np.int64]) -> Any:
    mesh = netgen.Mesh(dim=3)
    mesh.AddPoints(np.ascontiguousarray(points))
    for index, name in enumerate(NAMES, start=1):
        mesh.Add(netgen.FaceDescriptor(surfnr=index, domin=1, domout=0, bc=index))
        mesh.SetBCName(index - 1, name)
    # Netgen's tetrahedra are left-handed.
    turned = np.ascontiguousarray(cells[:, [0, 2, 1, 3]], dtype=np.int32)
    mesh.AddElements(dim=3, index=1, data=turned, base=0)
    for index in range(len(NAMES)):
        chosen = np.ascontiguousarray(facets[names == index], dtype=np.int32)
        if len(chosen):
            mesh.AddElements(dim=2, index=index + 1, data=chosen, base=0)
    return mesh
