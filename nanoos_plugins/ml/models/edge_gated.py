"""Crystal graph network that updates its bonds, too: edge-gated convolutions.

Those of ALIGNN (Choudhary & DeCost 2021, doi:10.1038/s41524-021-00650-1) on the graph of atoms and bonds,
without its second graph, of bonds and angles. That bonds learn what their atoms have heard was proposed by
Jørgensen, Jacobsen & Schmidt (2018, arXiv:1806.03146). Gates are not divided by their sum as in ALIGNN: in a
crystal of one element all that atoms hear would then be the same at any distance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nanoos_plugins.ml.models.crystal_network import CrystalNetwork
from nanoos_plugins.ml.models.crystals import ELEMENTS, GAUSSIANS, Crystals


class _Network(nn.Module):
    """Scaled target of crystals."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.elements = nn.Embedding(ELEMENTS + 1, width)
        self.distances = nn.Sequential(nn.Linear(GAUSSIANS, width), nn.SiLU(), nn.Linear(width, width))
        self.passes = nn.ModuleList([_Pass(width) for _ in range(layers)])
        self.head = nn.Sequential(nn.Linear(width, 128), nn.SiLU(), nn.Linear(128, 1))

    def forward(self, crystals: Crystals) -> Tensor:
        """Return (n_crystals,)."""
        atoms, bonds = self.elements(crystals.numbers), self.distances(crystals.expanded())
        for one in self.passes:
            atoms, bonds = one(atoms, bonds, crystals.bonds)
        scaled: Tensor = self.head(crystals.pooled(atoms)).squeeze(1)
        return scaled


class _Pass(nn.Module):
    """One convolution: bonds hear their two atoms, then atoms their neighbours through the bonds as gates."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.begin = nn.Linear(width, width)
        self.end = nn.Linear(width, width, bias=False)
        self.bond = nn.Linear(width, width, bias=False)
        self.own = nn.Linear(width, width)
        self.other = nn.Linear(width, width, bias=False)
        self.norm_bonds = nn.BatchNorm1d(width)
        self.norm_atoms = nn.BatchNorm1d(width)

    def forward(self, atoms: Tensor, bonds: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features of atoms and bonds after this pass."""
        heard = self.begin(atoms)[pairs[0]] + self.end(atoms)[pairs[1]] + self.bond(bonds)
        gates = heard.sigmoid()
        message = torch.zeros_like(atoms).index_add(0, pairs[0], gates * self.other(atoms)[pairs[1]])
        silu = nn.functional.silu
        new_atoms: Tensor = atoms + silu(self.norm_atoms(self.own(atoms) + message))
        new_bonds: Tensor = bonds + silu(self.norm_bonds(heard))
        return new_atoms, new_bonds


class EdgeGated(CrystalNetwork):
    """Edge-gated graph network."""

    kind = 'edge-gated'
    network = _Network
