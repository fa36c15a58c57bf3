"""What the models are tested on: a target of a table, the folds, and features kept between runs."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models.inputs import Inputs, elements_of, inputs_of
from nanoos_plugins.ml.splits import compositions, grouped_folds, prototypes, random_folds
from nanoos_plugins.ml.table import Table

#: Of the published folds: row `name` is dealt out by the SHA-256 of `0:name`, see `splits.random_folds`.
SEED, FOLDS = 0, 5

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """One target: `name` as it was written, `label` for people, and its rows of the table.

    `of_two`: whether it is 0 or 1, and models are ranked by the area under their ROC curve.
    """

    name: str
    label: str
    rows: Integers
    targets: Floats
    of_two: bool = False


def tasks_of(name: str, values: Floats) -> list[Task]:
    """Return what a target asks for: `column`, or one of `log10:`, `linear:`, `positive:`, `nonzero:column`.

    Alone, a column that is positive and spans more than two decades is learnt as its logarithm, and one that
    is 0 in more than half of the rows as two tasks: whether it is positive, and how large where it is.
    """
    known = np.flatnonzero(np.isfinite(values))
    given = values[known]
    how, _, column = name.rpartition(':')
    if not how and (given == 0).mean() > 0.5:
        return tasks_of(f'positive:{column}', values) + tasks_of(f'nonzero:{column}', values)
    if how == 'log10' or (not how and given.min() > 0 and given.max() > 100 * given.min()):
        return [Task(name, f'log10 {column}', known[given > 0], np.log10(given[given > 0]))]
    if how == 'positive':
        return [Task(name, f'{column} > 0 or not', known, (given > 0).astype(np.float64), of_two=True)]
    if how == 'nonzero':
        return [Task(name, f'{column} where > 0', known[given > 0], given[given > 0])]
    return [Task(name, column, known, given)]


def folds_of(table: Table, rows: Integers, split: str) -> list[Integers]:
    """Return the folds of some rows of a table, as places in these.

    :param split: `random`, `composition`, `prototype`, or `first:column`: the first element of the formula in
        a column, which of perovskites is the A site.
    """
    structures = [table.structures[row] for row in rows]
    if split == 'random':
        return random_folds([table.names[row] for row in rows], FOLDS, SEED)
    if split.startswith('first:'):
        formulas = [str(table.columns[split.removeprefix('first:')][row]) for row in rows]
        firsts = [re.match('[A-Z][a-z]?', formula) for formula in formulas]
        return grouped_folds([first.group() if first else '' for first in firsts], FOLDS, SEED)
    group: dict[str, Callable[..., list[str]]] = {'composition': compositions, 'prototype': prototypes}
    return grouped_folds(group[split](structures), FOLDS, SEED)


def inputs_of_table(table: Table, content: bytes) -> tuple[Inputs, float]:
    """Return the rows as inputs, and the CPU seconds that their features took now or when they were made."""
    folder = Path(os.environ.get('CACHE') or Path(tempfile.gettempdir()) / 'nanoos-bench-ml')
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f'features-{hashlib.sha256(content).hexdigest()[:16]}.npz'
    if not path.exists():
        begin = time.process_time()
        features = inputs_of(table.structures).features
        seconds = np.array(time.process_time() - begin)
        beside = path.with_suffix('.new.npz')
        np.savez(beside, seconds=seconds, **features)
        beside.replace(path)
    with np.load(path) as held:
        features = {name: held[name] for name in held.files if name != 'seconds'}
        return Inputs(elements_of(table.structures), features, table.structures), float(held['seconds'])
