"""Whether one model is better than another on the same rows, or chance: a confidence interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap

Floats = npt.NDArray[np.float64]

RESAMPLES = 5000
#: Resamples that are in memory at the same time.
BATCH = 200


@dataclass(frozen=True)
class Difference:
    """Mean absolute error of one model minus that of another, with the ends of its confidence interval.

    All in the unit of the target; `low` > 0 or `high` < 0 says that it is more than chance.
    """

    value: float
    low: float
    high: float
    confidence: float


def difference_of_errors(
    errors: Floats, others: Floats, confidence: float = 0.95, seed: int = 0
) -> Difference:
    """Return by how much the mean absolute error of one model exceeds that of another on the same rows.

    The rows are drawn again and again with what both models said of them (paired), for one row is hard for
    both; the interval is corrected for bias and acceleration (BCa, Efron 1987,
    doi:10.1080/01621459.1987.10478410). It speaks of other rows like these, not of other trainings.

    :param errors: (n_rows,), prediction − target of the one; `others`: of the other.
    :raises ValueError: for errors of other lengths, or fewer than two rows.
    """
    if errors.shape != others.shape or errors.ndim != 1 or len(errors) < 2:
        raise ValueError(
            f'expected the errors of both on the same rows, 2 or more, got {errors.shape} and {others.shape}'
        )
    excess = np.abs(errors) - np.abs(others)
    mean = float(excess.mean())
    if np.ptp(excess) == 0:
        # nothing to draw from: it is the same whatever the rows are
        return Difference(mean, mean, mean, confidence)
    rng = np.random.default_rng(seed)
    found = bootstrap(
        (excess,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=BATCH,
        confidence_level=confidence,
        method='BCa',
        rng=rng,
    )
    low, high = found.confidence_interval
    return Difference(mean, float(low), float(high), confidence)
