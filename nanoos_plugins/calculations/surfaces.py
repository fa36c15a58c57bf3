"""Energies of a crystal's surfaces from slabs with two of them.

γ = (E_slab − N/N_bulk E_bulk)/(2A) for a slab of the crystal's composition, the mean of both sides where they
are not alike. An error of E_bulk grows with the thickness: Fiorentini and Methfessel, J. Phys.: Condens.
Matter 8, 6525 (1996), doi:10.1088/0953-8984/8/36/005.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import calcfunction
from ase import Atoms, units
from pymatgen.core import Structure
from pymatgen.core.composition import Composition
from pymatgen.core.surface import get_symmetrically_distinct_miller_indices
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from nanoos_plugins.data.structure import SYMMETRY_TOLERANCE

#: Exit statuses, the same as those of `nanoos.surfaces`.
NO_SLAB = 460
NOT_STOICHIOMETRIC = 461
#: eV/Å² in one J/m².
J_PER_M2 = units.J / units.m**2


def conventional_cell(structure: orm.StructureData) -> Structure:
    """Return the conventional cell that Miller indices are for, the same as of `build_slab`."""
    analyzer = SpacegroupAnalyzer(
        AseAtomsAdaptor.get_structure(structure.get_ase()), symprec=SYMMETRY_TOLERANCE
    )
    found: Structure = analyzer.get_conventional_standard_structure()
    return found


def low_index_faces(structure: orm.StructureData, count: int = 3) -> list[list[int]]:
    """Return the `count` faces with the widest spacing of lattice planes, no two of them equivalent.

    Wide spacings make dense planes, which tend to be the faces of crystals (Donnay and Harker, Am. Mineral.
    22, 446 (1937)). Of a cubic crystal these are 100, 110 and 111.
    """
    cell = conventional_cell(structure)
    faces = get_symmetrically_distinct_miller_indices(cell, 1)
    faces.sort(key=lambda face: (-round(cell.lattice.d_hkl(face), 6), face))
    return [[int(index) for index in face] for face in faces[:count]]


def name_of(miller: list[int]) -> str:
    """Return Miller indices as a word, `m` for minus: 1m10 of (1, −1, 0)."""
    return ''.join(f'm{-index}' if index < 0 else str(index) for index in miller)


def are_sides_alike(slab: Atoms) -> bool:
    """Return whether a symmetry of the slab, whose normal is z, exchanges its two sides."""
    analyzer = SpacegroupAnalyzer(AseAtomsAdaptor.get_structure(slab), symprec=SYMMETRY_TOLERANCE)
    operations = analyzer.get_symmetry_operations(cartesian=True)
    return any(operation.rotation_matrix[2, 2] < -0.5 for operation in operations)


def other_composition(slab: orm.StructureData, crystal: orm.StructureData) -> str | None:
    """Return None for a slab of the crystal's composition, else what is wrong: its energy is no surface's."""
    slab_is, crystal_is = (
        Composition(str(one.get_ase().get_chemical_formula())).reduced_formula for one in (slab, crystal)
    )
    if slab_is == crystal_is:
        return None
    return (
        f'the slab is {slab_is}, the crystal {crystal_is}, so its energy depends on where the other atoms '
        'are; expected a slab of the composition of the crystal'
    )


def energy_per_area(slab: Atoms, energy: float, energy_per_atom: float) -> float:
    """Return the energy of one side [J/m²], the mean of both.

    :param energy: of the slab [eV]; `energy_per_atom`: of the crystal [eV].
    """
    area = np.linalg.norm(np.cross(slab.cell[0], slab.cell[1]))
    return float((energy - len(slab) * energy_per_atom) / (2 * area) / J_PER_M2)


@calcfunction
def surface_energies(
    crystal: orm.StructureData, crystal_results: orm.Dict, miller: orm.List, **faces: orm.Data
) -> orm.Dict:
    """Return the energies of all faces, before and after the atoms of the slab have relaxed.

    :param crystal_results: results of the crystal, with its energy [eV].
    :param miller: (n, 3) indices of the faces.
    :param faces: of each face, by the name of its indices (see `name_of`), `slab_<name>` as cut, and results
        `static_<name>` of it and `relaxed_<name>`.
    :return: `miller`; {value, unit} [J/m²] of `surface_energy_<name>` and `unrelaxed_surface_energy_<name>`;
        `notes`, one on each face whose two sides are not alike.
    """
    per_atom = crystal_results['energy']['value'] / len(crystal.sites)
    found: dict[str, Any] = {'miller': miller.get_list()}
    notes = []
    for name in map(name_of, miller.get_list()):
        slab = faces[f'slab_{name}'].get_ase()
        for kind, results in (('', 'relaxed'), ('unrelaxed_', 'static')):
            energy = faces[f'{results}_{name}'].base.attributes.get('energy')['value']
            value = energy_per_area(slab, energy, per_atom)
            found[f'{kind}surface_energy_{name}'] = {'value': value, 'unit': 'J/m²'}
        if not are_sides_alike(slab):
            notes.append(f'{name}: the two sides of the slab are not alike, the energy is the mean of both')
    return orm.Dict({**found, 'notes': notes})
