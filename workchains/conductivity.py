"""Thermal conductivity of a lattice from the fluctuations of its flux of heat at equilibrium (Green-Kubo)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from aiida import orm
from aiida.engine import ExitCode, ToContext, if_

from nanoos_plugins.calculations.green_kubo import DRIFTING, TOO_SHORT, green_kubo, mean_crystal
from workchains.protocol import PropertyWorkChain, validate_positive
from workchains.simulation import complete_parameters, validate_evaluation
from workchains.supercell import supercell_of

MOST_RUNS = 64
#: The mean cell is known well enough after a fraction of a run, from this many samples.
SHORTER, CELLS = 10, 200


def validate_conductivity(inputs: Mapping[str, Any], port: Any) -> str | None:
    """Return what is wrong: as for every evaluation, or an engine that does not tell the flux of heat."""
    if wrong := validate_evaluation(inputs, port):
        return wrong
    try:
        complete_parameters(inputs, task='heat_flux')
    except ValueError as error:
        return f'{error}; take an engine that tells the flux of heat, such as lammps'
    return None


def validate_runs(value: orm.Int, _: Any) -> str | None:
    """Return what is wrong with the number of runs; None if nothing."""
    return None if 1 <= value.value <= MOST_RUNS else f'runs must be 1 to {MOST_RUNS}, got {value.value}'


class ConductivityWorkChain(PropertyWorkChain):
    """Run molecular dynamics at constant energy a few times and correlate the flux of heat.

    The part of the conductivity that moving atoms have: in a metal, electrons carry most of the heat.
    """

    protocol_name: ClassVar[str] = 'conductivity'
    #: Inputs that are numbers: default, and what they are.
    NUMBERS: ClassVar[dict[str, tuple[float, str]]] = {
        'min_length': (15.0, 'Least height of the supercell in every direction [Å].'),
        'highest_frequency': (10.0, 'Frequency up to which the spectrum of the flux is analysed [THz].'),
        'max_energy_drift': (1e-3, 'Largest drift of the energy that the runs conserve [eV/(atom ps)].'),
    }

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the cell and the number of runs in, the conductivity and its spectrum out."""
        super().define(spec)
        for name, (default, meaning) in cls.NUMBERS.items():
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda value=default: orm.Float(value),
                serializer=orm.to_aiida_type,
                validator=validate_positive,
                help=meaning,
            )
        spec.input(
            'runs',
            valid_type=orm.Int,
            default=lambda: orm.Int(4),
            serializer=orm.to_aiida_type,
            validator=validate_runs,
            help='Independent runs, which differ in their seed [-].',
        )
        spec.input(
            'expand',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Find the mean cell at temperature and pressure by molecular dynamics first.',
        )
        spec.inputs.validator = validate_conductivity
        spec.output(
            'conductivity',
            valid_type=orm.Dict,
            help='{value, unit, uncertainty} of thermal_conductivity [W/(m K)], along x, y, z too.',
        )
        spec.output(
            'spectrum',
            valid_type=orm.ArrayData,
            help='`frequency_THz` [THz], `conductivity_W_per_m_K` and `periodogram_W_per_m_K` at it; '
            '`time_ps`, `integral_W_per_m_K` up to it, `integral_error_W_per_m_K`.',
        )
        spec.output('structure', valid_type=orm.StructureData, help='Supercell of the runs, lengths in [Å].')
        spec.exit_code(450, 'ERROR_NO_SUPERCELL', message='{reason}')
        spec.exit_code(TOO_SHORT, 'ERROR_RUNS_TOO_SHORT', message='{reason}')
        spec.exit_code(DRIFTING, 'ERROR_ENERGY_NOT_CONSERVED', message='{reason}')
        spec.outline(
            cls.build,
            if_(cls.should_expand)(cls.expand, cls.inspect_expanded),
            cls.run_flux,
            cls.inspect_flux,
            cls.analyse,
        )

    def build(self) -> ExitCode | None:
        """Build the supercell.

        :return: ERROR_NO_SUPERCELL when the structure is not periodic in all directions, or too large.
        """
        self.ctx.structure, reason = supercell_of(self.inputs.structure, self.inputs.min_length)
        if not reason:
            return None
        refused: ExitCode = self.exit_codes.ERROR_NO_SUPERCELL.format(reason=reason)
        return refused

    def should_expand(self) -> bool:
        """Return whether the cell at the temperature is to be found first."""
        return bool(self.inputs.expand.value)

    def expand(self) -> Any:
        """Submit molecular dynamics at constant pressure, for a fraction of the time of one of the runs."""
        _, parameters = complete_parameters(self.inputs, task='heat_flux')
        steps = max(CELLS, parameters.steps // SHORTER)
        node = self.simulation(
            self.ctx.structure, task='md', ensemble='npt', steps=steps, sample_every=steps // CELLS
        )
        self.report(f'mean cell of {len(self.ctx.structure.sites)} atoms: simulation {node.pk}')
        return ToContext(expansion=node)

    def inspect_expanded(self) -> ExitCode | None:
        """Go on with the crystal in the mean cell, or return ERROR_SIMULATION_FAILED."""
        error = self.simulation_error(self.ctx.expansion)
        if error is None:
            self.ctx.structure = mean_crystal(self.ctx.structure, self.ctx.expansion.outputs.trajectory)
        return error

    def run_flux(self) -> None:
        """Submit the runs, all at once."""
        _, parameters = complete_parameters(self.inputs, task='heat_flux')
        self.out('structure', self.ctx.structure)
        for run in range(self.inputs.runs.value):
            node = self.simulation(self.ctx.structure, task='heat_flux', seed=parameters.seed + run)
            self.to_context(**{f'run_{run}': node})
        self.report(f'{self.inputs.runs.value} runs of {parameters.steps * parameters.time_step / 1000:g} ps')

    def inspect_flux(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of the runs failed."""
        errors = (self.simulation_error(self.ctx[f'run_{run}']) for run in range(self.inputs.runs.value))
        return next((error for error in errors if error), None)

    def analyse(self) -> ExitCode | None:
        """Find the conductivity.

        :return: ERROR_ENERGY_NOT_CONSERVED when the energy of a run drifts; ERROR_RUNS_TOO_SHORT when there
            are too few frequencies.
        """
        series = {
            f'run_{run}': self.ctx[f'run_{run}'].outputs.arrays for run in range(self.inputs.runs.value)
        }
        settings = orm.Dict(
            {
                'highest_frequency_THz': self.inputs.highest_frequency.value,
                'max_energy_drift': self.inputs.max_energy_drift.value,
            }
        )
        outputs: Any
        outputs, node = green_kubo.run_get_node(structure=self.ctx.structure, settings=settings, **series)
        if node.is_finished_ok:
            self.out_many(outputs)
            return None
        refusals = {
            TOO_SHORT: self.exit_codes.ERROR_RUNS_TOO_SHORT,
            DRIFTING: self.exit_codes.ERROR_ENERGY_NOT_CONSERVED,
        }
        refused: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
        return refused
