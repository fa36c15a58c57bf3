"""The equilibrium shape of a crystal from the energies of its faces, and the particle that has it.

Wulff's theorem: the distance of a face from the centre is proportional to its energy (G. Wulff,
Z. Kristallogr. 34, 449 (1901), doi:10.1524/zkri.1901.34.1.449). The construction is pymatgen's: Tran et al.,
Sci. Data 3, 160080 (2016), doi:10.1038/sdata.2016.80.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from pymatgen.analysis.wulff import WulffShape
from pymatgen.core import Lattice
from scipy.spatial import QhullError

from nanoos_plugins.calculations.surfaces import conventional_cell, name_of
from nanoos_plugins.calculations.symmetry import dataset
from nanoos_plugins.engines.results import Array

#: Exit status of `wulff_shape`, the same as that of `nanoos.surfaces`.
NO_SHAPE = 462
#: Relative to the largest energy: what is nearer to a plane lies in it.
SAME_PLANE = 1e-6
#: Space group and atoms of the conventional cell of the lattices that `build_nanoparticle` makes.
LATTICES = {(225, 4): 'fcc', (229, 2): 'bcc', (221, 1): 'sc'}


def construct(lattice: Lattice, miller: list[list[int]], energies: list[float]) -> WulffShape:
    """Return the Wulff shape of a lattice.

    :param lattice: of the conventional cell; its point symmetry makes all faces of those in `miller`.
    :param energies: of the faces [J/m²].
    :raises ValueError: for an energy that is not positive, or faces that do not enclose a body.
    """
    wrong = [
        f'{name_of(face)}: {energy:.4g} J/m²'
        for face, energy in zip(miller, energies, strict=True)
        if not energy > 0
    ]
    if wrong:
        raise ValueError(f'a crystal with energies of its faces ≤ 0 has no shape; got {", ".join(wrong)}')
    try:
        return WulffShape(lattice, [tuple(face) for face in miller], energies)
    except QhullError as error:
        names = ', '.join(map(name_of, miller))
        raise ValueError(f'the faces {names} do not enclose a body; add faces in other directions') from error


def drawn(shape: WulffShape) -> dict[str, Array]:
    """Return the surface of a shape.

    :return: `vertices` (n, 3) [J/m²] from the centre in the frame of the conventional cell, `triangles`
        (m, 3) of them, `family` (m,), which of the faces with their own indices a triangle belongs to, and
        `edges` (k, 2) of the body, between vertices.
    """
    points = np.array(shape.wulff_pt_list)
    normals = np.array([plane.normal for plane in shape.facets])
    distances = np.array([plane.e_surf for plane in shape.facets])
    reach = SAME_PLANE * distances.max()
    corners: list[Array] = []
    triangles, planes = [], []
    for simplex in shape.wulff_cv_simp:
        # where more than three faces meet, pymatgen has the corner several times
        triangle = [_index(corners, points[corner], reach) for corner in simplex]
        if len(set(triangle)) == 3:
            triangles.append(triangle)
            planes.append(int(np.argmin(np.abs(normals @ points[simplex].mean(axis=0) - distances))))
    return {
        'vertices': np.array(corners),
        'triangles': np.array(triangles),
        'family': np.array([shape.facets[plane].index for plane in planes]),
        'edges': np.array(_edges(triangles, planes)),
    }


def _index(corners: list[Array], corner: Array, reach: float) -> int:
    """Return the place of a corner among those known, to which it is added when it is new."""
    for index, known in enumerate(corners):
        if np.abs(known - corner).max() < reach:
            return index
    corners.append(corner)
    return len(corners) - 1


def _edges(triangles: list[list[int]], planes: list[int]) -> list[tuple[int, int]]:
    """Return the sides of triangles at which another plane begins."""
    beside: dict[tuple[int, int], set[int]] = {}
    for triangle, plane in zip(triangles, planes, strict=True):
        for first, second in combinations(sorted(triangle), 2):
            beside.setdefault((first, second), set()).add(plane)
    return sorted(side for side, found in beside.items() if len(found) == 2)


@calcfunction
def wulff_shape(crystal: orm.StructureData, surfaces: orm.Dict) -> dict[str, orm.Data] | ExitCode:
    """Return the equilibrium shape of a crystal with these surfaces.

    :param surfaces: of `surface_energies`; those of the relaxed slabs are taken.
    :return: `shape`: {value, unit} of `area_fraction_<name>` of each face, `weighted_surface_energy` [J/m²]
        (mean over the area), `anisotropy` (standard deviation over the area relative to it), `shape_factor`
        (area/volume^(2/3): 4.84 of a sphere, 6 of a cube); `wulff`: the arrays of `drawn` and `miller`
        (n, 3); exit status `NO_SHAPE` when there is none.
    """
    miller = surfaces['miller']
    energies = [surfaces[f'surface_energy_{name_of(face)}']['value'] for face in miller]
    try:
        body = construct(conventional_cell(crystal).lattice, miller, energies)
    except ValueError as refusal:
        return ExitCode(NO_SHAPE, str(refusal))
    total = body.surface_area
    told: dict[str, Any] = {
        f'area_fraction_{name_of(face)}': {'value': float(area / total), 'unit': ''}
        for face, area in zip(miller, body.color_area, strict=True)
    }
    told['weighted_surface_energy'] = {'value': float(body.weighted_surface_energy), 'unit': 'J/m²'}
    told['anisotropy'] = {'value': float(body.anisotropy), 'unit': ''}
    told['shape_factor'] = {'value': float(body.shape_factor), 'unit': ''}
    return {
        'shape': orm.Dict(told),
        'wulff': orm.ArrayData({**drawn(body), 'miller': np.array(miller)}),
    }


def lattice_of(crystal: orm.StructureData) -> str | None:
    """Return fcc, bcc or sc of an element with that structure, None of any other crystal."""
    if len(crystal.get_symbols_set()) > 1:
        return None
    found = dataset(crystal)
    return LATTICES.get((int(found.number), len(found.std_types)))


@calcfunction
def particle_parameters(crystal: orm.StructureData, surfaces: orm.Dict, atoms: orm.Int) -> orm.Dict:
    """Return the parameters with which `build_nanoparticle` makes a particle of the equilibrium shape.

    :param crystal: an element that `lattice_of` knows; the particle has its lattice constant [Å].
    :param surfaces: of `surface_energies` [J/m²].
    :param atoms: number of atoms; the complete shape nearest to it is taken.
    """
    found = dataset(crystal)
    energies = {
        # by the cubic symmetry neither order nor sign of the indices matters
        ''.join(str(index) for index in sorted(map(abs, face), reverse=True)): surfaces[
            f'surface_energy_{name_of(face)}'
        ]['value']
        for face in surfaces['miller']
    }
    return orm.Dict(
        {
            'element': next(iter(crystal.get_symbols_set())),
            'crystal': lattice_of(crystal),
            'a': float(np.linalg.norm(found.std_lattice[0])),
            'surface_energies': energies,
            'atoms': atoms.value,
        }
    )
