"""The inputs of a job from what people say: a property, a structure, a template, a protocol, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from aiida import orm

from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.launch import load_process

#: What a job can be about, by its name for people; the entry point is `nanoos.<name>`.
Workflow = Literal[
    'simulation',
    'relax',
    'eos',
    'elastic',
    'bands',
    'md',
    'phonons',
    'vacancy',
    'conductivity',
    'melting',
    'surfaces',
    'expansion',
]
WORKFLOWS: tuple[Workflow, ...] = get_args(Workflow)
#: Inputs that every one of them has and that are no settings.
SHARED = frozenset({'structure', 'template', 'parameters', 'code', 'options', 'metadata'})


def job_inputs(
    workflow: str,
    structure: orm.StructureData | None,
    template: Template,
    protocol: str | None = None,
    settings: Mapping[str, Any] | None = None,
    label: str | None = None,
) -> dict[str, Any]:
    """Return the inputs of `nanoos.<workflow>`, to be handed to `launch.submit`.

    :param structure: None for an engine that evaluates none.
    :param protocol: fast, moderate or precise; None for the workflow's default. A single simulation has none.
    :param settings: inputs of the workflow itself (e.g. `supercell`), everything else goes to the engine.
    :param label: of the process; by default what it does to what with which template.
    :raises ValueError: for a setting that neither the workflow nor the engine has, an unknown protocol, a
        protocol for a single simulation, or a parameter that names what is not there.
    """
    own, parameters = split_settings(workflow, template, settings or {})
    parameters |= load_engine(template.engine).pinned({**template.parameters, **parameters})
    subject = '' if structure is None else f' of {structure.get_formula()}'
    told = label or f'{workflow}{subject} with {template.name}'
    inputs: dict[str, Any] = {}
    process = load_process(f'nanoos.{workflow}')
    if hasattr(process, 'get_builder_from_protocol'):
        if structure is None:
            raise ValueError(f'workflow {workflow} needs a structure')
        builder = process.get_builder_from_protocol(
            structure, template, protocol=protocol, parameters=parameters, **own
        )
        inputs.update(builder._inputs(prune=True))
    elif protocol is not None:
        raise ValueError(f'workflow {workflow} has no protocols; set single parameters instead')
    else:
        inputs.update(template=template, **own)
        if structure is not None:
            inputs['structure'] = structure
        if parameters:
            inputs['parameters'] = orm.Dict(parameters)
    inputs['metadata'] = {**inputs.get('metadata', {}), 'label': told}
    return inputs


def protocols_of(workflow: str, engine: str) -> list[dict[str, Any]]:
    """Return the protocols of a workflow, the default one first; none for a single simulation.

    :return: of each `name`, `description`, `inputs` of the workflow and `parameters` of the engine.
    :raises ValueError: for an engine that is not installed.
    """
    load_engine(engine)
    process = load_process(f'nanoos.{workflow}')
    found: list[dict[str, Any]] = process.get_protocols(engine) if hasattr(process, 'get_protocols') else []
    return found


def split_settings(
    workflow: str, template: Template, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings that are inputs of the workflow itself, and those for the engine.

    :raises ValueError: for a setting that neither has; the message lists what they have.
    """
    ports = set(load_process(f'nanoos.{workflow}').spec().inputs) - SHARED
    fields = set(load_engine(template.engine).parameters.model_fields)
    unknown = sorted(set(settings) - ports - fields)
    if unknown:
        raise ValueError(
            f'unknown setting {unknown[0]!r}: workflow {workflow} has {_listed(ports)}; '
            f'engine {template.engine} has {_listed(fields)}'
        )
    own = {key: value for key, value in settings.items() if key in ports}
    return own, {key: value for key, value in settings.items() if key not in ports}


def _listed(names: set[str]) -> str:
    return ', '.join(sorted(names)) or 'no settings'
