"""What the flag `outside` is worth: the errors of rows that it marks, by which reason, and what it costs.

`DATA`: a table of structures, see `nanoos_plugins.ml.table`; `TARGET`, `SPLIT`, `FOLDS` and `CACHE`: as of
the benchmark `ml`; `SECOND`: the network that is asked besides.

For each fold `student` learns from the others, and of each row of the fold it is noted how far it is from
what was learnt from (over the limit of the domain), and how far two networks are apart on it (over the limit
of their agreement). `auc`: the probability that a row with one of the largest tenth of the errors has a
higher score than one of the others; `either`: the larger of both scores; `deviation`: what the model says.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.embedding import load
from nanoos_plugins.ml.models.inputs import DISAGREEMENT, Inputs, inputs_of
from nanoos_plugins.ml.models.student import StudentProcess
from nanoos_plugins.ml.predictor import BLOCK, Predictor
from nanoos_plugins.ml.second import disagreement
from nanoos_plugins.ml.second import load as load_second
from nanoos_plugins.ml.table import Table, read_table
from tests.benchmarks.ml import FOLDS, SPLIT, TARGET, area_under_curve
from tests.benchmarks.ml_tasks import Task, folds_of, inputs_of_table, tasks_of
from tests.benchmarks.report import end_on_sigterm, report

DATA = os.environ.get('DATA', '')
SECOND = os.environ.get('SECOND') or 'chgnet-0.2.0'
#: Structures that features are timed on, and how often each way is timed, in turn.
COUNT, TURNS = 160, 3
#: What a row is ranked by.
SCORES = ('distance', 'disagreement', 'either', 'deviation')
TARGETS = {'ratio': 'error of the rows that only the disagreement marks >= 1.5 times that of those inside'}

Floats = npt.NDArray[np.float64]


def with_disagreement(table: Table, content: bytes) -> Inputs:
    """Return the rows as inputs, also with the disagreement, which is kept between runs."""
    inputs, _ = inputs_of_table(table, content)
    folder = Path(os.environ.get('CACHE') or Path(tempfile.gettempdir()) / 'nanoos-bench-ml')
    path = folder / f'{SECOND}-{hashlib.sha256(content).hexdigest()[:16]}.npy'
    if not path.exists():
        found = disagreement(table.structures, inputs.features['energy'], second=SECOND)
        beside = path.with_suffix('.new.npy')
        np.save(beside, found)
        beside.replace(path)
    return Inputs(inputs.elements, {**inputs.features, DISAGREEMENT: np.load(path)}, inputs.structures)


def cost(structures: list[Any]) -> dict[str, float]:
    """Return the CPU time of the features of a structure without and with the second network [ms]."""
    # What is made once a process is made.
    load()
    load_second(SECOND)
    some = structures[:: max(len(structures) // COUNT, 1)][:COUNT]
    seconds: dict[str | None, list[float]] = {None: [], SECOND: []}
    for _ in range(TURNS):
        for second, taken in seconds.items():
            begin = time.process_time()
            inputs_of(some, second=second)
            taken.append(time.process_time() - begin)
    alone, both = (1000 * float(np.median(taken)) / len(some) for taken in seconds.values())
    return {'features_ms': round(alone, 2), 'with_second_ms': round(both, 2)}


def tested(inputs: Inputs, task: Task, fold: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the errors of a fold, (n,), and its scores, (n, 4) as `SCORES`."""
    others = np.setdiff1d(np.arange(len(inputs)), fold)
    learnt = Predictor.learn(StudentProcess, inputs.take(others), task.targets[others], second=SECOND)
    of_fold = inputs.take(fold)
    found = learnt.predict(of_fold)
    assert learnt.agreement
    far = learnt.domain.distances(of_fold.blocks([BLOCK])) / learnt.domain.limit
    apart = np.abs(of_fold.features[DISAGREEMENT][:, 0]) / learnt.agreement.limit
    scores = np.stack([far, apart, np.maximum(far, apart), found.deviation], axis=1)
    return np.abs(found.mean - task.targets[fold]), scores


def figures_of(errors: Floats, scores: Floats) -> dict[str, Any]:
    """Return errors by reason, and how well each score finds the largest errors."""
    far, apart = scores[:, 0] > 1, scores[:, 1] > 1
    groups = {
        'inside': ~far & ~apart,
        'only_distance': far & ~apart,
        'only_disagreement': apart & ~far,
        'both': far & apart,
    }
    worst = (errors > np.quantile(errors, 0.9)).astype(np.float64)
    inside = ~far
    return {
        'rows': {name: int(rows.sum()) for name, rows in groups.items()},
        'mae': {name: round(float(errors[rows].mean()), 4) for name, rows in groups.items() if rows.any()},
        'auc': {
            name: round(area_under_curve(scores[:, place], worst), 3) for place, name in enumerate(SCORES)
        },
        'auc_inside_by_distance': round(area_under_curve(scores[inside, 1], worst[inside]), 3),
    }


def line(label: str, found: dict[str, Any]) -> list[str]:
    """Return a row of the table."""
    cells = [f'{found["mae"][name]:.4f} ({count})' if count else '' for name, count in found['rows'].items()]
    return [label, *cells, ' '.join(f'{found["auc"][name]:.3f}' for name in SCORES)]


def holds(figures: dict[str, Any]) -> bool:
    """Return whether rows that only the disagreement marks are worse than those inside."""
    maes = [found['mae'] for found in figures.values() if isinstance(found, dict)]
    return all(mae.get('only_disagreement', np.inf) >= 1.5 * mae['inside'] for mae in maes)


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    if not DATA:
        sys.exit('DATA: name a table of structures, as in make bench-outside DATA=elasticity.json.gz')
    path = Path(DATA)
    table = read_table(path)
    inputs = with_disagreement(table, path.read_bytes())
    figures: dict[str, Any] = {'second': SECOND, 'split': SPLIT, **cost(list(table.structures))}
    rows = []
    for name in TARGET.split(','):
        for task in tasks_of(name, table.numbers(name.rpartition(':')[2])):
            folds, some = folds_of(table, task.rows, SPLIT)[:FOLDS], inputs.take(task.rows)
            parts = [tested(some, task, fold) for fold in folds]
            errors, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
            figures[task.name] = figures_of(errors, scores)
            rows.append(line(task.label, figures[task.name]))
            print(*rows[-1], sep='  ', file=sys.stderr, flush=True)
    columns = ['MAE (rows)', 'inside', 'far only', 'apart only', 'both', f'AUC: {", ".join(SCORES)}']
    report('outside', columns, rows, figures, TARGETS, holds(figures))


if __name__ == '__main__':
    main()
