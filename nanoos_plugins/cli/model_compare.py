"""`nanoos model compare`: which of several models is the best on the same rows, and whether by chance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from nanoos_plugins.cli.find_node import find_node
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.data.model import Model
from nanoos_plugins.data.tested import Tested, tested_alike
from nanoos_plugins.ml.comparison import difference_of_errors

METRICS = ('mae', 'rmse', 'r2', 'coverage')


@click.command()
@click.argument('models', metavar='MODEL MODEL...', nargs=-1, required=True)
@click.option('--seed', type=click.IntRange(min=0), default=0, show_default=True, help='Of the bootstrap.')
@json_option
def compare(models: tuple[str, ...], seed: int, json: bool) -> None:
    """Compare MODELs (pks or UUIDs) that were tested on the same rows of one data set.

    The last columns say by how much the mean absolute error exceeds that of the first MODEL, with the 95 %
    confidence interval of a paired bootstrap over the rows: one that holds 0 may be chance.
    """
    use_profile()
    try:
        found = tested_alike([find_node(one, Model, 'model') for one in models])
        first = found[0]
        entries = [_entry(one, first, seed) for one in found]
    except ValueError as error:
        raise CliError(str(error)) from None
    head = {'dataset': first.dataset.pk, 'rows': len(first.rows), 'unit': first.model.unit, 'seed': seed}
    columns = ('pk', 'name', 'kind', *METRICS, 'difference', 'low', 'high')
    title = (
        f'{first.model.target} [{first.model.unit or "-"}], {len(first.rows)} rows of data set '
        f'{first.dataset.name} (pk {first.dataset.pk}); differences in mae from model {first.model.pk}'
    )
    cells = [[_told(one | (one['difference'] or {}), key) for key in columns] for one in entries]
    emit({**head, 'models': entries}, json, lambda: rows(columns, cells, title=title))


def _entry(one: Tested, first: Tested, seed: int) -> dict[str, Any]:
    """Return what is told of a model; the first one's difference from itself is None."""
    found = one.model
    difference = None if one is first else asdict(difference_of_errors(one.errors, first.errors, seed=seed))
    return {
        'pk': found.pk,
        'uuid': found.uuid,
        'name': found.name,
        'kind': found.base.attributes.get('kind'),
        **{key: found.metrics.get(key) for key in METRICS},
        'difference': difference,
    }


def _told(entry: dict[str, Any], key: str) -> Any:
    value = entry.get('value' if key == 'difference' else key)
    return f'{value:.4g}' if isinstance(value, float) else value
