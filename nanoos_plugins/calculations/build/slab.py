"""Slabs: a surface of a crystal, with vacuum."""

from __future__ import annotations

import math

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.cell import Cell
from ase.geometry import minkowski_reduce
from pymatgen.core import Structure
from pymatgen.core.surface import SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from nanoos_plugins.calculations.build.builder import (
    VACUUM,
    BuildParameters,
    built,
    check_size,
    validated,
    with_vacuum,
)
from nanoos_plugins.data.material import Material
from nanoos_plugins.data.structure import SYMMETRY_TOLERANCE
from nanoos_plugins.engines.contract import quantity


class Slab(BuildParameters):
    """Parameters of a slab."""

    miller: list[int] = quantity(
        ...,
        '',
        'Miller indices h, k, l of the surface, in the conventional cell',
        min_length=3,
        max_length=3,
        examples=[[1, 1, 1]],
    )
    thickness: float = quantity(
        8.0, 'Å', 'least distance between the outermost atoms of the two surfaces', ge=0, le=500
    )
    vacuum: float = quantity(VACUUM, 'Å', 'empty space between the slab and its image', ge=1, le=500)
    termination: int = quantity(0, '', 'which of the possible terminations, from 0', ge=0)


def slab(parameters: Slab, crystal: Atoms) -> Atoms:
    """Return a slab with the smallest surface cell; the surface normal is z.

    Whole repeat units are stacked until the outermost atoms are `thickness` apart, so the composition is
    the crystal's.

    :param crystal: three-dimensional, any cell.
    :raises ValueError: for a structure that is no crystal, or indices or a termination there is not.
    """
    if not crystal.pbc.all():
        raise ValueError(
            'a slab is cut from a crystal: expected a structure that is periodic in three directions'
        )
    if not any(parameters.miller) or max(map(abs, parameters.miller)) > 9:
        raise ValueError(f'miller: expected three indices from -9 to 9, not all 0, got {parameters.miller}')
    analyzer = SpacegroupAnalyzer(AseAtomsAdaptor.get_structure(crystal), symprec=SYMMETRY_TOLERANCE)
    conventional = analyzer.get_conventional_standard_structure()
    spacing = float(conventional.lattice.d_hkl(parameters.miller))
    atoms = _cut(parameters, conventional, parameters.thickness)
    # The generator counts whole layers with the space to the next one; the last one may fall short.
    missing = parameters.thickness - _extent(atoms)
    if missing > 1e-3:
        layers = math.ceil(missing / spacing)
        atoms = _cut(parameters, conventional, parameters.thickness + layers * spacing)
    return with_vacuum(atoms, parameters.vacuum, axes=(2,))


def _cut(parameters: Slab, conventional: Structure, size: float) -> Atoms:
    """Return the slab that the generator makes for a least size [Å], surface normal along z."""
    generator = SlabGenerator(conventional, tuple(parameters.miller), size, parameters.vacuum, primitive=True)
    unit = generator.oriented_unit_cell
    height = unit.volume / np.linalg.norm(np.cross(unit.lattice.matrix[0], unit.lattice.matrix[1]))
    check_size(len(unit) * max(1, math.ceil(size / height)))
    slabs = generator.get_slabs()
    if parameters.termination >= len(slabs):
        raise ValueError(
            f'termination: surface {parameters.miller} has {len(slabs)}, counted from 0, '
            f'got {parameters.termination}'
        )
    found = AseAtomsAdaptor.get_atoms(slabs[parameters.termination].get_orthogonal_c_slab(), msonable=False)
    return _flat(found)


def _flat(slab: Atoms) -> Atoms:
    """Return the slab with the shortest vectors in its plane, the first along x, the normal along z."""
    cell, _ = minkowski_reduce(slab.cell.array, pbc=[True, True, False])
    if np.linalg.det(cell) < 0:
        cell[1] = -cell[1]
    standard, rotation = Cell(cell).standard_form()
    atoms = Atoms(slab.numbers, positions=slab.positions @ rotation.T, cell=standard, pbc=[True, True, False])
    atoms.wrap()
    return atoms


def _extent(atoms: Atoms) -> float:
    """Return the distance [Å] between the lowest and the highest atom."""
    return float(np.ptp(atoms.positions[:, 2]))


@calcfunction
def build_slab(
    structure: orm.StructureData, parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Cut a slab out of a crystal. Fails with exit status 320 for parameters that are not valid.

    :param structure: the crystal
    :param parameters: miller, thickness [Å], vacuum [Å], termination: see `Slab`
    :param material: the material that the structure is of
    """
    return built(lambda: slab(validated(Slab, parameters.get_dict()), structure.get_ase()))
