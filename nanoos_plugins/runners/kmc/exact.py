"""The correlation factor of a solute and one vacancy in a periodic cell, by linear algebra instead of a walk.

After an exchange the vacancy is behind the solute; where it comes back for the next one is found by solving
the equations of an absorbing Markov chain, so f = (1 + C)/(1 − C) with the mean cosine C of successive hops
(K. Compaan, Y. Haven, Trans. Faraday Soc. 52 (1956) 786, doi:10.1039/TF9565200786) is exact for this cell.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from nanoos_plugins.runners.kmc.lattice import Floats, Lattice

#: The direct solver fills its factors: beyond so many sites it takes long.
MOST_SITES = 5000

#: Relative change of a rate by which the logarithmic derivatives are taken.
_STEP = 1e-3


def correlation_factor(lattice: Lattice, table: Floats) -> float:
    """Return f of a solute in the cell, between 0 and 1.

    :param table: w0 … w4 of the five-frequency model, see `rates.five`.
    """
    z, solute = lattice.coordination, 0
    neighbours = lattice.neighbours
    beside = np.zeros(lattice.sites, dtype=bool)
    beside[neighbours[solute]] = True
    which = np.where(beside[:, None], np.where(beside[neighbours], 1, 3), np.where(beside[neighbours], 4, 0))
    which[neighbours == solute] = 2
    rates = table[which]
    chances = rates / rates.sum(axis=1, keepdims=True)
    stay = chances * (neighbours != solute)
    stay[solute] = 0
    origin = np.repeat(np.arange(lattice.sites), z)
    moves = csr_array((stay.ravel(), (neighbours.ravel(), origin)), shape=(lattice.sites, lattice.sites))
    began = np.zeros(lattice.sites)
    began[neighbours[solute, 0]] = 1
    visits = spsolve((eye_array(lattice.sites) - moves).tocsc(), began)
    steps = lattice.steps[lattice.sublattice[solute]]
    returned = visits[neighbours[solute]] * (chances * (neighbours == solute)).sum(axis=1)[neighbours[solute]]
    cosine = float(-returned @ (steps @ steps[0]))
    return (1 + cosine) / (1 - cosine)


def derivatives(lattice: Lattice, table: Floats) -> Floats:
    """Return ∂ ln f / ∂ ln w_i of the five rates, (5,)."""
    found = np.zeros(len(table))
    for i in np.flatnonzero(table):
        up, down = (np.where(np.arange(len(table)) == i, table * (1 + s), table) for s in (_STEP, -_STEP))
        ratio = correlation_factor(lattice, up) / correlation_factor(lattice, down)
        found[i] = np.log(ratio) / (2 * _STEP)
    return found
