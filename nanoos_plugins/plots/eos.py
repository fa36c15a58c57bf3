"""Equation of state: the computed points and the fitted curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from aiida import orm
from ase import units

from nanoos_plugins.calculations.birch_murnaghan import BirchMurnaghan
from nanoos_plugins.plots.figure import BLUE, ORANGE, new_figure, outputs_of, title_of, write


def plot_eos(node: orm.ProcessNode, path: Path) -> Path:
    """Write energy against volume of a finished `nanoos.eos` and return the path.

    :raises ValueError: when the process has no equation of state.
    """
    fit, points = outputs_of(node, 'eos', 'points')
    volumes, energies = points.get_array('volumes'), points.get_array('energies')
    span = np.linspace(volumes.min(), volumes.max(), 200)
    curve = BirchMurnaghan(
        volume=fit['volume_A3'],
        energy=fit['energy_eV'],
        bulk_modulus=fit['bulk_modulus_GPa'] * units.GPa,
        derivative=fit['bulk_modulus_derivative'],
        residual=fit['residual_eV'],
    )
    figure, (axes,) = new_figure()
    axes.plot(span, curve(span), color=BLUE, label='Birch–Murnaghan fit')
    axes.plot(volumes, energies, 'o', color=ORANGE, markersize=5, label='computed')
    axes.axvline(fit['volume_A3'], color=BLUE, linewidth=0.8, linestyle=':')
    axes.set_xlabel('volume (Å³)')
    axes.set_ylabel('energy (eV)')
    axes.set_title(
        f'$V_0$ = {fit["volume_A3"]:.3f} Å³,  $B_0$ = {fit["bulk_modulus_GPa"]:.1f} GPa,  '
        f"$B_0'$ = {fit['bulk_modulus_derivative']:.2f}",
        fontsize=9,
    )
    axes.ticklabel_format(axis='y', useOffset=False)
    axes.legend()
    return write(figure, title_of(node, 'Equation of state'), path)
