"""From the start to the end in steps that adapt: as large as the error allows, and never uphill in energy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array
from nanoos_plugins.runners.phase_field.scheme import LOWER_ORDER, Scheme

#: First step, in units of the time of the material.
FIRST_STEP = 1e-2
#: A step below this part of the whole time is not going to end.
SMALLEST_STEP = 1e-12
#: Rounding: an energy that is higher by this part is not; an energy that is below the other part of that of
#: a box full of barrier counts as that much (when one phase has won, nothing else is left than rounding).
ROUNDING, NOTHING = 1e-12, 1e-6
#: How a step changes: kept when it could grow by less than `WORTH`; new factors cost as much as a step.
SAFETY, LEAST, MOST, WORTH = 0.9, 0.2, 3.0, 1.25
#: A change by less than this part of the difference of the phases (rms) is none: the error is relative to it.
QUIET = 1e-6


@dataclass(frozen=True)
class State:
    """Where an evolution is: time, values and their coefficients, energy, and the step that led there."""

    time: float
    values: Array
    coefficients: Any
    energy: float
    size: float


@dataclass(frozen=True)
class Course:
    """How an evolution went.

    `trouble`: why it stopped before its end, empty when it did not; `steps` taken; `refused`, and how many of
    these `uphill`; `largest_rise` of the energy in a step that was taken, relative; `mass_error`: largest
    change of the mean composition, relative to what it was (to the difference of the phases when that is 0).
    """

    trouble: str
    steps: int
    refused: int
    uphill: int
    largest_rise: float
    mass_error: float


class Evolution:
    """An evolution from `start`; `state` is where it is.

    :param tolerance: largest error of a step relative to the change in it (both rms), so that what is slow,
        as an interface that moves by its curvature, is followed as exactly as what is fast.
    """

    def __init__(self, scheme: Scheme, start: Array, tolerance: float) -> None:
        self._scheme = scheme
        self._tolerance = tolerance
        coefficients = scheme.grid.forward(start)
        self.state = State(0.0, start, coefficients, scheme.energy(start, coefficients), 0.0)
        self.size = FIRST_STEP
        self.steps = self.refused = self.uphill = 0
        self.largest_rise = self.mass_error = 0.0
        self._force = scheme.force(start)
        self._mean = float(start.mean())
        self._least = NOTHING * scheme.free.barrier() * scheme.grid.volume

    def advance(self, until: float) -> bool:
        """Try a step that ends at `until` at the latest, and return whether it was taken."""
        left = until - self.state.time
        # The last two of a stretch are equal, so that none of them is a sliver.
        size = left if left <= self.size else min(self.size, left / 2)
        with np.errstate(over='ignore', invalid='ignore'):
            coefficients, error = self._scheme.step(self.state.coefficients, self._force, size)
            values = self._scheme.grid.back(coefficients)
            energy = self._scheme.energy(values, coefficients)
        relative = error / self._change(coefficients) / self._tolerance
        rise = (energy - self.state.energy) / max(self.state.energy, self._least)
        uphill = not rise <= ROUNDING
        if uphill or not relative <= 1:
            self.refused += 1
            self.uphill += relative <= 1
            self.size = size * (0.5 if uphill else _factor(relative))
            return False
        time = until if size == left else self.state.time + size
        self._take(State(time, values, coefficients, energy, size), rise)
        factor = _factor(relative)
        if size * factor > WORTH * self.size or factor < 1:
            self.size = size * factor
        return True

    def course(self, trouble: str) -> Course:
        """Return how it went so far."""
        return Course(trouble, self.steps, self.refused, self.uphill, self.largest_rise, self.mass_error)

    def _change(self, coefficients: Any) -> float:
        grid = self._scheme.grid
        square = float(grid.power(coefficients - self.state.coefficients).sum()) / grid.count
        return max(sqrt(square), QUIET * self._scheme.free.width)

    def _take(self, state: State, rise: float) -> None:
        self.steps += 1
        self.largest_rise = max(self.largest_rise, rise)
        drift = abs(float(state.values.mean()) - self._mean)
        self.mass_error = max(self.mass_error, drift / (abs(self._mean) or self._scheme.free.width))
        self.state = state
        self._force = self._scheme.force(state.values)


def evolve(
    evolution: Evolution, stops: Sequence[float], most: int, note: Callable[[State, bool], None]
) -> Course:
    """Go through `stops`, ascending times of which the last is the end, and return how it went.

    :param most: steps, refused ones included.
    :param note: is called at the start and after each step, with whether it is a stop.
    """
    note(evolution.state, False)
    for stop in stops:
        while evolution.state.time < stop:
            if evolution.steps + evolution.refused >= most:
                return evolution.course(f'after {most} steps')
            if evolution.size < SMALLEST_STEP * stops[-1]:
                return evolution.course(f'because its steps became too small ({evolution.size:.2g})')
            if evolution.advance(stop):
                note(evolution.state, evolution.state.time == stop)
    return evolution.course('')


def _factor(relative: float) -> float:
    """Return by how much a step may grow whose error is `relative` to the largest that is allowed.

    The error grows with the power `LOWER_ORDER` + 1 of the step, and the change in it with the first.
    """
    if not np.isfinite(relative):
        return LEAST
    return float(np.clip(SAFETY * max(relative, 1e-12) ** (-1 / LOWER_ORDER), LEAST, MOST))
