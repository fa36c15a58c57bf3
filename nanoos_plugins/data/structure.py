"""The queryable attributes of a structure: where it came from and what it is."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import spglib
from aiida import orm
from ase import Atoms
from pymatgen.core.composition import Composition

#: AiiDA keeps `source` for a record of the database that a node is from, so ours is the origin.
Origin = Literal['uploaded', 'generated', 'optimized', 'imported']
Format = Literal['CIF', 'POSCAR', 'XYZ', 'internal']

#: An empty layer of at least this thickness [Å] between atoms is vacuum: no interaction that holds a
#: material together reaches across it (van der Waals gaps of layered crystals are 3–4 Å).
VACUUM = 7.0
#: Distance [Å] within which atoms count as symmetry-equivalent, the usual choice for data from files.
SYMMETRY_TOLERANCE = 0.01
#: The search for symmetry grows with the square of the number of atoms; above this it is left out.
MAX_SYMMETRY_ATOMS = 2000


def describe(structure: orm.StructureData, origin: Origin, format: Format) -> orm.StructureData:
    """Set the queryable attributes of an unstored structure and return it.

    `origin`, `format`: as given; `formula`: of the formula unit (SiO2), of the whole for a molecule or
    cluster (Cu147); `number_of_atoms` [-]; `dimensionality` 0–3 [-]; `space_group`: international symbol and
    number, as in `Fm-3m (225)`, None for fewer than three dimensions or more than `MAX_SYMMETRY_ATOMS` atoms.

    :raises ValueError: for an origin or format that does not exist.
    """
    if origin not in get_args(Origin):
        raise ValueError(
            f'unknown origin {origin!r} of a structure; expected one of {", ".join(get_args(Origin))}'
        )
    if format not in get_args(Format):
        raise ValueError(
            f'unknown format {format!r} of a structure; expected one of {", ".join(get_args(Format))}'
        )
    atoms = structure.get_ase()
    dimensions = dimensionality(atoms)
    structure.base.attributes.set_many(
        {
            'origin': origin,
            'format': format,
            'formula': formula(atoms, dimensions),
            'number_of_atoms': len(atoms),
            'dimensionality': dimensions,
            'space_group': space_group(atoms) if dimensions == 3 else None,
        }
    )
    return structure


def formula(atoms: Atoms, dimensions: int) -> str:
    """Return the formula: reduced for what is periodic, of all atoms for a finite body."""
    whole = str(atoms.get_chemical_formula())
    return str(Composition(whole).reduced_formula) if dimensions else whole


def dimensionality(atoms: Atoms) -> int:
    """Return in how many directions (0–3) the structure goes on without end and without vacuum.

    A direction counts when the cell is periodic along it and the largest empty layer between lattice planes
    is thinner than `VACUUM`. So a slab is two-dimensional, also when its file format knows only
    three-dimensional periodicity.
    """
    if atoms.cell.rank != 3:
        return int(np.count_nonzero(atoms.pbc))
    fractional = atoms.get_scaled_positions(wrap=False) % 1.0
    heights = 1.0 / np.linalg.norm(atoms.cell.reciprocal(), axis=1)
    count = 0
    for axis in np.flatnonzero(atoms.pbc):
        ordered = np.sort(fractional[:, axis])
        gaps = np.diff(ordered, append=ordered[0] + 1.0) * heights[axis]
        count += int(gaps.max() < VACUUM)
    return count


def space_group(atoms: Atoms) -> str | None:
    """Return the international symbol and number of the space group, as in `Fm-3m (225)`.

    None where it is not looked for (more than `MAX_SYMMETRY_ATOMS` atoms) or not found.
    """
    if len(atoms) > MAX_SYMMETRY_ATOMS:
        return None
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    try:
        found = spglib.get_spacegroup(cell, symprec=SYMMETRY_TOLERANCE)
    except spglib.SpglibError:  # raised instead of None once phonopy has been imported
        return None
    return str(found) if found else None
