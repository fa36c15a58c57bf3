"""Crystals as tensors, of which a network takes some at each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nanoos_plugins.ml.graph import CUTOFF, Graph, neighbour_graph
from nanoos_plugins.ml.models.inputs import Inputs

#: Nearest neighbours that an atom hears, and how much farther [Å] is still as far: none of these is dropped,
#: so that no network can depend on the cell or on the order of atoms.
NEAREST, SAME = 12, 1e-3
#: Gaussians of the expansion of distances over 0 … 6 Å, and the elements known.
GAUSSIANS, ELEMENTS = 41, 118


@dataclass(frozen=True)
class Crystals:
    """Crystals as tensors: of atoms and of bonds, sorted by crystal, and where those of a crystal begin.

    `numbers`, `owners`: (n_atoms,); `bonds`: (2, n_bonds); `distances`: (n_bonds,) [Å]; the firsts have one
    entry more than there are crystals.
    """

    numbers: Tensor
    owners: Tensor
    bonds: Tensor
    distances: Tensor
    first_atoms: Tensor
    first_bonds: Tensor

    def take(self, rows: Tensor) -> Crystals:
        """Return these crystals only, in this order."""
        atoms, of_atom, first_atoms = _ranges(self.first_atoms[rows], self.first_atoms[rows + 1])
        bonds, of_bond, first_bonds = _ranges(self.first_bonds[rows], self.first_bonds[rows + 1])
        moved = (first_atoms[:-1] - self.first_atoms[rows])[of_bond]
        return Crystals(
            self.numbers[atoms],
            of_atom,
            self.bonds[:, bonds] + moved,
            self.distances[bonds],
            first_atoms,
            first_bonds,
        )

    def expanded(self) -> Tensor:
        """Return the distances as Gaussians, (n_bonds, GAUSSIANS)."""
        centres = torch.linspace(0, CUTOFF, GAUSSIANS)
        spread = CUTOFF / (GAUSSIANS - 1)
        return torch.exp(-(((self.distances[:, None] - centres) / spread) ** 2))

    def pooled(self, atoms: Tensor) -> Tensor:
        """Return the means over the atoms of each crystal, (n_crystals, width)."""
        sums = atoms.new_zeros(len(self.first_atoms) - 1, atoms.shape[1])
        return sums.index_add(0, self.owners, atoms) / self.first_atoms.diff()[:, None]


def _ranges(begins: Tensor, ends: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the numbers in all ranges one after the other, which range each is of, and where they begin."""
    lengths = ends - begins
    firsts = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
    which = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    return torch.arange(len(which)) - firsts[which] + begins[which], which, firsts


def crystals_of(inputs: Inputs) -> Crystals:
    """Return the crystals of inputs with the bonds of the network."""
    if len(inputs.structures) != len(inputs):
        raise ValueError('networks read structures; give them with the features')
    graph = neighbour_graph(inputs.structures)
    kept = _nearest(graph)
    of_bond = graph.owners[graph.edges[0, kept]]
    places = np.arange(len(inputs) + 1)
    return Crystals(
        torch.tensor(graph.numbers),
        torch.tensor(graph.owners),
        torch.tensor(graph.edges[:, kept]),
        torch.tensor(graph.distances[kept], dtype=torch.float32),
        torch.tensor(np.searchsorted(graph.owners, places)),
        torch.tensor(np.searchsorted(of_bond, places)),
    )


def _nearest(graph: Graph) -> Any:
    """Return which edges lead to the nearest neighbours, (n_edges,) of bool."""
    if not len(graph.distances):
        return np.zeros(0, dtype=bool)
    order = np.lexsort((graph.distances, graph.edges[0]))
    counts = graph.neighbours
    last = np.maximum(np.cumsum(counts) - counts + np.minimum(counts, NEAREST) - 1, 0)
    limits = graph.distances[order][last] + SAME
    return graph.distances <= limits[graph.edges[0]]
