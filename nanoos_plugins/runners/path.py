"""The path of least energy between two structures, with any ASE calculator.

Nudged elastic band with improved tangents and a climbing image (Henkelman et al., doi:10.1063/1.1323224 and
doi:10.1063/1.1329672), by ASE.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.geometry import find_mic
from ase.mep import NEB
from ase.optimize import FIRE

Arrays = dict[str, npt.NDArray[np.float64]]
#: [eV/Å²] Spring between images: of the order of a bond's.
SPRING = 1.0
#: How far above `force_tolerance` the band goes before its highest image climbs.
CLIMB_BELOW = 5.0


def find_path(initial: Atoms, final: Atoms, calculator: Any, settings: Mapping[str, Any]) -> Arrays:
    """Return the band between two relaxed structures with the same atoms in the same cell.

    `path_energies` (n_images,) [eV], `path_positions` (n_images, n_atoms, 3) [Å], continuous across cell
    boundaries, and `converged` (), 1 when no atom of an image between the ends has a force beyond
    `force_tolerance` across the band (along it too for the climbing one).

    :param settings: `images`, both ends included; `force_tolerance` [eV/Å]; `max_steps`.
    :raises ValueError: when the ends do not have the same atoms in the same cell.
    """
    check_ends(initial, final)
    band = interpolate(initial, final, settings['images'])
    for image in band:
        image.calc = calculator
    neb = NEB(band, k=SPRING, method='improvedtangent', allow_shared_calculator=True)
    tolerance = settings['force_tolerance']
    first = FIRE(neb, logfile=None)
    first.run(fmax=CLIMB_BELOW * tolerance, steps=settings['max_steps'])
    neb.climb = True
    second = FIRE(neb, logfile=None)
    converged = second.run(fmax=tolerance, steps=max(settings['max_steps'] - first.nsteps, 1))
    return {
        'converged': np.array(float(bool(converged))),
        'path_energies': np.array([image.get_potential_energy() for image in band], dtype=float),
        'path_positions': np.array([image.get_positions() for image in band]),
    }


def check_ends(initial: Atoms, final: Atoms) -> None:
    """Refuse ends that no path can join.

    :raises ValueError: says in what they differ.
    """
    if initial.get_chemical_symbols() != final.get_chemical_symbols():
        raise ValueError(
            f'the ends of a path must have the same atoms in the same order, got '
            f'{initial.get_chemical_formula()} and {final.get_chemical_formula()}'
        )
    if not np.allclose(initial.cell, final.cell, atol=1e-6):
        raise ValueError('the ends of a path must have the same cell; relax both in the cell of one')


def interpolate(initial: Atoms, final: Atoms, images: int) -> list[Atoms]:
    """Return `images` structures evenly spaced from one end to the other, each atom by the shortest way."""
    difference = final.get_positions() - initial.get_positions()
    shift, _ = find_mic(difference, initial.cell, initial.pbc)
    band = []
    for fraction in np.linspace(0, 1, images):
        image = initial.copy()
        image.set_positions(initial.get_positions() + fraction * shift)
        band.append(image)
    return band
