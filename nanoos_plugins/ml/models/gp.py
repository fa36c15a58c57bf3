"""Exact Gaussian process on frozen features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from nanoos_plugins.ml.models import matern
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.scaling import Scaling

#: Most rows of an exact process: a covariance then takes 0.5 GB, and learning holds several.
MOST = 8000
#: What was learnt: scaled rows and their scaling, the variance of the noise of each row, the solved targets,
#: and as numbers length, signal, noise of a new measurement, centre and width of the targets.
HELD = ('rows', 'centre', 'width', 'noise', 'weights', 'numbers')


class GaussianProcess(Model):
    """Gaussian process regression with normal noise (Rasmussen & Williams 2006, alg. 2.1).

    :param blocks: of features that it reads; each counts the same in the distance of two structures.
    :param subset: rows, chosen at random, that the constants of the covariance are learnt from.
    :param seed: of that choice.
    """

    kind = 'gp'
    leaves_out = True

    def __init__(self, blocks: Sequence[str] = ('mean',), subset: int = 800, seed: int = 0) -> None:
        super().__init__()
        self.blocks = tuple(blocks)
        self.subset = subset
        self.seed = seed
        self._held: dict[str, Floats] = {}

    @property
    def parameters(self) -> dict[str, Any]:
        return {'blocks': list(self.blocks), 'subset': self.subset, 'seed': self.seed}

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        if len(inputs) > MOST:
            raise ValueError(f'expected at most {MOST} structures, got {len(inputs)}; use sparse-gp')
        rows, scaled, constants, held = self._prepared(inputs, targets)
        noise, new_noise = self._noise(constants.covariance(rows, rows), scaled, constants.noise)
        held['numbers'][2] = new_noise
        self._take({**held, 'rows': rows, 'noise': noise})
        self._held['weights'] = cho_solve((self._factor, True), scaled)

    def _prepared(
        self, inputs: Inputs, targets: Floats
    ) -> tuple[Floats, Floats, matern.Constants, dict[str, Floats]]:
        """Return scaled rows and targets, the constants, and what of `HELD` is known of these."""
        raw = inputs.blocks(self.blocks)
        scaling = Scaling.of(raw)
        scaling = replace(scaling, width=scaling.width / self._emphasis(inputs))
        rows = scaling.scale(raw)
        centre, width = float(targets.mean()), float(targets.std()) or 1.0
        scaled = (targets - centre) / width
        if scaled.any():
            constants = matern.learn(rows, scaled, self.subset, self.seed)
        else:  # all targets are the same: no evidence can tell signal from noise
            constants = matern.Constants(1.0, matern.LEAST_NOISE, matern.LEAST_NOISE)
        numbers = np.array([constants.length, constants.signal, constants.noise, centre, width])
        held = {'centre': scaling.centre, 'width': scaling.width, 'numbers': numbers}
        return rows, scaled, constants, held

    def _emphasis(self, inputs: Inputs) -> Floats:
        """Return what each column is multiplied by: wide blocks then count no more than narrow ones."""
        widths = [inputs.features[name].shape[1] for name in self.blocks]
        widths = [width for width in widths if width]
        even = sum(widths) / len(widths)
        return np.concatenate([np.full(width, np.sqrt(even / width)) for width in widths])

    def _noise(self, covariance: Floats, targets: Floats, noise: float) -> tuple[Floats, float]:
        """Return the variance of the noise of each row, and of that of a new measurement."""
        return np.full(len(targets), noise), noise

    def _take(self, arrays: dict[str, Floats]) -> None:
        """Hold what was learnt, and forget what had been made of it."""
        self._held = arrays
        self.__dict__.pop('_factor', None)

    @cached_property
    def _factor(self) -> Floats:
        """Cholesky factor of the covariance of the measurements; large, so made anew rather than saved."""
        rows = self._held['rows']
        covariance = self._constants.covariance(rows, rows)
        covariance[np.diag_indices_from(covariance)] += self._held['noise']
        lower: Floats = cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
        return lower

    @property
    def _constants(self) -> matern.Constants:
        length, signal, noise = self._held['numbers'][:3]
        return matern.Constants(length, signal, noise)

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        mean, unknown = self._unscaled(self._scaled(inputs))
        centre, width = self._held['numbers'][3:]
        return centre + width * mean, width * np.sqrt(unknown + self._constants.noise)

    def _unscaled(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the signal in scaled rows, in deviations of the targets."""
        constants = self._constants
        across = constants.covariance(self._held['rows'], rows)
        unknown = np.maximum(constants.signal - (self._explained(across) ** 2).sum(axis=0), 0.0)
        return across.T @ self._held['weights'], unknown

    def joint(self, inputs: Inputs) -> tuple[Floats, float]:
        """Return the covariance of what is true of structures, (n, n), and the variance of a measurement.

        Both in the squared unit of the targets (ibid. eq. 2.24).

        :raises ValueError: for more than `MOST` structures, or when features are missing.
        """
        if len(inputs) > MOST:
            raise ValueError(f'expected at most {MOST} structures at once, got {len(inputs)}')
        rows = self._scaled(inputs)
        constants, square = self._constants, self._held['numbers'][4] ** 2
        explained = self._explained(constants.covariance(self._held['rows'], rows))
        covariance = square * (constants.covariance(rows, rows) - explained.T @ explained)
        return covariance, float(square * constants.noise)

    def _scaled(self, inputs: Inputs) -> Floats:
        """Return the features of structures as the process reads them."""
        return Scaling(self._held['centre'], self._held['width']).scale(inputs.blocks(self.blocks))

    def _explained(self, across: Floats) -> Floats:
        """Return what measurements explain: the sums of squares of its columns are variances."""
        found: Floats = solve_triangular(self._factor, across, lower=True, check_finite=False)
        return found

    def left_out(self) -> tuple[Floats, Floats]:
        """Return errors and deviations, see `Model.left_out`; closed form (ibid. eq. 5.12)."""
        precision = np.diag(matern.inverse(self._factor))
        *_, width = self._held['numbers']
        variance = 1 / precision - self._held['noise'] + self._constants.noise
        return -width * self._held['weights'] / precision, width * np.sqrt(variance)

    @property
    def arrays(self) -> Arrays:
        return self._held

    def _restore(self, arrays: Arrays) -> None:
        self._take({name: arrays[name] for name in HELD})
