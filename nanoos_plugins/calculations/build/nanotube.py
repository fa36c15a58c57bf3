"""Nanotubes: a rolled honeycomb sheet."""

from __future__ import annotations

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.build import nanotube as ase_nanotube

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


class Nanotube(BuildParameters):
    """Parameters of a nanotube."""

    n: int = quantity(..., '', 'first chiral index', ge=1, le=100, examples=[8])
    m: int = quantity(0, '', 'second chiral index, at most n', ge=0, le=100)
    length: int = quantity(1, '', 'number of repeat units along the tube', ge=1, le=1000)
    bond: float = quantity(1.42, 'Å', 'bond length of the sheet', gt=0.5, lt=5)
    element: str = quantity('C', '', 'element')
    vacuum: float = quantity(VACUUM, 'Å', 'empty space between the tube and its image', ge=1, le=500)


def nanotube(parameters: Nanotube) -> Atoms:
    """Return an (n, m) tube along z, periodic along it, of radius √3·bond·√(n²+nm+m²)/2π [Å].

    :raises ValueError: for m > n (the mirror image of (m, n)), a tube too narrow, or too many atoms.
    """
    n, m = parameters.n, parameters.m
    if m > n:
        raise ValueError(f'chiral indices: expected n ≥ m, got ({n}, {m}); ({m}, {n}) is its mirror image')
    if n + m < 3:
        raise ValueError(f'chiral indices: ({n}, {m}) is too narrow for a tube; expected n + m of at least 3')
    check_formula(parameters.element)
    check_size(parameters.length * 2 * (n * n + n * m + m * m))
    atoms = ase_nanotube(n, m, length=parameters.length, bond=parameters.bond, symbol=parameters.element)
    return with_vacuum(atoms, parameters.vacuum, axes=(0, 1))


@calcfunction
def build_nanotube(parameters: orm.Dict, material: Material | None = None) -> orm.StructureData | ExitCode:
    """Make a nanotube. Fails with exit status 320 for parameters that are not valid.

    :param parameters: n, m, length (repeat units), bond [Å], element, vacuum [Å]: see `Nanotube`
    :param material: the material that the structure is of
    """
    return built(lambda: nanotube(validated(Nanotube, parameters.get_dict())))
