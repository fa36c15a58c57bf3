"""Submit chains, exactly once each: every step is checked as if it were a job of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from aiida import orm

from api.errors import NotFoundError
from api.writes.jobs import answers, own_settings, who
from api.writes.permitted import Submitter
from nanoos_plugins.calculations.build.builder import validated
from nanoos_plugins.calculations.build.bulk import Bulk, bulk
from nanoos_plugins.chains.chain import Chain, Step, like, parse_chain
from nanoos_plugins.chains.inputs import chain_inputs
from nanoos_plugins.data.template import Template, system_templates
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.graph.templates import list_templates
from nanoos_plugins.job_inputs import WORKFLOWS, protocols_of, split_settings
from nanoos_plugins.launch import submit_once, submitted

MOST_NAMES = 200


def submit_chain(
    key: str,
    digest: str,
    group_pk: int | None,
    is_admin: bool,
    chain: dict[str, Any],
    structures: dict[str, str],
    templates: dict[str, str],
    settings: dict[str, dict[str, Any]],
    codes: dict[str, str],
    options: dict[str, Any],
    label: str | None,
) -> dict[str, Any]:
    """Submit a chain; return the UUID of its job, and whether it was made now.

    :raises RequestError: 409 when the key came with another request.
    :raises NotFoundError: for a node that is not there, or not for who submits.
    :raises PermissionError: for a step that tenants may not run as a job.
    :raises ValueError: for what does not fit the chain or a step of it; the message names it.
    """
    me, submitter = who(group_pk, is_admin)
    with answers():
        earlier = submitted(me, key, digest)
        if earlier is not None:
            return {'uuid': earlier.uuid, 'made': False}
        asked = parse_chain(chain)
        _check_names('structures', structures, asked.structures, 'structure')
        _check_names('templates', templates, asked.steps, 'step')
        _check_names('settings', settings, asked.steps, 'step')
        _check_names('codes', codes, asked.steps, 'step')
        for name, values in settings.items():
            asked.steps[name].settings.update(values)
        chosen = {
            name: submitter.load(UUID(uuid), orm.StructureData, 'structure')
            for name, uuid in structures.items()
        }
        _check_crystals(asked, chosen)
        found = _templates(asked, templates, submitter)
        runs_by = _codes(asked, found, codes, options, submitter)
        inputs = chain_inputs(asked, chosen, found)
        inputs['metadata']['label'] = label or inputs['metadata']['label']
        inputs['codes'] = runs_by
        if options:
            inputs['options'] = orm.Dict(options)
        return {'uuid': submit_once('nanoos.multiscale', inputs, me, key, digest).uuid, 'made': True}


def _check_names(where: str, given: Mapping[str, Any], known: Mapping[str, Any], what: str) -> None:
    """Check that what is given is for something that the chain has.

    :raises ValueError: for the first that is not.
    """
    for name in given:
        if name not in known:
            raise ValueError(f'{where}.{name:.80}: the chain has no {what} {name!r:.80}{like(name, known)}')


def _check_crystals(chain: Chain, chosen: Mapping[str, orm.StructureData]) -> None:
    """Check the crystals that are to be built, before anything is stored."""
    for name, given in chain.structures.items():
        if name in chosen:
            continue
        if given.bulk is None:
            raise ValueError(f'structures.{name}: one must be given: {given.description:.200}')
        with _told(f'structures.{name}'):
            bulk(validated(Bulk, given.bulk))


def _templates(chain: Chain, given: Mapping[str, str], submitter: Submitter) -> dict[str, Template]:
    """Return the template of each step, its own or the one that was given.

    :raises NotFoundError: for a UUID that is not there, or not for who submits.
    :raises ValueError: for a name that none has that they see.
    """
    found = {}
    for label, step in chain.steps.items():
        identifier = given.get(label, step.template)
        try:
            found[label] = submitter.load_template(identifier)
        except NotFoundError:
            if _is_uuid(identifier):
                raise
            names = [one.name for one in system_templates()]
            own, _ = list_templates(MOST_NAMES, origin='user', viewer=submitter.viewer)
            known = dict.fromkeys([*names, *(one['name'] for one in own)])
            raise ValueError(
                f'templates.{label}: there is no template {identifier!r:.80}{like(identifier, known)}'
            ) from None
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _codes(
    chain: Chain,
    templates: Mapping[str, Template],
    asked: Mapping[str, str],
    options: Mapping[str, Any],
    submitter: Submitter,
) -> dict[str, orm.AbstractCode]:
    """Check what each step would run; return the codes of those that run a program.

    They are chosen here, where it is known who submits, and not when their turn comes.
    """
    found = {}
    for label, step in chain.steps.items():
        with _told(f'steps.{label}'):
            _check_step(step, templates[label])
            code = None if label not in asked else submitter.load_code(UUID(asked[label]))
            # The options are for all steps, but mean nothing to an engine without a program.
            needs = load_engine(templates[label].engine).code_plugin is not None
            runs_by = submitter.check(templates[label], step.settings, code, options if needs else {})
            if needs and runs_by is not None:
                found[label] = runs_by
    return found


def _check_step(step: Step, template: Template) -> None:
    """Check that a step is a job that can be submitted, with settings and parameters that it has.

    :raises ValueError: when it is none.
    """
    if step.workflow not in WORKFLOWS:
        known: dict[str, None] = dict.fromkeys(WORKFLOWS)
        raise ValueError(f'there is no workflow {step.workflow!r:.80}{like(step.workflow, known)}')
    split_settings(step.workflow, template, step.settings)
    own_settings(step.workflow, step.settings, _no_node)
    protocols = {one['name']: one for one in protocols_of(step.workflow, template.engine)}
    if step.protocol is not None and step.protocol not in protocols:
        raise ValueError(f'there is no protocol {step.protocol!r:.80}{like(step.protocol, protocols)}')
    parameters = load_engine(template.engine).parameters.model_fields
    for name in step.take:
        if name not in parameters:
            raise ValueError(f'engine {template.engine} takes no {name!r:.80}{like(name, parameters)}')


def _no_node(uuid: UUID) -> orm.Node:
    raise ValueError(f'a step of a chain takes values, no nodes, got {uuid}')


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Begin messages with the place that they are about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f'{where}: {error}') from error
    except PermissionError as error:
        raise PermissionError(f'{where}: {error}') from error
