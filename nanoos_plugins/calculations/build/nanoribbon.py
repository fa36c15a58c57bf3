"""Graphene nanoribbons."""

from __future__ import annotations

from typing import Literal

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.build import graphene_nanoribbon

from nanoos_plugins.calculations.build.builder import (
    VACUUM,
    BuildParameters,
    built,
    check_size,
    validated,
    with_vacuum,
)
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity


class Nanoribbon(BuildParameters):
    """Parameters of a graphene nanoribbon."""

    width: int = quantity(..., '', 'number of unit cells across the ribbon', ge=1, le=500, examples=[4])
    length: int = quantity(1, '', 'number of repeat units along the ribbon', ge=1, le=500)
    edge: Literal['zigzag', 'armchair'] = quantity('zigzag', '', 'shape of the edges')
    saturated: bool = quantity(True, '', 'hydrogen on the edges')
    bond: float = quantity(1.42, 'Å', 'bond length between carbon atoms', gt=0.5, lt=5)
    hydrogen_bond: float = quantity(1.09, 'Å', 'bond length between carbon and hydrogen', gt=0.5, lt=5)
    vacuum: float = quantity(VACUUM, 'Å', 'empty space between the ribbon and its image', ge=1, le=500)


def nanoribbon(parameters: Nanoribbon) -> Atoms:
    """Return a flat ribbon in the xz plane, periodic along z.

    :raises ValueError: for too many atoms.
    """
    check_size(4 * (parameters.width + 1) * parameters.length)
    atoms = graphene_nanoribbon(
        parameters.width,
        parameters.length,
        type=parameters.edge,
        saturated=parameters.saturated,
        C_H=parameters.hydrogen_bond,
        C_C=parameters.bond,
        vacuum=parameters.vacuum,
    )
    return with_vacuum(atoms, parameters.vacuum, axes=(0, 1))


@calcfunction
def build_nanoribbon(parameters: orm.Dict, material: Material | None = None) -> orm.StructureData | ExitCode:
    """Make a graphene nanoribbon. Fails with exit status 320 for parameters that are not valid.

    :param parameters: width, length (repeat units), edge, saturated, bond [Å], hydrogen_bond [Å], vacuum [Å]:
        see `Nanoribbon`
    :param material: the material that the structure is of
    """
    return built(lambda: nanoribbon(validated(Nanoribbon, parameters.get_dict())))
