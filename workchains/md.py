"""Molecular dynamics by any engine that offers it: equilibrate, average with errors, g(r), displacements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, ToContext

from nanoos_plugins.calculations.block_average import MINIMUM_SAMPLES
from nanoos_plugins.calculations.build.supercell import build_supercell
from nanoos_plugins.calculations.md_analysis import analyse_md
from nanoos_plugins.calculations.radial_distribution import largest_radius
from workchains.protocol import PropertyWorkChain
from workchains.simulation import complete_parameters, validate_evaluation

RDF_BINS = 200


def validate_md(inputs: Mapping[str, Any], port: Any) -> str | None:
    """Return what is wrong with the inputs of a molecular dynamics run; None if nothing."""
    if wrong := validate_evaluation(inputs, port):
        return wrong
    try:
        _, parameters = complete_parameters(inputs, task='md')
    except ValueError as error:
        return str(error)
    samples = int(parameters.steps * (1 - inputs['equilibration'].value)) // parameters.sample_every
    if samples < MINIMUM_SAMPLES:
        return (
            f'{parameters.steps} steps sampled every {parameters.sample_every} leave {samples} samples after '
            f'equilibration; at least {MINIMUM_SAMPLES} are needed: raise steps or lower sample_every'
        )
    return None


def validate_fraction(value: orm.Float, _: Any) -> str | None:
    """Return what is wrong with a fraction that is discarded; None if nothing."""
    return None if 0 <= value.value < 1 else f'equilibration must be in [0, 1), got {value.value}'


def validate_repetitions(value: orm.List, _: Any) -> str | None:
    """Return what is wrong with the repetitions of a cell; None if nothing."""
    counts = value.get_list()
    if len(counts) == 3 and all(isinstance(count, int) and count > 0 for count in counts):
        return None
    return f'supercell must be three whole numbers above 0, got {counts}'


class MdWorkChain(PropertyWorkChain):
    """Run molecular dynamics and average over what follows its equilibration.

    The part `equilibration` of the run is discarded. Every average has a standard error that knows of the
    correlation between samples. A diffusivity is given only where the atoms diffuse.
    """

    protocol_name: ClassVar[str] = 'md'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structure and run length in, averages and correlation functions out."""
        super().define(spec)
        spec.input(
            'supercell',
            valid_type=orm.List,
            required=False,
            serializer=orm.to_aiida_type,
            validator=validate_repetitions,
            help='Repetitions of the structure along its three lattice vectors [-].',
        )
        spec.input(
            'equilibration',
            valid_type=orm.Float,
            default=lambda: orm.Float(0.25),
            serializer=orm.to_aiida_type,
            validator=validate_fraction,
            help='Part of the run that is discarded before averaging, in [0, 1) [-].',
        )
        spec.input(
            'rdf_r_max',
            valid_type=orm.Float,
            required=False,
            serializer=orm.to_aiida_type,
            help='Largest distance of g(r), by default the largest that the cell allows [Å].',
        )
        spec.input(
            'max_energy_drift',
            valid_type=orm.Float,
            default=lambda: orm.Float(1e-3),
            serializer=orm.to_aiida_type,
            help='Largest drift of the conserved energy of an nve run [eV/(atom ps)].',
        )
        spec.inputs.validator = validate_md
        spec.output(
            'averages',
            valid_type=orm.Dict,
            help='{value, unit, uncertainty} by name: temperature [K], energies [eV], pressure [GPa], '
            'volume [Å³], diffusivity [m²/s] where there is diffusion.',
        )
        spec.output(
            'rdf',
            valid_type=orm.ArrayData,
            required=False,
            help='`r_A` [Å], `g` [-], `coordination` [-], for all atoms and per pair of elements.',
        )
        spec.output(
            'msd', valid_type=orm.ArrayData, help='`time_fs` [fs], `msd_A2` [Å²], all and per element.'
        )
        spec.output(
            'trajectory',
            valid_type=orm.TrajectoryData,
            help='The whole run: positions, cells [Å], times [ps].',
        )
        spec.output('results', valid_type=orm.Dict, help='Results of the run: energy [eV], temperature [K].')
        spec.output(
            'structure', valid_type=orm.StructureData, help='Last structure of the run, lengths in [Å].'
        )
        spec.exit_code(330, 'ERROR_CELL_TOO_SMALL', message='{reason}')
        spec.exit_code(331, 'ERROR_ENERGY_NOT_CONSERVED', message='{reason}')
        spec.exit_code(332, 'ERROR_NO_SUPERCELL', message='{reason}')
        spec.outline(cls.prepare, cls.run_md, cls.inspect_md, cls.analyse)

    def prepare(self) -> ExitCode | None:
        """Build the supercell that was asked for.

        :return: ERROR_NO_SUPERCELL when it cannot be built, e.g. across vacuum; ERROR_CELL_TOO_SMALL when it
            does not hold the sphere of the g(r) that was asked for.
        """
        self.ctx.structure = self.inputs.structure
        if 'supercell' in self.inputs:
            repeat = orm.Dict({'repeat': self.inputs.supercell.get_list()})
            self.ctx.structure, built = build_supercell.run_get_node(self.inputs.structure, repeat)
            if not built.is_finished_ok:
                no_supercell: ExitCode = self.exit_codes.ERROR_NO_SUPERCELL.format(reason=built.exit_message)
                return no_supercell
        if 'rdf_r_max' not in self.inputs or not all(self.ctx.structure.pbc):
            return None
        limit = largest_radius(np.array([self.ctx.structure.cell]))
        asked = self.inputs.rdf_r_max.value
        if asked <= limit:
            return None
        reason = (
            f'rdf_r_max {asked} Å exceeds half the smallest cell height, {limit:.2f} Å: ask for a supercell'
        )
        too_small: ExitCode = self.exit_codes.ERROR_CELL_TOO_SMALL.format(reason=reason)
        return too_small

    def run_md(self) -> Any:
        """Submit the run."""
        node = self.simulation(self.ctx.structure, task='md')
        self.report(f'molecular dynamics of {len(self.ctx.structure.sites)} atoms: simulation {node.pk}')
        return ToContext(md=node)

    def inspect_md(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when the run failed; else hand its outputs on."""
        if error := self.simulation_error(self.ctx.md):
            return error
        for label in ('results', 'structure', 'trajectory'):
            self.out(label, self.ctx.md.outputs[label])
        return None

    def analyse(self) -> ExitCode | None:
        """Average over the production part.

        :return: ERROR_ENERGY_NOT_CONSERVED for an nve run whose energy drifts; the outputs are there then.
        """
        settings = {
            'equilibration': self.inputs.equilibration.value,
            'rdf_r_max_A': self.inputs.rdf_r_max.value if 'rdf_r_max' in self.inputs else None,
            'rdf_bins': RDF_BINS,
        }
        run = self.ctx.md.outputs
        outputs = analyse_md(run.arrays, run.trajectory, orm.Dict(settings))
        self.out_many(outputs)
        _, parameters = complete_parameters(self.inputs, task='md')
        drift = outputs['averages'].get_dict().get('energy_drift')
        limit = self.inputs.max_energy_drift.value
        if parameters.ensemble != 'nve' or drift is None or abs(drift['value']) <= limit:
            return None
        reason = (
            f'the energy of the nve run drifts by {drift["value"]:.1e} eV/(atom ps), more than {limit:.1e}: '
            f'shorten time_step, now {parameters.time_step} fs'
        )
        drifting: ExitCode = self.exit_codes.ERROR_ENERGY_NOT_CONSERVED.format(reason=reason)
        return drifting
