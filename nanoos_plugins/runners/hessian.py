"""The matrix of second derivatives of the energy, with any ASE calculator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ase import Atoms

Array = npt.NDArray[np.float64]


def hessian(atoms: Atoms, displacement: float) -> Array:
    """Return ∂²E/∂r∂r' (3 n_atoms, 3 n_atoms) [eV/Å²], symmetric, by central differences of the forces.

    Row and column 3 i + c belong to component c of atom i.

    :param displacement: of each atom to either side [Å].
    """
    positions = atoms.get_positions()
    size = positions.size
    matrix = np.empty((size, size))
    for row in range(size):
        forces = []
        for sign in (+1, -1):
            moved = positions.ravel().copy()
            moved[row] += sign * displacement
            atoms.set_positions(moved.reshape(-1, 3))
            forces.append(atoms.get_forces(apply_constraint=False).ravel())
        matrix[row] = (forces[1] - forces[0]) / (2 * displacement)
    atoms.set_positions(positions)
    return symmetric(matrix)


def symmetric(matrix: Array) -> Array:
    """Return the symmetric part of a Hessian whose rows each carry an error of their own."""
    return (matrix + matrix.T) / 2
