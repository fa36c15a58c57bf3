"""What a second pretrained network says of a structure: where two disagree, at least one does not know it.

Query by committee, as of Smith et al. 2018, doi:10.1063/1.5023802, with a committee of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml import embedding

#: Networks that can be asked, and their weights in the chgnet package. 0.2.0 is another training of another
#: design than 0.3.0 (neighbours within 5 Å, no normalisation); r2scan began as 0.3.0 and learnt on.
NETWORKS = {'chgnet-0.2.0': '0.2.0', 'chgnet-r2scan': 'r2scan'}

#: A crystal with bonds below 3 Å, which goes first in each batch. 0.2.0 leaves its layers of angles out when
#: no crystal of a batch has angles, and these have a bias: LaAs would be 0.5 eV/atom from LaAs among others.
COPPER = Structure.from_spacegroup('Fm-3m', Lattice.cubic(3.61), ['Cu'], [[0, 0, 0]])

Floats = npt.NDArray[np.float64]


@cache
def load(second: str) -> Any:
    """Return a network as `embedding.load` does; an atom without neighbours is what it has to judge, too.

    :raises ValueError: for an unknown network.
    """
    if second not in NETWORKS:
        raise ValueError(f'unknown second network {second!r}; known ones: {", ".join(NETWORKS)}')
    network = embedding.frozen(NETWORKS[second])
    network.graph_converter.set_isolated_atom_response('ignore')
    return network


def disagreement(
    structures: Sequence[Structure],
    energies: Floats,
    model: str = 'chgnet-0.3.0',
    second: str = 'chgnet-0.2.0',
    batch_size: int = 16,
) -> Floats:
    """Return by how much a second network has structures higher in energy, (n_structures, 1) [eV/atom].

    Each network counts energies from its own linear function of the composition, which is left out: it tells
    of the functional that the network learnt, not of the structure.

    :param energies: those by `model`, as `embedding.embed` has them, (n_structures, 1) [eV/atom].
    :raises ValueError: for an unknown network.
    """
    network = load(second)
    found = [np.empty(0)]
    with torch.no_grad():
        for first in range(0, len(structures), batch_size):
            some = [COPPER, *structures[first : first + batch_size]]
            graphs = [network.graph_converter(one) for one in some]
            found.append(network(graphs, task='e')['e'][1:].numpy().astype(np.float64))
    zeros = _zeros(network) - _zeros(embedding.load(model))
    shifts = [zeros[np.array(one.atomic_numbers) - 1].mean() for one in structures]
    return (np.concatenate(found) - np.array(shifts, dtype=np.float64))[:, None] - energies


def _zeros(network: Any) -> Floats:
    """Return what a network counts the energy of an atom of each element from, (94,) [eV]."""
    zeros: Floats = network.composition_model.fc.weight[0].numpy().astype(np.float64)
    return zeros
