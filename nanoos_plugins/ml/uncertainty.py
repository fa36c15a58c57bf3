"""How far predictions can be trusted: intervals that cover what they promise, and a flag for the unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Model, Prediction
from nanoos_plugins.ml.models.scaling import Scaling

Floats = npt.NDArray[np.float64]

#: Neighbours in the training data whose mean distance is the distance from it.
NEIGHBOURS = 5
#: Part of the training data that counts as inside.
INSIDE = 0.99
#: Rows whose distances are computed at once, to bound the memory.
CHUNK = 1024


@dataclass(frozen=True)
class Calibration:
    """What makes deviations intervals: the promised `coverage` is that of mean ± `scale` · deviation.

    `count`: of the held-out errors it was learnt from; the coverage found elsewhere scatters about the
    promised one by some √(coverage (1 − coverage) / count).
    """

    scale: float
    coverage: float
    count: int

    def interval(self, prediction: Prediction) -> tuple[Floats, Floats]:
        """Return lower and upper ends, (n_structures,) each."""
        half = self.scale * prediction.deviation
        return prediction.mean - half, prediction.mean + half


def conformal(errors: Floats, deviations: Floats, coverage: float = 0.9) -> Calibration:
    """Return the split-conformal calibration of held-out errors, whatever distribution they have.

    The scale is the ⌈(n + 1) · coverage⌉-th smallest of |error| / deviation: a new row like these is in its
    interval with at least that probability (Lei et al. 2018, doi:10.1080/01621459.2017.1307116, § 5.2).

    :raises ValueError: for too few errors to promise that coverage, or deviations that are not positive.
    """
    rank = int(np.ceil((len(errors) + 1) * coverage))
    if not 0 < coverage < 1 or rank > len(errors):
        raise ValueError(
            f'{len(errors)} held-out errors cannot promise a coverage of {coverage:g}; hold out more'
        )
    if not (deviations > 0).all():
        raise ValueError('deviations must be positive; this model gives none')
    scores = np.sort(np.abs(errors) / deviations)
    return Calibration(float(scores[rank - 1]), coverage, len(errors))


def calibrated(
    make: Callable[[], Model],
    inputs: Inputs,
    targets: Floats,
    *,
    coverage: float = 0.9,
    held_out: float = 0.1,
    refit: bool = True,
    seed: int = 0,
) -> tuple[Model, Calibration]:
    """Return a model that has learnt, and its calibration.

    Models that know their errors with each row left out are calibrated by these (the jackknife, see Barber et
    al. 2021, doi:10.1214/20-AOS1965): all rows teach and all calibrate. The others by `split_calibrated`.

    :raises ValueError: see `Model.fit` and `conformal`.
    """
    model = make()
    if not model.leaves_out:
        return split_calibrated(
            make, inputs, targets, coverage=coverage, held_out=held_out, refit=refit, seed=seed
        )
    model.fit(inputs, targets)
    return model, conformal(*model.left_out(), coverage)


def split_calibrated(
    make: Callable[[], Model],
    inputs: Inputs,
    targets: Floats,
    *,
    coverage: float = 0.9,
    held_out: float = 0.1,
    refit: bool = True,
    seed: int = 0,
) -> tuple[Model, Calibration]:
    """Return a model that has learnt, and the calibration from rows held out, chosen at random.

    :param make: returns a new model.
    :param held_out: part of the rows that the calibration is learnt from.
    :param refit: learn from all rows in the end; costs a second fit. The intervals are then a little wide,
        for the calibration is of the model that knew less.
    :raises ValueError: see `Model.fit` and `conformal`.
    """
    order = np.random.default_rng(seed).permutation(len(inputs))
    held, kept = np.split(order, [round(held_out * len(inputs))])
    model = make().fit(inputs.take(kept), targets[kept])
    prediction = model.predict(inputs.take(held))
    calibration = conformal(prediction.mean - targets[held], prediction.deviation, coverage)
    return (make().fit(inputs, targets) if refit else model), calibration


@dataclass(frozen=True)
class Domain:
    """Where the training data are in the space of features.

    `rows`: scaled features of them, (n, width); `limit`: the distance from the others that 99 % of them are
    within, in root mean square differences of scaled features.
    """

    scaling: Scaling
    rows: Floats
    limit: float

    @classmethod
    def of(cls, features: Floats) -> Self:
        """Return the domain of training data, (n, width).

        :raises ValueError: for too few rows to have neighbours.
        """
        if len(features) <= NEIGHBOURS:
            raise ValueError(f'expected more than {NEIGHBOURS} rows, got {len(features)}')
        scaling = Scaling.of(features)
        rows = scaling.scale(features)
        # Each row is its own nearest; the next ones are its neighbours.
        apart = _nearest(rows, rows, NEIGHBOURS + 1)[:, 1:].mean(axis=1)
        return cls(scaling, rows, float(np.quantile(apart, INSIDE)))

    def distances(self, features: Floats) -> Floats:
        """Return how far rows are from the training data, (n,): the mean over their 5 nearest neighbours."""
        apart: Floats = _nearest(self.scaling.scale(features), self.rows, NEIGHBOURS).mean(axis=1)
        return apart

    def outside(self, features: Floats) -> npt.NDArray[np.bool_]:
        """Return which rows are farther from the training data than nearly all of these from one another."""
        far: npt.NDArray[np.bool_] = self.distances(features) > self.limit
        return far


@dataclass(frozen=True)
class Agreement:
    """How well two pretrained networks agree on the training data.

    `second`: name of the one that is asked besides that of the features, see `ml.second`; `limit`: difference
    of their energies that 99 % of the training data are within [eV/atom].
    """

    second: str
    limit: float

    @classmethod
    def of(cls, second: str, disagreement: Floats) -> Self:
        """Return the agreement on training data, whose disagreement is (n, 1) [eV/atom]."""
        return cls(second, float(np.quantile(np.abs(disagreement), INSIDE)))

    def outside(self, disagreement: Floats) -> npt.NDArray[np.bool_]:
        """Return on which rows the networks differ by more than on nearly all of the training data, (n,)."""
        apart: npt.NDArray[np.bool_] = np.abs(disagreement[:, 0]) > self.limit
        return apart


def _nearest(rows: Floats, others: Floats, count: int) -> Floats:
    """Return the distances to the nearest others in ascending order, (n_rows, count)."""
    parts = []
    squares = (others**2).sum(axis=1)
    for first in range(0, len(rows), CHUNK):
        some = rows[first : first + CHUNK]
        apart = np.maximum((some**2).sum(axis=1)[:, None] + squares - 2 * some @ others.T, 0.0)
        parts.append(np.sort(np.partition(apart, count - 1, axis=1)[:, :count], axis=1))
    nearest = np.concatenate(parts) if parts else np.empty((0, count))
    distances: Floats = np.sqrt(nearest / rows.shape[1])
    return distances
