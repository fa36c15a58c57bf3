"""Crystal graph convolutional network (Xie & Grossman 2018, doi:10.1103/PhysRevLett.120.145301).

The base line of learning from structures alone: nothing pretrained. Against the paper: elements are learnt
vectors instead of a table of their properties, and of the 12 nearest neighbours none is dropped that is as
far away as the twelfth, so that the network cannot depend on the cell or on the order of atoms.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nanoos_plugins.ml.graph import CUTOFF, Graph, neighbour_graph
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.training import Schedule, Watch, train
from nanoos_plugins.ml.state import SUFFIX

#: Nearest neighbours that an atom hears, and how much farther [Å] is still as far.
NEAREST, SAME = 12, 1e-3
#: Gaussians of the expansion of distances over 0 … 6 Å, and the elements known.
GAUSSIANS, ELEMENTS = 41, 118


class Cgcnn(Model):
    """CGCNN trained on the mean absolute error. Its deviation is that of its errors, the same for all.

    These are the errors on the rows held out; without any those on the training data, which are too small,
    see `uncertainty.calibrated`.

    :param width: of the features of an atom; `layers`: passes of messages between neighbours.
    :param epochs: most passes over the data; `batch_size`, `rate`, `held_out`, `patience`, `seed`: see
        `training.Schedule`.
    :param watch: called after each epoch, see `training.train`; `states`: folder of the states to go on from
        when killed, one file for each training that there was. Neither belongs to the model.
    """

    kind = 'cgcnn'

    def __init__(
        self,
        width: int = 64,
        layers: int = 3,
        epochs: int = 40,
        batch_size: int = 64,
        rate: float = 3e-3,
        held_out: float = 0.1,
        patience: int = 15,
        seed: int = 0,
        watch: Watch | None = None,
        states: Path | None = None,
    ) -> None:
        super().__init__()
        self.width = width
        self.layers = layers
        self.schedule = Schedule(epochs, batch_size, rate, held_out, patience, seed)
        self.watch = watch
        self.states = states
        self._network = _Network(width, layers)
        self._numbers = np.array([0.0, 1.0, 0.0])
        self._losses = np.zeros((0, 2))

    @property
    def parameters(self) -> dict[str, Any]:
        return {'width': self.width, 'layers': self.layers, **vars(self.schedule)}

    @property
    def told(self) -> tuple[str, ...]:
        return ('loss', 'loss of rows held out') if self.schedule.held_out else ('loss',)

    @property
    def losses(self) -> Floats:
        return self._losses

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        crystals = _crystals(inputs)
        centre, width = float(targets.mean()), float(targets.std()) or 1.0
        scaled = torch.tensor((targets - centre) / width, dtype=torch.float32)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.schedule.seed)
            self._network = _Network(self.width, self.layers)

        def loss_of(rows: Tensor) -> Tensor:
            found: Tensor = self._network(crystals.take(rows))
            return (found - scaled[rows]).abs().mean()

        state = self.states / self._state_name(crystals, targets) if self.states else None
        self._losses, held = train(self._network, len(inputs), loss_of, self.schedule, self.watch, state)
        self._numbers = np.array([centre, width, 0.0])
        errors = self._means(crystals, len(inputs)) - targets
        self._numbers[2] = np.sqrt(((errors[held] if len(held) else errors) ** 2).mean())

    def _state_name(self, crystals: _Crystals, targets: Floats) -> str:
        """Return the name of the file for this training: another one has other parameters or rows."""
        about = json.dumps({'kind': self.kind, **self.parameters}, sort_keys=True).encode()
        rows = (about, targets.tobytes(), crystals.numbers.numpy().tobytes())
        return (
            hashlib.sha256(b''.join(hashlib.sha256(one).digest() for one in rows)).hexdigest()[:32] + SUFFIX
        )

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        means = self._means(_crystals(inputs), len(inputs))
        return means, np.full(len(inputs), self._numbers[2])

    def _means(self, crystals: _Crystals, count: int) -> Floats:
        centre, width, _ = self._numbers
        with torch.no_grad():
            parts = [
                self._network.eval()(crystals.take(rows)) for rows in torch.split(torch.arange(count), 256)
            ]
        means: Floats = centre + width * torch.cat(parts).numpy().astype(np.float64)
        return means

    @property
    def arrays(self) -> Arrays:
        learnt = {name: value.numpy() for name, value in self._network.state_dict().items()}
        return {**learnt, 'numbers': self._numbers, 'losses': self._losses}

    def _restore(self, arrays: Arrays) -> None:
        self._numbers, self._losses = arrays['numbers'], arrays['losses']
        learnt = {name: torch.tensor(arrays[name]) for name in self._network.state_dict()}
        self._network.load_state_dict(learnt)
        self._network.eval()


@dataclass(frozen=True)
class _Crystals:
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

    def take(self, rows: Tensor) -> _Crystals:
        """Return these crystals only, in this order."""
        atoms, of_atom, first_atoms = _ranges(self.first_atoms[rows], self.first_atoms[rows + 1])
        bonds, of_bond, first_bonds = _ranges(self.first_bonds[rows], self.first_bonds[rows + 1])
        moved = (first_atoms[:-1] - self.first_atoms[rows])[of_bond]
        return _Crystals(
            self.numbers[atoms],
            of_atom,
            self.bonds[:, bonds] + moved,
            self.distances[bonds],
            first_atoms,
            first_bonds,
        )


def _ranges(begins: Tensor, ends: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the numbers in all ranges one after the other, which range each is of, and where they begin."""
    lengths = ends - begins
    firsts = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
    which = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    return torch.arange(len(which)) - firsts[which] + begins[which], which, firsts


def _crystals(inputs: Inputs) -> _Crystals:
    """Return the crystals of inputs with the bonds of the network."""
    if len(inputs.structures) != len(inputs):
        raise ValueError('a cgcnn model reads structures; give them with the features')
    graph = neighbour_graph(inputs.structures)
    kept = _nearest(graph)
    of_bond = graph.owners[graph.edges[0, kept]]
    places = np.arange(len(inputs) + 1)
    return _Crystals(
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


class _Network(nn.Module):
    """Scaled target of crystals."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.elements = nn.Embedding(ELEMENTS + 1, width)
        self.passes = nn.ModuleList([_Pass(width) for _ in range(layers)])
        self.head = nn.Sequential(nn.Softplus(), nn.Linear(width, 128), nn.Softplus(), nn.Linear(128, 1))

    def forward(self, crystals: _Crystals) -> Tensor:
        """Return (n_crystals,)."""
        centres = torch.linspace(0, CUTOFF, GAUSSIANS)
        spread = CUTOFF / (GAUSSIANS - 1)
        expanded = torch.exp(-(((crystals.distances[:, None] - centres) / spread) ** 2))
        atoms = self.elements(crystals.numbers)
        for one in self.passes:
            atoms = one(atoms, crystals.bonds, expanded)
        sums = atoms.new_zeros(len(crystals.first_atoms) - 1, atoms.shape[1])
        means = sums.index_add(0, crystals.owners, atoms) / crystals.first_atoms.diff()[:, None]
        scaled: Tensor = self.head(means).squeeze(1)
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
