"""Nanoparticles in their equilibrium shape.

Wulff's theorem: the distance of a facet from the centre is proportional to its surface energy
(G. Wulff, Z. Kristallogr. 34, 449 (1901), doi:10.1524/zkri.1901.34.1.449).
"""

from __future__ import annotations

from itertools import permutations, product
from typing import Literal

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms

from nanoos_plugins.calculations.build.builder import (
    VACUUM,
    BuildParameters,
    built,
    validated,
    with_vacuum,
)
from nanoos_plugins.calculations.build.bulk import Bulk, bulk
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity

Array = npt.NDArray[np.float64]


class Nanoparticle(BuildParameters):
    """Parameters of a nanoparticle."""

    element: str = quantity(..., '', 'element, as in Au', examples=['Au'])
    surface_energies: dict[str, float] = quantity(
        ...,
        'J/m²',
        'energy of each facet, as in {"111": 1.28, "100": 1.50}; only ratios matter',
        min_length=1,
        examples=[{'111': 1.28, '100': 1.50}],
    )
    atoms: int = quantity(
        147, '', 'number of atoms; the complete shape nearest to it is taken', ge=2, le=20_000
    )
    crystal: Literal['fcc', 'bcc', 'sc'] = quantity('fcc', '', 'crystal structure inside')
    centre: Literal['atom', 'cell'] = quantity(
        'atom', '', 'what is in the middle: an atom or the middle of the cell'
    )
    a: float | None = quantity(None, 'Å', "lattice constant; the element's own by default", gt=0.5, lt=100)
    vacuum: float = quantity(VACUUM, 'Å', 'empty space between the particle and its image', ge=1, le=500)


def nanoparticle(parameters: Nanoparticle) -> Atoms:
    """Return a particle of the Wulff shape in the middle of a box, not periodic.

    Atoms are taken up to a size at which all facets are complete, so the particle has the full cubic
    symmetry; of these sizes the one with the number of atoms nearest to the wanted one is taken.

    :raises ValueError: for unknown indices, energies that are not positive, or a crystal that is not known.
    """
    facets = {_indices(name): energy for name, energy in parameters.surface_energies.items()}
    if min(facets.values()) <= 0:
        raise ValueError(f'surface_energies: expected positive values, got {parameters.surface_energies}')
    unit = bulk(Bulk(formula=parameters.element, crystal=parameters.crystal, a=parameters.a, cubic=True))
    a = float(unit.cell.lengths()[0])
    middle = np.zeros(3) if parameters.centre == 'atom' else np.full(3, 0.5)
    basis = unit.get_scaled_positions() - middle
    reach = (2 * parameters.atoms / len(basis)) ** (1 / 3)
    while True:
        positions, sizes = _candidates(basis, facets, reach)
        # Up to this size the shape lies within the points that were looked at.
        complete = reach / min(np.linalg.norm(hkl) / max(hkl) * energy for hkl, energy in facets.items())
        if np.count_nonzero(sizes < complete) > 2 * parameters.atoms:
            break
        reach *= 1.5
    chosen = positions[: _nearest_complete(sizes, parameters.atoms)] * a
    atoms = Atoms(f'{parameters.element}{len(chosen)}', positions=chosen, cell=np.eye(3))
    return with_vacuum(atoms, parameters.vacuum, axes=(0, 1, 2))


def wulff_size(points: Array, facets: dict[tuple[int, int, int], float]) -> Array:
    """Return for each point (n, 3) the size of the smallest Wulff shape that contains it (n,).

    That is the largest of n̂·r/γ over all facets, by symmetry those with every order and sign of the indices.
    """
    size = np.full(len(points), -np.inf)
    for hkl, energy in facets.items():
        for order in set(permutations(hkl)):
            for sign in product((1, -1), repeat=3):
                normal = np.array(order) * sign / np.linalg.norm(hkl)
                size = np.maximum(size, points @ normal / energy)
    return size


def _candidates(basis: Array, facets: dict[tuple[int, int, int], float], reach: float) -> tuple[Array, Array]:
    """Return the lattice points within ±reach [a] along each axis, and their sizes, by size."""
    last = int(np.ceil(reach)) + 1
    cells = np.array(list(product(range(-last, last + 1), repeat=3)), dtype=float)
    points = (cells[:, None, :] + basis[None, :, :]).reshape(-1, 3)
    points = points[np.abs(points).max(axis=1) <= reach]
    sizes = wulff_size(points, facets)
    order = np.lexsort((*points.T, np.round(sizes, 9)))
    return points[order], sizes[order]


def _nearest_complete(sizes: Array, wanted: int) -> int:
    """Return how many of the sorted sizes make a complete shape, as near to `wanted` as possible."""
    ends = np.flatnonzero(np.diff(sizes) > 1e-6) + 1
    # A single atom in the middle is no particle.
    ends = ends[ends > 1]
    return int(ends[np.argmin(np.abs(ends - wanted))])


def _indices(name: str) -> tuple[int, int, int]:
    """Return Miller indices from `111`."""
    if len(name) != 3 or not name.isdecimal() or name == '000':
        raise ValueError(f'surface_energies: expected three Miller indices such as 111, got {name!r:.40}')
    first, second, third = (int(digit) for digit in name)
    return first, second, third


@calcfunction
def build_nanoparticle(
    parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Make a nanoparticle in its Wulff shape. Fails with exit status 320 for parameters that are not valid.

    :param parameters: element, surface_energies [J/m²], atoms, crystal, centre, a [Å], vacuum [Å]: see
        `Nanoparticle`
    :param material: the material that the structure is of
    """
    return built(lambda: nanoparticle(validated(Nanoparticle, parameters.get_dict())))
