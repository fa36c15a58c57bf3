"""How far the error of a network scatters with its seed, beside what being killed changes of it.

`DATA`: a table of structures, see `nanoos_plugins.ml.table`; `TARGET`: a column of it, see
`ml_tasks.tasks_of`; `ROWS`: so many rows of it, chosen at random, 0 for all; `MODELS`: kinds of networks;
`SEEDS`: how many. Without `DATA` made-up crystals are learnt from, and their density.

The test is the first of the published folds. Of seed 0 the training is repeated in a process of its own that
is killed (SIGKILL) when half of its epochs are done, and gone on with from the states that it left.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.models.load import new_model
from nanoos_plugins.ml.models.training import Epoch
from nanoos_plugins.ml.table import read_table
from nanoos_plugins.ml.uncertainty import calibrated
from tests.benchmarks.ml_speed import rock_salts
from tests.benchmarks.ml_tasks import folds_of, tasks_of
from tests.benchmarks.report import end_on_sigterm, report

DATA = os.environ.get('DATA', '')
TARGET = os.environ.get('TARGET') or 'bulk_modulus_vrh'
ROWS = int(os.environ.get('ROWS') or 800)
SEEDS = int(os.environ.get('SEEDS') or 5)
CHOSEN = (os.environ.get('MODELS') or 'cgcnn,edge-gated').split(',')
TARGETS = {'difference': '<= sd of the seeds'}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Rows to learn from and rows to test on, with their targets; `label`: what these are."""

    label: str
    inputs: Inputs
    targets: Floats
    test: Inputs
    truth: Floats


def rows_given() -> Rows:
    """Return the rows that are asked for."""
    if not DATA:
        structures = rock_salts(ROWS or 800)
        densities = np.array([float(one.density) for one in structures])
        return _divided('density [g/cm³]', structures, densities, np.arange(0, len(structures), 5))
    table = read_table(Path(DATA))
    task = tasks_of(TARGET, table.numbers(TARGET.rpartition(':')[2]))[0]
    chosen = np.sort(np.random.default_rng(0).permutation(len(task.rows))[: ROWS or None])
    test = np.flatnonzero(np.isin(chosen, folds_of(table, task.rows, 'random')[0]))
    structures = [table.structures[row] for row in task.rows[chosen]]
    return _divided(task.label, structures, task.targets[chosen], test)


def _divided(label: str, structures: list[Any], targets: Floats, test: npt.NDArray[np.int64]) -> Rows:
    inputs = Inputs(elements_of(structures), {}, structures)
    others = np.setdiff1d(np.arange(len(inputs)), test)
    return Rows(label, inputs.take(others), targets[others], inputs.take(test), targets[test])


def predicted(kind: str, rows: Rows, seed: int, **own: Any) -> tuple[Floats, int]:
    """Return what a network says of the test, and how many epochs it learnt for."""
    make = partial(new_model, kind, {}, seed=seed, **own)
    model, _ = calibrated(make, rows.inputs, rows.targets, refit=False)
    return model.predict(rows.test).mean, len(model.losses)


def until_killed(kind: str, rows: Rows, epochs: int, states: Path) -> None:
    """Train with seed 0, and be killed when so many epochs are done."""

    def watch(epoch: Epoch) -> None:
        if epoch.number >= epochs:
            os.kill(os.getpid(), signal.SIGKILL)

    predicted(kind, rows, 0, watch=watch, states=states)


def gone_on(kind: str, rows: Rows, epochs: int) -> Floats:
    """Return what a network with seed 0 says of the test that was killed after so many epochs."""
    resumed: list[bool] = []
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        states = Path(folder)
        # A new interpreter, as a job that is started again is one.
        process = multiprocessing.get_context('spawn').Process(
            target=until_killed, args=(kind, rows, epochs, states)
        )
        process.start()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            sys.exit(f'{kind}: the training ended with {process.exitcode} before it was killed')
        found, _ = predicted(kind, rows, 0, watch=lambda epoch: resumed.append(epoch.resumed), states=states)
    if sum(resumed) != epochs:
        sys.exit(f'{kind}: it went on after {sum(resumed)} epochs, expected {epochs}')
    return found


def measured(kind: str, rows: Rows) -> dict[str, Any]:
    """Return the figures of a kind of network."""
    begin = time.process_time()
    found = [predicted(kind, rows, seed) for seed in range(SEEDS)]
    seconds = (time.process_time() - begin) / SEEDS
    errors = [float(np.abs(means - rows.truth).mean()) for means, _ in found]
    half = found[0][1] // 2
    again = gone_on(kind, rows, half)
    return {
        'mae': [round(one, 5) for one in errors],
        'mean': round(float(np.mean(errors)), 5),
        'sd': round(float(np.std(errors, ddof=1)), 5),
        'epochs': [epochs for _, epochs in found],
        'cpu_s': round(seconds, 1),
        'killed_after': half,
        'difference': abs(float(np.abs(again - rows.truth).mean()) - errors[0]),
        'largest_difference_of_a_prediction': float(np.abs(again - found[0][0]).max()),
    }


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    rows = rows_given()
    figures: dict[str, Any] = {'target': rows.label, 'learnt': len(rows.inputs), 'tested': len(rows.test)}
    lines = []
    for kind in CHOSEN:
        found = figures[kind] = measured(kind, rows)
        lines.append(
            [
                kind,
                ' '.join(f'{one:.4f}' for one in found['mae']),
                f'{found["mean"]:.4f} ± {found["sd"]:.4f}',
                f'{found["killed_after"]} of {found["epochs"][0]}',
                f'{found["difference"]:.2g}',
                f'{found["cpu_s"]:.1f}',
            ]
        )
        print(*lines[-1], sep='  ', file=sys.stderr, flush=True)
    columns = [f'MAE, {rows.label}', 'of each seed', 'mean ± sd', 'killed after', 'difference', 'CPU s']
    holds = all(figures[kind]['difference'] <= figures[kind]['sd'] for kind in CHOSEN)
    report('seeds', columns, lines, figures, TARGETS, holds)


if __name__ == '__main__':
    main()
