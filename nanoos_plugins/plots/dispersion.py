"""Dispersion along a path beside its density of states: electrons and phonons alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from aiida import orm
from matplotlib.axes import Axes

from nanoos_plugins.plots.figure import GREY, path_segments

Array = npt.NDArray[np.float64]


def distances(bands: orm.BandsData, pieces: Sequence[slice]) -> Array:
    """Return the length of the path up to each of its points [1/Å]; jumps have none."""
    kpoints = bands.get_kpoints(cartesian=True)
    steps = np.linalg.norm(np.diff(kpoints, axis=0), axis=1)
    for piece in pieces[1:]:
        steps[piece.start - 1] = 0.0
    return np.concatenate([[0.0], np.cumsum(steps)])


def draw_bands(axes: Axes, bands: orm.BandsData, levels: Array, color: str, label: str | None = None) -> None:
    """Draw levels (n_kpoints, n_bands) along the path of `bands`, with its labels below."""
    pieces, ticks, names = path_segments(bands.labels, len(levels))
    x = distances(bands, pieces)
    for number, piece in enumerate(pieces):
        lines = axes.plot(x[piece], levels[piece], color=color, linewidth=1.1)
        if number == 0 and label:
            lines[0].set_label(label)
    places = [float(x[int(tick)]) for tick in ticks]
    axes.set_xticks(places, names)
    for place in places:
        axes.axvline(place, color=GREY, linewidth=0.6)
    axes.set_xlim(x[0], x[-1])


def draw_dos(axes: Axes, density: Array, levels: Array, color: str, unit: str) -> None:
    """Draw a density of states sideways, sharing the vertical axis of the dispersion."""
    axes.plot(density, levels, color=color)
    axes.fill_betweenx(levels, 0, density, color=color, alpha=0.2, linewidth=0)
    axes.set_xlim(left=0)
    axes.set_xlabel(f'DOS ({unit})')
    axes.tick_params(labelleft=False)
