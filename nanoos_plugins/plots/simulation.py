"""What an engine says should be drawn: profiles against each other, and the first field as a map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from aiida import orm
from matplotlib.axes import Axes

from nanoos_plugins.data.quantities import name_and_unit
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.plots.figure import new_figure, outputs_of, write

#: Most pictures beside each other.
MOST = 3
#: Which field says most about a run, the first that there is; else the first of all.
TELLING = ('field_von_mises_stress_GPa', 'field_speed_m_per_s', 'field_temperature_K', 'field_concentration')


def plot_simulation(node: orm.ProcessNode, path: Path) -> Path:
    """Write the profiles and the field of a finished `nanoos.simulation` and return the path.

    :raises ValueError: when the process has no results, or its engine draws none.
    """
    results, arrays = outputs_of(node, 'results', 'arrays')
    profiles = results.get_dict().get('figures', [])
    fields = [name for name in arrays.get_arraynames() if name.startswith('field_')]
    fields.sort(key=lambda name: (TELLING.index(name) if name in TELLING else len(TELLING), name))
    shown = [('profile', one) for one in profiles][: MOST - bool(fields)]
    shown += [('field', name) for name in fields[:1]]
    if not shown:
        engine = load_engine(node.inputs.template.engine).label
        raise ValueError(f'process {node.pk}: {engine} gives nothing to draw for task {results["task"]}')
    figure, panels = new_figure(len(shown))
    for axes, (kind, what) in zip(panels, shown, strict=True):
        draw = draw_profile if kind == 'profile' else draw_field
        draw(axes, what, arrays)
    title = f'{results["task"].replace("_", " ").capitalize()} · {results["label"]}'
    return write(figure, title, path)


def draw_profile(axes: Axes, figure: dict[str, Any], arrays: orm.ArrayData) -> None:
    """Draw arrays against another as the engine says (`runners.job.Figure`), with their errors."""
    x = arrays.get_array(figure['x'])
    for name in figure['y']:
        error = figure['errors'].get(name)
        axes.errorbar(
            x,
            arrays.get_array(name),
            yerr=None if error is None else arrays.get_array(error),
            fmt='o-' if len(x) <= 60 else '-',
            markersize=3,
            label=axis_label(name),
        )
    if figure['log']:
        axes.set_yscale('log')
    axes.set_xlabel(axis_label(figure['x']))
    axes.set_ylabel(axis_label(figure['y'][0]) if len(figure['y']) == 1 else '')
    axes.set_title(figure['title'], fontsize=9)
    if len(figure['y']) > 1:
        axes.legend(fontsize=7)


def draw_field(axes: Axes, name: str, arrays: orm.ArrayData) -> None:
    """Draw a field (ny, nx) on its grid; what is outside of the part stays white."""
    names = set(arrays.get_arraynames())
    unit = 'm' if 'grid_x_m' in names else ''
    ends = [arrays.get_array(f'grid_{axis}{"_m" if unit else ""}') for axis in 'xy']
    field = np.array(arrays.get_array(name), dtype=float)
    if 'grid_inside' in names:
        field[arrays.get_array('grid_inside') < 0.5] = np.nan
    extent = (ends[0].min(), ends[0].max(), ends[1].min(), ends[1].max())
    image = axes.imshow(field, origin='lower', extent=extent, cmap='viridis', aspect='equal')
    axes.figure.colorbar(image, ax=axes, shrink=0.8, label=axis_label(name))
    axes.set_xlabel(f'x ({unit})' if unit else 'x')
    axes.set_ylabel(f'y ({unit})' if unit else 'y')


def axis_label(name: str) -> str:
    """Return `mean square displacement (m²)` for `profile_mean_square_displacement_m2`."""
    for prefix in ('profile_', 'field_', 'series_'):
        name = name.removeprefix(prefix)
    words, unit = name_and_unit(name)
    return f'{words.replace("_", " ")} ({unit})' if unit else words.replace('_', ' ')
