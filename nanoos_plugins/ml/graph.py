"""Periodic neighbour graphs: which atoms are within a distance of which, over the borders of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pymatgen.core import Structure

#: Distance [Å] within which atoms are neighbours; that of CHGNet.
CUTOFF = 6.0

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """The graphs of several structures, side by side as one graph that is not connected.

    `numbers`: (n_atoms,) atomic numbers; `owners`: (n_atoms,) index of each atom's structure; `edges`:
    (2, n_edges) from an atom to its neighbour, each pair in both directions, sorted by the first;
    `distances`: (n_edges,) [Å]; `images`: (n_edges, 3) cells that the neighbour is away.
    """

    numbers: Integers
    owners: Integers
    edges: Integers
    distances: Floats
    images: Integers

    @property
    def neighbours(self) -> Integers:
        """How many neighbours each atom has, (n_atoms,)."""
        return np.bincount(self.edges[0], minlength=len(self.numbers))


def neighbour_graph(structures: Sequence[Structure], cutoff: float = CUTOFF) -> Graph:
    """Return the graph of all structures; an atom is its own neighbour in other cells only.

    :param cutoff: largest distance of neighbours [Å].
    :raises ValueError: for a cut-off that is not positive, no structure, or sites with several elements.
    """
    if not cutoff > 0:
        raise ValueError(f'cutoff: expected a positive distance [Å], got {cutoff:g}')
    if not structures:
        raise ValueError('no structures: a graph needs at least one')
    # It loads PyTorch when there is one: seconds, for all that read tables and split them.
    from vesin import NeighborList

    find = NeighborList(cutoff=cutoff, full_list=True, sorted=True, n_threads=1)
    edges, distances, images, numbers = [], [], [], []
    first = 0
    for structure in structures:
        pairs, lengths, shifts = find.compute(
            points=structure.cart_coords,
            box=structure.lattice.matrix,
            periodic=structure.lattice.pbc,
            quantities='PdS',
        )
        edges.append(pairs.astype(np.int64).reshape(-1, 2) + first)
        distances.append(lengths)
        images.append(shifts.reshape(-1, 3))
        numbers.append(atomic_numbers(structure))
        first += len(structure)
    return Graph(
        numbers=np.concatenate(numbers),
        owners=np.repeat(np.arange(len(structures)), [len(structure) for structure in structures]),
        edges=np.concatenate(edges).T,
        distances=np.concatenate(distances),
        images=np.concatenate(images).astype(np.int64),
    )


def atomic_numbers(structure: Structure) -> Integers:
    """Return the atomic numbers of the sites, (n_atoms,).

    :raises ValueError: when a site is shared by several elements or not full.
    """
    if not structure.is_ordered:
        raise ValueError(
            f'{formula_of(structure)}: its sites are shared or not full; choose one ordered structure of it'
        )
    return np.array(structure.atomic_numbers, dtype=np.int64)


def formula_of(structure: Structure) -> str:
    """Return the formula of a cell for messages; pymatgen's warns of elements without electronegativity."""
    amounts = sorted(structure.composition.get_el_amt_dict().items())
    return ' '.join(f'{symbol}{amount:g}' for symbol, amount in amounts)
