"""One evaluation of one structure by any engine: the unit of work that all property work chains compose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import (
    BaseRestartWorkChain,
    CalcJob,
    ExitCode,
    Process,
    ProcessHandlerReport,
    process_handler,
    while_,
)
from aiida.plugins import CalculationFactory
from pydantic import ValidationError

from nanoos_plugins.calculations.normalise import normalise_results
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import Engine, load_engine
from nanoos_plugins.engines.results import data_outputs
from nanoos_plugins.launch import load_process

#: A job that its scheduler lost may well succeed the second time.
LOST_JOB = frozenset(
    code.status
    for code in (
        CalcJob.exit_codes.ERROR_NO_RETRIEVED_FOLDER,
        CalcJob.exit_codes.ERROR_SCHEDULER_NODE_FAILURE,
    )
)
RELAXATIONS = ('relax', 'relax_cell')


def define_inputs(spec: Any) -> None:
    """Declare the inputs that every process has which evaluates structures by an engine."""
    spec.input('structure', valid_type=orm.StructureData, help='Structure to evaluate, lengths in [Å].')
    spec.input('template', valid_type=Template, help='Engine and its parameters, in the units of its model.')
    spec.input(
        'parameters',
        valid_type=orm.Dict,
        required=False,
        serializer=orm.to_aiida_type,
        help="Parameters that override those of the template, in the units of the engine's model.",
    )
    spec.input(
        'code',
        valid_type=orm.AbstractCode,
        required=False,
        help='Code to run; by default the own or provided one on localhost. Some engines need none.',
    )
    spec.input(
        'options',
        valid_type=orm.Dict,
        required=False,
        serializer=orm.to_aiida_type,
        help='Options for the scheduler as in `CalcJob.metadata.options`, e.g. max_wallclock_seconds [s].',
    )
    spec.inputs.validator = validate_evaluation


def complete_parameters(inputs: Mapping[str, Any], **overrides: Any) -> tuple[Engine[Any], Any]:
    """Return the engine and its complete parameters: defaults < template < `parameters` < `overrides`.

    :raises ValueError: one line that names the engine or the parameter, what was got and what is allowed.
    """
    template = inputs['template']
    engine = load_engine(template.engine)
    given = inputs['parameters'].get_dict() if 'parameters' in inputs else {}
    try:
        return engine, engine.validate({**template.parameters, **given, **overrides})
    except ValidationError as error:
        lines = (
            f'{".".join(map(str, one["loc"])) or "together"}: {one["msg"]} (got {one["input"]!r:.80})'
            for one in error.errors(include_url=False)
        )
        raise ValueError(f'parameters of engine {engine.name}: {"; ".join(lines)}') from error


def validate_evaluation(inputs: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong with engine, parameters or code, without asking the database; None if nothing."""
    try:
        engine, _parameters = complete_parameters(inputs)
    except ValueError as error:
        return str(error)
    code = inputs.get('code')
    if code is None or engine.code_plugin is None:
        return None
    plugin = code.default_calc_job_plugin
    if plugin == engine.code_plugin:
        return None
    return f'code {code.label!r} is for {plugin!r}; engine {engine.name} needs one for {engine.code_plugin!r}'


def validate_simulation(inputs: Mapping[str, Any], port: Any) -> str | None:
    """Return what is wrong with a single evaluation: as `validate_evaluation`, or what is evaluated."""
    if wrong := validate_evaluation(inputs, port):
        return wrong
    engine, parameters = complete_parameters(inputs)
    other = {'structure': 'mesh', 'mesh': 'structure'}[engine.evaluates]
    if other in inputs:
        return f'engine {engine.name} evaluates a {engine.evaluates}, got a {other}'
    if engine.evaluates == 'structure' and 'structure' not in inputs:
        return f'engine {engine.name} evaluates a structure, got none'
    if (parameters.task == 'path') != ('final' in inputs):
        return 'the other end `final` is needed for task path, and for no other'
    return None


class SimulationWorkChain(BaseRestartWorkChain):
    """Evaluate a structure by the engine of a template; answer in the one results schema.

    The engine's process is run until it has finished. A relaxation that stopped before its end (steps or
    wall time used up) is continued from its last structure, a job lost by the scheduler is run once more.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structure, template and overrides in, normalised results out."""
        super().define(spec)
        define_inputs(spec)
        spec.inputs['structure'].required = False
        spec.inputs['structure'].help += ' An engine for a continuum takes none.'
        spec.input(
            'mesh',
            valid_type=orm.SinglefileData,
            required=False,
            help='Mesh of a part, for an engine that takes one instead of a structure, lengths in [m].',
        )
        spec.input(
            'final',
            valid_type=orm.StructureData,
            required=False,
            help='Other end of a path from `structure`, atom by atom, in the same cell, lengths in [Å].',
        )
        spec.inputs.validator = validate_simulation
        spec.inputs['max_iterations'].help = "Most runs of the engine's process, continuations included [-]."
        spec.output('results', valid_type=orm.Dict, help='Energy [eV], temperature [K] and other scalars.')
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='`forces` [eV/Å], `stress` [GPa] (tension positive), series of an md run by keys with unit.',
        )
        spec.output(
            'structure',
            valid_type=orm.StructureData,
            required=False,
            help='Last structure of a relaxation or an md run, lengths in [Å].',
        )
        spec.output(
            'trajectory',
            valid_type=orm.TrajectoryData,
            required=False,
            help='Samples of the run: positions and cells [Å], times of md [ps].',
        )
        spec.exit_code(310, 'ERROR_NO_CODE', message='{reason}')
        spec.exit_code(311, 'ERROR_CANNOT_BE_RUN', message='engine {engine} cannot run this: {reason}')
        spec.exit_code(401, 'ERROR_MAXIMUM_ITERATIONS_EXCEEDED', message='not finished: {reason}')
        spec.exit_code(402, 'ERROR_UNHANDLED_FAILURE', message='the engine failed: {reason}')
        spec.exit_code(410, 'ERROR_RESULTS_INCOMPLETE', message='the engine finished but: {reason}')
        spec.exit_code(411, 'ERROR_NOT_CONVERGED', message='the engine did not converge: {reason}')
        spec.outline(
            cls.setup,
            while_(cls.should_run_process)(
                cls.prepare_process,
                cls.run_process,
                cls.read_results,
                cls.inspect_process,
            ),
            cls.results,
        )

    @property
    def process_class(self) -> type[Process]:
        """The process class of the engine."""
        if 'template' not in self.inputs:  # the base class asks in its constructor, before inputs are parsed
            return Process
        engine = self.engine
        _, parameters = complete_parameters(self.inputs)
        name = engine.process_for(parameters)
        # a calculation that the code is for; work chains may go by the same name (lammps.base)
        load: Any = CalculationFactory if name == engine.code_plugin else load_process
        process: type[Process] = load(name)
        return process

    @property
    def engine(self) -> Engine[Any]:
        """The engine of the template."""
        return load_engine(self.inputs.template.engine)

    def setup(self) -> ExitCode | None:  # type: ignore[override]
        """Complete the parameters and find the code.

        :return: ERROR_NO_CODE when the engine needs a code and there is none.
        """
        super().setup()
        engine, parameters = complete_parameters(self.inputs)
        self.ctx.parameters = parameters.model_dump(mode='json')
        # None when an engine for a continuum makes the part itself
        self.ctx.evaluated = self.inputs.get(engine.evaluates)
        self.ctx.has_retried = False
        self.ctx.code = self.inputs.get('code')
        if self.ctx.code is None and engine.code_plugin is not None:
            try:
                self.ctx.code = default_code(engine, self.node.user)
            except NotExistent as error:
                reason = f'{error}; run `nanoos engines install {engine.name}`, or name a code'
                no_code: ExitCode = self.exit_codes.ERROR_NO_CODE.format(reason=reason)
                return no_code
        return None

    def prepare_process(self) -> ExitCode | None:
        """Have the engine make the inputs of its process for the structure at hand.

        :return: ERROR_CANNOT_BE_RUN when it refuses, before anything is submitted.
        """
        options = self.inputs.options.get_dict() if 'options' in self.inputs else {}
        engine = self.engine
        try:
            parameters = engine.validate(self.ctx.parameters)
            builder = engine.get_builder(self.ctx.evaluated, parameters, self.ctx.code, options)
        except ValueError as error:
            refused: ExitCode = self.exit_codes.ERROR_CANNOT_BE_RUN.format(engine=engine.name, reason=error)
            return refused
        # what is evaluated is the last structure, these stay what they were
        more = {key: self.inputs[key] for key in ('final',) if key in self.inputs}
        self.ctx.inputs = builder._inputs(prune=True) | more
        return None

    def read_results(self) -> None:
        """Bring the last process's outputs into the results schema (`ctx.normalised`; {} when it has none).

        A process that failed is read for a relaxation only, which can go on from its last structure, and only
        when it left anything: what cannot be read would be told as the failure.
        """
        node = self.ctx.children[-1]
        self.ctx.normalised, self.ctx.unread = {}, ''
        outputs = data_outputs(node)
        may_go_on = self.ctx.parameters['task'] in RELAXATIONS and outputs
        if not node.is_finished or (node.is_failed and not may_go_on):
            return
        results, reading = normalise_results.run_get_node(
            given=self.inputs.get('parameters'),
            evaluated=self.ctx.evaluated,
            engine=orm.Str(self.engine.name),
            parameters=orm.Dict(self.ctx.parameters),
            **outputs,
        )
        if reading.is_finished_ok and results:
            self.ctx.normalised = dict(results)
        else:
            self.ctx.unread = reading.exit_message

    @process_handler(priority=400)
    def refuse_incomplete_results(self, node: orm.ProcessNode) -> ProcessHandlerReport | None:
        """Give up when the process finished well but lacks an output that every successful run has."""
        if node.is_failed or self.ctx.normalised:
            return None
        reason = self.ctx.unread
        return ProcessHandlerReport(True, self.exit_codes.ERROR_RESULTS_INCOMPLETE.format(reason=reason))

    @process_handler(priority=300)
    def continue_relaxation(self, node: orm.ProcessNode) -> ProcessHandlerReport | None:
        """Continue a relaxation that stopped before its end from its last structure."""
        if self.ctx.parameters['task'] not in RELAXATIONS or 'structure' not in self.ctx.normalised:
            return None
        if node.is_finished_ok and self.is_converged:
            return None
        self.ctx.evaluated = self.ctx.normalised['structure']
        self.report(f'{self.ctx.process_name}<{node.pk}> stopped early: {self.describe_end(node)}')
        return ProcessHandlerReport(True)

    @process_handler(priority=200)
    def repeat_lost_job(self, node: orm.ProcessNode) -> ProcessHandlerReport | None:
        """Run a job that the scheduler lost once more."""
        jobs = [node, *node.called_descendants]
        lost = [job for job in jobs if isinstance(job, orm.CalcJobNode) and job.exit_status in LOST_JOB]
        if not node.is_failed or not lost or self.ctx.has_retried:
            return None
        self.ctx.has_retried = True
        self.report(f'job {lost[-1].pk} was lost: {lost[-1].exit_message} Running it once more.')
        return ProcessHandlerReport(True)

    @process_handler(priority=100)
    def refuse_unconverged(self, node: orm.ProcessNode) -> ProcessHandlerReport | None:
        """Give up when the process finished but its results are not converged; they are kept all the same."""
        if node.is_failed or self.is_converged:
            return None
        reason = self.describe_end(node)
        return ProcessHandlerReport(True, self.exit_codes.ERROR_NOT_CONVERGED.format(reason=reason))

    @property
    def is_converged(self) -> bool:
        """Whether the engine says that the last results are converged."""
        return bool(self.ctx.normalised['results']['converged'])

    def describe_end(self, node: orm.ProcessNode) -> str:
        """Return in one line how the last process ended."""
        warnings = self.ctx.normalised['results']['warnings'] if self.ctx.normalised else []
        end = f'exit status {node.exit_status}: {node.exit_message}' if node.is_failed else 'not converged'
        return '; '.join([f'{node.process_label}<{node.pk}>: {end}', *warnings])

    def inspect_process(self) -> ExitCode | None:
        """Let the handlers judge the last process; the exit code says what went wrong, results are kept."""
        exit_code = super().inspect_process()
        if exit_code is None or exit_code.status == 0:
            return exit_code
        for label, node in self.ctx.normalised.items():
            self.out(label, node)
        with_reason = (
            self.exit_codes.ERROR_MAXIMUM_ITERATIONS_EXCEEDED,
            self.exit_codes.ERROR_UNHANDLED_FAILURE,
        )
        if exit_code in with_reason:
            return exit_code.format(reason=self.describe_end(self.ctx.children[-1]))
        return exit_code

    def get_outputs(self, node: orm.ProcessNode) -> Mapping[str, orm.Node]:
        """Return the normalised results of the last process."""
        outputs: Mapping[str, orm.Node] = self.ctx.normalised
        return outputs
