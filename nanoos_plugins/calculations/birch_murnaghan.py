"""Equation of state of third order after Birch and Murnaghan, fitted to energies of several volumes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import units

from nanoos_plugins.calculations.symmetry import cubic_cells
from nanoos_plugins.data.structure import describe
from nanoos_plugins.engines.results import Array

#: Exit statuses of `fit_birch_murnaghan`, the same as those of `nanoos.eos`.
TOO_FEW_POINTS = 420
BAD_FIT = 421
MINIMUM_OUTSIDE = 422
#: Four parameters are fitted; one more point shows whether they fit.
LEAST_POINTS = 5


class FitRefused(ValueError):
    """The points do not give an equation of state; `status` is the exit status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class BirchMurnaghan:
    """Volume [Å³] and energy [eV] of the minimum, bulk modulus [eV/Å³] there, its pressure derivative [-].

    `residual`: root mean square of the differences between energies and curve [eV].
    """

    volume: float
    energy: float
    bulk_modulus: float
    derivative: float
    residual: float

    def __call__(self, volumes: Array) -> Array:
        """Return the energies [eV] at `volumes` [Å³] (Birch 1947, doi:10.1103/PhysRev.71.809)."""
        y = (self.volume / volumes) ** (2 / 3)
        scale = 9 / 16 * self.volume * self.bulk_modulus
        energies: Array = self.energy + scale * ((y - 1) ** 3 * self.derivative + (y - 1) ** 2 * (6 - 4 * y))
        return energies


def fit(volumes: Array, energies: Array, residual_limit: float) -> BirchMurnaghan:
    """Return the equation of state of the points.

    This energy is a cubic polynomial in V^(-2/3), so the fit is linear and its minimum analytic.

    :param volumes: (n,) [Å³]; `energies`: (n,) [eV].
    :param residual_limit: largest residual allowed, relative to the range of the energies.
    :raises FitRefused: for fewer than `LEAST_POINTS` points, a larger residual, or no minimum between the
        smallest and the largest volume.
    """
    if len(volumes) < LEAST_POINTS:
        raise FitRefused(TOO_FEW_POINTS, f'{len(volumes)} points to fit, expected at least {LEAST_POINTS}')
    middle = float(np.mean(volumes))
    x: Array = (middle / volumes) ** (2 / 3)
    polynomial = np.polynomial.Polynomial.fit(x, energies, 3)
    residual = float(np.sqrt(np.mean((polynomial(x) - energies) ** 2)))
    spread = float(np.ptp(energies))
    if residual > residual_limit * spread:
        raise FitRefused(
            BAD_FIT,
            f"the residual {residual:.2e} eV is more than {residual_limit:g} of the energies' range "
            f'{spread:.2e} eV: converge the energies better, or choose a range without a phase transition',
        )
    slope, curvature = polynomial.deriv(), polynomial.deriv(2)
    roots = slope.roots()
    minima = [root.real for root in roots if abs(root.imag) < 1e-9 and curvature(root.real) > 0]
    inside = [root for root in minima if x.min() <= root <= x.max()]
    if not inside:
        raise FitRefused(
            MINIMUM_OUTSIDE,
            f'the energy has no minimum between {volumes.min():.3f} and {volumes.max():.3f} Å³ '
            f'(lowest at {volumes[np.argmin(energies)]:.3f} Å³): relax the cell first, or widen the range',
        )
    x0 = float(inside[0])
    volume = middle * x0**-1.5
    bulk_modulus = 4 / 9 * float(curvature(x0)) * x0**2 / volume
    third = float(polynomial.deriv(3)(x0)) / 6 * x0**3
    derivative = 4 + third * 16 / (9 * volume * bulk_modulus)
    return BirchMurnaghan(volume, float(polynomial(x0)), bulk_modulus, derivative, residual)


@calcfunction
def fit_birch_murnaghan(
    structure: orm.StructureData, residual_limit: orm.Float, **points: orm.Data
) -> dict[str, orm.Data] | ExitCode:
    """Return the equation of state of a structure and the points it was fitted to.

    :param structure: the structure whose cell the volume and the energy are for.
    :param residual_limit: largest residual relative to the range of the energies [-].
    :param points: `structure_<label>` and `results_<label>` of the simulation of each volume.
    :return: `eos` (`volume_A3`, `energy_eV`, `bulk_modulus_GPa`, `bulk_modulus_derivative`, `residual_eV`,
        and `a0_A`, the lattice parameter of the conventional cell, when cubic), `points` (`volumes` [Å³],
        `energies` [eV], in the order of the volumes) and `structure`, scaled to the equilibrium volume;
        or the exit status of the refusal.
    """
    labels = [key.removeprefix('results_') for key in points if key.startswith('results_')]
    volumes = np.array([points[f'structure_{label}'].get_cell_volume() for label in labels])
    energies = np.array(
        [points[f'results_{label}'].base.attributes.get('energy')['value'] for label in labels]
    )
    order = np.argsort(volumes)
    try:
        eos = fit(volumes[order], energies[order], residual_limit.value)
    except FitRefused as refusal:
        return ExitCode(refusal.status, str(refusal))
    summary = {
        'volume_A3': eos.volume,
        'energy_eV': eos.energy,
        'bulk_modulus_GPa': eos.bulk_modulus / units.GPa,
        'bulk_modulus_derivative': eos.derivative,
        'residual_eV': eos.residual,
    }
    cells = cubic_cells(structure)
    if cells is not None:
        summary['a0_A'] = (eos.volume * cells) ** (1 / 3)
    arrays = orm.ArrayData({'volumes': volumes[order], 'energies': energies[order]})
    equilibrium = structure.get_ase()
    scale = (eos.volume / equilibrium.get_volume()) ** (1 / 3)
    equilibrium.set_cell(scale * equilibrium.cell, scale_atoms=True)
    scaled = describe(orm.StructureData(ase=equilibrium), 'optimized', 'internal')
    return {'eos': orm.Dict(summary), 'points': arrays, 'structure': scaled}
