"""The parser of `nanoos.lammps`: a path, second derivatives or the flux of heat, in the input's frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import ExitCode
from aiida.parsers import Parser
from ase import Atoms

from nanoos_plugins.calculations.lammps import FLUX, HESSIAN, LOG, frame

Array = npt.NDArray[np.float64]
Arrays = dict[str, Array]
#: [W/m²] of 1 eV/(Å² ps), with the elementary charge in [C].
FLUX_UNIT = 1.602176634e-19 / (1e-20 * 1e-12)


class IncompleteError(ValueError):
    """A file that every successful run writes to its end: (its name, why it is not complete)."""


class LammpsParser(Parser):
    """Parse the files that the scripts of `LammpsCalculation` have LAMMPS write."""

    def parse(self, retrieved_temporary_folder: str | None = None, **kwargs: Any) -> ExitCode | None:
        """Expose `arrays`, or return the exit code that says what is wrong."""
        codes: Mapping[str, ExitCode] = self.exit_codes
        settings = self.node.inputs.parameters.get_dict()
        atoms = self.node.inputs.structure.get_ase()
        folder = Path(retrieved_temporary_folder or '.')
        try:
            if LOG not in self.retrieved.base.repository.list_object_names():
                raise IncompleteError(LOG, 'LAMMPS did not start; see the error output of the job')
            log = self.retrieved.base.repository.get_object_content(LOG, 'r')
            if error := re.search(r'^ERROR.*$', log, re.MULTILINE):
                raise IncompleteError(LOG, error[0])
            arrays = READERS[settings['task']](log, folder, atoms, settings)
        except IncompleteError as error:
            name, reason = error.args
            return codes['ERROR_NO_RESULTS'].format(name=name, reason=reason)
        broken = [name for name, array in arrays.items() if name != 'stress' and not np.isfinite(array).all()]
        if broken:
            reason = f'{", ".join(broken)} has values that are not finite; the run diverged'
            return codes['ERROR_INVALID_RESULTS'].format(reason=reason)
        node = orm.ArrayData()
        for name, array in arrays.items():
            node.set_array(name, array)
        self.out('arrays', node)
        return None


def read_path(log: str, folder: Path, atoms: Atoms, settings: Mapping[str, Any]) -> Arrays:
    """Return the arrays of a path, as `runners.path` and `runners.atomistic.stack` name them.

    :raises IncompleteError: when the climbing stage was not reached, or an image is missing.
    """
    images = settings['images']
    _, climbing, text = log.partition('Climbing replica')
    rows = [line.split() for line in text.splitlines() if re.match(r'^ *\d+ ', line)]
    # step, five forces and gradients, two barriers and a length are before (reaction coordinate, energy)
    rows = [row for row in rows if len(row) == 9 + 2 * images]
    if not climbing or not rows:
        raise IncompleteError(LOG, 'the band did not get as far as its highest image climbing')
    last = np.array(rows[-1], dtype=float)
    energies = np.array([_energy(folder / f'energy.{n}') for n in range(1, images + 1)])
    positions = np.array([_positions(folder / f'image.{n}', atoms) for n in range(1, images + 1)])
    highest = int(np.argmax(energies))
    return _single(atoms, energies[highest], positions[highest]) | {
        'converged': np.array([float(last[1] <= settings['force_tolerance'])]),
        'forces': np.zeros((len(atoms), 3)),
        'path_energies': energies,
        'path_positions': positions,
    }


def read_hessian(log: str, folder: Path, atoms: Atoms, settings: Mapping[str, Any]) -> Arrays:
    """Return the arrays with the Hessian, from LAMMPS's matrix divided by masses, in [eV/(Å² u)].

    :raises IncompleteError: when the matrix or the forces are missing.
    """
    path, size = folder / HESSIAN, 3 * len(atoms)
    numbers = (
        np.array(path.read_text(encoding='utf-8').split(), dtype=float) if path.is_file() else np.empty(0)
    )
    if numbers.size != size * size:
        raise IncompleteError(HESSIAN, f'expected {size * size} numbers, got {numbers.size}')
    energies = re.findall(r'^ *0 +(-?[\d.e+-]+) +[\d.e+-]+ *$', log, re.MULTILINE)
    if not energies:
        raise IncompleteError(LOG, 'there is no energy of step 0')
    weights = np.repeat(np.sqrt(masses(atoms)), 3)
    matrix = numbers.reshape(size, size) * np.outer(weights, weights)
    back = np.kron(np.eye(len(atoms)), frame(atoms).rot_mat)
    matrix = back @ ((matrix + matrix.T) / 2) @ back.T
    return _single(atoms, float(energies[0]), atoms.get_positions()) | {
        'converged': np.ones(1),
        'forces': frame(atoms).vector_to_ase(_columns(folder / 'image.1', atoms)[:, 3:], wrap=False),
        'hessian': matrix,
    }


def read_heat_flux(log: str, folder: Path, atoms: Atoms, settings: Mapping[str, Any]) -> Arrays:
    """Return the series of the flux of heat [W/m²], temperature [K] and total energy [eV].

    :raises IncompleteError: when samples are missing.
    """
    path = folder / FLUX
    lines = path.read_text(encoding='utf-8').splitlines() if path.is_file() else []
    rows = [line.split() for line in lines if line and not line.startswith('#')]
    expected = settings['steps'] // settings['sample_every'] + 1
    if len(rows) != expected or any(len(row) != 6 for row in rows):
        raise IncompleteError(FLUX, f'expected {expected} samples of 6 numbers, got {len(rows)}')
    table = np.array(rows, dtype=float)
    # LAMMPS gives the flux times the volume [eV Å/ps]
    flux = frame(atoms).vector_to_ase(table[:, 1:4], wrap=False) / atoms.get_volume() * FLUX_UNIT
    series = {
        'time_fs': table[:, 0] * settings['time_step'],
        **{f'heat_flux_{axis}_W_per_m2': flux[:, index] for index, axis in enumerate('xyz')},
        'temperature_K': table[:, 4],
        'total_energy_eV': table[:, 5],
    }
    return _single(atoms, float(table[:, 5].mean()), atoms.get_positions()) | {
        'converged': np.ones(1),
        **{f'series_{name}': values for name, values in series.items()},
    }


READERS: dict[str, Callable[[str, Path, Atoms, Mapping[str, Any]], Arrays]] = {
    'path': read_path,
    'hessian': read_hessian,
    'heat_flux': read_heat_flux,
}


def masses(atoms: Atoms) -> Array:
    """Return the mass of each atom [u], as the data file gives them to LAMMPS."""
    return np.asarray(atoms.get_masses(), dtype=float)


def _single(atoms: Atoms, energy: float, positions: Array) -> Arrays:
    """Return what every task of the atomistic engines gives; there is no stress."""
    return {
        'n_atoms': np.array([float(len(atoms))]),
        'energy': np.array([energy]),
        'positions': positions,
        'cell': np.array([np.array(atoms.cell)]),
        'stress': np.full((1, 3, 3), np.nan),
    }


def _energy(path: Path) -> float:
    """Return the only number of a file [eV]."""
    text = path.read_text(encoding='utf-8').strip() if path.is_file() else ''
    try:
        return float(text)
    except ValueError as error:
        raise IncompleteError(path.name, f'expected one number, got {text!r:.40}') from error


def _columns(path: Path, atoms: Atoms) -> Array:
    """Return the columns of a dump after the number of the atom."""
    lines = path.read_text(encoding='utf-8').splitlines() if path.is_file() else []
    rows = [line.split()[1:] for line in lines[9:]]
    if len(rows) != len(atoms):
        raise IncompleteError(path.name, f'expected {len(atoms)} atoms, got {len(rows)}')
    return np.array(rows, dtype=float)


def _positions(path: Path, atoms: Atoms) -> Array:
    positions: Array = frame(atoms).vector_to_ase(_columns(path, atoms)[:, :3], wrap=False)
    return positions
