"""`nanoos multiscale`: chains from electrons to a component."""

from __future__ import annotations

from collections.abc import Sequence

import click
from aiida.common.exceptions import NotExistent
from aiida.engine.daemon.client import DaemonException
from rich.console import Group

from nanoos_plugins.chains.chain import Chain, MostStable, Source, Step, chain_names, load_chain
from nanoos_plugins.chains.inputs import chain_inputs
from nanoos_plugins.cli.job_control import finish, parse_setting
from nanoos_plugins.cli.job_words import find_structure, job_dict, stored_pk
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.data.template import load_template, system_templates
from nanoos_plugins.graph.jobs import load_jobs
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.launch import submit


@click.group()
def multiscale() -> None:
    """Run chains over the scales: each step takes what those before it found."""


@multiscale.command('list')
@json_option
def list_command(json: bool) -> None:
    """List the chains that NANO-OS ships."""
    chains = [load_chain(name) for name in chain_names()]
    data = [{'name': one.name, 'description': one.description, 'steps': list(one.steps)} for one in chains]
    cells = [(one['name'], ' → '.join(one['steps']), one['description']) for one in data]
    emit(data, json, lambda: rows(('name', 'steps', 'description'), cells))


@multiscale.command()
@click.argument('chain')
@json_option
def show(chain: str, json: bool) -> None:
    """Show the steps of CHAIN (a name, or a .yaml file), what each takes, and what is reported."""
    found = _chain(chain)
    steps = [
        (label, step.workflow, step.template, _structure(step), _told(step.take), step.description)
        for label, step in found.steps.items()
    ]
    columns = ('step', 'workflow', 'template', 'structure', 'takes', 'description')
    answers = [(name, _source(source)) for name, source in found.report.items()]
    emit(
        found.model_dump(mode='json', by_alias=True),
        json,
        lambda: Group(rows(columns, steps, title=found.description), rows(('answer', 'from'), answers)),
    )


@multiscale.command()
@click.argument('chain')
@click.option(
    '--structure',
    'structures',
    multiple=True,
    metavar='NAME=ID',
    help='A structure to start from (pk or UUID).',
)
@click.option(
    '--template', 'templates', multiple=True, metavar='STEP=TEMPLATE', help='Another engine for a step.'
)
@click.option(
    '--set', 'settings', multiple=True, metavar='STEP.KEY=VALUE', help='A setting of a step; JSON or text.'
)
@click.option('--submit', 'only_submit', is_flag=True, help='Do not wait until it has ended.')
@json_option
def run(
    chain: str,
    structures: Sequence[str],
    templates: Sequence[str],
    settings: Sequence[str],
    only_submit: bool,
    json: bool,
) -> None:
    """Run CHAIN (a name, or a .yaml file) and print its answers; submitted again it continues."""
    found = _chain(chain)
    for one in settings:
        step, _, setting = one.partition('.')
        if step not in found.steps:
            raise CliError(f'--set {one!r}: expected STEP.KEY=VALUE, a step among {", ".join(found.steps)}')
        key, value = parse_setting(setting)
        found.steps[step].settings[key] = value
    use_profile()
    system_templates()
    try:
        inputs = chain_inputs(
            found,
            {name: find_structure(identifier) for name, identifier in map(_pair, structures)},
            {label: load_template(name) for label, name in map(_pair, templates)},
        )
        ensure_daemon()
        pk = stored_pk(submit('nanoos.multiscale', inputs))
    except (NotExistent, ValueError, TypeError, TimeoutError, DaemonException) as error:
        raise CliError(str(error)) from None
    if only_submit:
        emit(job_dict(load_jobs([pk])[0]), json, lambda: f'submitted job {pk}: nanoos job wait {pk}')
    else:
        finish(pk, json)


def _chain(name: str) -> Chain:
    try:
        return load_chain(name)
    except ValueError as error:
        raise CliError(str(error)) from None


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition('=')
    if not separator:
        raise CliError(f'{text!r}: expected NAME=VALUE')
    return name, value


def _structure(step: Step) -> str | None:
    if isinstance(step.structure, MostStable):
        return f'most stable of {", ".join(step.structure.most_stable)}'
    return step.structure


def _told(take: dict[str, Source]) -> str:
    return ', '.join(f'{name} ← {_source(source)}' for name, source in take.items())


def _source(source: Source) -> str:
    return source.source + (f' at {source.at:g} K' if source.at is not None else '')
