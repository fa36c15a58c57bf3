"""The primitive cell of a structure."""

from __future__ import annotations

import numpy as np
import spglib
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms

from nanoos_plugins.calculations.symmetry import dataset
from nanoos_plugins.data.structure import SYMMETRY_TOLERANCE, describe

NO_SYMMETRY = 310


@calcfunction
def primitive_cell(structure: orm.StructureData) -> orm.StructureData | ExitCode:
    """Make the smallest cell that repeats to the structure, in the structure's own orientation.

    Fails with exit status 310 for a structure that is not periodic in three dimensions.

    :param structure: any cell of a crystal, lengths in [Å]
    """
    try:
        dataset(structure)
    except ValueError as error:
        return ExitCode(NO_SYMMETRY, str(error))
    atoms = structure.get_ase()
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    lattice, positions, numbers = spglib.standardize_cell(
        cell, to_primitive=True, no_idealize=True, symprec=SYMMETRY_TOLERANCE
    )
    found = Atoms(np.asarray(numbers), cell=lattice, scaled_positions=positions, pbc=True)
    return describe(orm.StructureData(ase=found), 'generated', 'internal')
