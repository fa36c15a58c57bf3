"""The walk of like defects that block and attract each other: rejection-free (n-fold way) and unwrapped.

A. B. Bortz, M. H. Kalos, J. L. Lebowitz, J. Comput. Phys. 17 (1975) 10, doi:10.1016/0021-9991(75)90060-1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nanoos_plugins.runners.kmc.compiled import compiled


class Cell(NamedTuple):
    """The arrays of a `Lattice`, and `table`: rates by the change of the number of neighbours, (2 z + 1,)."""

    neighbours: Any
    sublattice: Any
    steps: Any
    table: Any


class State(NamedTuple):
    """Where everything is, and what it may do next.

    `site`: of each defect; `occupant`: of each site, below the number of defects a defect; `count`: of each
    site, its neighbouring defects; `rates`: (defects, z) and their `totals`; `seen`: the hop at which they
    were last computed; `moved`: (sites, 3), of each occupant since the window began.
    """

    site: Any
    occupant: Any
    count: Any
    rates: Any
    totals: Any
    seen: Any
    moved: Any


@compiled
def _refresh(defect, cell, state) -> None:  # type: ignore[no-untyped-def]
    """Set the rates of the hops of one defect."""
    z = cell.neighbours.shape[1]
    here = state.site[defect]
    total = 0.0
    for k in range(z):
        end = cell.neighbours[here, k]
        rate = 0.0
        if state.occupant[end] >= state.site.shape[0]:
            # At the end the defect does not count itself, which now neighbours that site.
            rate = cell.table[z + state.count[end] - 1 - state.count[here]]
        state.rates[defect, k] = rate
        total += rate
    state.totals[defect] = total


@compiled
def _refresh_around(here, there, hop, cell, state) -> None:  # type: ignore[no-untyped-def]
    """Set the rates of all defects for which a hop from here to there changes something."""
    z = cell.neighbours.shape[1]
    for k in range(z):
        state.count[cell.neighbours[here, k]] -= 1
        state.count[cell.neighbours[there, k]] += 1
    for k in range(2 * z):
        near = cell.neighbours[here, k] if k < z else cell.neighbours[there, k - z]
        for m in range(z):
            other = state.occupant[cell.neighbours[near, m]]
            if other < state.site.shape[0] and state.seen[other] != hop:
                state.seen[other] = hop
                _refresh(other, cell, state)


@compiled
def _choose(rates, total) -> int:  # type: ignore[no-untyped-def]
    """Return an index with a probability proportional to its rate."""
    left = np.random.random() * total
    last = 0
    for k in range(rates.shape[0]):
        if rates[k] > 0.0:
            last = k
            if left < rates[k]:
                break
            left -= rates[k]
    return last


@compiled
def _exchange(defect, k, cell, state) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Let a defect hop in direction k; return by how much Σ R² grows, of the defects and of the others."""
    here = state.site[defect]
    there = cell.neighbours[here, k]
    other = state.occupant[there]
    of_defects = of_others = 0.0
    for axis in range(3):
        step = cell.steps[cell.sublattice[here], k, axis]
        of_defects += (step + 2.0 * state.moved[defect, axis]) * step
        of_others += (step - 2.0 * state.moved[other, axis]) * step
        state.moved[defect, axis] += step
        state.moved[other, axis] -= step
    state.occupant[here], state.occupant[there], state.site[defect] = other, defect, there
    return of_defects, of_others


@compiled
def _start(start, cell) -> State:  # type: ignore[no-untyped-def]
    """Return the state with the defects at the sites `start`."""
    n_sites, z = cell.neighbours.shape
    n = start.shape[0]
    occupant = np.full(n_sites, -1)
    count = np.zeros(n_sites, np.int64)
    for defect in range(n):
        occupant[start[defect]] = defect
        for k in range(z):
            count[cell.neighbours[start[defect], k]] += 1
    label = n
    for site in range(n_sites):
        if occupant[site] < 0:
            occupant[site] = label
            label += 1
    rates, totals, seen = np.zeros((n, z)), np.zeros(n), np.zeros(n, np.int64)
    state = State(start.copy(), occupant, count, rates, totals, seen, np.zeros((n_sites, 3)))
    for defect in range(n):
        _refresh(defect, cell, state)
    return state


@compiled
def _hop(hop, cell, state) -> tuple[float, float, float, float]:  # type: ignore[no-untyped-def]
    """Do one hop; return the time before it, how Σ R² grows (see `_exchange`), and the new pairs."""
    total = state.totals.sum()
    wait = -np.log(1.0 - np.random.random()) / total
    defect = _choose(state.totals, total)
    k = _choose(state.rates[defect], state.totals[defect])
    here = state.site[defect]
    there = cell.neighbours[here, k]
    pairs = state.count[there] - 1.0 - state.count[here]
    of_defects, of_others = _exchange(defect, k, cell, state)
    _refresh_around(here, there, hop, cell, state)
    return wait, of_defects, of_others, pairs


@compiled
def walk(seed, windows, discarded, points, stride, start, cell) -> Any:  # type: ignore[no-untyped-def]
    """Return sums over `windows` of `points` samples, `stride` hops apart, counted from each window's start.

    Rows 0: time elapsed [1/unit of the rates]; 1: Σ R² over the defects; 2: Σ R² over what is on the other
    sites (the atoms that vacancies exchange with), in squared hop distances; of row 3 entry 0: ∫ (pairs of
    neighbouring defects) dt, entry 1: the time of it, 2 and 3: both of the first half of the windows alone.
    Shape (4, points), points ≥ 4.

    :param discarded: windows before those, in which the defects forget where they started.
    :param start: sites of the defects, all different, (n,).
    :param cell: `Cell`.
    """
    np.random.seed(seed)
    state = _start(start, cell)
    pairs = state.count[state.site].sum() / 2
    sums = np.zeros((4, points))
    hop = 0
    for window in range(windows + discarded):
        if window == discarded:
            sums[:] = 0.0
        if window == discarded + windows // 2:
            sums[3, 2], sums[3, 3] = sums[3, 0], sums[3, 1]
        state.moved[:] = 0.0
        time = of_defects = of_others = 0.0
        for point in range(points):
            for _ in range(stride):
                hop += 1
                wait, defects_grow, others_grow, new_pairs = _hop(hop, cell, state)
                sums[3, 0] += pairs * wait
                sums[3, 1] += wait
                time += wait
                of_defects += defects_grow
                of_others += others_grow
                pairs += new_pairs
            sums[0, point] += time
            sums[1, point] += of_defects
            sums[2, point] += of_others
    return sums
