"""Thermal expansion over the temperature, beside the volume and the heat capacity."""

from __future__ import annotations

from pathlib import Path

from aiida import orm

from nanoos_plugins.plots.figure import BLUE, GREEN, GREY, ORANGE, new_figure, outputs_of, title_of, write


def plot_expansion(node: orm.ProcessNode, path: Path) -> Path:
    """Write α(T), V(T) and C_P(T) of a finished `nanoos.expansion` and return the path.

    :raises ValueError: when the process has no expansion.
    """
    (curves,) = outputs_of(node, 'curves')
    temperature = curves.get_array('temperature_K')
    figure, axes = new_figure(3)
    axes[0].plot(temperature, 1e6 * curves.get_array('linear_expansion_per_K'), color=BLUE)
    axes[0].set_ylabel('linear expansion (10⁻⁶/K)')
    axes[1].plot(temperature, curves.get_array('volume_A3'), color=ORANGE)
    axes[1].set_ylabel('volume (Å³)')
    axes[1].ticklabel_format(axis='y', useOffset=False)
    for name, colour, label in (
        ('heat_capacity', GREEN, 'constant pressure'),
        ('heat_capacity_constant_volume', GREY, 'constant volume'),
    ):
        axes[2].plot(temperature, curves.get_array(f'{name}_J_per_K_mol'), color=colour, label=label)
    axes[2].set_ylabel('heat capacity (J/(K mol))')
    axes[2].legend(loc='lower right')
    for one in axes:
        one.set_xlabel('temperature (K)')
        one.set_xlim(0, temperature[-1])
    return write(figure, title_of(node, 'Thermal expansion'), path)
