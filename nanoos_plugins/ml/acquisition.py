"""Active learning: which structures of a pool a simulation should tell the target of next.

Deviations tell where a model is uncertain, but the most uncertain structures may be odd ones that tell
nothing of the others, and several of them may be much alike. So `determinant`, `variance` and `error` ask the
model for the covariance of the whole pool, which of a Gaussian process does not depend on targets: a batch is
chosen one by one, each as if those before it had been simulated already. That is exact for given constants of
the process, and no simulation has to be waited for in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Model

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@runtime_checkable
class Joint(Protocol):
    """A model that knows how its errors of several structures go together."""

    def joint(self, inputs: Inputs) -> tuple[Floats, float]:
        """Return the covariance of what is true of structures, (n, n), and the variance of the noise."""


@dataclass(frozen=True)
class Choice:
    """What is simulated next: `rows` of the pool, the most wanted first, and `scores` they were taken by."""

    rows: Integers
    scores: Floats


@dataclass(frozen=True)
class Pool:
    """Structures; `free`: which rows can be chosen, ascending, the targets of the others are known."""

    inputs: Inputs
    free: Integers


def choose(
    how: str, model: Model, inputs: Inputs, count: int, seed: int = 0, known: Sequence[int] = ()
) -> Choice:
    """Return the structures of a pool that are simulated next.

    :param how: one of `ACQUISITIONS`.
    :param inputs: the pool.
    :param count: how many are chosen; all of a smaller pool.
    :param seed: of what is chosen at random.
    :param known: rows of the pool that are not chosen, for their targets are known; they count among what the
        model is wanted for.
    :raises ValueError: for an unknown way, one that this model cannot serve, or features that are missing.
    """
    if how not in ACQUISITIONS:
        raise ValueError(f'unknown acquisition {how!r}; expected one of {", ".join(ACQUISITIONS)}')
    if count < 1:
        raise ValueError(f'expected at least 1 structure to choose, got {count}')
    free = np.setdiff1d(np.arange(len(inputs)), np.asarray(known, dtype=np.int64))
    if not len(free):
        return Choice(free, np.zeros(0))
    return ACQUISITIONS[how](model, Pool(inputs, free), min(count, len(free)), seed)


def at_random(model: Model, pool: Pool, count: int, seed: int) -> Choice:
    """Choose without looking, the base line; scores are 0."""
    del model
    return Choice(np.random.default_rng(seed).permutation(pool.free)[:count], np.zeros(count))


def by_deviation(model: Model, pool: Pool, count: int, seed: int) -> Choice:
    """Choose those of the largest deviation, which is the score [unit of the target].

    Lewis & Gale 1994, doi:10.1007/978-1-4471-2099-5_1.
    """
    del seed
    deviations = model.predict(pool.inputs.take(pool.free)).deviation
    places = np.argsort(-deviations, kind='stable')[:count]
    return Choice(pool.free[places], deviations[places])


def by_determinant(model: Model, pool: Pool, count: int, seed: int) -> Choice:
    """Choose one by one the largest deviation given those before; that is the score [unit of the target].

    So the determinant of the covariance of the batch becomes large: the batch of the most information (Kirsch
    et al. 2019, arXiv:1906.08158; in regression Holzmüller et al. 2023, arXiv:2203.09410).
    """
    del seed
    found = _greedy(*_joint(model, pool), pool.free, count)
    return Choice(found.rows, np.sqrt(found.scores))


def by_variance(model: Model, pool: Pool, count: int, seed: int) -> Choice:
    """Choose one by one what makes the mean variance of the pool smallest.

    The score is by how much it falls [squared unit of the target]. What is alike to many others counts, what
    is merely odd does not (Cohn, Ghahramani & Jordan 1996, doi:10.1613/jair.295; with Gaussian processes
    Seo et al. 2000, doi:10.1109/IJCNN.2000.861310).
    """
    del seed
    covariance, noise = _joint(model, pool)
    return _greedy(covariance, noise, pool.free, count, np.full(len(covariance), 1 / len(covariance)))


def by_error(model: Model, pool: Pool, count: int, seed: int) -> Choice:
    """Choose one by one what makes the expected absolute error of the pool smallest.

    The mean absolute value of a normal error is √(2/π) times its deviation, which a small change of the
    variance changes by that over twice the deviation. So it is as `by_variance`, but a fall of the variance
    counts the more the better a structure is known already: a few that stay uncertain whatever is measured do
    not draw the choice. The score is by how much the mean error falls, to first order [unit of the target].
    """
    del seed
    covariance, noise = _joint(model, pool)
    deviations = np.sqrt(np.maximum(np.diag(covariance), 0.0) + noise)
    weights = np.sqrt(2 / np.pi) / (2 * deviations) / len(covariance)
    return _greedy(covariance, noise, pool.free, count, weights)


def _joint(model: Model, pool: Pool) -> tuple[Floats, float]:
    """Return covariance and noise of a pool.

    :raises ValueError: when the model knows none.
    """
    if not isinstance(model, Joint):
        raise ValueError(f'{model.kind} models know no covariance; choose by deviation, or a gp or student')
    return model.joint(pool.inputs)


def _greedy(
    covariance: Floats, noise: float, free: Integers, count: int, weights: Floats | None = None
) -> Choice:
    """Choose one by one the largest variance or, with weights, what the weighted variances fall most by.

    A measurement of row j takes c cᵀ / (c_j + noise) off the covariance, c its column j. What is taken off
    is kept as columns, so that the covariance itself never changes; the weighted sums of squares of its
    columns, by which variances fall, are brought up to date by one product with it.
    """
    variances = np.diag(covariance).copy()
    squares = variances if weights is None else weights @ covariance**2
    off = np.zeros((len(covariance), count), order='F')
    rows, scores = np.empty(count, dtype=np.int64), np.empty(count)
    closed = np.full(len(covariance), -np.inf)
    closed[free] = 0.0
    for step in range(count):
        falls = variances if weights is None else squares / (variances + noise)
        row = int(np.argmax(falls + closed))
        rows[step], scores[step], closed[row] = row, falls[row], -np.inf
        before = off[:, :step]
        column = (covariance[row] - before @ before[row]) / np.sqrt(variances[row] + noise)
        if weights is not None:
            weighted = weights * column
            through = covariance @ weighted - before @ (weighted @ before)
            squares = squares - 2 * column * through + column**2 * (column @ weighted)
        off[:, step] = column
        variances = np.maximum(variances - column**2, 0.0)
    return Choice(rows, scores)


#: Ways to choose by name.
ACQUISITIONS: dict[str, Callable[[Model, Pool, int, int], Choice]] = {
    'error': by_error,
    'variance': by_variance,
    'determinant': by_determinant,
    'deviation': by_deviation,
    'random': at_random,
}
