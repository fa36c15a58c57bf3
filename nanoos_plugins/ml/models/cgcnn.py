"""Crystal graph convolutional network (Xie & Grossman 2018, doi:10.1103/PhysRevLett.120.145301).

The base line of learning from structures alone: nothing pretrained. Against the paper: elements are learnt
vectors instead of a table of their properties, and of the 12 nearest neighbours none is dropped that is as
far away as the twelfth.
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
        self.passes = nn.ModuleList([_Pass(width) for _ in range(layers)])
        self.head = nn.Sequential(nn.Softplus(), nn.Linear(width, 128), nn.Softplus(), nn.Linear(128, 1))

    def forward(self, crystals: Crystals) -> Tensor:
        """Return (n_crystals,)."""
        atoms, expanded = self.elements(crystals.numbers), crystals.expanded()
        for one in self.passes:
            atoms = one(atoms, crystals.bonds, expanded)
        scaled: Tensor = self.head(crystals.pooled(atoms)).squeeze(1)
        return scaled


class _Pass(nn.Module):
    """One convolution, eq. 5 of the paper; the matrix over (v_i, v_j, u_ij) is applied in its three parts."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.own = nn.Linear(width, 2 * width)
        self.other = nn.Linear(width, 2 * width, bias=False)
        self.bond = nn.Linear(GAUSSIANS, 2 * width, bias=False)
        self.norm_bonds = nn.BatchNorm1d(2 * width)
        self.norm_atoms = nn.BatchNorm1d(width)

    def forward(self, atoms: Tensor, bonds: Tensor, expanded: Tensor) -> Tensor:
        """Return the features of the atoms after they have heard their neighbours."""
        heard = self.own(atoms)[bonds[0]] + self.other(atoms)[bonds[1]] + self.bond(expanded)
        gate, message = self.norm_bonds(heard).chunk(2, dim=1)
        sums = torch.zeros_like(atoms).index_add(
            0, bonds[0], gate.sigmoid() * nn.functional.softplus(message)
        )
        out: Tensor = nn.functional.softplus(atoms + self.norm_atoms(sums))
        return out


class Cgcnn(CrystalNetwork):
    """CGCNN."""

    kind = 'cgcnn'
    network = _Network
