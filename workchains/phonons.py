"""Phonons by finite displacements, with any engine that gives forces."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, ToContext

from nanoos_plugins.calculations.phonons import displaced_supercells, phonons_from_forces
from workchains.protocol import PropertyWorkChain, validate_positive


class PhononsWorkChain(PropertyWorkChain):
    """Displace atoms in supercells, collect their forces, and diagonalise the dynamical matrix.

    The structure must be at a stationary point: relax it first with the same engine and parameters. The
    field of long-range dipoles of polar insulators (non-analytical correction) is not included.
    """

    protocol_name: ClassVar[str] = 'phonons'
    #: Inputs that are numbers: default, and what they are.
    NUMBERS: ClassVar[dict[str, tuple[float, str]]] = {
        'min_length': (10.0, 'Smallest height of the supercell, unless `supercell` is given [Å].'),
        'displacement': (0.01, 'Length of the displacements [Å].'),
        'path_spacing': (0.025, 'Distance of points along the path through the Brillouin zone [1/Å].'),
        'mesh_length': (60.0, 'Length R of the mesh for DOS and thermal properties: R/a points [Å].'),
        'imaginary_tolerance': (0.1, 'Imaginary frequencies up to here count as numerical noise [THz].'),
        'max_residual_force': (0.01, 'Largest force component in the undisplaced structure [eV/Å].'),
        'temperature_max': (1000.0, 'Highest temperature of the thermal properties [K].'),
        'temperature_step': (10.0, 'Step of the temperatures [K].'),
    }

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structure and supercell in, dispersion, density of states and thermal properties out."""
        super().define(spec)
        spec.input(
            'supercell',
            valid_type=orm.List,
            required=False,
            serializer=orm.to_aiida_type,
            help='Repetitions of the conventional cell along its vectors, instead of `min_length` [-].',
        )
        for name, (default, meaning) in cls.NUMBERS.items():
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda value=default: orm.Float(value),
                serializer=orm.to_aiida_type,
                validator=validate_positive,
                help=meaning,
            )
        spec.output(
            'bands', valid_type=orm.BandsData, help='Frequencies along the path, imaginary < 0 [THz].'
        )
        spec.output('dos', valid_type=orm.XyData, help='Density of states per primitive cell [1/THz].')
        spec.output('summary', valid_type=orm.Dict, help='Extreme frequencies [THz], stability, supercell.')
        spec.output('force_constants', valid_type=orm.ArrayData, help='Force constants [eV/Å²].')
        spec.output('unit_cell', valid_type=orm.StructureData, help='Conventional cell, lengths in [Å].')
        spec.output(
            'thermal',
            valid_type=orm.ArrayData,
            required=False,
            help='`temperature_K` [K], `free_energy_eV` [eV/atom], `entropy_J_per_K_mol` and '
            '`heat_capacity_J_per_K_mol` [J/(K mol)] of atoms; left out when a mode is imaginary.',
        )
        spec.exit_code(340, 'ERROR_NOT_RELAXED', message='{reason}')
        spec.exit_code(341, 'ERROR_IMAGINARY_MODES', message='{reason}')
        spec.outline(
            cls.displace,
            cls.run_undisplaced,
            cls.inspect_undisplaced,
            cls.run_forces,
            cls.inspect_forces,
            cls.analyse,
        )

    def displace(self) -> None:
        """Make the displaced supercells."""
        keys = {
            'min_length': 'min_length_A',
            'displacement': 'displacement_A',
            'path_spacing': 'path_spacing_per_A',
            'mesh_length': 'mesh_length_A',
            'imaginary_tolerance': 'imaginary_tolerance_THz',
            'temperature_max': 'temperature_max_K',
            'temperature_step': 'temperature_step_K',
        }
        settings = {key: self.inputs[name].value for name, key in keys.items()}
        if 'supercell' in self.inputs:
            settings['supercell'] = self.inputs.supercell.get_list()
        self.ctx.settings = orm.Dict(settings)
        self.ctx.cells = displaced_supercells(self.inputs.structure, self.ctx.settings)
        self.out('unit_cell', self.ctx.cells['unit_cell'])

    def run_undisplaced(self) -> Any:
        """Submit the undisplaced cell, before many supercells are spent on it."""
        return ToContext(undisplaced=self.simulation(self.ctx.cells['unit_cell'], task='static'))

    def inspect_undisplaced(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED, or ERROR_NOT_RELAXED when there are forces left."""
        if error := self.simulation_error(self.ctx.undisplaced):
            return error
        largest = float(np.abs(self.ctx.undisplaced.outputs.arrays.get_array('forces')).max())
        limit = self.inputs.max_residual_force.value
        if largest <= limit:
            return None
        reason = (
            f'the structure has a force component of {largest:.3f} eV/Å left, more than {limit} eV/Å: relax '
            'it first (nanoos.relax) with the same engine and parameters'
        )
        unrelaxed: ExitCode = self.exit_codes.ERROR_NOT_RELAXED.format(reason=reason)
        return unrelaxed

    def run_forces(self) -> None:
        """Submit every displaced supercell, all at once."""
        self.ctx.labels = sorted(label for label in self.ctx.cells if label.startswith('supercell_'))
        for label in self.ctx.labels:
            self.to_context(**{label: self.simulation(self.ctx.cells[label], task='static')})
        atoms = len(self.ctx.cells[self.ctx.labels[0]].sites)
        self.report(f'forces of {len(self.ctx.labels)} displaced supercells of {atoms} atoms')

    def inspect_forces(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when forces are missing."""
        errors = (self.simulation_error(self.ctx[label]) for label in self.ctx.labels)
        return next((error for error in errors if error), None)

    def analyse(self) -> ExitCode | None:
        """Fit the force constants and report what follows from them.

        :return: ERROR_IMAGINARY_MODES for a structure that is not at a minimum: it has no harmonic thermal
            properties; all other outputs are there.
        """
        forces = {
            label.replace('supercell', 'forces'): self.ctx[label].outputs.arrays for label in self.ctx.labels
        }
        cells = self.ctx.cells
        outputs = phonons_from_forces(
            cells['unit_cell'], cells['path'], cells['setup'], self.ctx.settings, **forces
        )
        self.out_many(outputs)
        summary = outputs['summary'].get_dict()
        if summary['dynamically_stable']:
            return None
        reason = (
            f'dynamically unstable: the lowest mode has an imaginary frequency of '
            f'{-summary["lowest_frequency_THz"]:.2f} THz; bands, DOS and force constants are given, harmonic '
            'thermal properties do not exist. Displace the atoms along the mode and relax, or try a larger '
            'supercell'
        )
        unstable: ExitCode = self.exit_codes.ERROR_IMAGINARY_MODES.format(reason=reason)
        return unstable
