"""How vortices are shed: from the series of the coefficients in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nanoos_plugins.runners.cfd.scales import Scales
from nanoos_plugins.runners.job import Array, quantity

#: Periods that are there at least before a frequency is told.
PERIODS = 2
#: A lift that swings by less than this, over the largest drag, does not swing.
STILL = 1e-4


def shedding(series: Mapping[str, Array], scales: Scales) -> dict[str, Any]:
    """Return the extremes of the coefficients in the second half of the series, and the Strouhal number.

    The Strouhal number f D/U is from the moments at which the lift rises through its middle; it is left out
    when fewer than two whole periods are there.
    """
    late = series['series_time_s'] >= series['series_time_s'][-1] / 2
    time = series['series_time_s'][late]
    drag, lift = series['series_drag_coefficient'][late], series['series_lift_coefficient'][late]
    found = {
        'largest_drag_coefficient': quantity(drag.max(), ''),
        'largest_lift_coefficient': quantity(lift.max(), ''),
        'lowest_lift_coefficient': quantity(lift.min(), ''),
    }
    moments = rises(time, lift - (lift.max() + lift.min()) / 2)
    if len(moments) > PERIODS and np.ptp(lift) > STILL * np.abs(drag).max():
        periods = np.diff(moments)
        frequency = len(periods) / (moments[-1] - moments[0])
        error = periods.std() / periods.mean() * frequency * scales.time
        found['strouhal_number'] = quantity(frequency * scales.time, '', error)
    return found


def rises(time: Array, values: Array) -> Array:
    """Return the times at which values rise through 0, between two of them as if they were on a line."""
    at = np.flatnonzero((values[:-1] < 0) & (values[1:] >= 0))
    share = -values[at] / (values[at + 1] - values[at])
    moments: Array = time[at] + share * (time[at + 1] - time[at])
    return moments
