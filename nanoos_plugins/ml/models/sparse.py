"""Sparse Gaussian process: for more rows than an exact one can hold.

The variational approximation of Titsias (Proc. Mach. Learn. Res. 5 (2009) 567), whose posterior is that of
the deterministic training conditional (Quiñonero-Candela & Rasmussen, J. Mach. Learn. Res. 6 (2005) 1939):
what the rows say is said by `m` of them, at a cost of n m² instead of n³. With all of them it is exact. Which
ones: greedily that whose value the others tell least of (Burt, Rasmussen & van der Wilk, J. Mach. Learn. Res.
21 (2020) 131), which is a pivoted Cholesky decomposition of the covariance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular

from nanoos_plugins.ml.models import matern
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats

#: Most inducing rows: prediction then holds two matrices of 130 MB.
MOST_INDUCING = 4000
#: Part of a row's variance that the others leave, below which nothing is left to be told.
TOLD = 1e-10
#: What was learnt: scaled inducing rows, scaling, factor and weights of the posterior, numbers as of `gp`.
HELD = ('rows', 'centre', 'width', 'half', 'weights', 'numbers')


class SparseProcess(GaussianProcess):
    """Gaussian process regression by inducing points, with normal noise.

    :param blocks: of features that it reads; each counts the same in the distance of two structures.
    :param inducing: most inducing rows; fewer are taken when these tell all.
    :param subset: rows, chosen at random, that the constants of the covariance are learnt from, exactly.
    :param seed: of that choice.
    """

    kind = 'sparse-gp'

    def __init__(
        self,
        blocks: Sequence[str] = ('mean', 'descriptors'),
        inducing: int = 1000,
        subset: int = 800,
        seed: int = 0,
    ) -> None:
        super().__init__(blocks, subset, seed)
        if not 1 <= inducing <= MOST_INDUCING:
            raise ValueError(f'inducing: expected 1 to {MOST_INDUCING} rows, got {inducing}')
        self.inducing = inducing
        self._by_others = (np.zeros(0), np.zeros(0))

    @property
    def parameters(self) -> dict[str, Any]:
        return {**super().parameters, 'inducing': self.inducing}

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        rows, scaled, constants, held = self._prepared(inputs, targets)
        chosen, spread = _chosen(rows, constants, self.inducing)
        noise = constants.noise
        across = spread.T / np.sqrt(noise)
        half = cholesky(np.eye(len(chosen)) + across @ across.T, lower=True, check_finite=False)
        told = solve_triangular(half, across, lower=True, check_finite=False)
        weights = solve_triangular(half, told @ scaled, lower=True, trans=1) / np.sqrt(noise)
        width = float(held['numbers'][4])
        # leaving out: as for `gp`, with the inverse of the covariance by Woodbury's identity
        precision = (1 - (told**2).sum(axis=0)) / noise
        untold = np.maximum(constants.signal - (spread**2).sum(axis=1), 0.0)
        errors = -width * (scaled - told.T @ (told @ scaled)) / noise / precision
        self._by_others = errors, width * np.sqrt(1 / precision + untold)
        self._take({**held, 'rows': rows[chosen], 'half': half, 'weights': weights})

    @cached_property
    def _factor(self) -> Floats:
        """Cholesky factor of the covariance of the inducing rows."""
        rows = self._held['rows']
        lower: Floats = cholesky(self._constants.covariance(rows, rows), lower=True, check_finite=False)
        return lower

    def _unscaled(self, rows: Floats) -> tuple[Floats, Floats]:
        constants = self._constants
        across = constants.covariance(self._held['rows'], rows)
        known = solve_triangular(self._factor, across, lower=True, check_finite=False)
        learnt = solve_triangular(self._held['half'], known, lower=True, check_finite=False)
        unknown = constants.signal - (known**2).sum(axis=0) + (learnt**2).sum(axis=0)
        return known.T @ self._held['weights'], np.maximum(unknown, 0.0)

    def left_out(self) -> tuple[Floats, Floats]:
        """Return errors and deviations as `Model.left_out`; none after loading.

        The inducing rows stay where they are: they are places, and know no targets.
        """
        return self._by_others

    def _restore(self, arrays: Arrays) -> None:
        self._take({name: arrays[name] for name in HELD})


def _chosen(rows: Floats, constants: matern.Constants, most: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the numbers of the inducing rows, (m,), and the factor of all rows by them, (n, m).

    The factor of a row times that of another is the covariance of the two that the inducing rows tell.
    """
    left = np.full(len(rows), constants.signal)
    factor = np.zeros((len(rows), min(most, len(rows))))
    chosen: list[int] = []
    while len(chosen) < factor.shape[1]:
        one = int(np.argmax(left))
        if left[one] <= TOLD * constants.signal:
            break
        known = factor[:, : len(chosen)]
        column = constants.covariance(rows, rows[one : one + 1])[:, 0] - known @ known[one]
        column /= np.sqrt(left[one])
        column[chosen] = 0.0
        column[one] = np.sqrt(left[one])
        factor[:, len(chosen)] = column
        left = np.maximum(left - column**2, 0.0)
        chosen.append(one)
        left[chosen] = 0.0
    return np.array(chosen), factor[:, : len(chosen)]
