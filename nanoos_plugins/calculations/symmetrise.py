"""The cell that the symmetry of a structure asks for, after a relaxation has left it by its tolerances."""

from __future__ import annotations

import numpy as np
from aiida import orm
from aiida.engine import calcfunction
from scipy.linalg import polar, sqrtm

from nanoos_plugins.calculations.symmetry import dataset
from nanoos_plugins.data.structure import describe


@calcfunction
def symmetrise_cell(structure: orm.StructureData) -> orm.StructureData:
    """Return the structure in the nearest cell that has its symmetry exactly; the atoms follow the cell.

    The metric G = A Aᵀ of the cell A (rows) is averaged over the point group, G = ⟨Wᵀ G W⟩.

    :param structure: periodic in three directions, symmetric within `SYMMETRY_TOLERANCE`, lengths in [Å].
    """
    cell = np.array(structure.cell)
    rotations = np.unique(dataset(structure).rotations, axis=0)
    metric = np.mean([turn.T @ cell @ cell.T @ turn for turn in rotations], axis=0)
    root = np.real(sqrtm(metric))
    turned, _ = polar(np.linalg.solve(root, cell))
    symmetric = root @ turned
    positions = np.array([site.position for site in structure.sites]) @ np.linalg.solve(cell, symmetric)
    node = structure.clone()  # keeps the kinds, which may say more than the elements
    node.set_cell(symmetric.tolist())
    node.reset_sites_positions(positions.tolist())
    return describe(node, 'optimized', 'internal')
