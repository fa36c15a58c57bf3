"""Means over independent walks: their standard errors, and what the uncertainty of the inputs adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import quantity
from nanoos_plugins.runners.kmc.lattice import Floats


@dataclass(frozen=True)
class Estimate:
    """A quantity at several temperatures.

    `walks`: (temperatures, seeds) in `unit`; `inputs`: (temperatures, n) by how much its logarithm changes
    when the n-th input changes by its standard uncertainty.
    """

    unit: str
    walks: Floats
    inputs: Floats

    @property
    def value(self) -> Floats:
        """Return the means, (temperatures,)."""
        return np.asarray(self.walks.mean(axis=1))

    @property
    def standard_error(self) -> Floats:
        """Return the standard errors of the means, (temperatures,): of the walks alone."""
        return np.asarray(self.walks.std(axis=1, ddof=1) / np.sqrt(self.walks.shape[1]))

    @property
    def uncertainty(self) -> Floats:
        """Return the standard uncertainties, (temperatures,): of the walks and the inputs together."""
        return np.asarray(np.hypot(self.standard_error, self.value * np.linalg.norm(self.inputs, axis=1)))


def quantities(estimates: dict[str, Estimate]) -> dict[str, dict[str, Any]]:
    """Return every estimate as a quantity, and its standard error apart as `<name>_standard_error`.

    Values are lists over the temperatures; for a single temperature, numbers.
    """
    told = {}
    for name, one in estimates.items():
        told[name] = quantity(_plain(one.value), one.unit, _plain(one.uncertainty))
        told[f'{name}_standard_error'] = quantity(_plain(one.standard_error), one.unit)
    return told


def _plain(values: Floats) -> Any:
    return values.tolist() if len(values) > 1 else float(values[0])
