"""Train a model: `python -m nanoos_plugins.runners.train input.json`.

The input is JSON: `settings` (`ml.settings.TrainSettings`), `table`, the name of a file of a data set in the
same folder, and `seconds` that the job may take (none: no limit). The model is written into the folder
`model`; the arrays are the test's `target`, `mean`, `lower` and `upper` ends of intervals, and `outside`, and
the losses of a model that has epochs. While it runs it tells how many have features, or the losses of each
epoch, those of the fit that calibrates before those of the model.

After each epoch the states of all fits are in the folder `states`: however it ends, the next run goes on from
them. Before the limit it ends by itself, with status 3 and without results.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.inputs import Inputs, elements_of, inputs_of
from nanoos_plugins.ml.models.load import new_model
from nanoos_plugins.ml.models.model import Floats
from nanoos_plugins.ml.models.training import Epoch
from nanoos_plugins.ml.packed import of_each, unpack
from nanoos_plugins.ml.predictor import Answer, Predictor
from nanoos_plugins.ml.settings import TrainSettings
from nanoos_plugins.ml.splits import random_folds
from nanoos_plugins.runners.job import Figure, Live, Outcome, main, quantity

MODEL = 'model'
STATES = 'states'
#: Structures whose features are made between two lines of what is told.
TOLD = 64
#: Part of its time after which a run begins no epoch that could need more: what follows them takes time, too.
SAFE = 0.95
#: Exit status of a run that ended for the limit of its time.
OUT_OF_TIME = 3
#: Of errors of what models of energies predict beside these.
UNITS = {'force_mae': 'eV/Å', 'stress_mae': 'GPa'}
BEGIN = time.monotonic()

Array = npt.NDArray[Any]


class OutOfTimeError(Exception):
    """The limit is near; the states are on disk."""


class Epochs:
    """Tell the epochs of all fits, counted through, and end the run in time.

    :param seconds: that the run may take since it began, None for no limit [s].
    """

    def __init__(self, live: Live, seconds: float | None) -> None:
        self._live = live
        self._limit = None if seconds is None else BEGIN + SAFE * seconds
        self._told: float | None = None
        self._longest = 0.0
        self._count = 0
        self.resumed = 0

    def __call__(self, epoch: Epoch) -> None:
        """Tell an epoch.

        :raises OutOfTimeError: when another one may not end in time.
        """
        self._count += 1
        self._live.tell(self._count, epoch.loss, *([] if epoch.held_out is None else [epoch.held_out]))
        now = time.monotonic()
        self.resumed += epoch.resumed
        # before the first one features were made
        if self._told is not None and not epoch.resumed:
            self._longest = max(self._longest, now - self._told)
        self._told = now
        if self._limit is not None and not epoch.resumed and now + self._longest > self._limit:
            raise OutOfTimeError(f'ended after {self._count} epochs: the next may not end in time')


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return how good the model is on rows that it has not seen; the model itself is in `folder/model`.

    :raises ValueError: for an unknown model or parameter, targets of a unit that it does not learn, a split
        that is not there, or too few rows.
    :raises OutOfTimeError: when it ended for the limit of its time.
    """
    settings = TrainSettings.model_validate(job['settings'])
    with np.load(folder / job['table'], allow_pickle=False) as file:
        table = dict(file)
    check_unit(settings.model, job.get('unit', ''))
    test, learnt = rows_for(table, settings)
    predictor, inputs, resumed = learn(table, settings, learnt, folder, job.get('seconds'))
    unseen, targets = inputs.take(test), table['targets'][test]
    found = predictor.predict(unseen)
    measured = metrics(targets, found) | predictor.model.derivative_errors(unseen)
    digest = predictor.save(folder / MODEL, pretrained=settings.pretrained, metrics=measured)
    told = {'digest': digest, 'learnt': len(learnt), 'tested': len(test), 'model': settings.model}
    units = {**dict.fromkeys(('mae', 'rmse'), job.get('unit', '')), **UNITS}
    tested = {
        'test_rows': test.astype(float),
        'test_target': targets,
        'test_mean': found.mean,
        'test_lower': found.lower,
        'test_upper': found.upper,
        'test_outside': found.outside.astype(float),
    }
    curves, figures = learning_curves(predictor.model.losses)
    return Outcome(
        quantities={name: quantity(value, units.get(name, '')) for name, value in measured.items()},
        arrays=tested | curves,
        summary=told | {'resumed_epochs': resumed},
        figures=figures,
    )


def check_unit(kind: str, unit: str) -> None:
    """Refuse a model that learns quantities of another unit than that of the targets.

    :raises ValueError: says which it is for.
    """
    wanted = MODELS[kind].unit if kind in MODELS else None
    if wanted not in (None, unit):
        raise ValueError(
            f'model {kind} learns targets in [{wanted}], those of the data set are in [{unit}]; '
            '`nanoos dataset create --forces` makes one of energies'
        )


def learn(
    table: Mapping[str, Array], settings: TrainSettings, rows: Array, folder: Path, seconds: float | None
) -> tuple[Predictor, Inputs, int]:
    """Return what has learnt from some rows, the inputs of all, and how many epochs were of earlier runs.

    :raises ValueError: for an unknown model or parameter, or too few rows.
    :raises OutOfTimeError: when it ended for the limit of its time.
    """
    columns = new_model(settings.model, settings.parameters, seed=settings.seed).told
    with Live(folder, ['epoch', *columns] if columns else ['structures', 'of']) as live:
        epochs = Epochs(live, seconds)
        own = {
            'seed': settings.seed,
            'pretrained': settings.pretrained,
            'watch': epochs,
            'states': folder / STATES,
        }
        inputs = rows_of(table, settings, None if columns else live.tell)
        predictor = Predictor.learn(
            lambda: new_model(settings.model, settings.parameters, **own),
            inputs.take(rows),
            table['targets'][rows],
            coverage=settings.coverage,
            held_out=settings.calibration,
            second=settings.second_network,
            seed=settings.seed,
        )
    return predictor, inputs, epochs.resumed


def learning_curves(losses: Floats) -> tuple[dict[str, Array], list[Figure]]:
    """Return the losses of the epochs, (n_epochs, 2), as arrays by name, and how they are drawn."""
    if not len(losses):
        return {}, []
    curves = {'curve_epoch': np.arange(1.0, len(losses) + 1), 'curve_loss': losses[:, 0]}
    if np.isfinite(losses[:, 1]).all():
        curves['curve_held_out_loss'] = losses[:, 1]
    return curves, [
        Figure('loss', 'curve_epoch', [name for name in curves if name != 'curve_epoch'], log=True)
    ]


def rows_for(table: Mapping[str, Array], settings: TrainSettings) -> tuple[Array, Array]:
    """Return the numbers of the rows that the model is measured on, and of those that it learns from.

    With `settings.validation` the former are some of the others than the test, which nothing then sees: the
    part `validation` or the fold 1 of the split if it has one, else as many at random.

    :raises ValueError: see `test_rows`.
    """
    test = test_rows(table, settings)
    others = np.setdiff1d(np.arange(len(table['targets'])), test)
    if not settings.validation:
        return test, others
    parts = table[f'split_{settings.split}'].astype(str)[others] if settings.split else np.array([])
    chosen = np.flatnonzero((parts == 'validation') | (parts == '1'))
    if not 0 < len(chosen) < len(others):
        names = [f'{row}:{table["names"][row]}' for row in others]
        chosen = random_folds(names, max(2, round(1 / settings.validation)), settings.seed)[0]
    return others[chosen], np.delete(others, chosen)


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
    """Return structures with their features, told as they are made, and the derivatives of the table."""
    structures = unpack(table)
    parts = []
    for first in range(0, len(structures), TOLD):
        some = structures[first : first + TOLD]
        parts.append(inputs_of(some, settings.pretrained, settings.second_network).features)
        if tell:
            tell(min(first + TOLD, len(structures)), len(structures))
    features = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    forces = of_each(table['forces'], table['counts']) if 'forces' in table else ()
    return Inputs(elements_of(structures), features, structures, forces, table.get('stresses'))


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


def program(arguments: Sequence[str]) -> int:
    """Run the input file named by the only argument and return the exit status."""
    try:
        return main(arguments, run, ['numpy', 'torch', 'chgnet'])
    except OutOfTimeError as end:
        print(end, file=sys.stderr)
        return OUT_OF_TIME


if __name__ == '__main__':
    sys.exit(program(sys.argv[1:]))
