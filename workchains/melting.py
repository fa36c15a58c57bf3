"""The melting point: crystal and melt side by side at several temperatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, ToContext

from nanoos_plugins.calculations.green_kubo import mean_crystal
from nanoos_plugins.calculations.melting import NOT_BRACKETED, NOT_MOLTEN, find_melting, join_phases
from workchains.protocol import PropertyWorkChain, validate_positive
from workchains.simulation import complete_parameters, validate_evaluation
from workchains.supercell import supercell_of

#: Fewest temperatures to which a line and its scatter can be fitted.
LEAST_TEMPERATURES = 3
#: Samples of a run.
SAMPLES = 400


def validate_temperatures(value: orm.List, _: Any) -> str | None:
    """Return what is wrong with the temperatures; None if nothing."""
    given = value.get_list()
    if not all(isinstance(one, int | float) and one > 0 for one in given):
        return f'temperatures must be numbers above 0 in [K], got {given}'
    if len(set(given)) < LEAST_TEMPERATURES or len(given) > 50:
        return f'temperatures: expected {LEAST_TEMPERATURES} to 50 different ones, got {given}'
    return None


def validate_melting(inputs: Mapping[str, Any], port: Any) -> str | None:
    """Return what is wrong: as for every evaluation, or an engine without molecular dynamics."""
    if wrong := validate_evaluation(inputs, port):
        return wrong
    try:
        complete_parameters(inputs, task='md', ensemble='npt')
    except ValueError as error:
        return f'{error}; take an engine that does molecular dynamics'
    return None


class MeltingWorkChain(PropertyWorkChain):
    """Put a crystal and its melt into one cell, and find the temperature at which neither grows."""

    protocol_name: ClassVar[str] = 'melting'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare temperatures and size in, melting point and the course of the runs out."""
        super().define(spec)
        spec.input(
            'temperatures',
            valid_type=orm.List,
            serializer=orm.to_aiida_type,
            validator=validate_temperatures,
            help='Temperatures around the melting point, at least three [K].',
        )
        spec.input(
            'min_length',
            valid_type=orm.Float,
            default=lambda: orm.Float(15.0),
            serializer=orm.to_aiida_type,
            validator=validate_positive,
            help='Least height of each of the two phases in every direction [Å].',
        )
        spec.input(
            'overheating',
            valid_type=orm.Float,
            default=lambda: orm.Float(2.0),
            serializer=orm.to_aiida_type,
            validator=validate_positive,
            help='How many times hotter than in the middle of the temperatures the crystal is melted [-].',
        )
        spec.inputs.validator = validate_melting
        spec.output(
            'melting',
            valid_type=orm.Dict,
            help='{value, unit, uncertainty} of melting_temperature [K], energy [eV] and volume [Å³] of '
            'fusion per atom.',
        )
        spec.output(
            'course',
            valid_type=orm.ArrayData,
            help='`profile_melting_rate_per_ns` and its error at `profile_temperature_K`; `melted_…_K` [-] '
            'against `time_ps_…_K` of each run.',
        )
        spec.output(
            'structure', valid_type=orm.StructureData, help='Both phases in one cell, lengths in [Å].'
        )
        spec.exit_code(460, 'ERROR_NO_SUPERCELL', message='{reason}')
        spec.exit_code(NOT_MOLTEN, 'ERROR_NOT_MOLTEN', message='{reason}')
        spec.exit_code(NOT_BRACKETED, 'ERROR_NOT_BRACKETED', message='{reason}')
        spec.outline(
            cls.build,
            cls.warm,
            cls.inspect_warm,
            cls.settle,
            cls.inspect_settled,
            cls.run_both,
            cls.inspect_both,
            cls.analyse,
        )

    @property
    def reference(self) -> float:
        """The middle of the temperatures [K]."""
        return float(np.mean(self.inputs.temperatures.get_list()))

    def build(self) -> ExitCode | None:
        """Build the supercell of one phase.

        :return: ERROR_NO_SUPERCELL when the structure is not periodic in all directions, or too large.
        """
        self.ctx.perfect, reason = supercell_of(self.inputs.structure, self.inputs.min_length)
        if not reason:
            return None
        refused: ExitCode = self.exit_codes.ERROR_NO_SUPERCELL.format(reason=reason)
        return refused

    def _dynamics(self, structure: orm.StructureData, ensemble: str, temperature: float) -> orm.WorkChainNode:
        engine, parameters = complete_parameters(self.inputs, task='md')
        # the two phases need different lengths of the cell, which an engine may or may not allow
        own: dict[str, Any] = {'barostat': 'aniso'} if 'barostat' in engine.parameters.model_fields else {}
        return self.simulation(
            structure,
            task='md',
            ensemble=ensemble,
            temperature=temperature,
            sample_every=max(1, parameters.steps // SAMPLES),
            **own,
        )

    def warm(self) -> None:
        """Submit the crystal at constant pressure, and another that melts at constant volume."""
        hot = self.inputs.overheating.value * self.reference
        self.to_context(crystal=self._dynamics(self.ctx.perfect, 'npt', self.reference))
        self.to_context(hot=self._dynamics(self.ctx.perfect, 'nvt', hot))
        self.report(f'{len(self.ctx.perfect.sites)} atoms at {self.reference:g} K, and melted at {hot:g} K')

    def inspect_warm(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of them failed."""
        return self.simulation_error(self.ctx.crystal) or self.simulation_error(self.ctx.hot)

    def settle(self) -> Any:
        """Submit the melt at constant pressure and the temperature of the crystal."""
        return ToContext(melt=self._dynamics(self.ctx.hot.outputs.structure, 'npt', self.reference))

    def inspect_settled(self) -> ExitCode | None:
        """Join the two phases, or return ERROR_SIMULATION_FAILED."""
        if error := self.simulation_error(self.ctx.melt):
            return error
        crystal = mean_crystal(self.ctx.perfect, self.ctx.crystal.outputs.trajectory)
        self.ctx.both = join_phases(crystal, self.ctx.melt.outputs.structure)
        self.out('structure', self.ctx.both)
        return None

    def run_both(self) -> None:
        """Submit a run of both phases for each temperature, all at once."""
        for index, temperature in enumerate(sorted(self.inputs.temperatures.get_list())):
            self.to_context(**{f'run_{index:02}': self._dynamics(self.ctx.both, 'npt', temperature)})
        self.report(f'both phases, {len(self.ctx.both.sites)} atoms')

    def inspect_both(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of the runs failed."""
        errors = (self.simulation_error(self.ctx[name]) for name in self._names())
        return next((error for error in errors if error), None)

    def _names(self) -> list[str]:
        return [f'run_{index:02}' for index in range(len(self.inputs.temperatures))]

    def analyse(self) -> ExitCode | None:
        """Find the melting point.

        :return: ERROR_NOT_MOLTEN when the crystal had not melted, ERROR_NOT_BRACKETED when the melting point
            is outside the temperatures.
        """
        settings = {
            'temperatures_K': sorted(self.inputs.temperatures.get_list()),
            'reference_K': self.reference,
            'n_atoms': len(self.ctx.perfect.sites),
            'n_atoms_both': len(self.ctx.both.sites),
        }
        outputs: Any
        outputs, node = find_melting.run_get_node(
            crystal=self.ctx.crystal.outputs.arrays,
            melt=self.ctx.melt.outputs.arrays,
            settings=orm.Dict(settings),
            **{name: self.ctx[name].outputs.arrays for name in self._names()},
        )
        if node.is_finished_ok:
            self.out_many(outputs)
            return None
        refusals = {
            NOT_MOLTEN: self.exit_codes.ERROR_NOT_MOLTEN,
            NOT_BRACKETED: self.exit_codes.ERROR_NOT_BRACKETED,
        }
        refused: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
        return refused
