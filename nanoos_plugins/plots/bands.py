"""Electronic bands and density of states, energies from the Fermi level or the valence band's top."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from aiida import orm

from nanoos_plugins.calculations.electronic_structure import eigenvalues
from nanoos_plugins.plots.dispersion import draw_bands, draw_dos
from nanoos_plugins.plots.figure import BLUE, GREY, ORANGE, new_figure, outputs_of, title_of, write

#: Energies shown, from the zero of the plot [eV].
WINDOW = (-14.0, 10.0)


def plot_bands(node: orm.ProcessNode, path: Path) -> Path:
    """Write bands beside the density of states of a finished `nanoos.bands` and return the path.

    :raises ValueError: when the process has no bands.
    """
    bands, dos, summary = outputs_of(node, 'bands', 'dos', 'summary')
    metal = summary['is_metal']
    zero = summary['fermi_energy_eV'] if metal else summary['valence_band_maximum_eV']
    levels = eigenvalues(bands) - zero
    figure, (left, right) = new_figure(2, widths=(2.5, 1))
    names = ['up', 'down'] if len(levels) == 2 else [None]
    for channel, name, color in zip(levels, names, (BLUE, ORANGE), strict=False):
        draw_bands(left, bands, channel, color, name)
    curves = {name: values for name, values, _ in dos.get_y()}
    energies = dos.get_x()[1] - zero
    draw_dos(right, curves['density'], energies, BLUE, '1/eV')
    low, high = max(WINDOW[0], levels.min() - 0.5), min(WINDOW[1], energies[-1])
    inside = (energies > low) & (energies < high)
    right.set_xlim(0, 1.1 * float(np.max(curves['density'][inside])))
    for axes in (left, right):
        axes.axhline(0.0, color=GREY, linewidth=0.8, linestyle='--')
        axes.set_ylim(low, high)
    left.set_ylabel('energy − $E_F$ (eV)' if metal else 'energy − $E_{VBM}$ (eV)')
    if len(levels) == 2:
        left.legend(loc='upper right')
    gap = 'metal' if metal else f'{summary["gap_type"]} gap {summary["gap_eV"]:.2f} eV'
    return write(figure, f'{title_of(node, "Bands")} · {gap}', path)
