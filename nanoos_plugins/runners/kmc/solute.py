"""The walk of one vacancy and one solute by the five frequencies: rejection-free and unwrapped."""

from __future__ import annotations

from typing import Any

import numpy as np

from nanoos_plugins.runners.kmc.compiled import compiled


@compiled
def _rates(vacancy, solute, beside, cell, rates) -> float:  # type: ignore[no-untyped-def]
    """Set the rates of the hops of the vacancy (z,) and return their sum; `cell.table` is w0 … w4."""
    total = 0.0
    for k in range(rates.shape[0]):
        end = cell.neighbours[vacancy, k]
        if end == solute:
            which = 2
        elif beside[vacancy]:
            which = 1 if beside[end] else 3
        else:
            which = 4 if beside[end] else 0
        rates[k] = cell.table[which]
        total += rates[k]
    return total


@compiled
def _pick(rates, total) -> int:  # type: ignore[no-untyped-def]
    """Return an index with a probability proportional to its rate; none of them is 0."""
    left = np.random.random() * total
    k = 0
    while k < rates.shape[0] - 1 and left >= rates[k]:
        left -= rates[k]
        k += 1
    return k


@compiled
def _mark(solute, sign, cell, beside) -> None:  # type: ignore[no-untyped-def]
    for k in range(cell.neighbours.shape[1]):
        beside[cell.neighbours[solute, k]] = sign


@compiled
def _exchange(vacancy, solute, k, cell, beside, last, moved) -> float:  # type: ignore[no-untyped-def]
    """Move the solute to the vacancy and return the cosine of the angle with its last hop."""
    _mark(solute, False, cell, beside)
    _mark(vacancy, True, cell, beside)
    cosine = 0.0
    for axis in range(3):
        step = -cell.steps[cell.sublattice[vacancy], k, axis]
        cosine += step * last[axis]
        last[axis] = step
        moved[axis] += step
    return cosine


@compiled
def walk(seed, windows, discarded, points, stride, vacancy, solute, cell) -> Any:  # type: ignore[no-untyped-def]
    """Return sums over `windows` of `points` samples, `stride` hops apart, counted from each window's start.

    Rows 0: time elapsed [1/unit of the rates]; 1: R² of the solute in squared hop distances; of row 2 entry
    0: time with the vacancy beside the solute, 1: all time, 2: exchanges with the solute, 3: pairs of
    successive ones, 4: sum of the cosines between those. Shape (3, points), points ≥ 5.

    :param discarded: windows before those, in which the vacancy forgets where it started.
    :param vacancy: its site, which is not `solute`, that of the solute.
    :param cell: `gas.Cell`, its table w0 … w4.
    """
    np.random.seed(seed)
    beside = np.zeros(cell.neighbours.shape[0], np.bool_)
    _mark(solute, True, cell, beside)
    rates = np.zeros(cell.neighbours.shape[1])
    last, moved = np.zeros(3), np.zeros(3)
    sums = np.zeros((3, points))
    hopped = False
    for window in range(windows + discarded):
        if window == discarded:
            sums[:] = 0.0
        moved[:] = 0.0
        time = 0.0
        for point in range(points):
            for _ in range(stride):
                total = _rates(vacancy, solute, beside, cell, rates)
                wait = -np.log(1.0 - np.random.random()) / total
                time += wait
                sums[2, 1] += wait
                if beside[vacancy]:
                    sums[2, 0] += wait
                k = _pick(rates, total)
                end = cell.neighbours[vacancy, k]
                if end == solute:
                    cosine = _exchange(vacancy, solute, k, cell, beside, last, moved)
                    sums[2, 2] += 1.0
                    if hopped:
                        sums[2, 3] += 1.0
                        sums[2, 4] += cosine
                    hopped = True
                    solute = vacancy
                vacancy = end
            sums[0, point] += time
            sums[1, point] += (moved**2).sum()
    return sums
