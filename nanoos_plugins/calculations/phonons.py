"""Harmonic phonons by finite displacements: the displaced supercells, and what their forces give.

The physics is phonopy's: Togo, J. Phys. Soc. Jpn. 92, 012001 (2023), doi:10.7566/JPSJ.92.012001. The path
through the Brillouin zone is seekpath's: Hinuma et al., Comput. Mater. Sci. 128, 140 (2017),
doi:10.1016/j.commatsci.2016.10.015.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import calcfunction
from aiida.tools.data.array.kpoints import get_explicit_kpoints_path
from ase import Atoms
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

from nanoos_plugins.calculations.build.supercell import repetitions
from nanoos_plugins.data.structure import SYMMETRY_TOLERANCE, describe

Array = npt.NDArray[np.float64]

DEFAULTS: dict[str, Any] = {
    'min_length_A': 10.0,
    'displacement_A': 0.01,
    'path_spacing_per_A': 0.025,
    'mesh_length_A': 60.0,
    'imaginary_tolerance_THz': 0.1,
    'temperature_max_K': 1000.0,
    'temperature_step_K': 10.0,
}


@calcfunction
def displaced_supercells(structure: orm.StructureData, settings: orm.Dict) -> dict[str, orm.Data]:
    """Return the supercells whose forces determine the harmonic force constants.

    :param settings: any of `DEFAULTS`, and `supercell` (three repetitions of the conventional cell, instead
        of `min_length_A`).
    :returns: `unit_cell`: the conventional cell in seekpath's setting; `path`: k-points with labels in units
        of the primitive cell's reciprocal vectors; `setup`: Dict of `supercell`, `primitive_matrix`,
        `displacement_A`; `supercell_000` …: one atom displaced in each, as few as symmetry allows.
    """
    given = {**DEFAULTS, **settings.get_dict()}
    standard = get_explicit_kpoints_path(
        structure,
        method='seekpath',
        reference_distance=given['path_spacing_per_A'],
        # a relaxed cell has its symmetry to the tolerance of the relaxation only
        symprec=SYMMETRY_TOLERANCE,
    )
    unit_cell = standard['conv_structure']
    describe(unit_cell, origin='generated', format='internal')
    setup = {
        'supercell': given.get('supercell') or repetitions(unit_cell, given['min_length_A']),
        'primitive_matrix': standard['parameters']['primitive_transformation_matrix'],
        'displacement_A': given['displacement_A'],
    }
    outputs: dict[str, orm.Data] = {
        'unit_cell': unit_cell,
        'path': standard['explicit_kpoints'],
        'setup': orm.Dict(setup),
    }
    for index, cell in enumerate(displaced_phonopy(unit_cell, setup).supercells_with_displacements or ()):
        atoms = Atoms(cell.symbols, cell=cell.cell, scaled_positions=cell.scaled_positions, pbc=True)
        supercell = orm.StructureData(ase=atoms)
        describe(supercell, origin='generated', format='internal')
        outputs[f'supercell_{index:03d}'] = supercell
    return outputs


def displaced_phonopy(unit_cell: orm.StructureData, setup: dict[str, Any]) -> Phonopy:
    """Return phonopy on `unit_cell` with its displacements generated: the same each time it is called.

    Displacements go both ways where symmetry does not map one on the other, so residual forces cancel.
    """
    atoms = unit_cell.get_ase()
    cell = PhonopyAtoms(
        symbols=atoms.get_chemical_symbols(),
        cell=atoms.cell.array,
        scaled_positions=atoms.get_scaled_positions(),
    )
    phonon = Phonopy(
        cell,
        supercell_matrix=np.diag(setup['supercell']),
        primitive_matrix=np.array(setup['primitive_matrix']),
    )
    phonon.generate_displacements(distance=setup['displacement_A'])
    return phonon


@calcfunction
def phonons_from_forces(
    unit_cell: orm.StructureData,
    path: orm.KpointsData,
    setup: orm.Dict,
    settings: orm.Dict,
    **forces: orm.ArrayData,
) -> dict[str, orm.Data]:
    """Return the phonons of the force constants that fit the forces of `displaced_supercells`.

    :param forces: `forces_000` …: the array `forces` [eV/Å] of each displaced supercell.
    :returns: `force_constants`: ArrayData `force_constants` (n_primitive, n_supercell, 3, 3) [eV/Å²];
        `bands`: frequencies [THz] along `path`, imaginary ones negative; `dos`: [1/THz] per primitive cell,
        integral 3 n_primitive; `summary`: extreme frequencies, `dynamically_stable`, `acoustic_sum_rule_THz`
        (largest of the acoustic frequencies at Γ before the sum rule is imposed), and the setup, with which
        `displaced_phonopy` takes the force constants up again; `thermal` (see `thermal_properties`)
        unless a mode is imaginary.
    """
    given = {**DEFAULTS, **settings.get_dict()}
    phonon = displaced_phonopy(unit_cell, setup.get_dict())
    phonon.forces = np.array([forces[key].get_array('forces') for key in sorted(forces)])
    phonon.produce_force_constants(calculate_full_force_constants=False, show_drift=False)
    # the three acoustic modes at Γ before the sum rule is imposed: the numerical quality of the forces
    violation = float(np.abs(np.sort(np.abs(phonon.run_qpoints([[0, 0, 0]]).frequencies[0]))[:3]).max())
    phonon.symmetrize_force_constants(show_drift=False)
    frequencies = phonon.run_qpoints(path.get_kpoints()).frequencies
    mesh = phonon.run_mesh(given['mesh_length_A'])
    lowest = float(min(frequencies.min(), mesh.frequencies.min()))
    stable = lowest > -given['imaginary_tolerance_THz']
    summary: dict[str, Any] = {
        **setup.get_dict(),
        'n_atoms': len(phonon.primitive),
        'n_displacements': len(forces),
        'lowest_frequency_THz': lowest,
        'highest_frequency_THz': float(mesh.frequencies.max()),
        'acoustic_sum_rule_THz': violation,
        'dynamically_stable': stable,
    }
    outputs: dict[str, orm.Data] = {
        'force_constants': orm.ArrayData({'force_constants': phonon.force_constants}),
        'bands': _bands(path, frequencies),
        'dos': _dos(phonon),
    }
    if stable:
        outputs['thermal'], more = thermal_properties(
            phonon, given['temperature_max_K'], given['temperature_step_K']
        )
        summary |= more
    return {**outputs, 'summary': orm.Dict(summary)}


def _bands(path: orm.KpointsData, frequencies: Array) -> orm.BandsData:
    bands = orm.BandsData()
    bands.set_kpointsdata(path)
    bands.set_bands(frequencies, units='THz')
    return bands


def _dos(phonon: Phonopy) -> orm.XyData:
    """Return the density of states by the linear tetrahedron method on the mesh that was run."""
    highest = float(phonon.mesh.frequencies.max())
    total = phonon.run_total_dos(freq_pitch=highest / 500, use_tetrahedron_method=True)
    dos = orm.XyData()
    dos.set_x(total.frequency_points, 'frequency', 'THz')
    dos.set_y(total.dos, 'density of states', '1/THz')
    return dos


def thermal_properties(
    phonon: Phonopy, temperature_max: float, temperature_step: float
) -> tuple[orm.ArrayData, dict[str, float]]:
    """Return the harmonic thermal properties at constant volume, and what the summary says of them.

    The array node holds `temperature_K`, `free_energy_eV` per atom (zero-point energy included),
    `entropy_J_per_K_mol` and `heat_capacity_J_per_K_mol` per mole of atoms. The three modes without
    frequency at Γ are left out.
    """
    n_atoms = len(phonon.primitive)
    result = phonon.run_thermal_properties(
        t_min=0, t_max=temperature_max, t_step=temperature_step, exclude_gamma_acoustic=True
    )
    kilojoule_per_mol = 1.0 / 96.48533212
    arrays = {
        'temperature_K': np.asarray(result.temperatures),
        'free_energy_eV': np.asarray(result.free_energy) * kilojoule_per_mol / n_atoms,
        'entropy_J_per_K_mol': np.asarray(result.entropy) / n_atoms,
        'heat_capacity_J_per_K_mol': np.asarray(result.heat_capacity) / n_atoms,
    }
    zero_point = float(arrays['free_energy_eV'][0])
    return orm.ArrayData(arrays), {'zero_point_energy_eV_per_atom': zero_point}
