"""`nanoos dataset`: structures with a target each, to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from aiida import orm

from nanoos_plugins.cli.dataset_split import by_choice, divided, part_sizes, split, tell_leaks
from nanoos_plugins.cli.find_node import find_node
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import page, page_options, tell_rest, use_profile
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.dataset_inputs import dataset_inputs, force_inputs
from nanoos_plugins.graph.datasets import list_datasets
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.lineage import lineage
from nanoos_plugins.job_inputs import WORKFLOWS
from nanoos_plugins.launch import run

#: Rows left out that are told one by one.
_TOLD = 20


@click.group()
def dataset() -> None:
    """Make data sets to learn from, out of files and out of results."""


dataset.add_command(split)
split_option = click.option(
    '--split-by', type=by_choice, help='Split it, too, under this name, into 5 folds.'
)


@dataset.command('import')
@click.argument('file', type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option('--target', required=True, help='Name of the column of targets.')
@click.option('--unit', default='', help='Its unit.  [default: that of the column `unit`, else none]')
@click.option('--structure', help='Column of structures.  [default: structure, cif or atoms]')
@click.option('--names', help='Column that names the rows.  [default: id, mp_id, material_id or name]')
@click.option(
    '--split', 'splits', multiple=True, metavar='COLUMN', help='Column that says the fold of each row.'
)
@split_option
@click.option('--name', help='Name of the data set.  [default: that of the file]')
@json_option
def import_command(
    file: Path,
    target: str,
    unit: str,
    structure: str | None,
    names: str | None,
    splits: tuple[str, ...],
    split_by: str | None,
    name: str | None,
    json: bool,
) -> None:
    """Make a data set of FILE: JSON of records or of matminer (also .gz), or CSV with a column of CIFs.

    Rows that cannot be used are left out, each with its reason.
    """
    use_profile()
    settings = {'name': name or file.name.split('.')[0], 'target': target, 'unit': unit}
    columns = {'structure': structure, 'names': names, 'splits': list(splits)}
    given = orm.Dict(settings | {key: value for key, value in columns.items() if value})
    inputs = {'file': orm.SinglefileData(file.resolve()), 'settings': given}
    _emit_made(run('nanoos.import_dataset', inputs), split_by, json)


@dataset.command()
@click.argument('name')
@click.option('--workflow', type=click.Choice(WORKFLOWS), help='Of which jobs.')
@click.option('--quantity', metavar='OUTPUT.QUANTITY', help='What of their results, as in eos.bulk_modulus.')
@click.option('--unit', help='Unit that it must have; other results are left out.')
@click.option(
    '--forces',
    is_flag=True,
    help='Instead of these three: energies an atom [eV/atom] of all single simulations, those within other '
    'jobs among them, with their forces [eV/Å] and, where there are, stresses [GPa].',
)
@click.option('--engine', help='Only jobs by this engine.')
@split_option
@json_option
def create(
    name: str,
    workflow: str | None,
    quantity: str | None,
    unit: str | None,
    forces: bool,
    engine: str | None,
    split_by: str | None,
    json: bool,
) -> None:
    """Make the data set NAME of the jobs that ended well: their structures and a quantity of their results.

    Of several jobs for the same structure the newest counts. With --forces it is one that a potential can
    learn from: of a relaxation its last structure, and only those by one engine, for the energies of others
    do not count from the same.
    """
    use_profile()
    if forces and any((workflow, quantity, unit)):
        raise CliError('--forces: expected no --workflow, --quantity or --unit beside it')
    try:
        if forces:
            inputs = force_inputs(name, engine)
        elif workflow and quantity and unit is not None:
            inputs = dataset_inputs(name, workflow, quantity, unit, engine)
        else:
            raise ValueError('expected --workflow, --quantity and --unit, or --forces')
    except ValueError as error:
        raise CliError(str(error)) from None
    _emit_made(run('nanoos.collect_dataset', inputs), split_by, json)


@dataset.command('list')
@page_options
@json_option
def list_command(limit: int, after: Cursor | None, json: bool) -> None:
    """List the data sets, newest first."""
    use_profile()
    found, behind = list_datasets(limit, after)
    keys = ('pk', 'name', 'target', 'unit', 'count', 'owner')
    emit(
        page('datasets', found, behind),
        json,
        lambda: rows(keys, [[row[key] for key in keys] for row in found]),
    )
    tell_rest('nanoos dataset list', behind, json)


@dataset.command()
@click.argument('dataset_id', metavar='DATASET')
@json_option
def show(dataset_id: str, json: bool) -> None:
    """Show DATASET (pk or UUID): what it holds, and how its targets are spread."""
    use_profile()
    found = find_node(dataset_id, Dataset, 'data set')
    targets = found.targets
    facts = {
        'pk': found.pk,
        'uuid': found.uuid,
        **found.base.attributes.all,
        'splits': part_sizes(found),
        'lineage': lineage(found.pk),
        'mean': float(targets.mean()),
        'standard_deviation': float(targets.std()),
        'least': float(targets.min()),
        'greatest': float(targets.max()),
    }
    emit(facts, json, lambda: rows(('', 'data set'), list(facts.items())))


def _emit_made(process: orm.ProcessNode, split_by: str | None, json: bool) -> None:
    """Print the data set that a process made, split if asked for, and which rows it left out."""
    if not process.is_finished_ok:
        raise CliError(process.exit_message or 'no data set was made')
    made: Dataset = process.outputs.dataset
    left_out = process.outputs.left_out['rows']
    for one in left_out[:_TOLD]:
        click.echo(f'row {one["row"]} left out: {one["reason"]}', err=True)
    if len(left_out) > _TOLD:
        click.echo(f'and {len(left_out) - _TOLD} more rows', err=True)
    more: dict[str, Any] = {'rows_left_out': left_out}
    if split_by is not None:
        try:
            made, more['leaks'] = divided(made, name=split_by, by=split_by)
        except CliError as error:
            raise CliError(f'data set {made.pk} was made, but not split: {error.message}') from None
        tell_leaks(more['leaks'])
    data = {'pk': made.pk, 'uuid': made.uuid, **made.base.attributes.all, **more}
    emit(data, json, lambda: f'data set {made.name} (pk {made.pk}): {len(made)} structures')
