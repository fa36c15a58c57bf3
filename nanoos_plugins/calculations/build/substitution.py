"""Substitutions: doped structures."""

from __future__ import annotations

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.data import atomic_numbers

from nanoos_plugins.calculations.build.builder import BuildParameters, built, check_sites, validated
from nanoos_plugins.data.material import Material
from nanoos_plugins.engines.contract import quantity


class Substitution(BuildParameters):
    """Parameters of substitutions."""

    sites: list[int] = quantity(..., '', 'which atoms to replace, from 0', examples=[[0]])
    element: str = quantity(..., '', 'element to put there', examples=['Al'])


def substitution(parameters: Substitution, perfect: Atoms) -> Atoms:
    """Return the structure with another element at `sites`; no atom moves.

    :raises ValueError: for sites that are not there, no element, or one that is there already.
    """
    number = atomic_numbers.get(parameters.element, 0)
    if number < 1:
        raise ValueError(f'element: expected a chemical symbol, got {parameters.element!r:.40}')
    sites = check_sites(parameters.sites, perfect)
    same = [site for site in sites if perfect.numbers[site] == number]
    if same:
        raise ValueError(f'sites: {same} are {parameters.element} already')
    atoms = perfect.copy()
    atoms.numbers[sites] = number
    return atoms


@calcfunction
def build_substitution(
    structure: orm.StructureData, parameters: orm.Dict, material: Material | None = None
) -> orm.StructureData | ExitCode:
    """Replace atoms by another element. Fails with exit status 320 for parameters that are not valid.

    :param structure: the perfect structure
    :param parameters: sites, element: see `Substitution`
    :param material: the material that the structure is of
    """
    return built(lambda: substitution(validated(Substitution, parameters.get_dict()), structure.get_ase()))
