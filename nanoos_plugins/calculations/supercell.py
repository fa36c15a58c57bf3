"""Repetition of a cell."""

from __future__ import annotations

from aiida import orm
from aiida.engine import calcfunction

from nanoos_plugins.data.structure import describe


@calcfunction
def repeat_cell(structure: orm.StructureData, repetitions: orm.List) -> orm.StructureData:
    """Return the structure repeated along its three lattice vectors, e.g. [3, 3, 3]."""
    atoms = structure.get_ase().repeat([int(count) for count in repetitions.get_list()])
    return describe(orm.StructureData(ase=atoms), 'generated', 'internal')
