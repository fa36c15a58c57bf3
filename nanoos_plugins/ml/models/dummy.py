"""The model to be better than: the same for all."""

from __future__ import annotations

from typing import Any

import numpy as np

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model


class Dummy(Model):
    """Median of the targets, which has the least mean absolute error of all constants."""

    kind = 'dummy'

    def __init__(self) -> None:
        super().__init__()
        self._constants = np.zeros(2)

    @property
    def parameters(self) -> dict[str, Any]:
        return {}

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        self._constants = np.array([np.median(targets), np.std(targets, ddof=1)])

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        mean, deviation = np.repeat(self._constants[:, None], len(inputs), axis=1)
        return mean, deviation

    @property
    def arrays(self) -> Arrays:
        return {'constants': self._constants}

    def _restore(self, arrays: Arrays) -> None:
        self._constants = arrays['constants']
