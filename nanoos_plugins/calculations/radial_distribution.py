"""The radial distribution function g(r) of a trajectory in a periodic cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
from vesin import NeighborList

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RadialDistribution:
    """Pair distributions, averaged over frames.

    `r`: (n_bins,) middles of the shells [Å]; `g`: (n_bins,) per pair of elements (alphabetical), and over
    all atoms under `('', '')`, tending to 1 where positions are uncorrelated; `coordination`: (n_bins,)
    mean number of neighbours (of the second element, around one of the first) up to the outer edge
    `r + dr/2` of each shell.
    """

    r: Array
    g: dict[tuple[str, str], Array]
    coordination: dict[tuple[str, str], Array]


def largest_radius(cells: Array) -> float:
    """Return half the smallest distance between opposite faces over all cells (n, 3, 3) [Å].

    Below it every pair of atoms has at most one image in the sphere (minimum image convention).
    """
    reciprocal = np.linalg.inv(cells)
    return float(0.5 / np.linalg.norm(reciprocal, axis=1).max())


def radial_distribution(
    symbols: Sequence[str], positions: Array, cells: Array, r_max: float, n_bins: int = 200
) -> RadialDistribution:
    """Return g(r) up to `r_max`.

    For species a and b, g(r) = N_ab(r) / (N_a ρ_b 4π r² dr) with ρ_b = (N_b − δ_ab)/V: a homogeneous,
    uncorrelated system of any size gives 1 (Allen and Tildesley, Computer Simulation of Liquids, 2nd ed.,
    §8.2, with the finite-size N − 1 of the identical pairs), and ∫ ρ_b g 4π r² dr is the coordination number.

    :param symbols: chemical symbols of the atoms.
    :param positions: (n_frames, n_atoms, 3) [Å], wrapped or not.
    :param cells: (n_frames, 3, 3) [Å], lattice vectors in rows.
    :param r_max: largest distance [Å]; at most `largest_radius(cells)`.
    :raises ValueError: when `r_max` exceeds the limit of the minimum image convention.
    """
    limit = largest_radius(cells)
    if r_max > limit * (1 + 1e-9):
        raise ValueError(
            f'r_max = {r_max:.3f} Å exceeds half the smallest cell height, {limit:.3f} Å: use a supercell'
        )
    edges = np.linspace(0.0, r_max, n_bins + 1)
    counts = _pair_counts(np.asarray(symbols), positions, cells, edges)
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
    inverse_volume = float(np.mean(1.0 / np.abs(np.linalg.det(cells))))
    number = {str(symbol): int(np.sum(np.asarray(symbols) == symbol)) for symbol in set(symbols)}
    number[''] = len(symbols)
    g, coordination = {}, {}
    for (first, second), count in counts.items():
        around = count / number[first]
        partners = number[second] - (first == second)
        # one atom alone has no partner: its g is 0 everywhere, not 0/0
        g[first, second] = around / (shells * max(partners, 1) * inverse_volume)
        coordination[first, second] = np.cumsum(around)
    return RadialDistribution(0.5 * (edges[1:] + edges[:-1]), g, coordination)


def _pair_counts(
    symbols: npt.NDArray[np.str_], positions: Array, cells: Array, edges: Array
) -> dict[tuple[str, str], Array]:
    """Return for each pair of elements the mean number of ordered pairs (i of first, j of second) a shell."""
    kinds = sorted(set(symbols.tolist()))
    pairs = list(combinations_with_replacement(kinds, 2))
    counts = {pair: np.zeros(len(edges) - 1) for pair in [('', ''), *pairs]}
    neighbours = NeighborList(cutoff=float(edges[-1]), full_list=True)
    for frame, cell in zip(positions, cells, strict=True):
        i, j, distance = neighbours.compute(frame, cell, periodic=True, quantities='ijd')
        counts['', ''] += np.histogram(distance, edges)[0]
        for first, second in pairs:
            chosen = (symbols[i] == first) & (symbols[j] == second)
            counts[first, second] += np.histogram(distance[chosen], edges)[0]
    return {pair: count / len(positions) for pair, count in counts.items()}
