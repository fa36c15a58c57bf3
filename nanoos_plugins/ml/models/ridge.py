"""Linear regression with a penalty, the penalty chosen by leaving one out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.scaling import Scaling

#: Penalties tried, for scaled features.
PENALTIES = np.logspace(-3, 4, 29)


class Ridge(Model):
    """Ridge regression of scaled features (Hastie, Tibshirani & Friedman, § 3.4.1).

    Its deviation is that of the errors of rows left out, and grows with the leverage of a row.

    :param blocks: of features that it reads.
    """

    kind = 'ridge'
    leaves_out = True

    def __init__(self, blocks: Sequence[str] = ('mean',)) -> None:
        super().__init__()
        self.blocks = tuple(blocks)
        self._scaling = Scaling(np.zeros(1), np.ones(1))
        self._weights = np.zeros(1)
        self._inverse = np.zeros((1, 1))
        self._constants = np.zeros(2)
        self._by_others = (np.zeros(0), np.zeros(0))

    @property
    def parameters(self) -> dict[str, Any]:
        return {'blocks': list(self.blocks)}

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        raw = inputs.blocks(self.blocks)
        self._scaling = Scaling.of(raw)
        rows = self._scaling.scale(raw)
        centre = float(targets.mean())
        values, axes = np.linalg.eigh(rows.T @ rows)
        turned = rows @ axes
        projected = turned.T @ (targets - centre)
        errors = [self._errors(turned, values + one, projected, targets - centre) for one in PENALTIES]
        best = int(np.argmin([np.abs(error).mean() for error in errors]))
        penalty, error = PENALTIES[best], errors[best]
        self._weights = axes @ (projected / (values + penalty))
        self._inverse = (axes / (values + penalty)) @ axes.T
        deviation = float(np.sqrt((error**2).mean()))
        self._constants = np.array([centre, deviation])
        leverage = (turned**2 / (values + penalty)).sum(axis=1)
        self._by_others = -error, deviation / np.sqrt(np.maximum(1 - leverage, 1e-9))

    def left_out(self) -> tuple[Floats, Floats]:
        """Return errors and deviations as `Model.left_out`; none after loading."""
        return self._by_others

    @staticmethod
    def _errors(turned: Floats, values: Floats, projected: Floats, targets: Floats) -> Floats:
        """Return the errors of each row by the others: residuals over 1 − leverage (ibid. eq. 7.64)."""
        leverage = (turned**2 / values).sum(axis=1) + 1 / len(targets)
        errors: Floats = (targets - turned @ (projected / values)) / np.maximum(1 - leverage, 1e-9)
        return errors

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        rows = self._scaling.scale(inputs.blocks(self.blocks))
        leverage = ((rows @ self._inverse) * rows).sum(axis=1)
        centre, deviation = self._constants
        return centre + rows @ self._weights, deviation * np.sqrt(1 + leverage)

    @property
    def arrays(self) -> Arrays:
        return {
            'centre': self._scaling.centre,
            'width': self._scaling.width,
            'weights': self._weights,
            'inverse': self._inverse,
            'constants': self._constants,
        }

    def _restore(self, arrays: Arrays) -> None:
        self._scaling = Scaling(arrays['centre'], arrays['width'])
        self._weights, self._inverse = arrays['weights'], arrays['inverse']
        self._constants = arrays['constants']
