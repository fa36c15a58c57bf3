"""Homogeneous strain."""

from __future__ import annotations

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms

from nanoos_plugins.calculations.build.builder import BuildParameters, built, validated
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity


class Strain(BuildParameters):
    """Parameters of a strain."""

    strain: list[float] = quantity(
        ...,
        '',
        'three normal strains xx, yy, zz, or all six in Voigt order xx, yy, zz, yz, xz, xy; tension positive',
        examples=[[0.01, 0.01, 0.0]],
    )


def strain(parameters: Strain, relaxed: Atoms) -> Atoms:
    """Return the structure under a symmetric deformation 1 + ε; atoms move with the cell.

    The last three Voigt components are engineering shears (γ = 2ε). The volume changes by det(1 + ε).

    :raises ValueError: for another number of components, a component of 0.5 or more, or a deformation along a
        direction that is not periodic.
    """
    values = np.array(parameters.strain)
    if len(values) not in (3, 6) or not np.abs(values).max() < 0.5:
        raise ValueError(
            f'strain: expected three or six numbers between -0.5 and 0.5, got {parameters.strain}'
        )
    xx, yy, zz, yz, xz, xy = np.concatenate([values, np.zeros(6 - len(values))])
    deformation = np.eye(3) + np.array([[xx, xy / 2, xz / 2], [xy / 2, yy, yz / 2], [xz / 2, yz / 2, zz]])
    cell = relaxed.cell.array @ deformation
    for axis in np.flatnonzero(~relaxed.pbc):
        if not np.allclose(cell[axis], relaxed.cell.array[axis]):
            raise ValueError(f'strain: the structure is not periodic along {"abc"[axis]}, expected 0 there')
    atoms = relaxed.copy()
    atoms.set_cell(cell, scale_atoms=True)
    return atoms


@calcfunction
def build_strain(
    structure: orm.StructureData, parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Strain a structure. Fails with exit status 320 for parameters that are not valid.

    :param structure: the structure without strain
    :param parameters: strain [-]: see `Strain`
    :param material: the material that the structure is of
    """
    return built(lambda: strain(validated(Strain, parameters.get_dict()), structure.get_ase()))
