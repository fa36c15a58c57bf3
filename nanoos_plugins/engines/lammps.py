"""LAMMPS with classical interatomic potentials, by aiida-lammps, in metal units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from ase.build import bulk

from nanoos_plugins.engines.atomistic import AtomisticParameters, check_md_size, results_from_arrays
from nanoos_plugins.engines.contract import Curve, Engine, Program, Reference, quantity
from nanoos_plugins.engines.lammps_output import live_curves, read_results
from nanoos_plugins.engines.lammps_potential import check_elements, load_potential

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder

    from nanoos_plugins.engines.results import Results

BAR_PER_GPA = 1e4
GPA_IN_EV_PER_A3 = 1 / 160.21766208
FS_PER_PS = 1000.0
#: What is computed by `nanoos.lammps`.
OWN_TASKS = ('path', 'hessian', 'heat_flux')
#: Iterations between samples of a relaxation; the last one is always written.
RELAX_SAMPLE_EVERY = 10
#: How far below the tolerances a relaxation of the cell goes: shears are soft, and the steps cost nothing.
CELL_MARGIN = 0.01
THERMO = ('temp', 'epair', 'ke', 'etotal', 'press', 'vol', 'pxx', 'pyy', 'pzz', 'pxy', 'pxz', 'pyz', 'fmax')


class LammpsParameters(AtomisticParameters):
    """Parameters of LAMMPS with a classical potential from a file."""

    potential: str = quantity(
        ..., '', 'interatomic potential: name of a file shipped with LAMMPS, or the path of another file'
    )
    pair_style: str | None = quantity(
        None, '', "LAMMPS's pair_style of the potential; derived from the ending of its name when absent"
    )
    barostat: Literal['iso', 'aniso'] = quantity(
        'iso', '', 'md, npt: iso: the cell keeps its shape; aniso: its three lengths change on their own'
    )
    equilibration_steps: int = quantity(
        10_000, '', 'heat_flux: steps with the thermostat before the flux is recorded without it', ge=0
    )


class Lammps(Engine[LammpsParameters]):
    """Classical molecular dynamics and statics by LAMMPS."""

    name = 'lammps'
    label = 'LAMMPS'
    scale = 'atomistic'
    tasks = frozenset({'static', 'relax', 'relax_cell', 'md', 'path', 'hessian', 'heat_flux'})
    process = 'lammps.base'
    code_plugin = 'lammps.base'
    code_label = 'lammps'
    parameters = LammpsParameters
    program = Program(executables=('lmp', 'lmp_serial'), lock='lammps.lock', command='{prefix}/bin/lmp')
    live_file = 'log.lammps'

    def reference(self) -> Reference:
        """Return the cohesive energy of fcc copper by the potential of Mishin et al."""
        return Reference(
            structure=bulk('Cu', 'fcc', a=3.615),
            parameters={'potential': 'Cu_mishin1.eam.alloy'},
            quantity='energy',
            value=-3.540,
            tolerance=0.001,
            unit='eV',
            source='Mishin et al., Phys. Rev. B 63, 224106 (2001), table III, doi:10.1103/PhysRevB.63.224106',
        )

    def process_for(self, parameters: LammpsParameters) -> str:
        """Return `lammps.base`, or our own calculation for what aiida-lammps has no input for."""
        return 'nanoos.lammps' if parameters.task in OWN_TASKS else self.process

    def get_builder(
        self,
        structure: orm.StructureData,
        parameters: LammpsParameters,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of the calculation `lammps.base` or `nanoos.lammps`.

        A path runs an MPI process an image.

        :raises ValueError: when the potential cannot be found or read or lacks an element, when the structure
            is one that LAMMPS cannot take, or when there is no code.
        """
        from aiida import orm
        from aiida.plugins import CalculationFactory

        if code is None:
            raise ValueError('LAMMPS needs a code; run `nanoos engines install lammps`, or give one')
        check_md_size(structure, parameters)
        check_structure(structure)
        potential = load_potential(parameters.potential, parameters.pair_style)
        check_elements(potential, set(structure.get_symbols_set()))
        own = parameters.task in OWN_TASKS
        builder: Any = cast('Any', CalculationFactory(self.process_for(parameters))).get_builder()
        builder.code = code
        builder.structure = structure
        builder.potential = potential
        builder.parameters = orm.Dict(
            parameters.model_dump() if own else script_parameters(structure, parameters)
        )
        processes = parameters.images if parameters.task == 'path' else 1
        builder['metadata']['options'] = {
            'resources': {'num_machines': 1, 'num_mpiprocs_per_machine': processes},
            'withmpi': processes > 1 or bool(code.with_mpi),
            **options,
        }
        return cast('ProcessBuilder', builder)

    def results(
        self, structure: orm.StructureData, parameters: LammpsParameters, outputs: Mapping[str, orm.Data]
    ) -> Results:
        """Return the normalised results, in the atom order and frame of `structure`.

        :raises ValueError: when an output that every successful run has is missing.
        """
        if parameters.task in OWN_TASKS:
            return results_from_arrays(self, structure, parameters, outputs)
        return read_results(self, structure, parameters, outputs)

    def live(self, text: str) -> list[Curve]:
        """Return temperature, energy and pressure, or energy and largest force of a relaxation, by step."""
        return live_curves(text)


def check_structure(structure: orm.StructureData) -> None:
    """Refuse what LAMMPS, or the way in which aiida-lammps writes its input, cannot take.

    :raises ValueError: for kinds in another order than that of the sites, and for a direction without
        periodicity that is not at right angles to the others or has atoms outside the cell.
    """
    order = list(dict.fromkeys(site.kind_name for site in structure.sites))
    if order != [kind.name for kind in structure.kinds]:
        raise ValueError(
            f'LAMMPS numbers the kinds of atoms in the order of the sites, {order}, but the structure lists '
            f'them as {[kind.name for kind in structure.kinds]}; build it again from its sites'
        )
    atoms = structure.get_ase()
    for axis in np.flatnonzero(~atoms.pbc):
        others = [atoms.cell[other] for other in range(3) if other != axis]
        if any(abs(float(np.dot(atoms.cell[axis], other))) > 1e-6 for other in others) or atoms.cell.rank < 3:
            raise ValueError(
                f'LAMMPS needs a cell vector at right angles to the others where there is no periodicity '
                f'(direction {"abc"[axis]}); give the structure such a cell, with vacuum around the atoms'
            )
        fractions = atoms.get_scaled_positions(wrap=False)[:, axis]
        if fractions.min() < 0 or fractions.max() >= 1:
            raise ValueError(
                f'atoms lie outside the cell along {"abc"[axis]}, where it is not periodic; '
                'make the cell larger and centre the atoms in it'
            )


def script_parameters(structure: orm.StructureData, parameters: LammpsParameters) -> dict[str, Any]:
    """Return the `parameters` of `lammps.base`, from which aiida-lammps writes the input script."""
    md = parameters.task == 'md'
    script: dict[str, Any] = {
        'control': {'units': 'metal', 'timestep': parameters.time_step / FS_PER_PS},
        'structure': {'atom_style': 'atomic', 'dimension': 3, 'box_tilt': 'large'},
        'compute': {'property/atom': [{'group': 'all', 'type': ['xu', 'yu', 'zu', 'fx', 'fy', 'fz']}]},
        'thermo': {
            'printing_rate': parameters.sample_every if md else RELAX_SAMPLE_EVERY,
            'thermo_printing': dict.fromkeys(THERMO, True),
        },
        'dump': {'dump_rate': parameters.sample_every if md else RELAX_SAMPLE_EVERY},
    }
    if parameters.task in ('relax', 'relax_cell'):
        script['minimize'] = _minimize(structure, parameters)
    else:
        script['md'] = _md(parameters) if md else {'integration': {'style': 'nve'}, 'max_number_steps': 0}
    if parameters.task == 'relax_cell':
        script['fix'] = {'box/relax': [{'group': 'all', 'type': _box_relax(structure, parameters)}]}
    return script


def _minimize(structure: orm.StructureData, parameters: LammpsParameters) -> dict[str, Any]:
    """Return the settings of a minimisation that ends by its forces.

    LAMMPS compares the norm of all forces, the cell's generalised forces among them, so that the norm below
    the tolerance implies each component below it; the cell's is about stress times volume.
    """
    tolerance = parameters.force_tolerance
    if parameters.task == 'relax_cell':
        volume = abs(float(np.linalg.det(structure.cell)))
        tolerance = CELL_MARGIN * min(tolerance, parameters.stress_tolerance * GPA_IN_EV_PER_A3 * volume)
    return {
        'style': 'cg',
        'energy_tolerance': 0.0,
        'force_tolerance': tolerance,
        'max_iterations': parameters.max_steps,
        'max_evaluations': 10 * parameters.max_steps,
    }


def _box_relax(structure: orm.StructureData, parameters: LammpsParameters) -> list[str]:
    """Return the arguments of `fix box/relax`: every component of the cell between periodic directions.

    The reference cell is renewed every few steps; without that the target pressure is missed after a large
    change of shape.
    """
    pressure = f'{parameters.pressure * BAR_PER_GPA:.10g}'
    components = ('x', 'y', 'z', 'xy', 'xz', 'yz')
    free = [name for name in components if all(structure.pbc['xyz'.index(axis)] for axis in name)]
    targets = [word for name in free for word in (name, pressure if len(name) == 1 else '0.0')]
    return [*targets, 'vmax', '0.01', 'nreset', '10']


def _md(parameters: LammpsParameters) -> dict[str, Any]:
    """Return integrator, thermostat and barostat (Nosé–Hoover) and the first velocities."""
    constraints: dict[str, Any] = {}
    if parameters.ensemble in ('nvt', 'npt'):
        temperature = parameters.temperature
        constraints['temp'] = [temperature, temperature, parameters.thermostat_time / FS_PER_PS]
    if parameters.ensemble == 'npt':
        pressure = parameters.pressure * BAR_PER_GPA
        # aiida-lammps drops `aniso`, which x, y and z are the same as
        axes = ('iso',) if parameters.barostat == 'iso' else ('x', 'y', 'z')
        constraints |= {axis: [pressure, pressure, parameters.barostat_time / FS_PER_PS] for axis in axes}
    first = {
        'create': {'temp': parameters.temperature, 'seed': parameters.seed},
        'dist': 'gaussian',
        'mom': 'yes',
    }
    return {
        'integration': {'style': parameters.ensemble, 'constraints': constraints},
        'max_number_steps': parameters.steps,
        'velocity': [first],
    }
