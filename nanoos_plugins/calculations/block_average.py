"""The mean of a correlated series and its standard error, by blocking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MINIMUM_SAMPLES = 16


@dataclass(frozen=True)
class BlockAverage:
    """The mean of a series.

    `mean`; `uncertainty`: standard error of the mean, in the unit of the series; `block_length`: samples
    a block at which the error was read; `converged`: whether blocks long enough to be independent were
    found; if not, the series is too short for its correlation time and `uncertainty` is a lower bound.
    """

    mean: float
    uncertainty: float
    block_length: int
    converged: bool


def block_errors(series: npt.ArrayLike) -> list[tuple[int, float]]:
    """Return (block length, standard error of the mean) for block lengths 1, 2, 4, …, of at least 2 blocks.

    Flyvbjerg and Petersen, J. Chem. Phys. 91, 461 (1989), doi:10.1063/1.457480: pairs of neighbours are
    replaced by their mean; the error σ/√(n−1) grows with the block length until blocks are independent.
    """
    values = np.asarray(series, dtype=float)
    errors = []
    length = 1
    while len(values) >= 2:
        errors.append((length, float(values.std() / np.sqrt(len(values) - 1))))
        even = values[: len(values) // 2 * 2]
        values = 0.5 * (even[0::2] + even[1::2])
        length *= 2
    return errors


def block_average(series: npt.ArrayLike) -> BlockAverage:
    """Return the mean of an equally spaced series and its standard error.

    The block length B is the shortest with B³ > 2 n (ε(B)/ε(1))⁴, where the bias left by the correlation
    between blocks equals the scatter of the estimate: Lee et al., Phys. Rev. E 83, 066706 (2011),
    doi:10.1103/PhysRevE.83.066706. When no length satisfies it, the largest error found is returned.

    :raises ValueError: for fewer than `MINIMUM_SAMPLES` samples.
    """
    values = np.asarray(series, dtype=float)
    if values.ndim != 1 or len(values) < MINIMUM_SAMPLES:
        raise ValueError(
            f'a series of shape {values.shape} was given; an average with an error needs one dimension and '
            f'at least {MINIMUM_SAMPLES} samples: run more steps or sample more often'
        )
    mean = float(values.mean())
    errors = block_errors(values)
    naive = errors[0][1]
    for length, error in errors:
        # compared as (B³ ε₁⁴ > 2 n ε⁴) so that a constant series (ε = 0) needs no case of its own
        if naive == 0.0 or length**3 * naive**4 > 2 * len(values) * error**4:
            return BlockAverage(mean, error, length, True)
    length, error = max(errors, key=lambda pair: pair[1])
    return BlockAverage(mean, error, length, False)
