"""What all networks of crystals share: how they learn, go on when killed, and are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from nanoos_plugins.ml.models.crystals import Crystals, crystals_of
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.training import Schedule, Watch, train
from nanoos_plugins.ml.state import file_name


class CrystalNetwork(Model):
    """A network that reads structures, trained on the mean absolute error.

    Its deviation is that of its errors, the same for all.

    These are the errors on the rows held out; without any those on the training data, which are too small,
    see `uncertainty.calibrated`.

    :param width: of the features of an atom; `layers`: passes of messages between neighbours.
    :param epochs: most passes over the data; `batch_size`: rows a step, at least.
    :param rate: largest of AdamW; `held_out`: part of the rows that are held out to stop early, 0 for none.
    :param patience: epochs without a better loss of the rows held out before it stops; `seed`: of all that is
        random.
    :param watch: called after each epoch, see `training.train`; `states`: folder of the states to go on from
        when killed, one file for each training that there was. Neither belongs to the model.
    """

    #: What is trained: made of width and layers, it gives the scaled target of each of some `Crystals`.
    network: ClassVar[type[nn.Module]]

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
        self._network = type(self).network(width, layers)
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
        crystals = crystals_of(inputs)
        centre, width = float(targets.mean()), float(targets.std()) or 1.0
        scaled = torch.tensor((targets - centre) / width, dtype=torch.float32)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.schedule.seed)
            self._network = type(self).network(self.width, self.layers)

        def loss_of(rows: Tensor) -> Tensor:
            found: Tensor = self._network(crystals.take(rows))
            return (found - scaled[rows]).abs().mean()

        about = {'kind': self.kind, **self.parameters}
        state = self.states / file_name(about, targets, crystals.numbers.numpy()) if self.states else None
        self._losses, held = train(self._network, len(inputs), loss_of, self.schedule, self.watch, state)
        self._numbers = np.array([centre, width, 0.0])
        errors = self._means(crystals, len(inputs)) - targets
        self._numbers[2] = np.sqrt(((errors[held] if len(held) else errors) ** 2).mean())

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        means = self._means(crystals_of(inputs), len(inputs))
        return means, np.full(len(inputs), self._numbers[2])

    def _means(self, crystals: Crystals, count: int) -> Floats:
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
