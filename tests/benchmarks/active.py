"""How many labels a model needs that chooses them itself, beside one that gets them at random.

`DATA`: a table of structures, see `nanoos_plugins.ml.table`; `TARGET`: columns of it, separated by commas,
see `ml_tasks.tasks_of`; `ACQUISITIONS`: some ways to choose; `MODEL`: kind of model; `SEEDS`: how many;
`CACHE`: folder where features are kept.

The pool is all but the first of the published folds, and that fold is the test. A curve begins with
`SIZES[0]` rows of the pool chosen at random, the same for all ways; whenever it has as many labels as the
next of `SIZES` the model learns anew. A way to choose ends at half of the pool, random goes on to all of it.
`share` says, for the error that random labels reach with so many, which share of these the way to choose
needs, interpolated in its own curve (both means over seeds); none when it has not got there with half of the
pool.
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
CHOSEN = (os.environ.get('ACQUISITIONS') or 'variance,determinant,deviation').split(',')
BEST = 'variance'
SIZES = (100, 200, 300, 400, 600, 800, 1000, 1200, 1600, 2000, 2400, 2800)
TARGETS = {'share': '<= 0.5 of the labels that random needs for the same error'}

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def learning(how: str, inputs: Inputs, task: Task, test: Integers, seed: int, sizes: list[int]) -> Floats:
    """Return the mean absolute error on the test rows with so many labels, (n_sizes,)."""
    pool = np.setdiff1d(np.arange(len(inputs)), test)
    among, of_test = inputs.take(pool), inputs.take(test)
    known = np.random.default_rng(seed).permutation(len(pool))[: sizes[0]]
    errors = []
    for now, after in zip(sizes, [*sizes[1:], sizes[-1]], strict=True):
        model = MODELS[MODEL]().fit(among.take(known), task.targets[pool[known]])
        errors.append(np.abs(model.predict(of_test).mean - task.targets[test]).mean())
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
    return float((sizes[last - 1] + part * (sizes[last] - sizes[last - 1])) / count)


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
        found[how] = {
            'labels': sizes,
            'mae': [round(float(one), 4) for one in means[how]],
            'sd': [round(float(one), 4) for one in curves.std(axis=0)],
            'cpu_s': round((time.process_time() - begin) / SEEDS, 1),
        }
        if how != RANDOM:
            shares = [
                share(half, means[how], wanted, size)
                for size, wanted in zip(whole, means[RANDOM], strict=True)
            ]
            found[how]['share'] = {
                size: None if one is None else round(one, 2)
                for size, one in zip(whole[1:], shares[1:], strict=True)
            }
        print(task.label, how, found[how], file=sys.stderr, flush=True)
    return found


def table(name: str, found: dict[str, Any]) -> list[list[str]]:
    """Return the rows for people: errors by labels, and the share of the labels that are needed."""
    rows = [[f'{name}, {MODEL}', *[''] * (1 + len(CHOSEN))]]
    for place, size in enumerate(found[RANDOM]['labels']):
        cells = [f'  {size}']
        for how in (RANDOM, *CHOSEN):
            one = found[how]
            part = one.get('share', {}).get(size)
            if size in one['labels']:
                place = one['labels'].index(size)
                cells.append(f'{one["mae"][place]:.4f} ± {one["sd"][place]:.4f}')
            else:
                cells.append('')
            if part is not None:
                cells[-1] = f'{cells[-1]} ({part:.2f})'.strip()
        rows.append(cells)
    return rows


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
    best = [found[BEST]['share'] for found in figures.values() if BEST in found]
    holds = all(any(one is not None and one <= 0.5 for one in shares.values()) for shares in best)
    report('active', ['labels', RANDOM, *CHOSEN], rows, figures, TARGETS, holds)


if __name__ == '__main__':
    main()
