"""The covariance of the Gaussian processes: Matérn 5/2 of one length, and how its constants are learnt.

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006): covariance eq. 4.17, evidence eq. 5.8 f.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

#: Least ratio of noise to signal: what keeps a matrix of repeated rows positive definite.
LEAST_NOISE = 1e-6
BOUNDS = [(np.log(0.02), np.log(200.0)), (np.log(LEAST_NOISE), np.log(100.0))]
#: Where the search begins: mostly signal, and mostly noise. From the first alone it may end where no rows are
#: correlated.
STARTS = ([np.log(2.0), np.log(0.05)], [np.log(5.0), np.log(1.0)])


@dataclass(frozen=True)
class Constants:
    """`length` in root mean square differences of scaled features; variances of the signal and the noise."""

    length: float
    signal: float
    noise: float

    def covariance(self, left: Floats, right: Floats) -> Floats:
        """Return the covariance of the signal in scaled rows, (n_left, n_right)."""
        near, _ = _matern(distances(left, right) / self.length)
        return self.signal * near


def distances(left: Floats, right: Floats) -> Floats:
    """Return root mean square differences of rows, (n_left, n_right)."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    apart: Floats = np.sqrt(np.maximum(squares, 0.0) / left.shape[1])
    return apart


def learn(rows: Floats, targets: Floats, most: int, seed: int) -> Constants:
    """Return the constants of the largest evidence; the signal has been maximised over in closed form.

    :param rows: scaled features, (n, width).
    :param targets: of mean 0, (n,).
    :param most: how many rows, chosen at random, are learnt from: the cost grows with their cube.
    """
    if len(rows) > most:
        some = np.random.default_rng(seed).choice(len(rows), most, replace=False)
        rows, targets = rows[some], targets[some]
    apart = distances(rows, rows)
    given = {'args': (apart, targets), 'jac': True, 'bounds': BOUNDS, 'method': 'L-BFGS-B'}
    found = [minimize(_evidence, start, **given) for start in STARTS]
    length, ratio = np.exp(min(found, key=lambda one: one.fun).x)
    near, _ = _matern(apart / length)
    lower = cholesky(near + ratio * np.eye(len(rows)), lower=True)
    signal = float(targets @ cho_solve((lower, True), targets)) / len(targets)
    return Constants(float(length), signal, signal * float(ratio))


def inverse(lower: Floats) -> Floats:
    """Return the inverse of the matrix of a Cholesky factor."""
    half, _ = dpotri(lower, lower=1)
    full: Floats = np.tril(half) + np.tril(half, -1).T
    return full


def _matern(scaled: Floats) -> tuple[Floats, Floats]:
    """Return the correlation and its derivative by the logarithm of the length."""
    far = np.sqrt(5.0) * scaled
    decay = np.exp(-far)
    return (1 + far + far**2 / 3) * decay, far**2 * (1 + far) / 3 * decay


def _evidence(logs: Floats, apart: Floats, targets: Floats) -> tuple[float, Floats]:
    """Return minus the logarithm of the evidence and its gradient by the logs of length and noise ratio."""
    count = len(targets)
    length, ratio = np.exp(logs)
    near, by_length = _matern(apart / length)
    lower = cholesky(near + ratio * np.eye(count), lower=True, overwrite_a=True)
    inverted = inverse(lower)
    solved = inverted @ targets
    fit = float(targets @ solved)
    value = count / 2 * np.log(fit / count) + np.log(np.diag(lower)).sum()
    gradient = [
        (inverted * by_length).sum() / 2 - count / (2 * fit) * solved @ by_length @ solved,
        ratio * (np.trace(inverted) / 2 - count / (2 * fit) * solved @ solved),
    ]
    return float(value), np.array(gradient)
