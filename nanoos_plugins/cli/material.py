"""`nanoos material`, and `verdi data nanoos.material`."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from typing import Any

import click
from aiida.cmdline.utils.decorators import with_dbenv
from aiida.common.exceptions import NotExistent
from rich.console import Group

from nanoos_plugins.calculations.revise_material import RevisionConflictError, check_newest, revising
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import page, page_options, plain, tell_rest, use_profile
from nanoos_plugins.data.material import Material, load_revision
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.materials import list_materials, revisions
from nanoos_plugins.graph.structures import list_structures
from nanoos_plugins.launch import run

_COLUMNS = ('pk', 'name', 'formula', 'tags', 'revision', 'created', 'material id')
#: Most structures that `show` names; `nanoos structure list --material` has them all.
_SHOWN = 20


@click.group()
def material() -> None:
    """Create, list and revise materials."""


def _metadata(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, Any] | None:
    """Return the JSON object that an option has."""
    if value is None:
        return None
    try:
        loaded = json_module.loads(value)
    except json_module.JSONDecodeError as error:
        raise CliError(f'--metadata is no JSON: {error}') from None
    if not isinstance(loaded, dict):
        raise CliError(f'--metadata: expected a JSON object, got {value:.40}')
    return loaded


def _attributes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each attribute of a material but its name."""
    for option in (
        click.option('--metadata', metavar='JSON', callback=_metadata, help='Anything else, a JSON object.'),
        click.option(
            '--tag', 'tags', multiple=True, help='Word to find it by; give it several times for several.'
        ),
        click.option('--description', help='Free text.'),
        click.option('--formula', help='Chemical formula, as in SiO2.'),
    ):
        function = option(function)
    return function


@material.command()
@click.argument('name')
@_attributes
@json_option
def create(name: str, json: bool, **given: Any) -> None:
    """Create the material NAME."""
    use_profile()
    attributes = {key: value for key, value in given.items() if value}
    try:
        made = Material(name=name, **attributes)
    except ValueError as error:
        raise CliError(str(error)) from None
    made.store()
    _emit_revision(made, json, f'created material {made.name} ({made.material_id})')


@material.command('list')
@page_options
@click.option('--archived', is_flag=True, help='The archived materials instead of the others.')
@click.option('--tag', help='Only materials with this tag.')
@json_option
def list_command(limit: int, after: Cursor | None, archived: bool, tag: str | None, json: bool) -> None:
    """List the materials, newest first."""
    use_profile()
    _emit_list(
        'nanoos material list',
        json,
        *list_materials(limit, after, archived=archived, tags=[tag] if tag else []),
    )


@material.command()
@click.argument('text')
@page_options
@click.option('--archived', is_flag=True, help='The archived materials instead of the others.')
@json_option
def search(text: str, limit: int, after: Cursor | None, archived: bool, json: bool) -> None:
    """List the materials with TEXT in name, formula, description or tags."""
    use_profile()
    _emit_list(
        f'nanoos material search {text!r}', json, *list_materials(limit, after, archived=archived, text=text)
    )


@material.command()
@click.argument('material_id', metavar='MATERIAL')
@json_option
def show(material_id: str, json: bool) -> None:
    """Show MATERIAL (id, name, pk or UUID): its attributes, its revisions and the structures below it."""
    use_profile()
    _show(material_id, json)


@material.command()
@click.argument('material_id', metavar='MATERIAL')
@click.option('--name', help='Name for people.')
@_attributes
@json_option
def revise(material_id: str, json: bool, **given: Any) -> None:
    """Make a new revision of MATERIAL with changed attributes; tags and metadata are replaced as a whole.

    MATERIAL by its id or name is its newest revision; by pk or UUID it is that very revision, and revising
    one that is not the newest is a conflict.
    """
    use_profile()
    changes = {key: value for key, value in given.items() if value not in (None, ())}
    if 'tags' in changes:
        changes['tags'] = list(changes['tags'])
    if not changes:
        raise CliError('nothing to revise: say what changes, as in --description "…"')
    _revise(material_id, changes, json)


@material.command()
@click.argument('material_id', metavar='MATERIAL')
@click.option('--undo', is_flag=True, help='Take it back out of the archive.')
@json_option
def archive(material_id: str, undo: bool, json: bool) -> None:
    """Archive MATERIAL: a revision that lists leave out. Nothing is deleted."""
    use_profile()
    _revise(material_id, {'archived': not undo}, json)


@click.group('nanoos.material')
def verdi_data_material() -> None:
    """Inspect materials of NANO-OS."""


@verdi_data_material.command('list')
@page_options
@click.option('--archived', is_flag=True, help='The archived materials instead of the others.')
@json_option
@with_dbenv()
def verdi_list(limit: int, after: Cursor | None, archived: bool, json: bool) -> None:
    """List the materials, newest first."""
    _emit_list('verdi data nanoos.material list', json, *list_materials(limit, after, archived=archived))


@verdi_data_material.command('show')
@click.argument('material_id', metavar='MATERIAL')
@json_option
@with_dbenv()
def verdi_show(material_id: str, json: bool) -> None:
    """Show MATERIAL (id, name, pk or UUID)."""
    _show(material_id, json)


def _revise(identifier: str, changes: dict[str, Any], json: bool) -> None:
    """Revise a material and print the new revision."""
    from aiida import orm

    old = find_revision(identifier)
    with revising():
        try:
            check_newest(old)
            old.revised(changes)
        except (RevisionConflictError, ValueError) as error:
            raise CliError(str(error)) from None
        process = run('nanoos.revise_material', {'material': old, 'changes': orm.Dict(changes)})
    if not process.is_finished_ok:
        raise CliError(f'process {process.pk} failed: {process.exit_message or process.exception}')
    new = process.outputs.result
    _emit_revision(new, json, f'{new.name} is now at revision {new.revision}')


def find_revision(identifier: str) -> Material:
    """Return the revision of a material that is meant; see `load_revision`.

    :raises CliError: when there is none, or several materials have that name.
    """
    try:
        return load_revision(identifier)
    except (NotExistent, ValueError) as error:
        raise CliError(str(error)) from None


def _emit_revision(made: Material, json: bool, line: str) -> None:
    """Print a revision that was just made."""
    data = {'pk': made.pk, 'uuid': made.uuid, **made.base.attributes.all}
    emit(data, json, lambda: line)


def _emit_list(command: str, json: bool, found: list[dict[str, Any]], after: Cursor | None) -> None:
    """Print a page of materials."""
    cells = [
        (
            row['pk'],
            row['name'],
            row['formula'],
            ', '.join(row['tags']),
            row['revision'],
            f'{row["created"]:%Y-%m-%d %H:%M}',
            row['material_id'],
        )
        for row in found
    ]
    emit(page('materials', found, after), json, lambda: rows(_COLUMNS, cells))
    tell_rest(command, after, json)


def _show(identifier: str, json: bool) -> None:
    """Print a material."""
    found = find_revision(identifier)
    history = revisions(found.material_id)
    below, _ = list_structures(_SHOWN, material_id=found.material_id)
    attributes = found.base.attributes.all
    data = {
        'pk': found.pk,
        'uuid': found.uuid,
        **attributes,
        'revisions': [plain(row) for row in history],
        'structures': [plain(row) for row in below],
    }
    facts = [('pk', found.pk), ('uuid', found.uuid), *attributes.items()]
    steps = [
        (row['revision'], row['pk'], f'{row["created"]:%Y-%m-%d %H:%M}', row['name'], row['description'])
        for row in history
    ]
    structures = [(row['pk'], row['formula'], row['number_of_atoms'], row['origin']) for row in below]
    emit(
        data,
        json,
        lambda: Group(
            rows(('', 'material'), facts),
            rows(('revision', 'pk', 'created', 'name', 'description'), steps),
            rows(('structure', 'formula', 'atoms', 'origin'), structures),
        ),
    )
