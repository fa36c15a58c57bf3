"""Two-dimensional sheets: honeycombs (graphene, BN, silicene) and dichalcogenides (MoS2)."""

from __future__ import annotations

from typing import Literal

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.build import graphene, mx2
from ase.formula import Formula

from nanoos_plugins.calculations.build.builder import (
    VACUUM,
    BuildParameters,
    built,
    check_size,
    validated,
    with_vacuum,
)
from nanoos_plugins.data.material import Material, check_formula
from nanoos_plugins.engines.contract import quantity


class Sheet(BuildParameters):
    """Parameters of a sheet."""

    formula: str = quantity(
        'C2', '', 'atoms of the cell: two for a honeycomb (C2, BN), MX2 for 2H and 1T (MoS2)'
    )
    kind: Literal['honeycomb', '2H', '1T'] = quantity('honeycomb', '', 'structure of the sheet')
    a: float = quantity(2.46, 'Å', 'lattice constant in the plane', gt=0.5, lt=100)
    thickness: float = quantity(
        0.0,
        'Å',
        'distance between the outermost planes: buckling of a honeycomb, X–X distance of MX2',
        ge=0,
        lt=50,
    )
    repeat: list[int] = quantity(
        [1, 1], '', 'number of cells along the two lattice vectors', min_length=2, max_length=2
    )
    vacuum: float = quantity(VACUUM, 'Å', 'empty space between the sheet and its image', ge=1, le=500)


def sheet(parameters: Sheet) -> Atoms:
    """Return a hexagonal sheet in the xy plane, periodic in it.

    :raises ValueError: when formula and kind do not fit, or for too many atoms.
    """
    check_formula(parameters.formula)
    counts = sorted(Formula(parameters.formula).count().values())
    honeycomb = parameters.kind == 'honeycomb'
    if counts not in (([2], [1, 1]) if honeycomb else ([1, 2],)):
        expected = (
            'two atoms such as C2 or BN' if honeycomb else 'one atom and two of another element, as MoS2'
        )
        raise ValueError(f'formula: a {parameters.kind} sheet has {expected}, got {parameters.formula!r}')
    if not honeycomb and parameters.thickness == 0:
        raise ValueError(
            'thickness: the distance between the outer planes of MX2 is needed, as 3.19 Å for MoS2'
        )
    if min(parameters.repeat) < 1:
        raise ValueError(f'repeat: expected two numbers from 1, got {parameters.repeat}')
    check_size(sum(counts) * parameters.repeat[0] * parameters.repeat[1])
    size = (parameters.repeat[0], parameters.repeat[1], 1)
    if honeycomb:
        atoms = graphene(parameters.formula, a=parameters.a, thickness=parameters.thickness, size=size)
    else:
        atoms = mx2(parameters.formula, parameters.kind, parameters.a, parameters.thickness, size=size)
    return with_vacuum(atoms, parameters.vacuum, axes=(2,))


@calcfunction
def build_sheet(parameters: orm.Dict, material: Material | None = None) -> orm.StructureData | ExitCode:
    """Make a two-dimensional sheet. Fails with exit status 320 for parameters that are not valid.

    :param parameters: formula, kind, a [Å], thickness [Å], repeat, vacuum [Å]: see `Sheet`
    :param material: the material that the structure is of
    """
    return built(lambda: sheet(validated(Sheet, parameters.get_dict())))
