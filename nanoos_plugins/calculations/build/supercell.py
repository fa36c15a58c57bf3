"""Supercells."""

from __future__ import annotations

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.build import make_supercell

from nanoos_plugins.calculations.build.builder import BuildParameters, built, check_size, validated
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity


class Supercell(BuildParameters):
    """Parameters of a supercell."""

    repeat: list[int] = quantity(
        ...,
        '',
        'three repetitions, or nine numbers: rows of the matrix that gives the new cell vectors',
        examples=[[2, 2, 1]],
    )


def supercell(parameters: Supercell, unit: Atoms) -> Atoms:
    """Return the supercell with the cell vectors `matrix @ cell`.

    :raises ValueError: for a matrix that is singular or turns the cell inside out, repetition along a
        direction that is not periodic, or too many atoms.
    """
    if len(parameters.repeat) not in (3, 9):
        raise ValueError(f'repeat: expected three or nine whole numbers, got {len(parameters.repeat)}')
    diagonal = len(parameters.repeat) == 3
    matrix = np.diag(parameters.repeat) if diagonal else np.reshape(parameters.repeat, (3, 3))
    times = round(float(np.linalg.det(matrix)))
    if times < 1 or (diagonal and min(parameters.repeat) < 1):
        raise ValueError(f'repeat: expected a positive determinant, got {times} from {parameters.repeat}')
    for axis in np.flatnonzero(~unit.pbc):
        if not (
            np.array_equal(matrix[axis], np.eye(3)[axis]) and np.array_equal(matrix[:, axis], np.eye(3)[axis])
        ):
            raise ValueError(f'repeat: the structure is not periodic along {"abc"[axis]}, expected 1 there')
    check_size(times * len(unit))
    return make_supercell(unit, matrix)


def repetitions(structure: orm.StructureData, min_length: float) -> list[int]:
    """Return how often to repeat a cell along each vector so that its heights reach `min_length` [Å]."""
    heights = 1.0 / np.linalg.norm(np.linalg.inv(np.array(structure.cell)), axis=0)
    return [max(1, int(np.ceil(min_length / height - 1e-6))) for height in heights]


@calcfunction
def build_supercell(
    structure: orm.StructureData, parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Make a supercell. Fails with exit status 320 for parameters that are not valid.

    :param structure: what is repeated
    :param parameters: repeat: see `Supercell`
    :param material: the material that the structure is of
    """
    return built(lambda: supercell(validated(Supercell, parameters.get_dict()), structure.get_ase()))
