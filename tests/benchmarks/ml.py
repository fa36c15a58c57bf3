"""How well models predict properties of crystals, what their error bars are worth, and how fast all is.

`DATA`: a table of structures, see `nanoos_plugins.ml.table`; `TARGET`: columns of it, separated by commas,
see `ml_tasks.tasks_of`; `SPLIT`: `random` (the published folds), `composition`, `prototype` or
`first:column`, see `ml_tasks.folds_of`; `MODELS`: some of them; `FOLDS`: only so many of the five; `CACHE`:
folder where features are kept. Without `DATA` only the speed of features is measured, on made-up crystals.
CPU seconds are those of a fold: learning, calibrating and predicting. CGCNN is slow, so it learns from nine
tenths of the rows only and is calibrated by the rest.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from nanoos_plugins.ml.models.cgcnn import Cgcnn
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Model
from nanoos_plugins.ml.models.ridge import Ridge
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.splits import duplicates, leaks
from nanoos_plugins.ml.table import read_table
from nanoos_plugins.ml.uncertainty import calibrated
from tests.benchmarks import ml_speed
from tests.benchmarks.ml_tasks import Task, folds_of, inputs_of_table, tasks_of
from tests.benchmarks.report import end_on_sigterm, report

DATA = os.environ.get('DATA', '')
TARGET = os.environ.get('TARGET') or 'bulk_modulus_vrh,shear_modulus_vrh'
SPLIT = os.environ.get('SPLIT') or 'random'
FOLDS = int(os.environ.get('FOLDS') or 5)
BEST = 'student'
#: What is compared. `ridge` and `gp` read frozen features alone, `cgcnn` nothing that is pretrained.
WAYS: dict[str, Callable[[], Model]] = {
    'dummy': Dummy,
    'ridge': Ridge,
    'gp': GaussianProcess,
    'gp_descriptors': partial(GaussianProcess, blocks=('mean', 'descriptors')),
    # to the end, with all rows
    'cgcnn': partial(Cgcnn, held_out=0),
    'student': StudentProcess,
}
CHOSEN = (os.environ.get('MODELS') or ','.join(WAYS)).split(',')
#: Largest errors of the best model on the published folds of the binary elasticity set.
LIMITS = {'bulk_modulus_vrh': 0.055, 'shear_modulus_vrh': 0.105}
TARGETS = {
    'bulk_modulus_vrh': 'MAE of log10 <= 0.055',
    'shear_modulus_vrh': 'MAE of log10 <= 0.105',
    'coverage_90': '0.88 to 0.92',
    'decile_ratio': '>= 2',
    'graph_atoms_per_s': '>= 20000',
    'embedding_over_chgnet': '>= 0.9',
    'predict_1000_ms': '<= 1000',
}

Floats = npt.NDArray[np.float64]


def area_under_curve(scores: Floats, truth: Floats) -> float:
    """Return the probability that a row of 1 has a higher score than one of 0 (Mann & Whitney 1947)."""
    ones = truth == 1
    if not 0 < ones.sum() < len(truth):
        return float('nan')
    above = rankdata(scores)[ones].sum() - ones.sum() * (ones.sum() + 1) / 2
    return float(above / (ones.sum() * (~ones).sum()))


def tested(make: Callable[[], Model], inputs: Inputs, task: Task, folds: list[Any]) -> dict[str, Any]:
    """Return the figures of a model over the folds."""
    maes, areas, seconds, errors, deviations, inside = [], [], [], [], [], []
    for fold in folds[:FOLDS]:
        begin = time.process_time()
        others = np.setdiff1d(np.arange(len(inputs)), fold)
        model, calibration = calibrated(make, inputs.take(others), task.targets[others], refit=False)
        found = model.predict(inputs.take(fold))
        seconds.append(time.process_time() - begin)
        truth = task.targets[fold]
        error = np.abs(found.mean - truth)
        maes.append(error.mean())
        areas.append(area_under_curve(found.mean, truth))
        errors.append(error)
        deviations.append(found.deviation)
        inside.append(error <= calibration.scale * found.deviation)
    figures = {
        'mae': round(float(np.mean(maes)), 4),
        'sd': round(float(np.std(maes)), 4),
        'cpu_s': round(float(np.mean(seconds)), 2),
    }
    if task.of_two:
        return figures | {
            'auc': round(float(np.nanmean(areas)), 4),
            'auc_sd': round(float(np.nanstd(areas)), 4),
        }
    figures['coverage_90'] = round(float(np.concatenate(inside).mean()), 4)
    return figures | _decile_ratio(np.concatenate(errors), np.concatenate(deviations))


def _decile_ratio(errors: Floats, deviations: Floats) -> dict[str, float]:
    """Return the mean error of the tenth with the largest deviations over that with the smallest."""
    if not np.ptp(deviations) > 1e-9 * deviations.max() or len(np.unique(deviations)) <= FOLDS:
        return {}
    order, tenth = np.argsort(deviations), max(len(errors) // 10, 1)
    ratio = errors[order[-tenth:]].mean() / errors[order[:tenth]].mean()
    return {'decile_ratio': round(float(ratio), 2)}


def line(kind: str, figures: dict[str, Any]) -> list[str]:
    """Return a row of the table."""
    error = f'{figures["mae"]:.4f} ± {figures["sd"]:.4f}'
    if 'auc' in figures:
        error = f'AUC {figures["auc"]:.3f} ± {figures["auc_sd"]:.3f}'
    rest = [figures.get('coverage_90'), figures.get('decile_ratio')]
    return [
        f'  {kind}',
        error,
        f'{figures["cpu_s"]:.1f}',
        *['' if one is None else f'{one:.3g}' for one in rest],
    ]


def learn(figures: dict[str, Any]) -> list[list[str]]:
    """Test all models on all targets of the file; return the rows of the table."""
    path = Path(DATA)
    table = read_table(path)
    for problem in table.problems:
        print(problem, file=sys.stderr)
    inputs, seconds = inputs_of_table(table, path.read_bytes())
    figures |= {'structures': len(inputs), 'features_cpu_s': round(seconds, 1), 'split': SPLIT}
    figures |= ml_speed.features(table.structures)
    same = duplicates(table.structures)
    figures['repeated_crystals'] = len(same)
    rows = []
    columns = [(name, table.numbers(name.rpartition(':')[2])) for name in TARGET.split(',')]
    tasks = [task for name, values in columns for task in tasks_of(name, values)]
    for task in tasks:
        folds = folds_of(table, task.rows, SPLIT)
        figures.setdefault('leaks', len(leaks([task.rows[fold] for fold in folds], same)))
        some = inputs.take(task.rows)
        rows.append([task.label, f'{len(task.rows)} rows', '', '', ''])
        print(rows[-1][0], file=sys.stderr)
        for kind in CHOSEN:
            found = tested(WAYS[kind], some, task, folds)
            figures.setdefault(task.name, {})[kind] = found
            rows.append(line(kind, found))
            print(*rows[-1], sep='  ', file=sys.stderr, flush=True)
    if BEST in CHOSEN:
        some = inputs.take(tasks[0].rows)
        figures['predict_1000_ms'] = ml_speed.predicting(WAYS[BEST]().fit(some, tasks[0].targets), some)
    return rows


def holds(figures: dict[str, Any]) -> bool:
    """Return whether speed and the best model are as they should be."""
    good = [
        figures['graph_atoms_per_s'] >= 20000,
        figures['embedding_over_chgnet'] >= 0.9,
        figures.get('predict_1000_ms', 0) <= 1000,
    ]
    for name, found in figures.items():
        best = found.get(BEST) if isinstance(found, dict) else None
        if best and 'auc' not in best and SPLIT == 'random':
            good += [best['mae'] <= LIMITS.get(name, np.inf), 0.88 <= best['coverage_90'] <= 0.92]
            good.append(best['decile_ratio'] >= 2)
    return all(good)


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    figures: dict[str, Any] = {}
    rows = learn(figures) if DATA else []
    if not DATA:
        figures |= ml_speed.features(ml_speed.rock_salts())
    for name in ('graph_atoms_per_s', 'embedding_per_s', 'embedding_over_chgnet', 'predict_1000_ms'):
        if name in figures:
            rows.append([name, f'{figures[name]:g}', '', '', ''])
    columns = ['target, model', 'MAE', 'CPU s', 'coverage', 'deciles']
    report('ml', columns, rows, figures, TARGETS, bool(holds(figures)))


if __name__ == '__main__':
    main()
