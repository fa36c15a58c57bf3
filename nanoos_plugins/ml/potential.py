"""CHGNet as a potential: energies, forces and stresses of crystals, wherever its energies count from.

The network (Deng et al. 2023, doi:10.1038/s42256-023-00716-3) gives what is left of an energy when that of
the elements is taken away, which depends on the composition alone. Here the latter is added in double
precision: codes with pseudopotentials count from energies of thousands of eV an atom, of which a number in
single precision would keep no more than half a meV.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from pymatgen.core import Structure

from nanoos_plugins.ml.embedding import LAST_ELEMENT, graph_of, load

Floats = npt.NDArray[np.float64]

#: Crystals that pass the network together, unless told otherwise.
BATCH = 16


@dataclass(frozen=True)
class Evaluation:
    """Of one crystal: `energy` of the cell [eV], `forces` (n_atoms, 3) [eV/Å], `stress` (3, 3) [GPa].

    The stress is positive under tension, and symmetric.
    """

    energy: float
    forces: Floats
    stress: Floats


@dataclass(frozen=True)
class Potential:
    """A network and the energies of the elements.

    `pretrained`: the weights that it began with, a key of `embedding.MODELS`; `network`: CHGNet without those
    energies; `references`: (94,) [eV/atom] from hydrogen on.
    """

    pretrained: str
    network: Any
    references: Floats

    @classmethod
    def of(cls, pretrained: str = 'chgnet-0.3.0') -> Self:
        """Return a potential as its authors trained it; its network is nobody else's.

        :raises ValueError: for unknown weights.
        """
        network = copy.deepcopy(load(pretrained))
        references = network.composition_model.fc.weight.detach().numpy().astype(np.float64).ravel()
        network.composition_model = None
        return cls(pretrained, network, references)

    def graphs(self, structures: Sequence[Structure]) -> list[Any]:
        """Return the graphs of crystals that the network reads.

        :raises ValueError: for a crystal that has none, see `embedding.graph_of`.
        """
        return [graph_of(one, self.pretrained) for one in structures]

    def energies(self, graphs: Sequence[Any]) -> Floats:
        """Return the energies an atom, (n,) [eV/atom]."""
        found = [np.empty(0)]
        with torch.no_grad():
            for first in range(0, len(graphs), BATCH):
                some = run(self.network.eval(), graphs[first : first + BATCH], 'e')['e']
                found.append(some.numpy().astype(np.float64))
        energies: Floats = np.concatenate(found) + self.of_elements(graphs)
        return energies

    def of_elements(self, graphs: Sequence[Any]) -> Floats:
        """Return the part of the energies that depends on the composition alone, (n,) [eV/atom]."""
        return compositions(graphs) @ self.references

    def refitted(self, graphs: Sequence[Any], energies: Floats) -> Self:
        """Return the potential with the energies of the elements for which it errs least on these crystals.

        Least squares; what the compositions leave open (of one compound only the sum over its elements is
        known) is spread as evenly as can be, and elements that do not occur keep their energies.

        :param energies: (n,) [eV/atom].
        """
        left, fractions = energies - self.energies(graphs), compositions(graphs)
        occur = fractions.any(axis=0)
        references = self.references.copy()
        references[occur] += np.linalg.lstsq(fractions[:, occur], left, rcond=None)[0]
        return replace(self, references=references)

    def evaluate(self, structures: Sequence[Structure], batch_size: int = BATCH) -> list[Evaluation]:
        """Return energy, forces and stress of each crystal.

        :param batch_size: crystals that pass the network together.
        :raises ValueError: for a crystal that has no graph, see `embedding.graph_of`.
        """
        return self.evaluate_graphs(self.graphs(structures), batch_size)

    def evaluate_graphs(self, graphs: Sequence[Any], batch_size: int = BATCH) -> list[Evaluation]:
        """Return the same from the graphs of the crystals."""
        evaluations = []
        for first in range(0, len(graphs), batch_size):
            batch = graphs[first : first + batch_size]
            found = run(self.network.eval(), batch, 'efs')
            columns = (found['e'], found['f'], found['s'])
            rows = zip(batch, self.of_elements(batch), *columns, strict=True)
            for graph, of_elements, energy, forces, stress in rows:
                evaluations.append(
                    Evaluation(
                        energy=len(graph.atomic_number) * (float(energy.detach()) + float(of_elements)),
                        forces=forces.detach().numpy().astype(np.float64),
                        stress=_symmetric(stress.detach().numpy().astype(np.float64)),
                    )
                )
        return evaluations


def run(network: Any, graphs: Sequence[Any], task: str) -> dict[str, Any]:
    """Return what CHGNet gives of crystals: tensors `e` (n,) [eV/atom], and in lists `f` and `s`.

    :param task: `e`, `ef` or `efs`.
    """
    with warnings.catch_warnings():
        # It makes numbers of volumes, which depend on the strain, and PyTorch remarks on that.
        warnings.simplefilter('ignore', UserWarning)
        found: dict[str, Any] = network(list(graphs), task=task)
    return found


def compositions(graphs: Sequence[Any]) -> Floats:
    """Return the parts of the elements from hydrogen on in each crystal, (n, 94)."""
    counts = [np.bincount(graph.atomic_number.numpy() - 1, minlength=LAST_ELEMENT) for graph in graphs]
    return np.array([one / one.sum() for one in counts], dtype=np.float64).reshape(-1, LAST_ELEMENT)


def _symmetric(stress: Floats) -> Floats:
    symmetric: Floats = (stress + stress.T) / 2
    return symmetric
