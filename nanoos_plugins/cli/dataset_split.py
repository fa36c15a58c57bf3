"""`nanoos dataset split`: which rows of a data set a model is tested on."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

import click
from aiida import orm
from pydantic import ValidationError

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.cli.find_node import find_node
from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.launch import run
from nanoos_plugins.ml.divide import By, SplitSettings

#: Leaks that are told one by one.
_TOLD = 20
DEFAULTS = {key: field.default for key, field in SplitSettings.model_fields.items()}

by_choice = click.Choice(get_args(By))


@click.command()
@click.argument('dataset_id', metavar='DATASET')
@click.argument('name')
@click.option('--by', type=by_choice, required=True, help='What the rows of one fold have in common.')
@click.option('--folds', type=int, default=DEFAULTS['folds'], show_default=True, help='How many.')
@click.option('--seed', type=int, default=DEFAULTS['seed'], show_default=True, help='Of the order.')
@click.option(
    '--test', type=float, default=DEFAULTS['test'], show_default=True, help='By time: part that came last.'
)
@json_option
def split(dataset_id: str, name: str, by: str, folds: int, seed: int, test: float, json: bool) -> None:
    """Make of DATASET (pk or UUID) one with the split NAME, and tell what leaks from fold to fold.

    DATASET stays as it is. Folds by first element are by that of the rows' names, which must be formulas.
    """
    use_profile()
    found = find_node(dataset_id, Dataset, 'data set')
    made, leaks = divided(found, name=name, by=by, folds=folds, seed=seed, test=test)
    tell_leaks(leaks)
    sizes = part_sizes(made)[name]
    data = {'pk': made.pk, 'uuid': made.uuid, **made.base.attributes.all, 'parts': sizes, 'leaks': leaks}
    told = ', '.join(f'{count} rows in {part}' for part, count in sizes.items())
    emit(data, json, lambda: f'data set {made.name} (pk {made.pk}), split {name}: {told}')


def divided(dataset: Dataset, **settings: Any) -> tuple[Dataset, dict[str, Any]]:
    """Return a data set with a split more, and what leaks in it, as `nanoos.split_dataset` makes them.

    :raises CliError: for a split that cannot be made.
    """
    try:
        given = SplitSettings.model_validate(settings).model_dump(mode='json')
    except ValidationError as error:
        raise CliError(explain(error)) from None
    process = run('nanoos.split_dataset', {'dataset': dataset, 'settings': orm.Dict(given)})
    if not process.is_finished_ok:
        raise CliError(process.exit_message or 'no split was made')
    return process.outputs.dataset, process.outputs.leaks.get_dict()


def tell_leaks(leaks: dict[str, Any]) -> None:
    """Say on standard error which crystals are in several parts of a split."""
    for numbers, names in list(zip(leaks['groups'], leaks['names'], strict=True))[:_TOLD]:
        told = ', '.join(f'{number} ({name})' for number, name in zip(numbers, names, strict=True))
        click.echo(f'leak: rows {told} are one crystal in several parts', err=True)
    if len(leaks['groups']) > _TOLD:
        click.echo(f'and {len(leaks["groups"]) - _TOLD} more leaks', err=True)
    if leaks['groups']:
        click.echo('a split --by composition keeps such rows together', err=True)


def part_sizes(dataset: Dataset) -> dict[str, dict[str, int]]:
    """Return for each split how many rows each part has."""
    names = dataset.base.attributes.get('splits')
    counted = {name: Counter(dataset.split(name).astype(str).tolist()) for name in names}
    return {name: dict(sorted(counts.items())) for name, counts in counted.items()}
