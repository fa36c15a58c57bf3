"""Thermal expansion in the quasi-harmonic approximation: phonons of several volumes, harmonic in each.

The free energy F(V, T) = E(V) + F_vib(V, T) has its minimum at V(T), and there
α_V = (∂S/∂V)_T / K_T (Maxwell), γ = α_V K_T V/C_V (Grüneisen) and C_P = C_V + α_V² K_T V T: Wallace,
Thermodynamics of Crystals (Wiley, 1972), § 1 and 5; Barron, Collins and White, Adv. Phys. 29, 609 (1980),
doi:10.1080/00018738000101426. The harmonic properties of a volume are phonopy's: Togo, J. Phys. Soc. Jpn. 92,
012001 (2023), doi:10.7566/JPSJ.92.012001.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from aiida.tools.data.array.kpoints import get_explicit_kpoints_path
from ase import units

from nanoos_plugins.calculations.birch_murnaghan import MINIMUM_OUTSIDE, BirchMurnaghan, FitRefused, fit
from nanoos_plugins.calculations.build.supercell import repetitions
from nanoos_plugins.calculations.phonons import displaced_phonopy
from nanoos_plugins.engines.results import Array

#: Exit statuses, the same as those of `nanoos.expansion`.
IMAGINARY_MODES = 470
OUT_OF_RANGE = 471
NOT_PERIODIC = 472
BAD_FIT = 473
#: Largest residual of an equation of state relative to the range of the free energies.
RESIDUAL_LIMIT = 0.02
#: Degree in ln V of entropy and heat capacity between the volumes.
DEGREE = 3
#: [K] Below it, a mesh of ordinary length has no modes that are low enough to say anything.
COLDEST = 1.0
#: Points of the curves over the temperature.
CURVE = 100
#: eV in a J/mol.
J_PER_MOL = units.J / units.mol
UNITS = {
    'temperature': 'K',
    'linear_expansion': '1/K',
    'volume': 'Å³',
    'lattice_scale': '',
    'bulk_modulus': 'GPa',
    'heat_capacity': 'J/(K mol)',
    'heat_capacity_constant_volume': 'J/(K mol)',
    'gruneisen_parameter': '',
}
#: How a unit ends the name of an array.
ENDINGS = {'K': '_K', '1/K': '_per_K', 'Å³': '_A3', 'GPa': '_GPa', 'J/(K mol)': '_J_per_K_mol', '': ''}


@dataclass(frozen=True)
class Vibrations:
    """What vibrates, per atom: n volumes (n,) [Å³] with static energies (n,) [eV], at t temperatures [K].

    `free_energy` (n, t) [eV], zero-point energy included; `entropy` and `heat_capacity` at constant volume
    (n, t) [eV/K].
    """

    volumes: Array
    energies: Array
    temperatures: Array
    free_energy: Array
    entropy: Array
    heat_capacity: Array


def quasi_harmonic(of: Vibrations) -> dict[str, Array]:
    """Return what the solid does without pressure at each temperature, by the names of `UNITS`, (t,).

    Volumes are per atom [Å³], `lattice_scale` is the length relative to that at the minimum of the static
    energy [-], `linear_expansion` a third of that of the volume [1/K], `bulk_modulus` isothermal [GPa],
    `heat_capacity` at constant pressure, per mole of atoms [J/(K mol)].

    :raises FitRefused: when the free energy has no minimum between the volumes, or is no equation of state;
        the message says at which temperature.
    """
    static = _equation_of_state(of.volumes, of.energies, 'without vibrations')
    rows = [_at(of, index, static.volume) for index in range(len(of.temperatures))]
    return dict(zip(UNITS, np.array(rows).T, strict=True))


def _at(of: Vibrations, index: int, static_volume: float) -> tuple[float, ...]:
    """Return the properties at one of the temperatures, in the order of `UNITS`."""
    temperature = float(of.temperatures[index])
    eos = _equation_of_state(of.volumes, of.energies + of.free_energy[:, index], f'at {temperature:g} K')
    logarithms, here = np.log(of.volumes), np.log(eos.volume)
    entropy = np.polynomial.Polynomial.fit(logarithms, of.entropy[:, index], DEGREE)
    heat = float(np.polynomial.Polynomial.fit(logarithms, of.heat_capacity[:, index], DEGREE)(here))
    # ∂S/∂V = (∂S/∂ln V)/V
    expansion = float(entropy.deriv()(here)) / (eos.volume * eos.bulk_modulus)
    work = expansion * eos.bulk_modulus * eos.volume
    return (
        temperature,
        expansion / 3,
        eos.volume,
        (eos.volume / static_volume) ** (1 / 3),
        eos.bulk_modulus / units.GPa,
        (heat + expansion * work * temperature) / J_PER_MOL,
        heat / J_PER_MOL,
        work / heat,
    )


def _equation_of_state(volumes: Array, energies: Array, when: str) -> BirchMurnaghan:
    try:
        return fit(volumes, energies, RESIDUAL_LIMIT)
    except FitRefused as refusal:
        status = OUT_OF_RANGE if refusal.status == MINIMUM_OUTSIDE else BAD_FIT
        raise FitRefused(status, f'{when}, per atom: {refusal}') from refusal


def supercell_of(structure: orm.StructureData, min_length: float) -> list[int]:
    """Return the repetitions of the conventional cell whose heights reach `min_length` [Å].

    One and the same for all volumes: another supercell at another volume would have other errors.
    """
    standard = get_explicit_kpoints_path(structure, method='seekpath')
    return repetitions(standard['conv_structure'], min_length)


@calcfunction
def expansion_from_phonons(
    structure: orm.StructureData, temperatures: orm.List, mesh_length: orm.Float, **volumes: orm.Data
) -> dict[str, orm.Data] | ExitCode:
    """Return the thermal expansion that follows from the phonons of several volumes.

    :param structure: the crystal, whose cell the volume is for.
    :param temperatures: (t,) [K]; `mesh_length`: R of the mesh of R/a points, the same at all volumes [Å].
    :param volumes: for each volume `results_<label>` of its static energy, and `unit_cell_<label>`,
        `force_constants_<label>` and `summary_<label>` of its phonons.
    :return: `expansion`: {value, unit} by the names of `UNITS`, lists over the temperatures, numbers when
        there is only one; `curves`: arrays of the same up to the highest temperature, their unit in the name,
        and `sampled_volume_A3`, `sampled_energy_eV` (n,); or the exit status `OUT_OF_RANGE` or `BAD_FIT`.
    """
    wanted = np.array(temperatures.get_list(), dtype=float)
    curve = np.linspace(COLDEST, wanted.max(), CURVE)
    every = np.concatenate([wanted, curve])
    of = _vibrations(volumes, mesh_length.value, every)
    try:
        found = quasi_harmonic(of)
    except FitRefused as refusal:
        return ExitCode(refusal.status, f'{refusal} (compression and dilation set the range)')
    n_atoms = len(structure.sites)
    found['volume'] = found['volume'] * n_atoms
    told = {
        name: {
            'value': found[name][: len(wanted)].tolist() if len(wanted) > 1 else float(found[name][0]),
            'unit': unit,
        }
        for name, unit in UNITS.items()
    }
    arrays = {f'{name}{ENDINGS[unit]}': found[name][len(wanted) :] for name, unit in UNITS.items()}
    arrays['sampled_volume_A3'] = of.volumes * n_atoms
    arrays['sampled_energy_eV'] = of.energies * n_atoms
    return {'expansion': orm.Dict(told), 'curves': orm.ArrayData(arrays)}


def _vibrations(nodes: dict[str, orm.Data], mesh_length: float, temperatures: Array) -> Vibrations:
    """Return the harmonic properties of all volumes, by a mesh whose length grows with the cell: it stays."""
    first = 0.0
    rows = []
    for label in sorted(key.removeprefix('results_') for key in nodes if key.startswith('results_')):
        results: Any = nodes[f'results_{label}']
        cell: Any = nodes[f'unit_cell_{label}']
        phonon = displaced_phonopy(cell, nodes[f'summary_{label}'].base.attributes.all)
        constants: Any = nodes[f'force_constants_{label}']
        phonon.force_constants = constants.get_array('force_constants')
        volume = cell.get_cell_volume()
        first = first or volume
        phonon.run_mesh(mesh_length * (volume / first) ** (1 / 3))
        thermal = phonon.run_thermal_properties(temperatures=temperatures, exclude_gamma_acoustic=True)
        n_atoms = len(phonon.primitive)
        rows.append(
            (
                volume / len(cell.sites),
                results['energy']['value'] / results['n_atoms'],
                np.asarray(thermal.free_energy) * 1000 * J_PER_MOL / n_atoms,
                np.asarray(thermal.entropy) * J_PER_MOL / n_atoms,
                np.asarray(thermal.heat_capacity) * J_PER_MOL / n_atoms,
            )
        )
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Vibrations(columns[0], columns[1], temperatures, *columns[2:])
