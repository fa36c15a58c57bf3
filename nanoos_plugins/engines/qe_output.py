"""From the outputs of aiida-quantumespresso's `PwBaseWorkChain` to results.

The energy is pw.x's total energy, which with smearing is the free energy that forces and stress are the
derivatives of. Quantum ESPRESSO's stress is positive under compression; ours, as everywhere in NANO-OS, under
tension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from ase.units import Bohr as BOHR
from ase.units import Ry as RY

from nanoos_plugins.engines.contract import Curve
from nanoos_plugins.engines.results import Quantity, Results, Trajectory

if TYPE_CHECKING:
    from aiida import orm

    from nanoos_plugins.engines.contract import Engine
    from nanoos_plugins.engines.qe import QuantumEspressoParameters


def read_results(
    engine: Engine[Any],
    structure: orm.StructureData,
    parameters: QuantumEspressoParameters,
    outputs: Mapping[str, orm.Data],
) -> Results:
    """Return the normalised results of a finished `PwBaseWorkChain`.

    :raises ValueError: when `output_parameters` or `output_trajectory` is missing.
    """
    missing = {'output_parameters', 'output_trajectory'} - set(outputs)
    if missing:
        raise ValueError(f'{engine.label}: no outputs {sorted(missing)}; got {sorted(outputs)}')
    summary = cast('orm.Dict', outputs['output_parameters']).get_dict()
    trajectory = cast('orm.TrajectoryData', outputs['output_trajectory'])
    relaxed = cast('orm.StructureData | None', outputs.get('output_structure'))
    moves = parameters.task != 'static'
    stress = -np.asarray(trajectory.get_array('stress')[-1], dtype=float)
    return Results(
        engine=engine.name,
        label=engine.label,
        task=parameters.task,
        n_atoms=len(structure.sites),
        converged=_is_converged(summary),
        energy=_energy(trajectory),
        forces=np.asarray(trajectory.get_array('forces')[-1], dtype=float),
        stress=(stress + stress.T) / 2,
        structure=(relaxed or structure).get_ase() if moves else None,
        trajectory=_trajectory(structure, trajectory) if moves else None,
        quantities=_quantities(summary, parameters),
    )


def _energy(trajectory: orm.TrajectoryData) -> float:
    """Return the total energy of the last ionic step [eV].

    What pw.x sums up after the last step of a relaxation of the cell is an enthalpy, p V included.
    """
    steps = len(trajectory.get_array('positions'))
    return float(trajectory.get_array('energy')[steps - 1])


def _is_converged(summary: Mapping[str, Any]) -> bool:
    """Return whether pw.x says so of its self-consistency and, where there is one, its relaxation."""
    parts = summary.get('convergence_info', {}).values()
    return all(part.get('convergence_achieved', True) for part in parts)


def _quantities(summary: Mapping[str, Any], parameters: QuantumEspressoParameters) -> dict[str, Quantity]:
    """Return what pw.x knows besides energy, forces and stress."""
    quantities = {}
    if summary.get('fermi_energy') is not None:
        quantities['fermi_energy'] = Quantity(float(summary['fermi_energy']), 'eV')
    if parameters.spin == 'collinear':
        quantities['total_magnetization'] = Quantity(float(summary['total_magnetization']), 'μB')
    return quantities


def _trajectory(structure: orm.StructureData, trajectory: orm.TrajectoryData) -> Trajectory:
    """Return the ionic steps of a relaxation; their numbers stand for times."""
    positions = np.asarray(trajectory.get_array('positions'), dtype=float)
    return Trajectory(
        symbols=structure.get_ase().get_chemical_symbols(),
        times=np.arange(len(positions), dtype=float),
        positions=positions,
        cells=np.asarray(trajectory.get_array('cells'), dtype=float),
    )


def live_curves(text: str) -> list[Curve]:
    """Return energy and its estimated error by iteration, and energy and force by step of a relaxation."""

    def numbers(pattern: str) -> list[float]:
        return [float(found) for found in re.findall(pattern, text, re.MULTILINE)]

    iterations = numbers(r'^!? +total energy +=\s+(-?[\d.]+) Ry')
    errors = numbers(r'^ +estimated scf accuracy +<\s+([\d.Ee+-]+) Ry')
    steps = numbers(r'^! +total energy +=\s+(-?[\d.]+) Ry')
    forces = numbers(r'^ +Total force =\s+([\d.]+)')
    curves = [
        _curve('error of the energy', 'eV', 'iteration', errors, RY),
        _curve('energy', 'eV', 'iteration', iterations, RY),
    ]
    if len(steps) > 1:
        curves += [
            _curve('energy of the steps', 'eV', 'step', steps, RY),
            _curve('total force', 'eV/Å', 'step', forces, RY / BOHR),
        ]
    return curves


def _curve(name: str, unit: str, along: str, values: list[float], factor: float) -> Curve:
    return Curve(name, unit, along, [float(n + 1) for n in range(len(values))], [v * factor for v in values])
