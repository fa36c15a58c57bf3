"""`nanoos template`, and `verdi data nanoos.template`."""

from __future__ import annotations

import json as json_module
from typing import Any

import click
from aiida import orm
from aiida.cmdline.utils.decorators import with_dbenv
from aiida.common.exceptions import NotExistent
from pydantic import ValidationError
from rich.console import Group

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import page, page_options, tell_rest, use_profile
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.templates import list_templates


class EngineName(click.ParamType):
    """The name of an installed engine; looked up only when it is needed."""

    name = 'engine'

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name.

        :raises CliError: for one that is not installed.
        """
        if value not in engine_names():
            raise CliError(f'unknown engine {value!r}; installed engines: {", ".join(engine_names())}')
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Return the installed engines that start like this."""
        names = [name for name in engine_names() if name.startswith(incomplete)]
        return [click.shell_completion.CompletionItem(name) for name in names]


@click.group()
def template() -> None:
    """List, show and create templates of simulations."""


@template.command('list')
@page_options
@click.option('--engine', type=EngineName(), help='Only templates of this engine.')
@click.option(
    '--origin', type=click.Choice(['system', 'user']), help='Only those of the system, or of users.'
)
@json_option
def list_command(
    limit: int, after: Cursor | None, engine: str | None, origin: str | None, json: bool
) -> None:
    """List the templates, newest first."""
    use_profile()
    system_templates()
    _emit_list('nanoos template list', json, *list_templates(limit, after, engine=engine, origin=origin))


@template.command()
@click.argument('template_id', metavar='TEMPLATE')
@json_option
def show(template_id: str, json: bool) -> None:
    """Show TEMPLATE (name, pk or UUID): all parameters of its engine, with units."""
    use_profile()
    system_templates()
    _show(template_id, json)


@template.command()
@click.argument('name')
@click.option('--engine', type=EngineName(), required=True, help='Engine that runs it.')
@click.option(
    '--set', 'settings', multiple=True, metavar='KEY=VALUE', help='A parameter; VALUE is JSON or text.'
)
@click.option('--from', 'base', metavar='TEMPLATE', help='Start from the parameters of this template.')
@click.option('--description', default='', help='Free text.')
@json_option
def create(
    name: str, engine: str, settings: tuple[str, ...], base: str | None, description: str, json: bool
) -> None:
    """Create the template NAME; parameters that are not set have the engine's defaults."""
    use_profile()
    parameters = _parameters_of(base, engine) if base else {}
    parameters |= dict(_setting(one) for one in settings)
    try:
        load_engine(engine).validate(parameters)
        made = Template(name=name, engine=engine, parameters=parameters, description=description)
    except ValidationError as error:
        raise CliError(f'engine {engine}: {explain(error)}') from None
    except ValueError as error:
        raise CliError(str(error)) from None
    made.store()
    data = {'pk': made.pk, 'uuid': made.uuid, **made.base.attributes.all}
    emit(data, json, lambda: f'created template {made.name} (pk {made.pk})')


@click.group('nanoos.template')
def verdi_data_template() -> None:
    """Inspect templates of NANO-OS."""


@verdi_data_template.command('list')
@page_options
@json_option
@with_dbenv()
def verdi_list(limit: int, after: Cursor | None, json: bool) -> None:
    """List the templates, newest first."""
    _emit_list('verdi data nanoos.template list', json, *list_templates(limit, after))


@verdi_data_template.command('show')
@click.argument('template_id', metavar='TEMPLATE')
@json_option
@with_dbenv()
def verdi_show(template_id: str, json: bool) -> None:
    """Show TEMPLATE (name, pk or UUID)."""
    _show(template_id, json)


def _setting(text: str) -> tuple[str, Any]:
    """Return key and value of `KEY=VALUE`."""
    key, separator, value = text.partition('=')
    if not separator or not key:
        raise CliError(f'--set {text!r}: expected KEY=VALUE')
    try:
        return key, json_module.loads(value)
    except json_module.JSONDecodeError:
        return key, value


def _find(identifier: str) -> Template:
    """Return the template that is meant."""
    try:
        return load_template(identifier)
    except NotExistent as error:
        raise CliError(str(error)) from None


def _parameters_of(identifier: str, engine: str) -> dict[str, Any]:
    """Return the parameters of another template of the same engine."""
    system_templates()
    base = _find(identifier)
    if base.engine != engine:
        raise CliError(f'template {base.name!r} is for engine {base.engine}, not for {engine}')
    return base.parameters


def _emit_list(command: str, json: bool, found: list[dict[str, Any]], after: Cursor | None) -> None:
    """Print a page of templates."""
    keys = ('pk', 'name', 'engine', 'origin', 'owner', 'description')
    cells = [[row[key] for key in keys] for row in found]
    emit(page('templates', found, after), json, lambda: rows(keys, cells))
    tell_rest(command, after, json)


def _show(identifier: str, json: bool) -> None:
    """Print a template with all parameters of its engine."""
    found = _find(identifier)
    own = found.parameters
    schema = load_engine(found.engine).parameters.model_json_schema()['properties']
    parameters = [
        {
            'name': name,
            'value': own.get(name, field.get('default')),
            'unit': field.get('unit', ''),
            'set': name in own,
            'description': field.get('description', ''),
        }
        for name, field in schema.items()
    ]
    owner = orm.QueryBuilder().append(orm.Node, filters={'id': found.pk}, tag='node')
    email = owner.append(orm.User, with_node='node', project='email').first(flat=True)
    facts = {'pk': found.pk, 'uuid': found.uuid, 'owner': email, **found.base.attributes.all}
    cells = [
        (one['name'], one['value'], one['unit'], 'template' if one['set'] else 'engine', one['description'])
        for one in parameters
    ]
    columns = ('parameter', 'value', 'unit', 'set by', 'description')
    shown = [(key, value) for key, value in facts.items() if key != 'parameters']
    emit(
        {**facts, 'all_parameters': parameters},
        json,
        lambda: Group(rows(('', 'template'), shown), rows(columns, cells)),
    )
