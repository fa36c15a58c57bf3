"""Vacancies."""

from __future__ import annotations

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms

from nanoos_plugins.calculations.build.builder import BuildParameters, built, check_sites, validated
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity


class Vacancy(BuildParameters):
    """Parameters of vacancies."""

    sites: list[int] = quantity(..., '', 'which atoms to take away, from 0', examples=[[0]])


def vacancy(parameters: Vacancy, perfect: Atoms) -> Atoms:
    """Return the structure without the atoms at `sites`; the others stay where they are, in their order.

    :raises ValueError: for sites that are not there, or all of them.
    """
    sites = check_sites(parameters.sites, perfect)
    if len(sites) == len(perfect):
        raise ValueError(f'sites: no atom would be left of {len(perfect)}; make a supercell first')
    atoms = perfect.copy()
    del atoms[sites]
    return atoms


@calcfunction
def build_vacancy(
    structure: orm.StructureData, parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Take atoms away. Fails with exit status 320 for parameters that are not valid.

    :param structure: the perfect structure
    :param parameters: sites: see `Vacancy`
    :param material: the material that the structure is of
    """
    return built(lambda: vacancy(validated(Vacancy, parameters.get_dict()), structure.get_ase()))
