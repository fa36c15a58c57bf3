"""What LAMMPS does beyond `lammps.base`: paths of least energy, second derivatives, and the flux of heat."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from aiida import orm
from aiida.common.datastructures import CalcInfo, CodeInfo
from aiida.common.folders import Folder
from aiida.engine import CalcJob
from aiida_lammps.data.potential import LammpsPotentialData
from ase import Atoms
from ase.io.lammpsdata import write_lammps_data

from nanoos_plugins.runners.path import check_ends, interpolate

SCRIPT, DATA, FINAL, POTENTIAL, LOG = 'in.lammps', 'data.lammps', 'final.txt', 'potential.dat', 'log.lammps'
HESSIAN = 'hessian.dat'
FLUX = 'flux.dat'
FS_PER_PS = 1000.0
#: [ps] LAMMPS's damped dynamics between images is stable with it for any solid.
TIME_STEP = 0.005
#: [eV/Å²] Spring between images, as in `runners.path`.
SPRING = 1.0


class LammpsCalculation(CalcJob):
    """Run the task path (nudged elastic band, package REPLICA), hessian (package PHONON) or heat_flux.

    A path runs one process of MPI an image.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structures, potential and parameters in, arrays out."""
        super().define(spec)
        spec.input(
            'structure', valid_type=orm.StructureData, help='Structure, or beginning of a path, in [Å].'
        )
        spec.input(
            'final', valid_type=orm.StructureData, required=False, help='Other end of a path, lengths in [Å].'
        )
        spec.input('potential', valid_type=LammpsPotentialData, help='Interatomic potential in metal units.')
        spec.input(
            'parameters',
            valid_type=orm.Dict,
            help='Complete parameters of the engine `lammps` [units as in its parameter model].',
        )
        spec.inputs.validator = validate_ends
        options = spec.inputs['metadata']['options']
        options['parser_name'].default = 'nanoos.lammps'
        options['resources'].default = {'num_machines': 1, 'num_mpiprocs_per_machine': 1}
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='energy [eV], positions and cell [Å], converged [0 or 1]; of a path path_energies [eV] and '
            'path_positions [Å], of hessian the matrix [eV/Å²] and forces [eV/Å], of heat_flux series_… [unit'
            ' at the end of the name].',
        )
        spec.exit_code(
            300,
            'ERROR_NO_RESULTS',
            message='LAMMPS left no complete {name}: {reason}',
            invalidates_cache=True,
        )
        spec.exit_code(
            310,
            'ERROR_INVALID_RESULTS',
            message='the results cannot be used: {reason}',
            invalidates_cache=True,
        )

    def prepare_for_submission(self, folder: Folder) -> CalcInfo:
        """Write script, structure and potential, and say how to start LAMMPS and what to retrieve."""
        settings = self.inputs.parameters.get_dict()
        atoms = self.inputs.structure.get_ase()
        script, files, retrieved = TASKS[settings['task']](self.inputs, settings, atoms)
        files[DATA] = data_file(atoms, atoms.get_positions())
        files[SCRIPT] = '\n'.join([*header(self.inputs.potential, atoms), *script, ''])
        for name, content in files.items():
            with folder.open(name, 'w', encoding='utf-8') as handle:
                handle.write(content)
        with folder.open(POTENTIAL, 'wb') as handle:
            handle.write(self.inputs.potential.get_content().encode())
        code = CodeInfo()
        code.code_uuid = self.inputs.code.uuid
        code.cmdline_params = ['-in', SCRIPT, '-screen', 'none']
        if settings['task'] == 'path':
            code.cmdline_params += ['-partition', f'{settings["images"]}x1']
        info = CalcInfo()
        info.codes_info = [code]
        info.retrieve_list = [LOG]
        info.retrieve_temporary_list = retrieved
        return info


Written = tuple[list[str], dict[str, str], list[str | tuple[str, str, int]]]


def path_script(inputs: Mapping[str, Any], settings: Mapping[str, Any], atoms: Atoms) -> Written:
    """Return the commands of a nudged elastic band, the file of its end, and what to retrieve."""
    images = settings['images']
    end = interpolate(atoms, inputs['final'].get_ase(), 2)[1]
    moved = frame(atoms).vector_to_lammps(end.get_positions(), wrap=False)
    lines = [f'{index} {x:.15g} {y:.15g} {z:.15g}' for index, (x, y, z) in enumerate(moved, start=1)]
    steps = settings['max_steps']
    script = [
        f'variable image uloop {images}',
        f'fix band all neb {SPRING} parallel ideal',
        f'timestep {TIME_STEP}',
        'min_style fire',
        f'neb 0.0 {settings["force_tolerance"]} {steps} {steps} 10 final {FINAL}',
        'write_dump all custom image.${image} id xu yu zu modify sort id format float %20.15g',
        # the table of the band has eight digits, too few for a large cell
        'unfix band',
        'run 0',
        'print $(pe:%20.15g) file energy.${image}',
    ]
    files = {FINAL: '\n'.join([str(len(lines)), *lines, ''])}
    numbers = range(1, images + 1)
    return script, files, [f'{name}.{image}' for name in ('image', 'energy') for image in numbers]


def hessian_script(inputs: Mapping[str, Any], settings: Mapping[str, Any], atoms: Atoms) -> Written:
    """Return the commands for second derivatives by central differences, and what to retrieve."""
    script = [
        'thermo_style custom step pe fmax',
        'run 0',
        'write_dump all custom image.1 id xu yu zu fx fy fz modify sort id format float %20.15g',
        f'dynamical_matrix all regular {settings["hessian_step"]} file {HESSIAN} binary no',
    ]
    return script, {}, [HESSIAN, 'image.1']


def heat_flux_script(inputs: Mapping[str, Any], settings: Mapping[str, Any], atoms: Atoms) -> Written:
    """Return the commands for the flux of heat at constant energy, and what to retrieve.

    The atomic stress of LAMMPS is exact here for forces between pairs, embedded-atom ones among them; for
    others it divides the virial among atoms in one of several ways (doi:10.1103/PhysRevB.92.094301).
    """
    temperature, every = settings['temperature'], settings['sample_every']
    columns = 'c_flux[1] c_flux[2] c_flux[3] c_thermo_temp v_energy'
    script = [
        f'velocity all create {temperature} {settings["seed"]} mom yes rot no dist gaussian',
        f'timestep {settings["time_step"] / FS_PER_PS}',
        f'thermo {10 * every}',
        'thermo_style custom step temp pe etotal press',
        f'fix bath all nvt temp {temperature} {temperature} {settings["thermostat_time"] / FS_PER_PS}',
        f'run {settings["equilibration_steps"]}',
        'unfix bath',
        'reset_timestep 0',
        'fix free all nve',
        'compute kinetic all ke/atom',
        'compute potential all pe/atom',
        'compute virial all stress/atom NULL virial',
        'compute flux all heat/flux kinetic potential virial',
        'variable energy equal etotal',
        f'fix record all ave/time {every} 1 {every} {columns} file {FLUX} format " %.10g"',
        f'run {settings["steps"]}',
    ]
    return script, {}, [FLUX]


TASKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Atoms], Written]] = {
    'path': path_script,
    'hessian': hessian_script,
    'heat_flux': heat_flux_script,
}


def header(potential: LammpsPotentialData, atoms: Atoms) -> list[str]:
    """Return the commands that say what the atoms are and how they interact."""
    return [
        'units metal',
        'atom_style atomic',
        'atom_modify map array sort 0 0.0',
        f'boundary {" ".join("p" if periodic else "f" for periodic in atoms.pbc)}',
        'box tilt large',
        f'read_data {DATA}',
        f'pair_style {potential.pair_style}',
        f'pair_coeff * * {POTENTIAL} {" ".join(species(atoms))}',
        'thermo_modify format float %20.15g',
    ]


def species(atoms: Atoms) -> list[str]:
    """Return the elements in the order of their first atom, which is that of LAMMPS's types."""
    return list(dict.fromkeys(atoms.get_chemical_symbols()))


def frame(atoms: Atoms) -> Any:
    """Return the rotation into LAMMPS's frame (a along x, b in the xy plane), by ASE."""
    from ase.calculators.lammps import Prism

    return Prism(np.array(atoms.cell), atoms.pbc)


def data_file(atoms: Atoms, positions: Any) -> str:
    """Return LAMMPS's data file of `atoms` at `positions` (n_atoms, 3) [Å]."""
    moved = atoms.copy()
    moved.set_positions(positions)
    text = io.StringIO()
    write_lammps_data(
        text,
        moved,
        specorder=species(atoms),
        masses=True,
        prismobj=frame(atoms),
        units='metal',
        atom_style='atomic',
    )
    return text.getvalue()


def validate_ends(inputs: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong: a task that is not for this calculation, or ends that no path can join."""
    task = inputs['parameters'].get_dict().get('task') if 'parameters' in inputs else None
    if task not in TASKS:
        return f'expected a task among {", ".join(TASKS)}, got {task!r}'
    if (task == 'path') != ('final' in inputs):
        return f'task {task}: the other end `final` is {"missing" if task == "path" else "not used"}'
    if task == 'path':
        try:
            check_ends(inputs['structure'].get_ase(), inputs['final'].get_ase())
        except ValueError as error:
            return str(error)
    return None
