"""Phonon dispersion and density of states, imaginary modes below zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from aiida import orm

from nanoos_plugins.plots.dispersion import draw_bands, draw_dos
from nanoos_plugins.plots.figure import BLUE, GREY, new_figure, outputs_of, title_of, write


def plot_phonons(node: orm.ProcessNode, path: Path) -> Path:
    """Write the dispersion beside the density of states of a `nanoos.phonons` and return the path.

    Also for a structure that turned out unstable: its imaginary frequencies are drawn negative.

    :raises ValueError: when the process has no phonons.
    """
    bands, dos, summary = outputs_of(node, 'bands', 'dos', 'summary')
    frequencies = np.asarray(bands.get_bands())
    figure, (left, right) = new_figure(2, widths=(2.5, 1))
    draw_bands(left, bands, frequencies, BLUE)
    draw_dos(right, dos.get_y()[0][1], dos.get_x()[1], BLUE, '1/THz')
    low = min(0.0, 1.1 * summary['lowest_frequency_THz']) if not summary['dynamically_stable'] else 0.0
    for axes in (left, right):
        axes.axhline(0.0, color=GREY, linewidth=0.8)
        axes.set_ylim(low, 1.05 * max(summary['highest_frequency_THz'], float(frequencies.max())))
    left.set_ylabel('frequency (THz)' if summary['dynamically_stable'] else 'frequency (THz), imaginary < 0')
    return write(figure, title_of(node, 'Phonons'), path)
