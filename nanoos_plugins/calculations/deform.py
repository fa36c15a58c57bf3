"""Homogeneous deformations of a structure: all of them in one process."""

from __future__ import annotations

import numpy as np
from aiida import orm
from aiida.engine import calcfunction

from nanoos_plugins.data.structure import describe


@calcfunction
def deform(structure: orm.StructureData, gradients: orm.List) -> dict[str, orm.StructureData]:
    """Return the structure under each deformation gradient; the atoms follow the cell.

    :param gradients: n nested (3, 3) lists F [-]: each vector r [Å] of the structure becomes F r.
    :return: `deformed_00`, `deformed_01`, … in the order of the gradients.
    """
    cell = np.array(structure.cell)
    positions = np.array([site.position for site in structure.sites])
    deformed = {}
    for index, gradient in enumerate(gradients.get_list()):
        follow = np.array(gradient).T
        node = structure.clone()  # keeps the kinds, which may say more than the elements
        node.set_cell((cell @ follow).tolist())
        node.reset_sites_positions((positions @ follow).tolist())
        deformed[f'deformed_{index:02d}'] = describe(node, 'generated', 'internal')
    return deformed
