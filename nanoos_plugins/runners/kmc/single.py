"""The walk of a single defect: its hops are all alike, so what `gas` does takes a fraction of the time."""

from __future__ import annotations

from typing import Any

import numpy as np

from nanoos_plugins.runners.kmc.compiled import compiled


@compiled
def walk(seed, windows, points, stride, rate, neighbours, sublattice, steps) -> Any:  # type: ignore[no-untyped-def]
    """Return sums over `windows` of `points` samples, `stride` hops apart, counted from each window's start.

    Rows as of `gas.walk`: time elapsed [1/unit of rate], R² of the defect, Σ R² of the others, in squared hop
    distances. Shape (3, points).

    :param rate: of a hop to one of the neighbours; the other parameters are the arrays of a `Lattice`.
    """
    np.random.seed(seed)
    n_sites, z = neighbours.shape
    total = rate * z
    site = 0
    occupant = np.arange(n_sites)
    moved = np.zeros((n_sites, 3))
    sums = np.zeros((3, points))
    for _ in range(windows):
        moved[:] = 0.0
        time = of_defect = of_others = 0.0
        for point in range(points):
            for _hop in range(stride):
                time -= np.log(1.0 - np.random.random()) / total
                k = int(np.random.random() * z)
                there = neighbours[site, k]
                other = occupant[there]
                for axis in range(3):
                    step = steps[sublattice[site], k, axis]
                    of_defect += (step + 2.0 * moved[0, axis]) * step
                    of_others += (step - 2.0 * moved[other, axis]) * step
                    moved[0, axis] += step
                    moved[other, axis] -= step
                occupant[site], occupant[there], site = other, 0, there
            sums[0, point] += time
            sums[1, point] += of_defect
            sums[2, point] += of_others
    return sums
