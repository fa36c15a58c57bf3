"""Thermal conductivity: the spectrum of the flux of heat, and the integral of its correlation."""

from __future__ import annotations

from pathlib import Path

from aiida import orm

from nanoos_plugins.plots.figure import BLUE, GREY, ORANGE, new_figure, outputs_of, title_of, write


def plot_conductivity(node: orm.ProcessNode, path: Path) -> Path:
    """Write spectrum and running integral of a finished `nanoos.conductivity` and return the path.

    :raises ValueError: when the process has no conductivity.
    """
    conductivity, spectrum = outputs_of(node, 'conductivity', 'spectrum')
    found = conductivity['thermal_conductivity']
    figure, (left, right) = new_figure(2)
    frequencies = spectrum.get_array('frequency_THz')
    left.semilogy(frequencies, spectrum.get_array('periodogram_W_per_m_K'), color=GREY, linewidth=0.5)
    left.semilogy(frequencies, spectrum.get_array('conductivity_W_per_m_K'), color=BLUE)
    left.set_xlabel('frequency (THz)')
    left.set_ylabel('spectrum of the flux of heat (W/(m K))')
    times, integral = spectrum.get_array('time_ps'), spectrum.get_array('integral_W_per_m_K')
    error = spectrum.get_array('integral_error_W_per_m_K')
    right.plot(times, integral, color=ORANGE, label='integral up to a time')
    right.fill_between(times, integral - error, integral + error, color=ORANGE, alpha=0.2, linewidth=0)
    right.axhline(found['value'], color=BLUE, label='spectrum at 0')
    right.set_xlabel('time (ps)')
    right.set_ylabel('thermal conductivity (W/(m K))')
    right.set_title(f'κ = {found["value"]:.3g} ± {found["uncertainty"]:.2g} W/(m K)', fontsize=9)
    right.legend()
    return write(figure, title_of(node, 'Thermal conductivity'), path)
