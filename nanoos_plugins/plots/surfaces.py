"""Surface energies of the faces, and the equilibrium shape as it is seen from a corner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from aiida import orm
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from nanoos_plugins.calculations.surfaces import name_of
from nanoos_plugins.engines.results import Array
from nanoos_plugins.plots.figure import BLUE, GREEN, GREY, ORANGE, new_figure, outputs_of, title_of, write

COLOURS = (BLUE, ORANGE, GREEN, '#8a4fa3', '#b8860b', GREY)
#: From where the shape is seen: to the right and up in the picture, and towards the eye.
VIEW = np.array([[-0.447, 0.894, 0.0], [-0.365, -0.183, 0.913], [0.816, 0.408, 0.408]])


def plot_surfaces(node: orm.ProcessNode, path: Path) -> Path:
    """Write the energies beside the shape of a finished `nanoos.surfaces` and return the path.

    :raises ValueError: when the process has no surfaces or no shape.
    """
    surfaces, shape, wulff = outputs_of(node, 'surfaces', 'shape', 'wulff')
    names = [name_of(face) for face in surfaces['miller']]
    figure, (left, right) = new_figure(2)
    place = np.arange(len(names))
    for shift, kind, label, colour in (
        (-0.2, 'unrelaxed_', 'as cut', GREY),
        (0.2, '', 'relaxed', BLUE),
    ):
        values = [surfaces[f'{kind}surface_energy_{name}']['value'] for name in names]
        left.bar(place + shift, values, width=0.38, color=colour, label=label)
    left.set_xticks(place, [f'({name.replace("m", "−")})' for name in names])
    left.set_ylabel('surface energy (J/m²)')
    left.legend()
    _draw_shape(right, {name: wulff.get_array(name) for name in wulff.get_arraynames()}, names, shape)
    return write(figure, title_of(node, 'Surfaces'), path)


def _draw_shape(axes: Axes, arrays: dict[str, Array], names: list[str], shape: orm.Dict) -> None:
    """Draw the side of a convex body that is seen, each family of faces in its colour."""
    seen = arrays['vertices'] @ VIEW.T
    corners = seen[arrays['triangles'].astype(int)]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outwards = normals * np.sign(np.sum(normals * corners.mean(axis=1), axis=1))[:, None]
    front = outwards[:, 2] > 0
    for family, name in enumerate(names):
        colour = COLOURS[family % len(COLOURS)]
        share = shape[f'area_fraction_{name}']['value']
        if share > 0:
            faces = corners[front & (arrays['family'] == family)][:, :, :2]
            label = f'({name.replace("m", "−")}) {100 * share:.0f} %'
            axes.add_collection(PolyCollection(list(faces), facecolor=colour, edgecolor=colour, label=label))
    drawn = {tuple(sorted(side)) for face in arrays['triangles'][front].astype(int) for side in _sides(face)}
    edges = [seen[list(edge), :2] for edge in map(tuple, arrays['edges'].astype(int)) if edge in drawn]
    axes.add_collection(LineCollection(edges, colors='white', linewidths=1.2))
    axes.autoscale_view()
    axes.set_aspect('equal')
    axes.set_axis_off()
    axes.legend(loc='upper center', bbox_to_anchor=(0.5, 0.0), ncols=3, fontsize=9)


def _sides(face: Array) -> list[tuple[int, int]]:
    first, second, third = (int(corner) for corner in face)
    return [(first, second), (second, third), (first, third)]
