"""A search for the kind and parameters of the best model, each trial a training in the graph."""

from __future__ import annotations

from typing import Any, cast

from aiida import orm
from aiida.common import LinkType
from aiida.engine import ExitCode, WorkChain, while_

from nanoos_plugins.calculations.compare_trials import SETTINGS, SUMMARY, compare_trials
from nanoos_plugins.calculations.train import TrainCalculation
from nanoos_plugins.ml.search import Space, Trial, propose
from nanoos_plugins.ml.settings import TrainSettings
from workchains.training import TrainingWorkChain, define_training

#: Label of the call of a trial, followed by its number.
TRIAL = 'trial_'
MOST_TRIALS = 999
#: Part of the rows besides the test that trials are measured on, when the settings do not say it.
VALIDATION = 0.2


class TuningWorkChain(WorkChain):
    """Search a space of models and parameters (Bayesian optimisation), then train the best with all rows.

    Trials learn from a part of the rows and are measured on another, neither of them the test's: the test
    has no part in the choice. What to try next is told by the trainings in the graph and the seed alone.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare a data set and a space in, the best model out."""
        super().define(spec)
        define_training(spec)
        spec.inputs['parameters'].help += ' Model and parameters are those of `space`.'
        spec.input(
            'space',
            valid_type=orm.Dict,
            serializer=orm.to_aiida_type,
            validator=validate_space,
            help='What is searched, {kind: {parameter: {low, high, log} or [choices] or value}} [-].',
        )
        for name, default, help_ in (
            ('trials', 20, f'Most trials, 1 to {MOST_TRIALS} [-].'),
            ('at_once', 1, 'Trials that run at the same time [-].'),
            ('most_failed', 3, 'Most trials that may fail [-].'),
            ('seed', 0, 'Of the search [-].'),
        ):
            spec.input(
                name,
                valid_type=orm.Int,
                default=lambda default=default: orm.Int(default),
                serializer=orm.to_aiida_type,
                help=help_,
                validator=validate_count,
            )
        spec.expose_outputs(TrainCalculation, include=('model', 'summary', 'arrays'))
        spec.output(
            'trials',
            valid_type=orm.Dict,
            required=False,
            help='Of each trial model, parameters and mean absolute error [unit of the target]; the best.',
        )
        spec.exit_code(320, 'ERROR_TRAINING_FAILED', message='{reason}')
        spec.outline(
            cls.start,
            while_(cls.should_try)(cls.try_next, cls.inspect_trials),
            cls.choose,
            cls.train,
            cls.hand_over,
        )

    def start(self) -> None:
        """Begin with nothing tried."""
        self.ctx.exhausted = False

    def trials(self) -> list[orm.WorkChainNode]:
        """Return the trainings of the trials, in their order, from the graph."""
        links = self.node.base.links.get_outgoing(link_type=LinkType.CALL_WORK).all()
        found = {link.link_label: link.node for link in links if link.link_label.startswith(TRIAL)}
        return [cast('orm.WorkChainNode', found[label]) for label in sorted(found)]

    def should_try(self) -> bool:
        """Return whether trials are left."""
        return len(self.trials()) < self.inputs.trials.value and not self.ctx.exhausted

    def try_next(self) -> None:
        """Submit as many trials as may run at once."""
        space = Space.read(self.inputs.space.get_dict())
        nodes = self.trials()
        tried = [tried_by(node) for node in nodes]
        count = min(self.inputs.at_once.value, self.inputs.trials.value - len(tried))
        for _ in range(count):
            found = propose(space, tried, self.inputs.seed.value)
            if found is None:
                self.ctx.exhausted = True
                self.report(f'nothing is left to be tried after {len(tried)} trials')
                return
            label = f'{TRIAL}{len(tried) + 1:03d}'
            node = self.training(self.settings(found), label)
            self.to_context(**{label: node})
            self.report(f'{label}<{node.pk}>: {found.model} {dict(found.parameters)}')
            tried.append(found)

    def settings(self, trial: Trial) -> orm.Dict:
        """Return the settings of a trial: measured on rows of the validation."""
        given = TrainSettings.model_validate(self.inputs.parameters.get_dict())
        chosen = {
            'model': trial.model,
            'parameters': dict(trial.parameters),
            'validation': given.validation or VALIDATION,
        }
        return orm.Dict({**given.model_dump(mode='json'), **chosen})

    def training(self, settings: orm.Dict, label: str) -> orm.WorkChainNode:
        """Submit a training and return its node."""
        inputs = {
            key: self.inputs[key] for key in ('dataset', 'name', 'code', 'options') if key in self.inputs
        }
        metadata = {'call_link_label': label}
        node: orm.WorkChainNode = self.submit(  # type: ignore[assignment]
            TrainingWorkChain, **inputs, parameters=settings, metadata=metadata
        )
        return node

    def inspect_trials(self) -> ExitCode | None:
        """Return ERROR_TRAINING_FAILED when more trials failed than may."""
        failed = [node for node in self.trials() if not node.is_finished_ok]
        if len(failed) <= self.inputs.most_failed.value:
            return None
        return self._failed(f'{len(failed)} trials failed, the last one', failed[-1])

    def choose(self) -> ExitCode | None:
        """Compare the trials; return ERROR_TRAINING_FAILED when none was successful."""
        nodes = self.trials()
        if not any(node.is_finished_ok for node in nodes):
            return self._failed('all trials failed, the last one', nodes[-1])
        inputs = {}
        for number, node in enumerate(nodes, start=1):
            inputs[f'{SETTINGS}{number:03d}'] = node.inputs.parameters
            if node.is_finished_ok:
                inputs[f'{SUMMARY}{number:03d}'] = node.outputs.summary
        found = compare_trials(**inputs)
        self.ctx.settings = found['settings']
        self.out('trials', found['trials'])
        return None

    def train(self) -> None:
        """Submit the training with the settings of the best trial."""
        self.to_context(best=self.training(self.ctx.settings, 'best'))

    def hand_over(self) -> ExitCode | None:
        """Hand on the best model, or return ERROR_TRAINING_FAILED."""
        if not self.ctx.best.is_finished_ok:
            return self._failed('the training of the best', self.ctx.best)
        for name in ('model', 'summary', 'arrays'):
            self.out(name, self.ctx.best.outputs[name])
        return None

    def _failed(self, what: str, node: orm.WorkChainNode) -> ExitCode:
        how = node.exit_message or node.exception or f'it was {node.process_state}'
        failed: ExitCode = self.exit_codes.ERROR_TRAINING_FAILED.format(reason=f'{what} ({node.pk}): {how}')
        return failed


def tried_by(node: orm.WorkChainNode) -> Trial:
    """Return the trial that a training is."""
    settings = node.inputs.parameters.get_dict()
    error = node.outputs.summary['quantities']['mae']['value'] if node.is_finished_ok else None
    return Trial(settings['model'], settings['parameters'], error, running=not node.is_terminated)


def validate_space(value: orm.Dict, _: Any) -> str | None:
    """Return what is wrong with a space; None if nothing."""
    try:
        Space.read(value.get_dict())
    except ValueError as error:
        return str(error)
    return None


def validate_count(value: orm.Int, port: Any) -> str | None:
    """Return what is wrong with a number of trials or a seed; None if nothing."""
    low, high = {'most_failed': (0, MOST_TRIALS), 'seed': (0, 2**31)}.get(port.name, (1, MOST_TRIALS))
    return None if low <= value.value <= high else f'{port.name} must be {low} to {high}, got {value.value}'
