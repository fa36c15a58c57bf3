"""Molecular dynamics: temperature in time, radial distribution, mean-square displacement."""

from __future__ import annotations

from pathlib import Path

from aiida import orm
from matplotlib.axes import Axes

from nanoos_plugins.plots.figure import BLUE, GREEN, GREY, ORANGE, new_figure, outputs_of, title_of, write

FS_PER_PS = 1000.0


def plot_md(node: orm.ProcessNode, path: Path) -> Path:
    """Write temperature, g(r) (periodic structures) and MSD of a finished `nanoos.md` and return the path.

    :raises ValueError: when the process has no averages.
    """
    averages, msd = outputs_of(node, 'averages', 'msd')
    rdf = node.outputs.rdf if 'rdf' in node.outputs else None
    figure, axes = new_figure(2 if rdf is None else 3)
    _draw_temperature(axes[0], node, averages)
    if rdf is not None:
        _draw_rdf(axes[1], rdf)
    _draw_msd(axes[-1], msd, averages)
    return write(figure, title_of(node, 'Molecular dynamics'), path)


def _draw_temperature(axes: Axes, node: orm.ProcessNode, averages: orm.Dict) -> None:
    run = next(child for child in node.called if 'arrays' in child.outputs)
    times = run.outputs.arrays.get_array('time_fs') / FS_PER_PS
    axes.plot(times, run.outputs.arrays.get_array('temperature_K'), color=BLUE, linewidth=0.8)
    start = node.inputs.equilibration.value * times[-1]
    axes.axvspan(times[0], start, color=GREY, alpha=0.15, linewidth=0, label='discarded')
    mean = averages['temperature']
    axes.hlines(
        mean['value'],
        start,
        times[-1],
        color=ORANGE,
        label=f'{mean["value"]:.1f} ± {mean["uncertainty"]:.1f} K',
    )
    axes.set_xlim(times[0], times[-1])
    axes.set_xlabel('time (ps)')
    axes.set_ylabel('temperature (K)')
    axes.legend(loc='lower right')


def _draw_rdf(axes: Axes, rdf: orm.ArrayData) -> None:
    names = [name for name in rdf.get_arraynames() if name.startswith('g_')]
    for name in sorted(names) if len(names) > 1 else ['g']:
        axes.plot(rdf.get_array('r_A'), rdf.get_array(name), label=name.removeprefix('g_').replace('_', '–'))
    axes.axhline(1.0, color=GREY, linewidth=0.8, linestyle='--')
    axes.set_xlim(0, rdf.get_array('r_A')[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel('distance (Å)')
    axes.set_ylabel('g(r)')
    if len(names) > 1:
        axes.legend()


def _draw_msd(axes: Axes, msd: orm.ArrayData, averages: orm.Dict) -> None:
    times = msd.get_array('time_fs') / FS_PER_PS
    axes.plot(times, msd.get_array('msd_A2'), color=GREEN)
    axes.set_xlim(times[0], times[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel('time (ps)')
    axes.set_ylabel('mean-square displacement (Å²)')
    motion = averages.get_dict().get('diffusivity')
    if motion is not None:
        axes.set_title(f'D = ({motion["value"]:.2e} ± {motion["uncertainty"]:.0e}) m²/s', fontsize=9)
