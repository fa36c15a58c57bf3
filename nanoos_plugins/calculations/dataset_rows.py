"""Rows of a data set out of structures and results that are in the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from aiida import orm

from nanoos_plugins.calculations.handover import numbers, pick
from nanoos_plugins.ml.rows import Floats, Row, ordered


def row_of(number: int, structure: orm.StructureData, results: orm.Dict, quantity: str, unit: str) -> Row:
    """Return the row of a structure and a quantity of its results.

    :raises ValueError: for a structure that is no ordered crystal, or a quantity that is missing, in another
        unit, or not a finite number.
    """
    value, _ = numbers(quantity, pick(results.get_dict(), quantity, unit, None))
    return _row(number, structure, float(value))


def row_of_forces(
    number: int,
    structure: orm.StructureData,
    results: orm.Dict,
    arrays: orm.ArrayData | None,
    engines: set[str],
) -> Row:
    """Return the row of a structure and its energy an atom [eV/atom], forces and, if there is one, stress.

    :param results: of a simulation, in the schema of `nanoos_plugins.engines.results`: its `energy` is that
        of the cell [eV].
    :param engines: the engine of the rows before; the first row puts its own into it.
    :raises ValueError: for a structure that is no ordered crystal, an energy or forces that are missing, of
        another shape or not finite, or another engine: its energies do not count from where theirs do.
    """
    given = results.get_dict()
    engine = str(given.get('engine'))
    if engines and engine not in engines:
        raise ValueError(
            f'its energy is by {engine}, those of earlier rows by {", ".join(engines)}: energies of several '
            'engines cannot be compared; name one'
        )
    energy, _ = numbers('energy', pick(given, 'energy', 'eV', None))
    row = _row(number, structure, float(energy) / len(structure.sites))
    forces, stress = _forces(arrays, len(structure.sites)), _stress(arrays)
    engines.add(engine)
    # the stress of molecular dynamics has the momentum of the atoms in it
    known = None if given.get('task') == 'md' else stress
    return Row(row.number, row.name, row.structure, row.target, forces=forces, stress=known)


def _forces(arrays: orm.ArrayData | None, count: int) -> Floats:
    """Return the forces, (count, 3) [eV/Å].

    :raises ValueError: when there are none, or others.
    """
    if arrays is None or 'forces' not in arrays.get_arraynames():
        raise ValueError('its results have no forces')
    forces: Floats = np.asarray(arrays.get_array('forces'), dtype=float)
    if forces.shape != (count, 3):
        raise ValueError(f'its forces have the shape {forces.shape}, expected {(count, 3)}')
    if not np.isfinite(forces).all():
        raise ValueError('its forces are not finite')
    return forces


def _stress(arrays: orm.ArrayData | None) -> Floats | None:
    """Return the stress, (3, 3) [GPa, tension positive]; None when there is none that is finite."""
    if arrays is None or 'stress' not in arrays.get_arraynames():
        return None
    stress: Floats = np.asarray(arrays.get_array('stress'), dtype=float)
    return stress if stress.shape == (3, 3) and np.isfinite(stress).all() else None


def _row(number: int, structure: orm.StructureData, value: float) -> Row:
    """Return a row.

    :raises ValueError: for a structure that is no ordered crystal.
    """
    if not all(structure.pbc):
        raise ValueError(f'its structure is periodic along {structure.pbc}; expected all three directions')
    crystal: Any = structure.get_pymatgen_structure()
    return Row(number, structure.label or structure.get_formula(), ordered(crystal), value)
