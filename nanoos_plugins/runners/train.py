"""Train a model: `python -m nanoos_plugins.runners.train input.json`.

The input is JSON: `settings` (`ml.settings.TrainSettings`) and `table`, the name of a file of a data set in
the same folder. The model is written into the folder `model`; the arrays are the test's `target`, `mean`,
`lower` and `upper` ends of intervals, and `outside`. While it runs it tells how many have features, or
the loss after each epoch.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.inputs import Inputs, elements_of, inputs_of
from nanoos_plugins.ml.models.model import Model
from nanoos_plugins.ml.packed import unpack
from nanoos_plugins.ml.predictor import Answer, Predictor
from nanoos_plugins.ml.settings import TrainSettings
from nanoos_plugins.ml.splits import random_folds
from nanoos_plugins.runners.job import Live, Outcome, main, quantity

MODEL = 'model'
#: Structures whose features are made between two lines of what is told.
TOLD = 64

Array = npt.NDArray[Any]


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return how good the model is on rows that it has not seen; the model itself is in `folder/model`.

    :raises ValueError: for an unknown model or parameter, a split that is not there, or too few rows.
    """
    settings = TrainSettings.model_validate(job['settings'])
    with np.load(folder / job['table'], allow_pickle=False) as file:
        table = dict(file)
    test = test_rows(table, settings)
    learnt = np.setdiff1d(np.arange(len(table['targets'])), test)
    with Live(folder, ['epoch', 'loss'] if 'watch' in _accepted(settings) else ['structures', 'of']) as live:
        inputs = rows_of(table, settings, live.tell if 'watch' not in _accepted(settings) else None)
        predictor = Predictor.learn(
            maker(settings, live),
            inputs.take(learnt),
            table['targets'][learnt],
            coverage=settings.coverage,
            held_out=settings.calibration,
            seed=settings.seed,
        )
    found = predictor.predict(inputs.take(test))
    measured = metrics(table['targets'][test], found)
    digest = predictor.save(folder / MODEL, pretrained=settings.pretrained, metrics=measured)
    unit = job.get('unit', '')
    return Outcome(
        quantities={
            name: quantity(value, unit if name in ('mae', 'rmse') else '') for name, value in measured.items()
        },
        arrays={
            'test_rows': test.astype(float),
            'test_target': table['targets'][test],
            'test_mean': found.mean,
            'test_lower': found.lower,
            'test_upper': found.upper,
            'test_outside': found.outside.astype(float),
        },
        summary={'digest': digest, 'learnt': len(learnt), 'tested': len(test), 'model': settings.model},
    )


def test_rows(table: Mapping[str, Array], settings: TrainSettings) -> Array:
    """Return the numbers of the rows that the model does not see.

    :raises ValueError: for a split that is not there, or has no part `test` and no fold 0.
    """
    if settings.split is None:
        count = max(2, round(1 / settings.test))
        # names may repeat, rows do not
        names = [f'{row}:{name}' for row, name in enumerate(table['names'])]
        return np.asarray(random_folds(names, count, settings.seed)[0])
    key = f'split_{settings.split}'
    if key not in table:
        raise ValueError(f'the data set has no split {settings.split!r}')
    parts = table[key].astype(str)
    rows = np.flatnonzero((parts == 'test') | (parts == '0'))
    if not 0 < len(rows) < len(parts):
        raise ValueError(f'split {settings.split!r}: {len(rows)} of {len(parts)} rows are of the test')
    return rows


def rows_of(table: Mapping[str, Array], settings: TrainSettings, tell: Callable[..., None] | None) -> Inputs:
    """Return structures with their features, told as they are made."""
    structures = unpack(table)
    parts = []
    for first in range(0, len(structures), TOLD):
        parts.append(inputs_of(structures[first : first + TOLD], settings.pretrained).features)
        if tell:
            tell(min(first + TOLD, len(structures)), len(structures))
    features = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Inputs(elements_of(structures), features, structures)


def maker(settings: TrainSettings, live: Live) -> Callable[[], Model]:
    """Return the function that makes a new model, which tells its epochs if it has any.

    :raises ValueError: for an unknown model or parameter.
    """
    accepted = _accepted(settings)
    unknown = sorted(set(settings.parameters) - accepted | ({'watch', 'state'} & set(settings.parameters)))
    if unknown:
        known = ', '.join(sorted(accepted - {'watch', 'state'})) or 'none'
        raise ValueError(f'model {settings.model} has no parameter {unknown[0]!r}; it has {known}')
    more: dict[str, Any] = {'watch': live.tell} if 'watch' in accepted else {}
    seed = {'seed': settings.seed} if 'seed' in accepted else {}
    return lambda: MODELS[settings.model](**{**seed, **settings.parameters, **more})


def _accepted(settings: TrainSettings) -> set[str]:
    """Return the names of the arguments of a model.

    :raises ValueError: for an unknown model.
    """
    if settings.model not in MODELS:
        raise ValueError(f'there is no model {settings.model!r}; there are {", ".join(MODELS)}')
    return set(inspect.signature(MODELS[settings.model]).parameters)


def metrics(targets: Array, found: Answer) -> dict[str, float]:
    """Return mean absolute and root mean square error, R², and the part of targets in their intervals."""
    errors = found.mean - targets
    spread = float(((targets - targets.mean()) ** 2).sum())
    return {
        'mae': float(np.abs(errors).mean()),
        'rmse': float(np.sqrt((errors**2).mean())),
        'r2': 1 - float((errors**2).sum()) / spread if spread else 0.0,
        'coverage': float(((found.lower <= targets) & (targets <= found.upper)).mean()),
    }


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['numpy', 'torch', 'chgnet']))
