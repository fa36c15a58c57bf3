"""Protocols (fast, moderate, precise) and what all property work chains share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from aiida import orm
from aiida.engine import ExitCode, ProcessBuilder, WorkChain

from nanoos_plugins.data.template import Template
from workchains.simulation import SimulationWorkChain, complete_parameters, define_inputs

PROTOCOLS = Path(__file__).parent / 'protocols'


@cache
def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROTOCOLS / f'{name}.yaml').read_text(encoding='utf-8'))
    return document


def protocols(name: str) -> dict[str, str]:
    """Return the description of each protocol of the work chain `name`, the default one first."""
    document = _read(name)
    order = sorted(document['protocols'], key=lambda key: bool(key != document['default']))
    return {key: document['protocols'][key]['description'] for key in order}


def load_protocol(name: str, protocol: str | None, engine: str) -> dict[str, dict[str, Any]]:
    """Return a protocol of the work chain `name` for an engine.

    :param protocol: None for the default one.
    :return: `inputs` (the work chain's own) and `parameters` (the engine's: those for all engines, and over
        them those for this one), in the units of the ports and of the engine's model.
    :raises ValueError: for an unknown protocol; the message lists the known ones.
    """
    document = _read(name)
    key = protocol or document['default']
    if key not in document['protocols']:
        known = ', '.join(document['protocols'])
        raise ValueError(f'unknown protocol {key!r} of {name}; expected one of {known}')
    chosen = document['protocols'][key]
    parameters = chosen.get('parameters', {})
    return {
        'inputs': dict(chosen.get('inputs', {})),
        'parameters': {**parameters.get('all', {}), **parameters.get(engine, {})},
    }


class PropertyWorkChain(WorkChain):
    """A property: simulations of one or more structures by one engine, and what follows from them.

    A subclass says its `protocol_name` (the file in `protocols/`), adds inputs, outputs and an outline, and
    does not know which engine runs.
    """

    protocol_name: ClassVar[str]

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the inputs of every evaluation, and the exit code for one that failed."""
        super().define(spec)
        define_inputs(spec)
        spec.exit_code(320, 'ERROR_SIMULATION_FAILED', message='{reason}')

    @classmethod
    def get_protocols(cls, engine: str) -> list[dict[str, Any]]:
        """Return the protocols for an engine, the default one first: name, description and what they set."""
        return [
            {'name': name, 'description': description, **load_protocol(cls.protocol_name, name, engine)}
            for name, description in protocols(cls.protocol_name).items()
        ]

    @classmethod
    def get_builder_from_protocol(
        cls,
        structure: orm.StructureData,
        template: Template,
        code: orm.AbstractCode | None = None,
        protocol: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        **inputs: Any,
    ) -> ProcessBuilder:
        """Return a builder with the inputs of a protocol.

        Engine parameters: the engine's defaults < protocol < template < `parameters`; what the work chain
        itself sets (its tasks) wins over all of them.

        :param protocol: `fast`, `moderate` or `precise`; None for the default one.
        :param inputs: values of the work chain's own inputs, instead of the protocol's.
        :raises ValueError: for an unknown protocol or input.
        """
        chosen = load_protocol(cls.protocol_name, protocol, template.engine)
        base = {key: value for key, value in chosen['parameters'].items() if key not in template.parameters}
        values: dict[str, Any] = {
            'structure': structure,
            'template': template,
            'parameters': {**base, **(parameters or {})},
            'options': dict(options or {}) or None,
            'code': code,
            **chosen['inputs'],
            **inputs,
        }
        unknown = sorted(set(values) - set(cls.spec().inputs))
        if unknown:
            known = ', '.join(sorted(set(cls.spec().inputs) - {'metadata'}))
            raise ValueError(f'{cls.protocol_name} has no input {", ".join(unknown)}; its inputs are {known}')
        builder = cls.get_builder()
        for key, value in values.items():
            if value is not None:
                setattr(builder, key, value)
        return builder

    def simulation(
        self, structure: orm.StructureData, final: orm.StructureData | None = None, **parameters: Any
    ) -> orm.WorkChainNode:
        """Submit one evaluation of `structure` and return its node, to be awaited by `to_context`.

        :param final: other end of a path.
        :param parameters: what this evaluation sets itself, e.g. `task='relax'`; over the inputs' parameters.
        """
        given = self.inputs.parameters.get_dict() if 'parameters' in self.inputs else {}
        inputs: dict[str, Any] = {
            'structure': structure,
            'template': self.inputs.template,
            'parameters': orm.Dict({**given, **parameters}),
        }
        inputs |= {key: self.inputs[key] for key in ('code', 'options') if key in self.inputs}
        if final is not None:
            inputs['final'] = final
        node: orm.WorkChainNode = self.submit(SimulationWorkChain, **inputs)  # type: ignore[assignment]
        return node

    def fixed_numerics(self, structure: orm.StructureData) -> dict[str, Any]:
        """Return engine parameters under which deformed copies of `structure` can be compared with it."""
        engine, parameters = complete_parameters(self.inputs)
        return engine.fixed_numerics(structure, parameters)

    def simulation_error(self, node: orm.ProcessNode) -> ExitCode | None:
        """Return None when the simulation went well, else the exit code that says how it ended."""
        if node.is_finished_ok:
            return None
        no_status = node.exception or 'no exit status'
        how = f'exit status {node.exit_status}: {node.exit_message}' if node.is_finished else no_status
        state = node.process_state.value if node.process_state else 'unknown'
        reason = f'simulation {node.pk} ended {state} with {how}'
        failed: ExitCode = self.exit_codes.ERROR_SIMULATION_FAILED.format(reason=reason)
        return failed


def validate_positive(value: orm.Float, port: Any) -> str | None:
    """Return what is wrong with a number that must be above 0; None if nothing."""
    return None if value.value > 0 else f'{port.name} must be above 0, got {value.value}'
