"""`nanoos structure`: import, build, list, show and export structures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from aiida import orm
from aiida.common.exceptions import NotExistent
from rich.console import Group

from nanoos_plugins.cli.job_words import find_structure
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import page, page_options, tell_rest, use_profile
from nanoos_plugins.cli.structure_build import build
from nanoos_plugins.cli.structure_features import features, similar
from nanoos_plugins.cli.structure_made import emit_made, material_for
from nanoos_plugins.data.material import load_material
from nanoos_plugins.data.structure import dimensionality, formula
from nanoos_plugins.data.structure_export import FORMATS, export_text
from nanoos_plugins.data.structure_file import UnreadableFileError, parse, read_bytes
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.structures import list_structures, materials_above
from nanoos_plugins.launch import run

_KEYS = ('pk', 'formula', 'number_of_atoms', 'dimensionality', 'space_group', 'origin', 'format')
#: Most atoms that `show` prints as a table; `--json` has them all.
_SHOWN = 20


@click.group()
def structure() -> None:
    """Import, build, list and export structures."""


for _command in (build, features, similar):
    structure.add_command(_command)


@structure.command('import')
@click.argument('file', type=click.Path(path_type=Path))
@click.option(
    '--material', metavar='MATERIAL', help='Material it is of (id, name, pk); a new one by default.'
)
@click.option('--name', help='Name of the new material.  [default: its formula]')
@click.option('--format', help='CIF, POSCAR, XYZ or a name in ASE.  [default: by name and content]')
@click.option('--index', type=int, help='Which structure of a file that holds several; -1 is the last.')
@json_option
def import_command(
    file: Path, material: str | None, name: str | None, format: str | None, index: int | None, json: bool
) -> None:
    """Import the structure in FILE: CIF, POSCAR, (extended) XYZ or anything that ASE or pymatgen reads.

    The file is kept, and the structure is below its material. A file that is no structure stores nothing.
    """
    use_profile()
    try:
        content = read_bytes(file)
        found = parse(content, file.name, index, format)
    except UnreadableFileError as error:
        raise CliError(str(error)) from None
    inputs: dict[str, Any] = {
        'material': material_for(material, name, formula(found.atoms, dimensionality(found.atoms))),
        'file': orm.SinglefileData.from_bytes(content, filename=file.name),
    }
    if index is not None:
        inputs['index'] = orm.Int(index)
    if format is not None:
        inputs['format'] = orm.Str(format)
    process = run('nanoos.import_structure', inputs)
    for line in found.warnings:
        click.echo(f'note: {line}', err=True)
    emit_made(process, json, f'imported {file.name}')


@structure.command('list')
@page_options
@click.option('--material', metavar='MATERIAL', help='Only those below this material, at any depth.')
@click.option('--formula', help='Only this formula, reduced for periodic structures, as in SiO2.')
@click.option('--dimensionality', type=click.IntRange(0, 3), help='Only this dimensionality.')
@click.option('--origin', type=click.Choice(['uploaded', 'generated', 'optimized', 'imported']))
@json_option
def list_command(limit: int, after: Cursor | None, material: str | None, json: bool, **given: Any) -> None:
    """List the structures, newest first."""
    use_profile()
    try:
        material_id = load_material(material).material_id if material else None
    except (NotExistent, ValueError) as error:
        raise CliError(str(error)) from None
    found, rest = list_structures(limit, after, material_id, **given)
    cells = [[row[key] for key in _KEYS] for row in found]
    emit(page('structures', found, rest), json, lambda: rows(_KEYS, cells))
    tell_rest('nanoos structure list', rest, json)


@structure.command()
@click.argument('structure_id', metavar='STRUCTURE')
@json_option
def show(structure_id: str, json: bool) -> None:
    """Show STRUCTURE (pk or UUID): its attributes, where it comes from, its cell and atoms [Å]."""
    use_profile()
    found = find_structure(structure_id)
    atoms = found.get_ase()
    creator = found.creator
    above = materials_above(found.pk or 0)
    hidden = ('cell', 'sites', 'kinds', 'pbc1', 'pbc2', 'pbc3')
    facts = {
        'pk': found.pk,
        'uuid': found.uuid,
        'label': found.label,
        **{key: value for key, value in found.base.attributes.all.items() if key not in hidden},
        'material': load_material(above[0]).material_id if above else None,
        'made_by': None if creator is None else {'pk': creator.pk, 'process': creator.process_label},
        'pbc': atoms.pbc.tolist(),
        'volume_A3': float(atoms.get_volume()),
    }
    sites = zip(atoms.get_chemical_symbols(), atoms.positions.tolist(), strict=True)
    data = {
        **facts,
        'cell': atoms.cell.tolist(),
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.positions.tolist(),
    }
    cells = [(name, *(f'{x:.6f}' for x in vector)) for name, vector in zip('abc', atoms.cell, strict=True)]
    places = [(at, symbol, *(f'{x:.6f}' for x in place)) for at, (symbol, place) in enumerate(sites)]
    rest = f'… and {len(places) - _SHOWN} more' if len(places) > _SHOWN else ''
    emit(
        data,
        json,
        lambda: Group(
            rows(('', 'structure'), list(facts.items())),
            rows(('cell [Å]', 'x', 'y', 'z'), cells),
            rows(('site', 'element', 'x [Å]', 'y [Å]', 'z [Å]'), places[:_SHOWN]),
            rest,
        ),
    )


@structure.command()
@click.argument('structure_id', metavar='STRUCTURE')
@click.option(
    '--format', type=click.Choice(FORMATS), default='cif', show_default=True, help='Format of the file.'
)
@click.option(
    '--output', type=click.Path(dir_okay=False, path_type=Path), help='File to write; else it is printed.'
)
@click.option('--force', is_flag=True, help='Overwrite the file.')
@json_option
def export(structure_id: str, format: str, output: Path | None, force: bool, json: bool) -> None:
    """Write STRUCTURE (pk or UUID) as a file; each format can be imported again."""
    use_profile()
    text = export_text(find_structure(structure_id).get_ase(), format)
    if output is None:
        emit({'format': format, 'content': text}, json, lambda: click.echo(text, nl=False))
        return
    try:
        with output.open('w' if force else 'x', encoding='utf-8') as handle:
            handle.write(text)
    except FileExistsError:
        raise CliError(f'{output} exists; --force overwrites it') from None
    except OSError as error:
        raise CliError(f'{output}: {error.strerror}') from None
    emit({'format': format, 'path': str(output)}, json, lambda: f'wrote {output}')
