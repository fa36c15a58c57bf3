"""Features of mean 0 and deviation 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Centre and width of each column; a constant column has the width infinity and becomes 0."""

    centre: Floats
    width: Floats

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Return the scaling that gives what is known of these, (n, columns), mean 0 and deviation 1."""
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        count = np.maximum(known.sum(axis=0), 1)
        centre = filled.sum(axis=0) / count
        width = np.sqrt((np.where(known, values - centre, 0.0) ** 2).sum(axis=0) / count)
        # A column of one value has the deviation of its rounding; it says nothing and must not become noise.
        constant = width <= 1e-7 * np.maximum(1.0, np.abs(filled).max(axis=0))
        return cls(centre, np.where(constant, np.inf, width))

    def scale(self, values: Floats) -> Floats:
        """Return values scaled; what is not known (NaN) is taken to be as usual, 0."""
        scaled = (values - self.centre) / self.width
        return np.where(np.isnan(scaled), 0.0, scaled)
