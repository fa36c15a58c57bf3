"""Symmetry of a structure as the property chains need it: rotations, free coordinates, cubic or not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import spglib
from aiida import orm

from nanoos_plugins.data.structure import SYMMETRY_TOLERANCE
from nanoos_plugins.engines.results import Array

FIRST_CUBIC = 195


def dataset(structure: orm.StructureData) -> Any:
    """Return spglib's data set of a structure; sites of different kinds are never equivalent.

    :raises ValueError: when the structure is not periodic in three dimensions or spglib finds no symmetry.
    """
    cell = np.array(structure.cell)
    if not all(structure.pbc):
        raise ValueError(f'the structure is periodic along {structure.pbc}; expected all three directions')
    positions = np.array([site.position for site in structure.sites]) @ np.linalg.inv(cell)
    kinds = [kind.name for kind in structure.kinds]
    numbers = [kinds.index(site.kind_name) for site in structure.sites]
    with warnings.catch_warnings():
        # spglib announces its change from None to exceptions on each call; phonopy switches it to the latter.
        warnings.simplefilter('ignore', DeprecationWarning)
        try:
            found = spglib.get_symmetry_dataset((cell, positions, numbers), symprec=SYMMETRY_TOLERANCE)
        except spglib.SpglibError as error:
            raise ValueError(f'spglib finds no symmetry: {error}; atoms too close to each other?') from error
    if found is None:
        raise ValueError('spglib finds no symmetry; atoms too close to each other?')
    return found


def point_group(structure: orm.StructureData) -> Array:
    """Return the rotations (n, 3, 3) of the space group in the Cartesian frame, orthogonal matrices."""
    columns = np.array(structure.cell).T
    distinct = np.unique(dataset(structure).rotations, axis=0)
    left, _, right = np.linalg.svd(columns @ distinct @ np.linalg.inv(columns))
    rotations: Array = left @ right
    return rotations


def standard_axes(structure: orm.StructureData) -> Array:
    """Return the rotation (3, 3) that turns the structure into spglib's standard setting (Cartesian)."""
    rotation: Array = np.array(dataset(structure).std_rotation_matrix)
    return rotation


def is_cubic(structure: orm.StructureData) -> bool:
    """Return whether the space group is cubic."""
    return bool(dataset(structure).number >= FIRST_CUBIC)


def cubic_cells(structure: orm.StructureData) -> float | None:
    """Return the volume of the conventional cell over that of the structure's cell; None when not cubic."""
    found = dataset(structure)
    if found.number < FIRST_CUBIC:
        return None
    return float(abs(np.linalg.det(found.std_lattice)) / structure.get_cell_volume())


def fixed_atoms(structure: orm.StructureData) -> tuple[Array, Array]:
    """Return the rotations (n, 3, 3) in the lattice's frame and which atoms (n, n_atoms) each keeps in place.

    In place means up to a lattice vector and within the tolerance of the symmetry.
    """
    cell = np.array(structure.cell)
    found = dataset(structure)
    positions = np.array([site.position for site in structure.sites]) @ np.linalg.inv(cell)
    moved = np.einsum('gij,aj->gai', found.rotations, positions) + found.translations[:, None, :]
    difference = moved - positions
    difference -= np.round(difference)
    return found.rotations, np.linalg.norm(difference @ cell, axis=2) < 2 * SYMMETRY_TOLERANCE


def has_free_coordinates(structure: orm.StructureData) -> bool:
    """Return whether atoms can move without breaking the symmetry (so also under hydrostatic pressure).

    The number of totally symmetric displacements is the mean over the group of the character of the
    displacements, trace of the rotation times the number of atoms in place; common translations are left out.
    """
    rotations, in_place = fixed_atoms(structure)
    traces = np.trace(rotations, axis1=1, axis2=2)
    return bool(np.mean(traces * (in_place.sum(axis=1) - 1)) > 0.5)


def has_free_ions(structure: orm.StructureData) -> bool:
    """Return whether a homogeneous strain can exert forces on the atoms.

    It cannot when every atom is a centre of inversion, which any strain keeps.
    """
    rotations, in_place = fixed_atoms(structure)
    inversions = np.all(rotations == -np.eye(3, dtype=int), axis=(1, 2))
    return not bool(in_place[inversions].any(axis=0).all())
