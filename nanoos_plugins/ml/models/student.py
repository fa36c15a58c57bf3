"""Gaussian process whose noise has heavy tails, so that wrong data do not bend it.

High-throughput data hold some results that are far off. Normal noise must then be large for all rows, and the
process smooths over what the good ones say. Student's t is normal noise whose variance differs from row to
row, drawn from an inverse gamma distribution; the variances and the process are inferred in turn, which
maximises a variational bound (Tipping & Lawrence, Neurocomputing 69 (2005) 123,
doi:10.1016/j.neucom.2005.02.016; compared with other inferences by Jylänki, Vanhatalo & Vehtari, J. Mach.
Learn. Res. 12 (2011) 3227).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import cholesky

from nanoos_plugins.ml.models import matern
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Floats

#: Inner steps between variances of the rows and their scale: cheap, and converged to a few parts in 1000.
STEPS = 20


class StudentProcess(GaussianProcess):
    """Gaussian process regression with Student-t noise.

    :param blocks: of features that it reads; each counts the same in the distance of two structures.
    :param freedom: degrees of freedom of the noise, more than 2.
    :param rounds: how often process and noise are inferred in turn.
    :param subset: rows, chosen at random, that the constants of the covariance are learnt from.
    :param seed: of that choice.
    """

    kind = 'student'

    def __init__(
        self,
        blocks: Sequence[str] = ('mean', 'descriptors'),
        freedom: float = 3.0,
        rounds: int = 4,
        subset: int = 800,
        seed: int = 0,
    ) -> None:
        super().__init__(blocks, subset, seed)
        if not freedom > 2:
            raise ValueError(f'freedom: expected more than 2 (a finite variance), got {freedom:g}')
        self.freedom = freedom
        self.rounds = rounds

    @property
    def parameters(self) -> dict[str, Any]:
        return {**super().parameters, 'freedom': self.freedom, 'rounds': self.rounds}

    @property
    def trust(self) -> Floats:
        """How far each row of the training data was believed, (n_structures,): near 0 it is an outlier.

        It is the expected ratio of the scale of the noise to its variance in that row, at most 1 + 1/freedom.
        """
        of_new = self._held['numbers'][2] * (self.freedom - 2) / self.freedom
        believed: Floats = of_new / self._held['noise']
        return believed

    def joint(self, inputs: Inputs) -> tuple[Floats, float]:
        """Return the covariance of what is true of structures, and the variance of a usual measurement."""
        covariance, noise = super().joint(inputs)
        return covariance, noise * (self.freedom - 2) / self.freedom

    def _noise(self, covariance: Floats, targets: Floats, noise: float) -> tuple[Floats, float]:
        """Return the inferred variance of each row, and that of Student's t for a new measurement."""
        variances, scale = np.full(len(targets), noise), noise
        for _ in range(self.rounds):
            squares = self._squares(covariance, targets, variances)
            for _ in range(STEPS):
                precision = (self.freedom + 1) / (self.freedom + squares / scale)
                scale = max(float((precision * squares).mean()), matern.LEAST_NOISE**2)
            variances = np.maximum(scale / precision, matern.LEAST_NOISE)
        return variances, scale * self.freedom / (self.freedom - 2)

    @staticmethod
    def _squares(covariance: Floats, targets: Floats, variances: Floats) -> Floats:
        """Return the expected squared noise of each row: the mean's residual, and the variance about it."""
        measured = covariance.copy()
        measured[np.diag_indices_from(measured)] += variances
        inverted = matern.inverse(cholesky(measured, lower=True, overwrite_a=True, check_finite=False))
        squares: Floats = (variances * (inverted @ targets)) ** 2
        squares += np.maximum(variances - variances**2 * np.diag(inverted), 0.0)
        return squares
