"""Active learning: a model chooses what is simulated next, and learns from it, until the budget is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import ExitCode, WorkChain, while_

from nanoos_plugins.calculations.choose_structures import TRAINING, choose_structures, learning_curve
from nanoos_plugins.calculations.grow_dataset import HELD_OUT, extend_dataset, hold_out
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.dataset_inputs import RESULTS, STRUCTURE
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.launch import load_process
from workchains.active_learning_inputs import define_learning, define_rows, define_simulations

#: Simulations in a row that may give no row; after these, and their batch, something is wrong with all.
MOST_IN_VAIN = 5


class ActiveLearningWorkChain(WorkChain):
    """Train, choose from a pool, simulate what was chosen, learn from it, again and again.

    What simulates is any property work chain with any engine. Every model, choice and data set is a node, and
    all models are tested on the same rows. A simulation that fails costs its part of the budget, is told, and
    is not chosen again.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare rows, pool and budget in; model, data set and curve of errors out."""
        super().define(spec)
        define_rows(spec)
        define_simulations(spec)
        define_learning(spec)
        spec.output('model', valid_type=Model, help='The model that learnt from all rows.')
        spec.output('dataset', valid_type=Dataset, help='The data set with all new rows.')
        spec.output(
            'curve',
            valid_type=orm.Dict,
            help='`curve`: of each training the simulations before it, `learnt` and `tested` rows [-], `mae` '
            'and `rmse` in `unit`; `failed`: name, process and reason of each simulation without a row; '
            '`repeats`: names of structures not simulated, for they are there under another name.',
        )
        spec.exit_code(320, 'ERROR_TRAINING_FAILED', message='{reason}')
        spec.exit_code(321, 'ERROR_SIMULATION_REFUSED', message='{reason}')
        spec.exit_code(322, 'ERROR_CHOICE_FAILED', message='{reason}')
        spec.exit_code(323, 'ERROR_NO_NEW_ROWS', message='{reason}')
        spec.exit_code(324, 'ERROR_TOO_FEW_ROWS', message='{reason}')
        spec.outline(
            cls.start,
            cls.train,
            cls.inspect_training,
            while_(cls.goes_on)(cls.choose, cls.simulate, cls.collect, cls.train, cls.inspect_training),
            cls.tell,
        )

    def start(self) -> ExitCode | None:
        """Hold the test rows out.

        :return: ERROR_SIMULATION_REFUSED for settings that the simulations do not have, ERROR_TOO_FEW_ROWS.
        """
        self.ctx.left = sorted(self.inputs.pool)
        self.ctx.simulated, self.ctx.in_vain = 0, 0
        self.ctx.counts, self.ctx.failed, self.ctx.repeats = [], [], []
        self.ctx.is_new = True
        self.ctx.dataset = self.inputs.dataset
        self.ctx.training = self.inputs.training.get_dict()
        try:
            self._simulation(self.ctx.left[0])
        except ValueError as error:
            refused: ExitCode = self.exit_codes.ERROR_SIMULATION_REFUSED.format(reason=error)
            return refused
        if self.ctx.training.get('split') is None:
            held, node = hold_out.run_get_node(self.inputs.dataset, self.inputs.training)
            if not node.is_finished_ok:
                few: ExitCode = self.exit_codes.ERROR_TOO_FEW_ROWS.format(reason=node.exit_message)
                return few
            self.ctx.dataset = held
            self.ctx.training['split'] = HELD_OUT
        return None

    def _simulation(self, name: str) -> dict[str, Any]:
        """Return the inputs of the simulation of a structure of the pool.

        :raises ValueError: for a setting or protocol that is not there.
        """
        protocol = self.inputs.protocol.value if 'protocol' in self.inputs else None
        settings = self.inputs.settings.get_dict() if 'settings' in self.inputs else {}
        inputs = job_inputs(
            self.inputs.workflow.value, self.inputs.pool[name], self.inputs.template, protocol, settings
        )
        return inputs | {key: self.inputs[key] for key in ('code', 'options') if key in self.inputs}

    def train(self) -> ExitCode | None:
        """Submit a training on all rows that there are, unless there is none more than before.

        :return: ERROR_TRAINING_FAILED when there is no code for it.
        """
        if not self.ctx.is_new:
            return None
        try:
            code = self.inputs.get('training_code') or default_code(load_engine('mlip'), self.node.user)
        except NotExistent as error:
            failed: ExitCode = self.exit_codes.ERROR_TRAINING_FAILED.format(reason=error)
            return failed
        number = len(self.ctx.counts)
        running = self.submit(
            load_process('nanoos.train'),
            code=code,
            dataset=self.ctx.dataset,
            name=f'{self.inputs.dataset.name} {number}',
            parameters=orm.Dict(self.ctx.training),
        )
        self.ctx.counts = [*self.ctx.counts, self.ctx.simulated]
        self.to_context(**{f'{TRAINING}{number}': running})
        return None

    def inspect_training(self) -> ExitCode | None:
        """Tell the error, or return ERROR_TRAINING_FAILED."""
        if not self.ctx.is_new:
            return None
        node = self._last_training
        if not node.is_finished_ok:
            self.ctx.counts = self.ctx.counts[:-1]
            failed: ExitCode = self.exit_codes.ERROR_TRAINING_FAILED.format(reason=_end(node))
            return self._ended(failed)
        mae, unit = node.outputs.model.metrics['mae'], self.inputs.dataset.unit
        self.report(f'{self.ctx.simulated} simulations, mean absolute error {mae:.4g} {unit}')
        return None

    @property
    def _last_training(self) -> Any:
        return self.ctx[f'{TRAINING}{len(self.ctx.counts) - 1}']

    def goes_on(self) -> bool:
        """Return whether there is budget, a pool, and an error to make smaller."""
        is_good = 'target_error' in self.inputs and (
            self._last_training.outputs.model.metrics['mae'] <= self.inputs.target_error.value
        )
        return bool(self.ctx.left) and self.ctx.simulated < self.inputs.budget.value and not is_good

    def choose(self) -> ExitCode | None:
        """Choose the next batch, or return ERROR_CHOICE_FAILED."""
        count = min(self.inputs.batch.value, self.inputs.budget.value - self.ctx.simulated)
        chosen: Any
        chosen, node = choose_structures.run_get_node(
            model=self._last_training.outputs.model,
            dataset=self.ctx.dataset,
            settings=orm.Dict(
                {
                    'acquisition': self.inputs.acquisition.value,
                    'count': count,
                    'seed': self.ctx.simulated,
                }
            ),
            **{name: self.inputs.pool[name] for name in self.ctx.left},
        )
        if not node.is_finished_ok:
            failed: ExitCode = self.exit_codes.ERROR_CHOICE_FAILED.format(reason=node.exit_message)
            return self._ended(failed)
        self.ctx.chosen = [one['name'] for one in chosen['chosen']]
        self.ctx.repeats = sorted({*self.ctx.repeats, *chosen['repeats']})
        gone = {*self.ctx.chosen, *self.ctx.repeats}
        self.ctx.left = [name for name in self.ctx.left if name not in gone]
        return None

    def simulate(self) -> None:
        """Submit the simulations of the batch; one that is refused has failed."""
        self.ctx.simulated += len(self.ctx.chosen)
        for name in self.ctx.chosen:
            try:
                running = self.submit(
                    load_process(f'nanoos.{self.inputs.workflow.value}'), **self._simulation(name)
                )
            except ValueError as error:
                self._fail(name, None, str(error))
            else:
                self.to_context(**{f'simulation_{name}': running})

    def _fail(self, name: str, process: int | None, reason: str) -> None:
        self.report(f'simulation of {name} gave no row: {reason}')
        self.ctx.failed = [*self.ctx.failed, {'name': name, 'process': process, 'reason': reason}]

    def collect(self) -> ExitCode | None:
        """Add the results of the batch to the data set.

        :return: ERROR_NO_NEW_ROWS when too many in a row gave none.
        """
        output, _, quantity = self.inputs.quantity.value.partition('.')
        nodes: dict[str, orm.Data] = {}
        names: dict[int, str] = {}
        for number, name in enumerate(self.ctx.chosen, start=1):
            node = self.ctx.get(f'simulation_{name}')
            if node is None:
                continue
            if not node.is_finished_ok:
                self._fail(name, node.pk, _end(node))
            elif not (output in node.outputs and isinstance(node.outputs[output], orm.Dict)):
                self._fail(name, node.pk, f'it gave no dictionary {output!r}; it gave {sorted(node.outputs)}')
            else:
                names[number] = name
                nodes |= {
                    f'{STRUCTURE}{number}': self.inputs.pool[name],
                    f'{RESULTS}{number}': node.outputs[output],
                }
        self.ctx.is_new = bool(nodes) and self._extend(quantity, nodes, names)
        self.ctx.in_vain = 0 if self.ctx.is_new else self.ctx.in_vain + len(self.ctx.chosen)
        return self._ended(self._in_vain()) if self.ctx.in_vain >= MOST_IN_VAIN else None

    def _in_vain(self) -> ExitCode:
        """Return the exit code that says what came of the last simulation."""
        last = self.ctx.failed[-1]
        reason = f'{self.ctx.in_vain} simulations in a row gave no row; {last["name"]}: {last["reason"]}'
        error: ExitCode = self.exit_codes.ERROR_NO_NEW_ROWS.format(reason=reason)
        return error

    def _extend(self, quantity: str, nodes: Mapping[str, orm.Data], names: Mapping[int, str]) -> bool:
        """Make the data set with the new rows, tell which results were none, return whether any was."""
        settings = orm.Dict({'quantity': quantity, 'split': self.ctx.training['split']})
        made: Any
        made, node = extend_dataset.run_get_node(dataset=self.ctx.dataset, settings=settings, **nodes)
        if node.is_finished_ok:
            refused = {one['row']: one['reason'] for one in made['left_out']['rows']}
            self.ctx.dataset = made['dataset']
        else:
            refused = dict.fromkeys(names, node.exit_message or 'it was killed')
        for number, reason in refused.items():
            self._fail(names[number], self.ctx[f'simulation_{names[number]}'].pk, reason)
        return bool(node.is_finished_ok)

    def tell(self) -> ExitCode | None:
        """Give the last model, the data set, and the errors of all models.

        :return: ERROR_NO_NEW_ROWS when none of all simulations gave one.
        """
        self._give()
        return self._in_vain() if self.ctx.simulated and self.ctx.simulated == self.ctx.in_vain else None

    def _give(self) -> None:
        if not self.ctx.counts:
            return
        counts, failed = self.ctx.counts, self.ctx.failed
        summaries = {
            f'{TRAINING}{number}': self.ctx[f'{TRAINING}{number}'].outputs.summary
            for number in range(len(counts))
        }
        curve: Any = learning_curve(
            orm.Dict({'counts': counts, 'failed': failed, 'repeats': self.ctx.repeats}), **summaries
        )
        self.out('model', self._last_training.outputs.model)
        self.out('dataset', self.ctx.dataset)
        self.out('curve', curve)

    def _ended(self, error: ExitCode) -> ExitCode:
        """Return an exit code after what was learnt until then has been given."""
        self._give()
        return error


def _end(node: orm.ProcessNode) -> str:
    """Return in one line how a process ended that did not end well."""
    reason = node.exit_message or node.exception or f'it was {node.process_state}'
    return f'<{node.pk}> {reason}'
