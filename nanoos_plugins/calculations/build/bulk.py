"""Bulk crystals of the common prototypes."""

from __future__ import annotations

from typing import Literal, get_args

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms
from ase.build import bulk as ase_bulk
from ase.data import atomic_numbers, reference_states

from nanoos_plugins.calculations.build.builder import BuildParameters, built, validated
from nanoos_plugins.data.material import Material, check_formula
from nanoos_plugins.engines.contract import quantity

Prototype = Literal[
    'sc', 'fcc', 'bcc', 'hcp', 'diamond', 'zincblende', 'rocksalt', 'cesiumchloride', 'fluorite', 'wurtzite'
]


class Bulk(BuildParameters):
    """Parameters of a bulk crystal."""

    formula: str = quantity(..., '', 'element or compound, as in Cu or MgO', examples=['Cu'])
    crystal: Prototype | None = quantity(None, '', "crystal structure; the element's own by default")
    a: float | None = quantity(None, 'Å', "lattice constant a; the element's own by default", gt=0.5, lt=100)
    c: float | None = quantity(None, 'Å', 'lattice constant c (hcp, wurtzite); ideal else', gt=0.5, lt=100)
    cubic: bool = quantity(False, '', 'the conventional cubic cell instead of the primitive one')


def bulk(parameters: Bulk) -> Atoms:
    """Return a bulk crystal; lattice constants [Å] of elements are those of ASE's reference states.

    :raises ValueError: when the prototype does not fit the formula, or nothing is known of the element.
    """
    check_formula(parameters.formula)
    try:
        atoms = ase_bulk(
            parameters.formula,
            parameters.crystal or _own_crystal(parameters.formula),
            a=parameters.a,
            c=parameters.c,
            cubic=parameters.cubic,
        )
    except (ValueError, KeyError, RuntimeError, NotImplementedError, TypeError) as error:
        reason = str(error).rstrip('.')
        raise ValueError(
            f'no bulk {parameters.formula} as asked for: {reason}; '
            f'say crystal and a, and as many elements as the crystal has'
        ) from error
    return Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=True)


def _own_crystal(formula: str) -> str:
    """Return the crystal structure of an element.

    :raises ValueError: for a compound, or an element whose structure is none of the prototypes.
    """
    reference = reference_states[atomic_numbers[formula]] if formula in atomic_numbers else None
    own = (reference or {}).get('symmetry')
    if own not in get_args(Prototype):
        raise ValueError(f'{formula} has no structure of its own among {", ".join(get_args(Prototype))}')
    return str(own)


@calcfunction
def build_bulk(parameters: orm.Dict, material: Material | None = None) -> orm.StructureData | ExitCode:
    """Make a bulk crystal. Fails with exit status 320 for parameters that are not valid.

    :param parameters: formula, crystal, a [Å], c [Å], cubic: see `Bulk`
    :param material: the material that the structure is of
    """
    return built(lambda: bulk(validated(Bulk, parameters.get_dict())))
