"""Data sets that grow: the rows of one and new results, with the test rows kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.calculations.dataset import NO_ROWS, collected
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.ml.rows import Row, describe_problems, without_repeats
from nanoos_plugins.ml.settings import TrainSettings

#: Split that `hold_out` makes, and its parts; what comes later is of the latter.
HELD_OUT = 'held_out'
TEST, TRAIN = 'test', 'train'
#: Exit status when there are too few rows to hold some out.
TOO_FEW = 312


@calcfunction
def hold_out(dataset: Dataset, settings: orm.Dict) -> Dataset | ExitCode:
    """Return the data set with a split `held_out`, whose part `test` is what a training would hold back.

    Models that learn from more and more rows can then be compared, for all are tested on the same ones.
    Fails with exit status 312 for too few rows.

    :param settings: of the training, see `nanoos_plugins.ml.settings`.
    """
    from nanoos_plugins.runners.train import test_rows

    try:
        rows = set(test_rows(dataset.table, TrainSettings.model_validate(settings.get_dict())).tolist())
    except ValueError as error:
        return ExitCode(TOO_FEW, str(error))
    parts = [TEST if row in rows else TRAIN for row in range(len(dataset))]
    return _grown(dataset, HELD_OUT, parts, [], [])


@calcfunction
def extend_dataset(dataset: Dataset, settings: orm.Dict, **nodes: Any) -> dict[str, orm.Data] | ExitCode:
    """Add structures and a quantity of their results to a data set; they are not of its test.

    Fails with exit status 311 when there is no new row.

    :param settings: `quantity`, its name in the results, in the unit of the data set, and `split`, the one
        that is kept.
    :param nodes: `structure_<i>` and `results_<i>` of each new row.
    :return: `dataset`, and `left_out` (`rows`: i and the reason of each that is no row).
    """
    given = {**settings.get_dict(), 'unit': dataset.unit}
    rows, problems, uuids, _ = collected(given, nodes)
    count = len(dataset)
    known = [
        Row(row, '', structure, float(target))
        for row, (structure, target) in enumerate(zip(dataset.structures(), dataset.targets, strict=True), 1)
    ]
    unique, repeated = without_repeats([*known, *(replace(row, number=count + row.number) for row in rows)])
    new = [row for row in unique if row.number > count]
    problems += [replace(one, number=one.number - count) for one in repeated if one.number > count]
    if not new:
        return ExitCode(NO_ROWS, f'no row can be used: {"; ".join(describe_problems(problems, 5))}')
    parts = [*dataset.split(given['split']).astype(str).tolist(), *[TRAIN] * len(new)]
    grown = _grown(dataset, given['split'], parts, new, [uuids[row.number - count] for row in new])
    left_out = orm.Dict({'rows': [{'row': one.number, 'reason': one.reason} for one in problems]})
    return {'dataset': grown, 'left_out': left_out}


def _grown(
    dataset: Dataset, split: str, parts: Sequence[str], new: Sequence[Row], uuids: Sequence[str]
) -> Dataset:
    """Return a data set with its own rows first, then new ones, and one split of all of them.

    Forces do not go along: new rows have a quantity alone.
    """
    table = dataset.table
    return Dataset(
        name=dataset.name,
        target=dataset.target,
        unit=dataset.unit,
        structures=[*dataset.structures(), *(row.structure for row in new)],
        targets=[*dataset.targets.tolist(), *(row.target for row in new)],
        names=[*table['names'].tolist(), *(row.name for row in new)],
        uuids=[*table['uuids'].tolist(), *uuids],
        splits={split: parts},
        left_out=dataset.base.attributes.get('left_out'),
    )
