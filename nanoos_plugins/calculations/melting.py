"""The melting point from a crystal and its melt in one cell: where neither grows.

Morris et al., Phys. Rev. B 49, 3109 (1994), doi:10.1103/PhysRevB.49.3109. At constant temperature the speed
of an interface is proportional to T − T_m near T_m (Hoyt et al., Mater. Sci. Eng. R 41, 121 (2003),
doi:10.1016/S0927-796X(03)00036-6), and so is the rate at which the potential energy changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import Atoms, units
from ase.neighborlist import neighbor_list

Array = npt.NDArray[np.float64]
#: Exit statuses of the calcfunctions, the same as those of `nanoos.melting`.
NOT_MOLTEN = 461
NOT_BRACKETED = 462
#: Of a run, what is discarded before it is averaged.
EQUILIBRATION = 0.25
#: Of a run of both phases, until the gap between them has closed and the crystal's atoms swing.
CLOSING = 0.05
#: [k_B] Least entropy by which a melt differs from the crystal; of most elements it is 1 to 1.5.
LEAST_ENTROPY = 0.3
#: Outside this part of melt one phase is so thin that the two interfaces feel each other.
COEXISTING = (0.15, 0.85)
#: Blocks of a run from whose means its slope and error are found.
BLOCKS = 8
#: Of the distance of neighbours in the crystal, the least that atoms of the two halves may have.
CLOSEST = 0.75
#: [Å] Steps in which the halves are moved apart.
GAP_STEP = 0.05


@calcfunction
def join_phases(crystal: orm.StructureData, melt: orm.StructureData) -> orm.StructureData:
    """Return the crystal with its melt on top of it along the third lattice vector, periodic.

    :param melt: of any cell near that of the crystal; it takes on the crystal's cross-section and keeps its
        volume.
    """
    return orm.StructureData(ase=joined(crystal.get_ase(), melt.get_ase()))


def joined(crystal: Atoms, melt: Atoms) -> Atoms:
    """Return both in one cell, as near as they can be with no two atoms closer than `CLOSEST` allows."""
    bottom, top = crystal.copy(), melt.copy()
    bottom.wrap()
    cell = bottom.cell.array.copy()
    cell[2] *= top.get_volume() / bottom.get_volume()
    top.set_cell(cell, scale_atoms=True)
    top.wrap()
    normal = np.cross(cell[0], cell[1])
    direction = cell[2] / abs(cell[2] @ normal) * np.linalg.norm(normal)
    least = CLOSEST * _nearest(bottom)
    gap = 0.0
    while True:
        atoms = bottom.copy()
        moved = top.copy()
        moved.positions += bottom.cell[2] + gap * direction
        atoms += moved
        atoms.cell[2] = bottom.cell[2] + cell[2] + 2 * gap * direction
        if not _too_close(atoms, len(bottom), least):
            return atoms
        gap += GAP_STEP


def _nearest(atoms: Atoms) -> float:
    """Return the least distance of two atoms [Å]."""
    reach = 1.5 * (atoms.get_volume() / len(atoms)) ** (1 / 3)
    return float(neighbor_list('d', atoms, reach).min())


def _too_close(atoms: Atoms, first: int, least: float) -> bool:
    """Return whether atoms of the two halves are closer than `least` [Å]."""
    one, other = neighbor_list('ij', atoms, least)
    return bool(((one < first) != (other < first)).any())


@dataclass(frozen=True)
class Phase:
    """A phase at one temperature: its potential energy [eV/atom] and volume [Å³/atom]."""

    energy: float
    volume: float


def mean_phase(run: orm.ArrayData, n_atoms: int) -> Phase:
    """Return the means over a run without its first quarter."""
    energies, volumes = run.get_array('potential_energy_eV'), run.get_array('volume_A3')
    begin = int(EQUILIBRATION * len(energies))
    return Phase(float(energies[begin:].mean()) / n_atoms, float(volumes[begin:].mean()) / n_atoms)


@calcfunction
def find_melting(
    crystal: orm.ArrayData, melt: orm.ArrayData, settings: orm.Dict, **runs: orm.ArrayData
) -> dict[str, orm.Data] | ExitCode:
    """Return `melting` and the `course` of the runs of both phases in one cell.

    :param crystal: series of a run of the crystal alone at the temperature `reference_K`; `melt`: of the
        melt.
    :param settings: `temperatures_K` of the runs in the order of their names, `reference_K`, `n_atoms` of one
        phase alone, `n_atoms_both`.
    :return: exit status `NOT_MOLTEN` when the melt is none, `NOT_BRACKETED` when the melting point is outside
        the temperatures.
    """
    asked = settings.get_dict()
    temperatures = np.array(asked['temperatures_K'])
    solid, liquid = mean_phase(crystal, asked['n_atoms']), mean_phase(melt, asked['n_atoms'])
    difference = liquid.energy - solid.energy
    if difference < LEAST_ENTROPY * units.kB * asked['reference_K']:
        return ExitCode(
            NOT_MOLTEN,
            f'what was heated differs from the crystal by {difference:.4f} eV/atom only, so it is no melt: '
            'raise overheating or steps',
        )
    courses = [
        _course(runs[name], asked, t, solid, difference)
        for name, t in zip(sorted(runs), temperatures, strict=True)
    ]
    rates, errors = np.array([melting_rate(times, melted) for times, melted in courses]).T
    try:
        value, uncertainty = crossing(temperatures, rates, errors)
    except ValueError as error:
        return ExitCode(NOT_BRACKETED, str(error))
    told: dict[str, Any] = {
        'melting_temperature': {'value': value, 'unit': 'K', 'uncertainty': uncertainty},
        'energy_of_fusion': {'value': difference, 'unit': 'eV', 'per': 'atom'},
        'volume_of_fusion': {'value': liquid.volume - solid.volume, 'unit': 'Å³', 'per': 'atom'},
        'temperature_of_fusion_values': {'value': asked['reference_K'], 'unit': 'K'},
    }
    course = orm.ArrayData()
    course.set_array('profile_temperature_K', temperatures)
    course.set_array('profile_melting_rate_per_ns', rates * 1000)
    course.set_array('profile_melting_rate_error_per_ns', errors * 1000)
    for temperature, (times, melted) in zip(temperatures, courses, strict=True):
        course.set_array(f'time_ps_{temperature:.0f}_K', times)
        course.set_array(f'melted_{temperature:.0f}_K', melted)
    return {'melting': orm.Dict(told), 'course': course}


def _course(
    run: orm.ArrayData, asked: dict[str, Any], temperature: float, solid: Phase, difference: float
) -> tuple[Array, Array]:
    """Return the times [ps] of a run and which part is molten, by its potential energy.

    Both phases have the classical heat capacity 3/2 k_B of harmonic atoms beside that of motion.
    """
    energies = run.get_array('potential_energy_eV') / asked['n_atoms_both']
    warmer = 1.5 * units.kB * (temperature - asked['reference_K'])
    return run.get_array('time_fs') / 1000, (energies - solid.energy - warmer) / difference


def melting_rate(times: Array, melted: Array) -> tuple[float, float]:
    """Return how fast the molten part grows [1/ps], and the standard error, while both phases are there.

    The line is fitted to the means of blocks, whose scatter knows of the correlation of samples.
    """
    begin = int(CLOSING * len(times))
    outside = np.flatnonzero((melted[begin:] < COEXISTING[0]) | (melted[begin:] > COEXISTING[1]))
    end = begin + int(outside[0]) if len(outside) else len(times)
    # of a run that is over at once, its beginning says in which direction it went
    end = max(end, begin + 2 * BLOCKS)
    blocks = np.array_split(np.arange(begin, end), BLOCKS)
    x = np.array([times[block].mean() for block in blocks])
    y = np.array([melted[block].mean() for block in blocks])
    (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
    return float(slope), float(np.sqrt(covariance[0, 0]))


def crossing(temperatures: Array, rates: Array, errors: Array) -> tuple[float, float]:
    """Return the temperature [K] at which a rate is zero, and its standard error.

    A line is fitted to all rates by their weights; its error is scaled up where they scatter more than they
    say.

    :raises ValueError: when the rates do not change their sign.
    """
    weights = 1 / np.maximum(errors, 0.1 * np.median(errors))
    if rates.max() <= 0 or rates.min() >= 0:
        what, do = ('froze', 'raise') if rates.max() <= 0 else ('melted', 'lower')
        raise ValueError(
            f'at all temperatures from {temperatures.min():g} to {temperatures.max():g} K the crystal '
            f'{"grew" if what == "froze" else "shrank"}: {do} the temperatures'
        )
    (slope, offset), covariance = np.polyfit(temperatures, rates, 1, w=weights, cov='unscaled')
    residual = weights * (rates - slope * temperatures - offset)
    scatter = max(1.0, float(residual @ residual) / max(1, len(rates) - 2))
    value = -offset / slope
    gradient = np.array([offset / slope**2, -1 / slope])
    return float(value), float(np.sqrt(scatter * gradient @ covariance @ gradient))
