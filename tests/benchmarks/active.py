"""How many labels a model needs that chooses them itself, beside one that gets them at random.

`DATA`: a table of structures, see `nanoos_plugins.ml.table`; `TARGET`: columns of it, separated by commas,
see `ml_tasks.tasks_of`; `ACQUISITIONS`: some ways to choose; `MODEL`: kind of model; `SEEDS`: how many;
`CACHE`: folder where features are kept.

The pool is all but the first of the published folds, and that fold is the test. A curve begins with
`SIZES[0]` rows of the pool chosen at random, the same for all ways; whenever it has as many labels as the
next of `SIZES` the model learns anew. A way to choose ends at half of the pool, random goes on to all of it.

There are two errors: `test`, on the fold that nothing is ever chosen from; and `pool`, of the whole pool, of
which the labelled part is known and counts as 0: what is left to find out when all of the pool is wanted.
`share` says, for the error that random labels reach with so many, which share of these a way to choose needs,
interpolated in its own curve (both means over seeds); none when it has not got there with half of the pool.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.acquisition import choose
from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.table import read_table
from tests.benchmarks.ml_tasks import Task, folds_of, inputs_of_table, tasks_of
from tests.benchmarks.report import end_on_sigterm, report

DATA = os.environ.get('DATA', '')
TARGET = os.environ.get('TARGET') or 'bulk_modulus_vrh'
SEEDS = int(os.environ.get('SEEDS') or 5)
MODEL = os.environ.get('MODEL') or 'student'
RANDOM = 'random'
CHOSEN = (os.environ.get('ACQUISITIONS') or 'error,deviation').split(',')
BEST = 'error'
SIZES = (20, 50, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400)
ERRORS = ('test', 'pool')
TARGETS = {'share': '<= 0.5 for the test error that random has with all of the pool, by error'}

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def learning(how: str, inputs: Inputs, task: Task, test: Integers, seed: int, sizes: list[int]) -> Floats:
    """Return the mean absolute errors of test rows and of the whole pool by labels, (n_sizes, 2)."""
    pool = np.setdiff1d(np.arange(len(inputs)), test)
    among, of_test, truth = inputs.take(pool), inputs.take(test), task.targets[pool]
    known = np.random.default_rng(seed).permutation(len(pool))[: sizes[0]]
    errors = []
    for now, after in zip(sizes, [*sizes[1:], sizes[-1]], strict=True):
        model = MODELS[MODEL]().fit(among.take(known), truth[known])
        tested = np.abs(model.predict(of_test).mean - task.targets[test]).mean()
        rest = np.setdiff1d(np.arange(len(pool)), known)
        left = np.abs(model.predict(among.take(rest)).mean - truth[rest]).sum() / len(pool)
        errors.append((tested, left))
        if after > now:
            chosen = choose(how, model, among, after - now, seed, known.tolist())
            known = np.concatenate([known, chosen.rows])
    return np.array(errors)


def share(sizes: Sequence[int], errors: Floats, wanted: float, count: int) -> float | None:
    """Return the labels, over `count`, with which a curve first comes down to an error; None if never."""
    below = np.flatnonzero(errors <= wanted)
    if not len(below):
        return None
    last = int(below[0])
    if last == 0:
        return sizes[0] / count
    part = (errors[last - 1] - wanted) / (errors[last - 1] - errors[last])
    return round(float((sizes[last - 1] + part * (sizes[last] - sizes[last - 1])) / count), 2)


def compared(inputs: Inputs, task: Task, test: Integers) -> dict[str, Any]:
    """Return the curves of all ways to choose, and what they need beside random."""
    pool = len(inputs) - len(test)
    whole = [size for size in SIZES if size < pool] + [pool]
    half = [size for size in SIZES if size < pool / 2] + [pool // 2]
    found: dict[str, Any] = {'pool': pool, 'tested': len(test), 'model': MODEL, 'seeds': SEEDS}
    means: dict[str, Floats] = {}
    for how in (RANDOM, *CHOSEN):
        begin = time.process_time()
        sizes = whole if how == RANDOM else half
        curves = np.array([learning(how, inputs, task, test, seed, sizes) for seed in range(SEEDS)])
        means[how] = curves.mean(axis=0)
        found[how] = {'labels': sizes, 'cpu_s': round((time.process_time() - begin) / SEEDS, 1)}
        for column, name in enumerate(ERRORS):
            mean, wanted = means[how][:, column], means[RANDOM][:, column]
            found[how][name] = {
                'mae': mean.round(4).tolist(),
                'sd': curves[:, :, column].std(axis=0).round(4).tolist(),
                'share': {
                    size: share(sizes, mean, one, size)
                    for size, one in zip(whole[1:], wanted[1:], strict=True)
                    if how != RANDOM
                },
            }
        print(task.label, how, found[how], file=sys.stderr, flush=True)
    return found


def table(name: str, found: dict[str, Any]) -> list[list[str]]:
    """Return the rows for people: errors by labels, and behind them the share of labels that are needed."""
    rows = []
    for error in ERRORS:
        rows.append([f'{name}, {error}', *[''] * (1 + len(CHOSEN))])
        for size in found[RANDOM]['labels']:
            cells = [_cell(found[how]['labels'], found[how][error], size) for how in (RANDOM, *CHOSEN)]
            rows.append([f'  {size}', *cells])
    return rows


def _cell(sizes: Sequence[int], curve: dict[str, Any], size: int) -> str:
    parts = []
    if size in sizes:
        place = sizes.index(size)
        parts.append(f'{curve["mae"][place]:.4f} ± {curve["sd"][place]:.4f}')
    if curve['share'].get(size) is not None:
        parts.append(f'({curve["share"][size]:.2f})')
    return ' '.join(parts)


def holds(figures: dict[str, Any]) -> bool:
    """Return whether the best way to choose needs half of the labels for what random reaches with all."""
    shares = [found[BEST]['test']['share'][found['pool']] for found in figures.values() if BEST in found]
    return all(one is not None and one <= 0.5 for one in shares)


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    if not DATA:
        sys.exit('DATA: name a table of structures, as in make bench-active DATA=elasticity.json.gz')
    path = Path(DATA)
    held = read_table(path)
    inputs, _ = inputs_of_table(held, path.read_bytes())
    figures: dict[str, Any] = {}
    rows = []
    for name in TARGET.split(','):
        for task in tasks_of(name, held.numbers(name.rpartition(':')[2])):
            test = folds_of(held, task.rows, 'random')[0]
            figures[task.name] = compared(inputs.take(task.rows), task, test)
            rows += table(task.label, figures[task.name])
    report('active', ['labels', RANDOM, *CHOSEN], rows, figures, TARGETS, holds(figures))


if __name__ == '__main__':
    main()
