"""From electrons to a component: a chain of property work chains, each taking what those before it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm
from aiida.engine import ExitCode, WorkChain, if_, while_

from nanoos_plugins.calculations.handover import (
    MISSING_QUANTITY,
    NOT_A_NUMBER,
    WRONG_TEMPERATURE,
    WRONG_UNIT,
    HandoverRefused,
    hand_over_values,
    numbers,
    pick,
    propagate_uncertainty,
    report_values,
)
from nanoos_plugins.calculations.most_stable import NOT_COMPARABLE, RESULTS, STRUCTURE, choose_most_stable
from nanoos_plugins.chains.chain import Chain, MostStable, Source, Step, parse_chain
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.launch import load_process

#: Exit codes for values that are not handed on, by their status.
REFUSALS = {
    MISSING_QUANTITY: 'ERROR_MISSING_QUANTITY',
    WRONG_UNIT: 'ERROR_WRONG_UNIT',
    WRONG_TEMPERATURE: 'ERROR_WRONG_TEMPERATURE',
    NOT_A_NUMBER: 'ERROR_NOT_A_NUMBER',
    NOT_COMPARABLE: 'ERROR_NOT_COMPARABLE',
}


def validate_chain(value: orm.Dict, _: Any) -> str | None:
    """Return what is wrong with a chain; None if nothing."""
    try:
        parse_chain(value.get_dict())
    except ValueError as error:
        return str(error)
    return None


def validate_inputs(inputs: Mapping[str, Any], _: Any) -> str | None:
    """Return what is missing: a structure of the chain, or the template of a step."""
    chain = parse_chain(inputs['chain'].get_dict())
    for kind, wanted in (('structures', chain.structures), ('templates', chain.steps)):
        given = set(inputs.get(kind, {}))
        if given != set(wanted):
            return f'{kind}: the chain {chain.name} needs {sorted(wanted)}, got {sorted(given)}'
    unknown = sorted(set(inputs.get('codes', {})) - set(chain.steps))
    return f'codes: the chain {chain.name} has no step {unknown[0]}' if unknown else None


class MultiscaleWorkChain(WorkChain):
    """Run the steps of a chain, those side by side that do not wait for each other.

    What a step takes from another is checked for its unit and temperature by a calcfunction, so that the
    provenance of each final answer leads down to the calculations below it. Uncertainties go along: to an
    engine that has a parameter for them (`<name>_uncertainty`), else the step is computed once more for each
    uncertain value, larger by its standard uncertainty. A chain that was stopped and is submitted again
    takes what had finished from the cache.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare chain, structures and templates in, the final answers out."""
        super().define(spec)
        spec.input(
            'chain',
            valid_type=orm.Dict,
            serializer=orm.to_aiida_type,
            validator=validate_chain,
            help='The chain, as `nanoos_plugins.chains.chain.Chain`, in the units of the engines [-].',
        )
        spec.input_namespace(
            'structures',
            valid_type=orm.StructureData,
            dynamic=True,
            help='Structures that the chain starts from by name, lengths in [Å].',
        )
        spec.input_namespace(
            'templates',
            valid_type=Template,
            dynamic=True,
            help='Engine and parameters of each step by label.',
        )
        spec.input_namespace(
            'codes',
            valid_type=orm.AbstractCode,
            dynamic=True,
            required=False,
            help='Codes to run by label of the step; by default the own or provided ones on localhost.',
        )
        spec.input(
            'options',
            valid_type=orm.Dict,
            required=False,
            serializer=orm.to_aiida_type,
            help='Options for the scheduler of the steps that `codes` names, e.g. max_wallclock_seconds [s].',
        )
        spec.inputs.validator = validate_inputs
        spec.output('report', valid_type=orm.Dict, help='{value, unit, uncertainty} of the answers by name.')
        spec.exit_code(320, 'ERROR_STEP_FAILED', message='step {step}: {reason}')
        spec.exit_code(321, 'ERROR_STEP_REFUSED', message='step {step} cannot be run: {reason}')
        for status, name in REFUSALS.items():
            spec.exit_code(status, name, message='{where}: {reason}')
        spec.outline(
            cls.start,
            while_(cls.is_unfinished)(
                cls.submit_steps,
                cls.inspect_steps,
                if_(cls.is_uncertain)(cls.submit_varied, cls.inspect_varied),
            ),
            cls.tell,
        )

    @property
    def chain(self) -> Chain:
        """The chain that is run."""
        return parse_chain(self.inputs.chain.get_dict())

    def start(self) -> None:
        """Begin with the first group of steps."""
        self.ctx.group = 0
        self.ctx.results = {}
        self.ctx.varied = {}
        self.report(f'chain {self.chain.name}: {len(self.chain.steps)} steps')

    def is_unfinished(self) -> bool:
        """Return whether there are steps left."""
        return bool(self.ctx.group < len(self.chain.order()))

    def submit_steps(self) -> ExitCode | None:
        """Submit the steps of the group.

        :return: the exit code for values that cannot be handed on, or inputs that do not validate.
        """
        self.ctx.varied = {}
        for label in self.chain.order()[self.ctx.group]:
            if error := self._submit(label, label, shift=None):
                return error
            if 'results' in load_process(f'nanoos.{self.chain.steps[label].workflow}').spec().outputs:
                self.ctx.varied |= {f'{label}__{name}': (label, name) for name in self._uncertain(label)}
        return None

    def _submit(self, key: str, label: str, shift: str | None) -> ExitCode | None:
        """Submit a step under `key`; the value that it takes as `shift` is larger by its uncertainty."""
        step = self.chain.steps[label]
        try:
            inputs = self._inputs(label, step)
            if step.take:
                parameters, node = hand_over_values.run_get_node(
                    constants=inputs.get('parameters', orm.Dict({})),
                    wanted=orm.Dict(self._wanted(label, shift)),
                    **self._sources(step.take),
                )
                if not node.is_finished_ok:
                    return self._refusal(f'step {label}', int(node.exit_status or 0), node.exit_message)
                inputs['parameters'] = parameters
            running = self.submit(load_process(f'nanoos.{step.workflow}'), **inputs)
        except HandoverRefused as error:
            return self._refusal(f'step {label}', error.status, error)
        except ValueError as error:
            refused: ExitCode = self.exit_codes.ERROR_STEP_REFUSED.format(step=label, reason=error)
            return refused
        self.report(f'step {key}: {step.workflow}<{running.pk}> with {self.inputs.templates[label].name}')
        self.to_context(**{key: running})
        return None

    def _inputs(self, label: str, step: Step) -> dict[str, Any]:
        """Return the inputs of a step before it takes anything.

        :raises ValueError: for a setting, protocol or output that is not there.
        """
        told = f'{self.chain.name}: {label}'
        structure = self._structure(step.structure)
        inputs = job_inputs(
            step.workflow, structure, self.inputs.templates[label], step.protocol, step.settings, told
        )
        return inputs | self._computer(label)

    def _computer(self, label: str) -> dict[str, orm.Data]:
        """Return by which code a step runs and what it asks the scheduler for, if that was said."""
        if label not in self.inputs.get('codes', {}):
            return {}
        options = {'options': self.inputs.options} if 'options' in self.inputs else {}
        return {'code': self.inputs.codes[label], **options}

    def _structure(self, wanted: str | MostStable | None) -> orm.StructureData | None:
        """Return the structure that a step is about.

        :raises ValueError: when a step did not give it.
        :raises HandoverRefused: when there is no most stable one.
        """
        if isinstance(wanted, MostStable):
            return self._most_stable(wanted.most_stable)
        source, _, output = (wanted or '').partition('.')
        if not source:
            return None
        found: orm.StructureData = self._output(source, output) if output else self.inputs.structures[source]
        return found

    def _output(self, label: str, output: str) -> Any:
        outputs = self.ctx[label].outputs
        if output not in outputs:
            raise ValueError(f'step {label} has no output {output!r}; it has {sorted(outputs)}')
        return outputs[output]

    def _most_stable(self, labels: list[str]) -> orm.StructureData:
        candidates = {}
        for label in labels:
            candidates[label + STRUCTURE] = self._output(label, 'structure')
            candidates[label + RESULTS] = self._output(label, 'results')
        chosen: Any
        chosen, node = choose_most_stable.run_get_node(**candidates)
        if not node.is_finished_ok:
            raise HandoverRefused(int(node.exit_status or 0), node.exit_message or '')
        structure: orm.StructureData = chosen
        self.report(f'most stable of {", ".join(labels)}: {structure.get_formula()}<{structure.pk}>')
        return structure

    def _wanted(self, label: str, shift: str | None) -> dict[str, Any]:
        """Return what `hand_over_values` is asked for.

        :raises ValueError: for a parameter that the engine does not have.
        """
        engine = load_engine(self.inputs.templates[label].engine)
        fields = engine.parameters.model_json_schema()['properties']
        wanted = {}
        for name, source in self.chain.steps[label].take.items():
            if name not in fields:
                raise ValueError(
                    f'engine {engine.name} takes no {name!r}; it has {", ".join(sorted(fields))}'
                )
            told = f'{name}_uncertainty'
            wanted[name] = {
                'result': f'{source.step}__{source.output}',
                'quantity': source.quantity,
                'unit': fields[name]['unit'],
                'at': source.at,
                'uncertainty': told if told in fields else None,
                'shift': float(shift == name),
            }
        return wanted

    def _uncertain(self, label: str) -> list[str]:
        """Return what a step takes with an uncertainty that its engine has no parameter for."""
        uncertain = []
        for name, want in self._wanted(label, None).items():
            source = self.chain.steps[label].take[name]
            found = pick(self._result(source).get_dict(), source.quantity, None, source.at)
            if want['uncertainty'] is None and numbers(name, found)[1].any():
                uncertain.append(name)
        return uncertain

    def _result(self, source: Source) -> orm.Dict:
        """Return the dictionary that a source is in, with uncertainties where they were propagated.

        :raises HandoverRefused: when the step has no such dictionary.
        """
        if source.output == 'results' and source.step in self.ctx.results:
            propagated: orm.Dict = self.ctx.results[source.step]
            return propagated
        outputs = self.ctx[source.step].outputs
        if source.output not in outputs or not isinstance(outputs[source.output], orm.Dict):
            raise HandoverRefused(
                MISSING_QUANTITY,
                f'step {source.step} gave no dictionary {source.output!r}; it gave {sorted(outputs)}',
            )
        result: orm.Dict = outputs[source.output]
        return result

    def _sources(self, sources: Mapping[str, Source]) -> dict[str, orm.Dict]:
        return {f'{source.step}__{source.output}': self._result(source) for source in sources.values()}

    def inspect_steps(self) -> ExitCode | None:
        """Return ERROR_STEP_FAILED when a step of the group did not end well."""
        return self._failed(self.chain.order()[self.ctx.group])

    def _failed(self, keys: list[str]) -> ExitCode | None:
        for key in keys:
            node: orm.ProcessNode = self.ctx[key]
            if not node.is_finished_ok:
                reason = node.exit_message or node.exception or f'it was {node.process_state}'
                failed: ExitCode = self.exit_codes.ERROR_STEP_FAILED.format(
                    step=key, reason=f'<{node.pk}> {reason}'
                )
                return failed
        return None

    def is_uncertain(self) -> bool:
        """Return whether a step took an uncertain value; when none did the next group's turn comes."""
        if not self.ctx.varied:
            self.ctx.group += 1
        return bool(self.ctx.varied)

    def submit_varied(self) -> ExitCode | None:
        """Submit the steps once more for each uncertain value that they took."""
        for key, (label, name) in self.ctx.varied.items():
            if error := self._submit(key, label, shift=name):
                return error
        return None

    def inspect_varied(self) -> ExitCode | None:
        """Add the uncertainties that follow, or return ERROR_STEP_FAILED."""
        if error := self._failed(list(self.ctx.varied)):
            return error
        for label in {label for label, _ in self.ctx.varied.values()}:
            shifted = {
                key: self.ctx[key].outputs.results for key, (of, _) in self.ctx.varied.items() if of == label
            }
            self.ctx.results[label] = propagate_uncertainty(self.ctx[label].outputs.results, **shifted)
        self.ctx.group += 1
        return None

    def tell(self) -> ExitCode | None:
        """Report the final answers, or return the exit code for one that is not there."""
        wanted = {
            name: {'result': f'{source.step}__{source.output}', 'quantity': source.quantity, 'at': source.at}
            for name, source in self.chain.report.items()
        }
        try:
            sources = self._sources(self.chain.report)
        except HandoverRefused as refused:
            return self._refusal('report', refused.status, refused)
        told, node = report_values.run_get_node(wanted=orm.Dict(wanted), **sources)
        if not node.is_finished_ok:
            return self._refusal('report', int(node.exit_status or 0), node.exit_message)
        self.out('report', told)
        return None

    def _refusal(self, where: str, status: int, reason: Any) -> ExitCode:
        """Return the exit code with which values were not handed on."""
        refused: ExitCode = self.exit_codes[REFUSALS[status]].format(where=where, reason=reason)
        return refused
