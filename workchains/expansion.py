"""Thermal expansion by any force engine: phonons at several volumes, in the quasi-harmonic approximation."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, ToContext, if_

from nanoos_plugins.calculations.birch_murnaghan import LEAST_POINTS
from nanoos_plugins.calculations.deform import deform
from nanoos_plugins.calculations.expansion import (
    BAD_FIT,
    COLDEST,
    IMAGINARY_MODES,
    NOT_PERIODIC,
    OUT_OF_RANGE,
    expansion_from_phonons,
    supercell_of,
)
from nanoos_plugins.calculations.symmetrise import symmetrise_cell
from nanoos_plugins.calculations.symmetry import has_free_coordinates
from workchains.phonons import PhononsWorkChain
from workchains.protocol import PropertyWorkChain, validate_positive


def validate_temperatures(value: orm.List, _: Any) -> str | None:
    """Return what is wrong with a list of temperatures; None if nothing."""
    given = value.get_list()
    numbers = all(type(one) in (int, float) and one >= COLDEST for one in given)
    if given and numbers and len(set(given)) == len(given):
        return None
    return f'temperatures: expected one or more different numbers from {COLDEST:g} K, got {given}'


def validate_points(value: orm.Int, _: Any) -> str | None:
    """Return what is wrong with a number of volumes; None if nothing."""
    if value.value >= LEAST_POINTS:
        return None
    return f'points: expected at least {LEAST_POINTS}, got {value.value}'


def validate_range(value: orm.Float, port: Any) -> str | None:
    """Return what is wrong with one end of the range of volumes; None if nothing."""
    return None if 0 < value.value < 0.3 else f'{port.name}: expected 0 to 0.3, got {value.value}'


class ExpansionWorkChain(PropertyWorkChain):
    """Run `nanoos.phonons` at volumes around that of the crystal, and find the volume at each temperature.

    The volumes are isotropic: the shape of the cell stays that of the crystal without vibrations, so of a
    crystal that is not cubic the linear expansion is the mean over the directions.
    """

    protocol_name: ClassVar[str] = 'expansion'
    #: Inputs that are those of `nanoos.phonons`, at every volume.
    PHONONS: ClassVar[tuple[str, ...]] = (
        'displacement',
        'mesh_length',
        'imaginary_tolerance',
        'max_residual_force',
    )

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare volumes and temperatures in, expansion and its curves out."""
        super().define(spec)
        spec.input(
            'temperatures',
            valid_type=orm.List,
            default=lambda: orm.List([100.0, 200.0, 300.0, 400.0, 500.0]),
            serializer=orm.to_aiida_type,
            validator=validate_temperatures,
            help='Temperatures (t,) at which the expansion is wanted [K].',
        )
        spec.input(
            'points',
            valid_type=orm.Int,
            default=lambda: orm.Int(7),
            serializer=orm.to_aiida_type,
            validator=validate_points,
            help='Number of volumes, evenly spaced [-].',
        )
        for name, default, what in (
            ('compression', 0.02, 'Smallest volume: so much below that of the crystal, relative to it [-].'),
            ('dilation', 0.06, 'Largest volume: so much above that of the crystal, relative to it [-].'),
        ):
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda default=default: orm.Float(default),
                serializer=orm.to_aiida_type,
                validator=validate_range,
                help=what,
            )
        for name, what in (
            ('relax_cell', 'Relax positions and cell of the crystal first.'),
            ('relax_positions', 'Relax the positions at each volume when the symmetry leaves any free.'),
        ):
            spec.input(
                name,
                valid_type=orm.Bool,
                default=lambda: orm.Bool(True),
                serializer=orm.to_aiida_type,
                help=what,
            )
        cls._define_phonons(spec)
        cls._define_outputs(spec)
        spec.outline(
            cls.start,
            if_(cls.should_relax)(cls.relax_crystal, cls.inspect_crystal),
            cls.run_volumes,
            cls.inspect_volumes,
            cls.run_phonons,
            cls.inspect_phonons,
            cls.expand,
        )

    @classmethod
    def _define_phonons(cls, spec: Any) -> None:
        spec.input(
            'supercell',
            valid_type=orm.List,
            required=False,
            serializer=orm.to_aiida_type,
            help='Repetitions of the conventional cell along its vectors, instead of `min_length` [-].',
        )
        for name in ('min_length', *cls.PHONONS):
            default, what = PhononsWorkChain.NUMBERS[name]
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda default=default: orm.Float(default),
                serializer=orm.to_aiida_type,
                validator=validate_positive,
                help=what,
            )

    @classmethod
    def _define_outputs(cls, spec: Any) -> None:
        spec.output(
            'expansion',
            valid_type=orm.Dict,
            help='{value, unit} at the temperatures: linear_expansion [1/K], volume of the cell [Å³], '
            'lattice_scale (length over that without vibrations) [-], isothermal bulk_modulus [GPa], '
            'heat_capacity at constant pressure and heat_capacity_constant_volume [J/(K mol)] of atoms, '
            'gruneisen_parameter [-].',
        )
        spec.output(
            'curves',
            valid_type=orm.ArrayData,
            help='The same over `temperature_K` [K], and `sampled_volume_A3` [Å³], `sampled_energy_eV` [eV].',
        )
        spec.output('structure', valid_type=orm.StructureData, help='The crystal, lengths in [Å].')
        spec.exit_code(IMAGINARY_MODES, 'ERROR_IMAGINARY_MODES', message='{reason}')
        spec.exit_code(OUT_OF_RANGE, 'ERROR_OUT_OF_RANGE', message='{reason}')
        spec.exit_code(NOT_PERIODIC, 'ERROR_NOT_PERIODIC', message='{reason}')
        spec.exit_code(BAD_FIT, 'ERROR_BAD_FIT', message='{reason}')

    def start(self) -> ExitCode | None:
        """Begin from the input's structure.

        :return: ERROR_NOT_PERIODIC when it has no volume to vary.
        """
        self.ctx.crystal = self.inputs.structure
        if all(self.inputs.structure.pbc):
            return None
        reason = f'the structure is periodic along {self.inputs.structure.pbc}; expected all three directions'
        refused: ExitCode = self.exit_codes.ERROR_NOT_PERIODIC.format(reason=reason)
        return refused

    def should_relax(self) -> bool:
        """Return whether the crystal is to be relaxed first."""
        return bool(self.inputs.relax_cell.value)

    def relax_crystal(self) -> Any:
        """Submit the relaxation of the crystal's positions and cell."""
        return ToContext(relaxation=self.simulation(self.inputs.structure, task='relax_cell'))

    def inspect_crystal(self) -> ExitCode | None:
        """Go on with the relaxed crystal, its cell made exact, or return ERROR_SIMULATION_FAILED.

        Symmetry that is lost by the tolerance of the relaxation would cost displacements at every volume.
        """
        error = self.simulation_error(self.ctx.relaxation)
        if error is None:
            self.ctx.crystal = symmetrise_cell(self.ctx.relaxation.outputs.structure)
        return error

    def run_volumes(self) -> None:
        """Submit the static energies of all volumes at once."""
        crystal = self.ctx.crystal
        is_free = self.inputs.relax_positions.value and has_free_coordinates(crystal)
        self.ctx.task = 'relax' if is_free else 'static'
        ends = (1 - self.inputs.compression.value, 1 + self.inputs.dilation.value)
        self.ctx.scales = np.linspace(*ends, self.inputs.points.value).tolist()
        gradients = [(scale ** (1 / 3) * np.eye(3)).tolist() for scale in self.ctx.scales]
        self.ctx.cells = dict(deform(crystal, orm.List(gradients)))
        numerics = self.fixed_numerics(crystal)
        for label, cell in sorted(self.ctx.cells.items()):
            self.to_context(**{label: self.simulation(cell, task=self.ctx.task, **numerics)})
        self.out('structure', crystal)

    def inspect_volumes(self) -> ExitCode | None:
        """Go on with the relaxed positions, or return ERROR_SIMULATION_FAILED."""
        for label in self.ctx.cells:
            if error := self.simulation_error(self.ctx[label]):
                return error
            if self.ctx.task == 'relax':
                self.ctx.cells[label] = self.ctx[label].outputs.structure
        return None

    def run_phonons(self) -> None:
        """Submit the phonons of all volumes, in the same supercell."""
        shared: dict[str, Any] = {
            key: self.inputs[key]
            for key in ('template', 'parameters', 'code', 'options', *self.PHONONS)
            if key in self.inputs
        }
        repeat = supercell_of(self.ctx.crystal, self.inputs.min_length.value)
        shared['supercell'] = self.inputs.supercell if 'supercell' in self.inputs else orm.List(repeat)
        for label, cell in sorted(self.ctx.cells.items()):
            node = self.submit(PhononsWorkChain, structure=cell, **shared)
            self.to_context(**{f'phonons_{label}': node})
        self.report(f'phonons of {len(self.ctx.cells)} volumes')

    def inspect_phonons(self) -> ExitCode | None:
        """Return ERROR_IMAGINARY_MODES or ERROR_SIMULATION_FAILED when there are no thermal properties."""
        for label, scale in zip(sorted(self.ctx.cells), self.ctx.scales, strict=True):
            node = self.ctx[f'phonons_{label}']
            if node.exit_status == PhononsWorkChain.exit_codes.ERROR_IMAGINARY_MODES.status:
                reason = (
                    f'at {scale:.3f} of the volume of the crystal: {node.exit_message}. Where it holds '
                    'at its own volume, a smaller compression or dilation avoids this one'
                )
                refused: ExitCode = self.exit_codes.ERROR_IMAGINARY_MODES.format(reason=reason)
                return refused
            if error := self.simulation_error(node):
                return error
        return None

    def expand(self) -> ExitCode | None:
        """Find the volume at each temperature, and what follows.

        :return: ERROR_OUT_OF_RANGE when it is not between the volumes, ERROR_BAD_FIT for free energies that
            no equation of state describes.
        """
        volumes: dict[str, orm.Data] = {}
        for label in self.ctx.cells:
            volumes[f'results_{label}'] = self.ctx[label].outputs.results
            for key in ('unit_cell', 'force_constants', 'summary'):
                volumes[f'{key}_{label}'] = self.ctx[f'phonons_{label}'].outputs[key]
        found, node = expansion_from_phonons.run_get_node(
            self.ctx.crystal, self.inputs.temperatures, self.inputs.mesh_length, **volumes
        )
        if found is not None and node.is_finished_ok:
            self.out_many(found)
            return None
        refusals = {OUT_OF_RANGE: self.exit_codes.ERROR_OUT_OF_RANGE, BAD_FIT: self.exit_codes.ERROR_BAD_FIT}
        refusal: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
        return refusal
