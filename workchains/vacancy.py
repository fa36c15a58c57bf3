"""A vacancy by any force engine: energy and entropy of formation, barrier and frequency of its jump."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from aiida import orm
from aiida.engine import ExitCode, ToContext, if_

from nanoos_plugins.calculations.build.vacancy import build_vacancy
from nanoos_plugins.calculations.vacancy import (
    NEGATIVE_MODE,
    NO_SADDLE,
    build_hop,
    vacancy_formation,
    vacancy_migration,
)
from workchains.protocol import PropertyWorkChain, validate_positive
from workchains.simulation import complete_parameters, validate_evaluation
from workchains.supercell import supercell_of


def validate_vacancy(inputs: Mapping[str, Any], port: Any) -> str | None:
    """Return what is wrong: as for every evaluation, or a task that the engine does not offer."""
    if wrong := validate_evaluation(inputs, port):
        return wrong
    for switch, task in (('vibrations', 'hessian'), ('migration', 'path')):
        if not inputs[switch].value:
            continue
        try:
            complete_parameters(inputs, task=task)
        except ValueError as error:
            return f'{error}; set {switch} to false, or take an engine that does'
    return None


class VacancyWorkChain(PropertyWorkChain):
    """Form a vacancy in a supercell and let its nearest neighbour jump into it, at constant volume."""

    protocol_name: ClassVar[str] = 'vacancy'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the cell and what is wanted in, formation and migration out."""
        super().define(spec)
        spec.input(
            'min_length',
            valid_type=orm.Float,
            default=lambda: orm.Float(10.0),
            serializer=orm.to_aiida_type,
            validator=validate_positive,
            help='Least height of the supercell in every direction [Å].',
        )
        spec.input(
            'site',
            valid_type=orm.Int,
            default=lambda: orm.Int(0),
            serializer=orm.to_aiida_type,
            help='Atom of the structure that is taken away, from 0 [-].',
        )
        for name, default, what in (
            ('relax_cell', True, 'Relax positions and cell of the perfect crystal first.'),
            ('vibrations', True, 'Compute Hessians, for the entropy and the attempt frequency.'),
            ('migration', True, 'Compute the path on which the nearest neighbour jumps into the vacancy.'),
        ):
            spec.input(
                name,
                valid_type=orm.Bool,
                default=lambda default=default: orm.Bool(default),
                serializer=orm.to_aiida_type,
                help=what,
            )
        spec.inputs.validator = validate_vacancy
        spec.output(
            'formation',
            valid_type=orm.Dict,
            help='{value, unit} of formation_energy [eV] and, with vibrations, formation_entropy [k_B].',
        )
        spec.output(
            'migration',
            valid_type=orm.Dict,
            required=False,
            help='{value, unit} of migration_energy [eV], there and back, and, with vibrations, '
            'attempt_frequency [THz].',
        )
        spec.output(
            'crystal', valid_type=orm.StructureData, help='The perfect crystal, lengths in [Å], unit cell.'
        )
        spec.output('structure', valid_type=orm.StructureData, help='Relaxed supercell with the vacancy [Å].')
        spec.output(
            'saddle', valid_type=orm.StructureData, required=False, help='Top of the path, lengths in [Å].'
        )
        spec.output(
            'path',
            valid_type=orm.ArrayData,
            required=False,
            help='`profile_path_A` [Å] along the path and `profile_energy_eV` above its beginning [eV].',
        )
        spec.exit_code(442, 'ERROR_NO_SUPERCELL', message='{reason}')
        spec.exit_code(NEGATIVE_MODE, 'ERROR_NEGATIVE_MODE', message='{reason}')
        spec.exit_code(NO_SADDLE, 'ERROR_NO_SADDLE', message='{reason}')
        spec.outline(
            cls.start,
            if_(cls.should_relax)(cls.relax_crystal, cls.inspect_crystal),
            cls.build,
            cls.relax,
            cls.inspect_relaxed,
            if_(cls.should_vibrate)(cls.differentiate, cls.inspect_hessians),
            cls.form,
            if_(cls.should_migrate)(
                cls.find_path,
                cls.inspect_path,
                if_(cls.should_vibrate)(cls.differentiate_saddle, cls.inspect_saddle),
                cls.migrate,
            ),
        )

    def start(self) -> None:
        """Begin from the input's structure."""
        self.ctx.crystal = self.inputs.structure

    def should_relax(self) -> bool:
        """Return whether the crystal is to be relaxed first."""
        return bool(self.inputs.relax_cell.value)

    def should_vibrate(self) -> bool:
        """Return whether Hessians are wanted."""
        return bool(self.inputs.vibrations.value)

    def should_migrate(self) -> bool:
        """Return whether the jump is wanted."""
        return bool(self.inputs.migration.value)

    def relax_crystal(self) -> Any:
        """Submit the relaxation of the crystal's positions and cell."""
        return ToContext(relaxation=self.simulation(self.inputs.structure, task='relax_cell'))

    def inspect_crystal(self) -> ExitCode | None:
        """Go on with the relaxed crystal, or return ERROR_SIMULATION_FAILED."""
        error = self.simulation_error(self.ctx.relaxation)
        if error is None:
            self.ctx.crystal = self.ctx.relaxation.outputs.structure
        return error

    def build(self) -> ExitCode | None:
        """Build the perfect supercell and those with the vacancy before and after the jump.

        :return: ERROR_NO_SUPERCELL when the structure is not periodic in all directions or has no such site.
        """
        crystal, site = self.ctx.crystal, self.inputs.site
        perfect, reason = supercell_of(crystal, self.inputs.min_length)
        if not reason and not 0 <= site.value < len(crystal.sites):
            reason = f'site must be one of the {len(crystal.sites)} atoms, from 0; got {site.value}'
        if reason:
            refused: ExitCode = self.exit_codes.ERROR_NO_SUPERCELL.format(reason=reason)
            return refused
        self.ctx.perfect = perfect
        self.ctx.initial = build_vacancy(perfect, orm.Dict({'sites': [site.value]}))
        if self.should_migrate():
            self.ctx.final = build_hop(perfect, site)
        self.out('crystal', crystal)
        return None

    def relax(self) -> None:
        """Submit the perfect supercell, and relax the defective ones in its cell."""
        numerics = self.fixed_numerics(self.ctx.perfect)
        self.to_context(perfect_run=self.simulation(self.ctx.perfect, task='static', **numerics))
        self.to_context(initial_run=self.simulation(self.ctx.initial, task='relax', **numerics))
        if self.should_migrate():
            self.to_context(final_run=self.simulation(self.ctx.final, task='relax', **numerics))
        self.report(f'a vacancy in a supercell of {len(self.ctx.perfect.sites)} atoms')

    def inspect_relaxed(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of the runs failed."""
        names = ['perfect_run', 'initial_run', *(['final_run'] if self.should_migrate() else [])]
        for name in names:
            if error := self.simulation_error(self.ctx[name]):
                return error
        self.ctx.relaxed = self.ctx.initial_run.outputs.structure
        self.out('structure', self.ctx.relaxed)
        return None

    def differentiate(self) -> None:
        """Submit the Hessians of the perfect crystal and of the vacancy."""
        self.to_context(perfect_hessian=self.simulation(self.ctx.perfect, task='hessian'))
        self.to_context(vacancy_hessian=self.simulation(self.ctx.relaxed, task='hessian'))

    def inspect_hessians(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of them failed."""
        return self.simulation_error(self.ctx.perfect_hessian) or self.simulation_error(
            self.ctx.vacancy_hessian
        )

    def form(self) -> ExitCode | None:
        """Compute what formation costs; return ERROR_NEGATIVE_MODE for a structure that is no minimum."""
        more = {}
        if self.should_vibrate():
            more = {
                'perfect_structure': self.ctx.perfect,
                'defective_structure': self.ctx.relaxed,
                'perfect_hessian': self.ctx.perfect_hessian.outputs.arrays,
                'defective_hessian': self.ctx.vacancy_hessian.outputs.arrays,
            }
        return self._tell(
            'formation',
            vacancy_formation.run_get_node(
                perfect=self.ctx.perfect_run.outputs.results,
                defective=self.ctx.initial_run.outputs.results,
                **more,
            ),
        )

    def find_path(self) -> Any:
        """Submit the path between the two relaxed vacancies."""
        final = self.ctx.final_run.outputs.structure
        return ToContext(path=self.simulation(self.ctx.relaxed, final=final, task='path'))

    def inspect_path(self) -> ExitCode | None:
        """Hand the path on, or return ERROR_SIMULATION_FAILED, also when it did not converge."""
        if error := self.simulation_error(self.ctx.path):
            return error
        self.out('path', self.ctx.path.outputs.arrays)
        self.out('saddle', self.ctx.path.outputs.structure)
        return None

    def differentiate_saddle(self) -> Any:
        """Submit the Hessian of the top of the path."""
        return ToContext(saddle_hessian=self.simulation(self.ctx.path.outputs.structure, task='hessian'))

    def inspect_saddle(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when it failed."""
        return self.simulation_error(self.ctx.saddle_hessian)

    def migrate(self) -> ExitCode | None:
        """Compute barrier and attempt frequency.

        :return: ERROR_NEGATIVE_MODE or ERROR_NO_SADDLE when it does not lead from a minimum over a saddle.
        """
        more = {}
        if self.should_vibrate():
            more = {
                'minimum_structure': self.ctx.relaxed,
                'minimum_hessian': self.ctx.vacancy_hessian.outputs.arrays,
                'saddle_hessian': self.ctx.saddle_hessian.outputs.arrays,
            }
        return self._tell(
            'migration', vacancy_migration.run_get_node(path=self.ctx.path.outputs.results, **more)
        )

    def _tell(self, name: str, ran: tuple[Any, orm.ProcessNode]) -> ExitCode | None:
        """Hand the result of a calcfunction on, or return the exit code with which it refused."""
        result, node = ran
        if node.is_finished_ok:
            self.out(name, result)
            return None
        refusals = {
            NEGATIVE_MODE: self.exit_codes.ERROR_NEGATIVE_MODE,
            NO_SADDLE: self.exit_codes.ERROR_NO_SADDLE,
        }
        refusal: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
        return refusal
