"""A vacancy's energy and entropy of formation, and the rate at which a neighbour jumps into it."""

from __future__ import annotations

from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms

from nanoos_plugins.calculations.vibrations import attempt_frequency, formation_entropy, frequencies
from nanoos_plugins.engines.results import Array

#: Exit statuses of the calcfunctions, the same as those of `nanoos.vacancy`.
NEGATIVE_MODE = 440
NO_SADDLE = 441
#: [THz] Below what an imaginary frequency is the noise of a Hessian.
NOISE = 0.1


@calcfunction
def build_hop(perfect: orm.StructureData, site: orm.Int) -> orm.StructureData:
    """Return the crystal with a vacancy at `site` after its nearest neighbour has jumped into it.

    The atoms are in the order in which `build_vacancy` leaves them; positions are those of the lattice [Å].
    """
    return orm.StructureData(ase=hop(perfect.get_ase(), site.value))


def hop(perfect: Atoms, site: int) -> Atoms:
    """Return `perfect` without the nearest neighbour of `site`, in whose place the atom at `site` is not.

    What is returned has the atoms of `perfect` but that at `site`, the neighbour being at that atom's place.
    """
    others = [index for index in range(len(perfect)) if index != site]
    neighbour = others[int(np.argmin(perfect.get_distances(site, others, mic=True)))]
    atoms = perfect.copy()
    atoms.positions[neighbour] = perfect.positions[site]
    del atoms[site]
    return atoms


@calcfunction
def vacancy_formation(
    perfect: orm.Dict,
    defective: orm.Dict,
    perfect_structure: orm.StructureData | None = None,
    defective_structure: orm.StructureData | None = None,
    perfect_hessian: orm.ArrayData | None = None,
    defective_hessian: orm.ArrayData | None = None,
) -> orm.Dict | ExitCode:
    """Return the energy of formation [eV] and, given the Hessians [eV/Å²] of both, the entropy [k_B].

    E_f = E(N − 1) − (N − 1)/N E(N), of cells of the same size.

    :param perfect: results of the perfect crystal; `defective`: of the relaxed vacancy in it.
    :return: {value, unit} by name; exit status `NEGATIVE_MODE` for a structure that is no minimum.
    """
    n_atoms, n_left = perfect['n_atoms'], defective['n_atoms']
    energy = defective['energy']['value'] - n_left / n_atoms * perfect['energy']['value']
    found: dict[str, Any] = {'formation_energy': {'value': energy, 'unit': 'eV'}, 'n_atoms': n_atoms}
    if perfect_hessian is None or defective_hessian is None:
        return orm.Dict(found)
    assert perfect_structure is not None
    assert defective_structure is not None
    modes = [
        modes_of(perfect_structure, perfect_hessian),
        modes_of(defective_structure, defective_hessian),
    ]
    for name, found_modes in zip(('perfect crystal', 'vacancy'), modes, strict=True):
        if refusal := not_a_minimum(name, found_modes):
            return refusal
    found['formation_entropy'] = {'value': formation_entropy(*modes), 'unit': 'k_B'}
    return orm.Dict(found)


@calcfunction
def vacancy_migration(
    path: orm.Dict,
    minimum_structure: orm.StructureData | None = None,
    minimum_hessian: orm.ArrayData | None = None,
    saddle_hessian: orm.ArrayData | None = None,
) -> orm.Dict | ExitCode:
    """Return barrier [eV], there and back, and, given the Hessians [eV/Å²], the attempt frequency [THz].

    :param path: results of the path; its beginning is the minimum.
    :return: {value, unit} by name; exit status `NEGATIVE_MODE` for a minimum that is none, `NO_SADDLE` when
        the top of the path has not exactly one direction in which the energy falls.
    """
    quantities = path['quantities']
    names = {'barrier': 'migration_energy', 'barrier_back': 'migration_energy_back'}
    found: dict[str, Any] = {
        name: {key: quantities[key_of][key] for key in ('value', 'unit')} for key_of, name in names.items()
    }
    if minimum_hessian is None or saddle_hessian is None:
        return orm.Dict(found)
    assert minimum_structure is not None
    minimum = modes_of(minimum_structure, minimum_hessian)
    saddle = modes_of(minimum_structure, saddle_hessian)
    if refusal := not_a_minimum('beginning of the path', minimum):
        return refusal
    falling = int((saddle < -NOISE).sum())
    if falling != 1 or int((saddle <= 0).sum()) != 1:
        return ExitCode(
            NO_SADDLE,
            f'the top of the path has {falling} modes below −{NOISE} THz, lowest {saddle[0]:.2f} and '
            f'{saddle[1]:.2f} THz; expected exactly one: lower force_tolerance, or take more images',
        )
    found['attempt_frequency'] = {'value': attempt_frequency(minimum, saddle), 'unit': 'THz'}
    found['imaginary_frequency'] = {'value': -float(saddle[0]), 'unit': 'THz'}
    return orm.Dict(found)


def modes_of(structure: orm.StructureData, arrays: orm.ArrayData) -> Array:
    """Return the frequencies (3 n_atoms − 3,) [THz] from the array `hessian`."""
    return frequencies(arrays.get_array('hessian'), structure.get_ase().get_masses())


def not_a_minimum(name: str, modes: Array) -> ExitCode | None:
    """Return None when no mode lowers the energy, else the exit code that says how much one does."""
    if modes[0] > 0:
        return None
    return ExitCode(
        NEGATIVE_MODE,
        f'the {name} has a mode of {modes[0]:.2f} THz (negative: imaginary), so it is no minimum of the '
        'energy: relax with a lower force_tolerance, or in a larger supercell',
    )
