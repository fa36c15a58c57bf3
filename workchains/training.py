"""A training that comes to its end, however often its job is ended before."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import (
    BaseRestartWorkChain,
    CalcJob,
    ExitCode,
    ProcessHandlerReport,
    process_handler,
    while_,
)

from nanoos_plugins.calculations.train import TrainCalculation
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import load_engine

#: Engine by whose code models are trained: a Python that has this package.
ENGINE = 'mlip'
CODES = TrainCalculation.exit_codes
#: Ends of a job that tell nothing about the training: the next may do better.
LOST = frozenset(
    code.status
    for code in (
        CODES.ERROR_NO_RESULTS,
        CODES.ERROR_INTERRUPTED,
        CalcJob.exit_codes.ERROR_NO_RETRIEVED_FOLDER,
        CalcJob.exit_codes.ERROR_SCHEDULER_NODE_FAILURE,
        CalcJob.exit_codes.ERROR_SCHEDULER_OUT_OF_WALLTIME,
    )
)


def define_training(spec: Any, *more: str) -> None:
    """Declare the inputs of every process that trains models, and `more` of those of `nanoos.train`."""
    spec.expose_inputs(TrainCalculation, include=('dataset', 'name', 'parameters', *more))
    spec.input(
        'code',
        valid_type=orm.AbstractCode,
        required=False,
        help='Python to train with; by default the own or provided one on localhost.',
    )
    spec.input(
        'options',
        valid_type=orm.Dict,
        required=False,
        serializer=orm.to_aiida_type,
        help='Options for the scheduler as in `CalcJob.metadata.options`, e.g. max_wallclock_seconds [s].',
    )


class TrainingWorkChain(BaseRestartWorkChain):
    """Train a model as `nanoos.train`, and go on from its last epoch when the job is ended before it is done.

    A job that came farther than the one before (its wall time was up, its node failed, it was killed) is
    followed by one that goes on; one that did not is repeated once.
    """

    _process_class = TrainCalculation

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare what `nanoos.train` takes and gives."""
        super().define(spec)
        define_training(spec, 'states')
        spec.inputs['max_iterations'].default = lambda: orm.Int(20)
        spec.inputs['max_iterations'].help = 'Most jobs that the training is done in [-].'
        spec.expose_outputs(TrainCalculation, include=('model', 'summary', 'arrays', 'states'))
        spec.exit_code(310, 'ERROR_NO_CODE', message='{reason}')
        spec.exit_code(401, 'ERROR_MAXIMUM_ITERATIONS_EXCEEDED', message='not done: {reason}')
        spec.exit_code(402, 'ERROR_UNHANDLED_FAILURE', message='the training failed: {reason}')
        spec.outline(
            cls.setup,
            while_(cls.should_run_process)(cls.run_process, cls.inspect_process),
            cls.results,
        )

    def setup(self) -> ExitCode | None:  # type: ignore[override]
        """Make the inputs of the first job.

        :return: ERROR_NO_CODE when none is given and this computer has none.
        """
        super().setup()
        inputs = self.exposed_inputs(TrainCalculation)
        try:
            inputs['code'] = self.inputs.get('code') or default_code(load_engine(ENGINE), self.node.user)
        except NotExistent as error:
            reason = f'{error}; run `nanoos engines install {ENGINE}`, or name a code'
            no_code: ExitCode = self.exit_codes.ERROR_NO_CODE.format(reason=reason)
            return no_code
        options = self.inputs.options.get_dict() if 'options' in self.inputs else {}
        inputs['metadata'] = {'options': options, 'label': self.node.label}
        self.ctx.inputs = inputs
        self.ctx.has_repeated = False
        return None

    @process_handler(priority=200)
    def go_on(self, node: orm.CalcJobNode) -> ProcessHandlerReport | None:
        """Go on from the states of a job that came farther than the one before."""
        if node.exit_status != CODES.ERROR_INTERRUPTED.status:
            return None
        states, before = node.outputs.states, self.ctx.inputs.get('states')
        if before is not None and _same(states, before):
            return None
        self.ctx.inputs['states'] = states
        self.ctx.has_repeated = False
        self.report(f'{node.process_label}<{node.pk}> {node.exit_message}')
        return ProcessHandlerReport(True)

    @process_handler(priority=100)
    def repeat_lost_job(self, node: orm.CalcJobNode) -> ProcessHandlerReport | None:
        """Run a job once more that was lost before it came any farther."""
        if node.exit_status not in LOST or self.ctx.has_repeated:
            return None
        self.ctx.has_repeated = True
        self.report(f'{node.process_label}<{node.pk}> was lost: {node.exit_message}')
        return ProcessHandlerReport(True)

    def inspect_process(self) -> ExitCode | None:
        """Let the handlers judge the last job; the exit code says what went wrong, its states are kept."""
        exit_code = super().inspect_process()
        if exit_code is None or exit_code.status == 0:
            return exit_code
        node = self.ctx.children[-1]
        if 'states' in self.ctx.inputs:
            self.out('states', self.ctx.inputs['states'])
        with_reason = (
            self.exit_codes.ERROR_MAXIMUM_ITERATIONS_EXCEEDED,
            self.exit_codes.ERROR_UNHANDLED_FAILURE,
        )
        if exit_code in with_reason:
            return exit_code.format(reason=f'{node.process_label}<{node.pk}>: {node.exit_message}')
        return exit_code


def _same(one: orm.FolderData, other: orm.FolderData) -> bool:
    """Return whether two folders hold the same files."""
    return one.base.repository.hash() == other.base.repository.hash()
