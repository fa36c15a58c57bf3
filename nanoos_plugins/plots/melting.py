"""The melting point: how fast the melt grew at temperatures around it."""

from __future__ import annotations

from pathlib import Path

from aiida import orm

from nanoos_plugins.plots.figure import BLUE, GREY, ORANGE, new_figure, outputs_of, title_of, write


def plot_melting(node: orm.ProcessNode, path: Path) -> Path:
    """Write the melted part against time, and its rate against temperature, of a finished `nanoos.melting`.

    :raises ValueError: when the process has no melting point.
    """
    melting, course = outputs_of(node, 'melting', 'course')
    found = melting['melting_temperature']
    figure, (left, right) = new_figure(2)
    temperatures = course.get_array('profile_temperature_K')
    for temperature in temperatures:
        times, melted = (course.get_array(f'{name}_{temperature:.0f}_K') for name in ('time_ps', 'melted'))
        left.plot(times, melted, linewidth=0.8, label=f'{temperature:.0f} K')
    left.set_xlabel('time (ps)')
    left.set_ylabel('melted part')
    left.set_ylim(-0.1, 1.1)
    left.legend(fontsize=8)
    rates, errors = (
        course.get_array(name)
        for name in ('profile_melting_rate_per_ns', 'profile_melting_rate_error_per_ns')
    )
    right.errorbar(temperatures, rates, yerr=errors, fmt='o', color=ORANGE)
    right.axhline(0.0, color=GREY, linewidth=0.8)
    right.axvline(found['value'], color=BLUE)
    right.set_xlabel('temperature (K)')
    right.set_ylabel('growth of the melted part (1/ns)')
    right.set_title(f'$T_m$ = {found["value"]:.0f} ± {found["uncertainty"]:.0f} K', fontsize=9)
    return write(figure, title_of(node, 'Melting'), path)
