"""Train a network so that being killed costs at most one epoch and changes nothing in the end.

Everything random of an epoch comes from the seed and its number, the rate from the step; so a run that goes
on from a state is the run that was never stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from nanoos_plugins.ml.state import State, read_state, write_state

#: Part of the steps in which the rate rises to its largest; then it falls to 0 as a cosine.
RISE = 0.3
#: Rows whose loss is measured at once, without learning from them.
CHUNK = 256

Floats = npt.NDArray[np.float64]
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Schedule:
    """How to train.

    `epochs`: most passes over the rows; `batch_size`: rows a step (at least); `rate`: largest one of AdamW;
    `held_out`: part of the rows that is not learnt from but tells which weights are the best, 0 for none;
    `patience`: epochs without better ones after which the training ends early; `seed`: of all that is random.
    """

    epochs: int
    batch_size: int
    rate: float
    held_out: float
    patience: int
    seed: int

    def __post_init__(self) -> None:
        if not 0 <= self.held_out < 1:
            raise ValueError(
                f'held_out: expected a part of the rows, from 0 to less than 1, got {self.held_out:g}'
            )
        if self.epochs < 1 or self.batch_size < 1 or self.patience < 1:
            raise ValueError(
                'epochs, batch_size and patience: expected at least 1, '
                f'got {self.epochs}, {self.batch_size} and {self.patience}'
            )


@dataclass(frozen=True)
class Epoch:
    """An epoch that is done.

    Its `number`, from 1, the mean `loss` while it learnt, and after it that of the rows `held_out` (None
    without any); `resumed`: it is told again, for the training goes on from a state after it.
    """

    number: int
    loss: float
    held_out: float | None
    resumed: bool = False


Watch = Callable[[Epoch], None]


def train(
    network: nn.Module,
    count: int,
    loss_of: Callable[[Tensor], Tensor],
    schedule: Schedule,
    watch: Watch | None = None,
    state: Path | None = None,
    decay: float = 1e-2,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Train a network in place with AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) and one rate cycle.

    With rows held out the network has in the end the weights that were best for these (early stopping, see
    Prechelt 1998, doi:10.1007/3-540-49430-8_3).

    :param count: of rows.
    :param loss_of: the mean loss of some rows, given their numbers.
    :param watch: called after each epoch, when its state is on disk.
    :param state: file written after each epoch, and gone on from when there is one.
    :param decay: how fast weights shrink, AdamW's weight decay.
    :return: the losses (n_epochs, 2), NaN without rows held out, and the numbers of the rows held out.
    :raises ValueError: for too few rows to hold some out, or a file that is no state.
    """
    held, kept = parts(count, schedule)
    run = _Run(network, torch.optim.AdamW(network.parameters(), lr=schedule.rate, weight_decay=decay))
    if state and state.exists():
        run.take_up(read_state(state))
    if watch:
        for number, (loss, other) in enumerate(run.losses, start=1):
            watch(Epoch(number, loss, None if math.isnan(other) else other, resumed=True))
    while not run.ends(schedule):
        loss = _learn(run, loss_of, kept, schedule)
        other = _loss(network, loss_of, held) if len(held) else math.nan
        run.note(loss, other)
        if state:
            write_state(state, run.state(schedule))
        if watch:
            watch(Epoch(len(run.losses), loss, None if math.isnan(other) else other))
    network.load_state_dict(run.best)
    network.eval()
    return np.array(run.losses, dtype=np.float64).reshape(-1, 2), held.numpy()


class _Run:
    """A training on its way: network and optimiser, the losses so far, and the best weights."""

    def __init__(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.network = network
        self.optimizer = optimizer
        self.losses: list[tuple[float, float]] = []
        self.best: Weights = _copied(network)

    @property
    def best_epoch(self) -> int:
        """Number of the epoch with the best weights, 0 before the first: the last without rows held out."""
        others = np.array([other for _, other in self.losses])
        known = len(others) > 0 and bool(np.isfinite(others).any())
        return int(np.nanargmin(others)) + 1 if known else len(others)

    def ends(self, schedule: Schedule) -> bool:
        """Return whether nothing is left to be done."""
        done = len(self.losses)
        return done >= schedule.epochs or done - self.best_epoch >= schedule.patience

    def note(self, loss: float, other: float) -> None:
        """Note the losses of an epoch, and keep its weights when they are the best."""
        self.losses.append((loss, other))
        if self.best_epoch == len(self.losses):
            self.best = _copied(self.network)

    def state(self, schedule: Schedule) -> State:
        """Return all that is needed to go on."""
        tensors = {f'network.{name}': value for name, value in self.network.state_dict().items()}
        tensors |= {f'best.{name}': value for name, value in self.best.items()}
        for number, moments in self.optimizer.state_dict()['state'].items():
            tensors |= {f'optimizer.{number}.{name}': value for name, value in moments.items()}
        arrays: dict[str, npt.NDArray[Any]] = {name: value.numpy() for name, value in tensors.items()}
        arrays['losses'] = np.array(self.losses)
        return State(len(self.losses), self.ends(schedule), arrays)

    def take_up(self, state: State) -> None:
        """Be the training that left this state."""
        tensors = {name: torch.from_numpy(array.copy()) for name, array in state.arrays.items()}
        self.losses = [(float(one), float(other)) for one, other in state.arrays['losses']]
        self.network.load_state_dict(_under('network.', tensors))
        self.best = _under('best.', tensors)
        moments: dict[int, Weights] = {}
        for name, value in _under('optimizer.', tensors).items():
            number, what = name.split('.')
            moments.setdefault(int(number), {})[what] = value
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), 'state': moments})


def parts(count: int, schedule: Schedule) -> tuple[Tensor, Tensor]:
    """Return the numbers of the rows held out and of the others.

    :raises ValueError: when there are too few.
    """
    many = round(schedule.held_out * count)
    if schedule.held_out and not 0 < many < count:
        raise ValueError(
            f'{many} of {count} rows would be held out for early stopping; give more rows, or held_out 0'
        )
    order = torch.randperm(
        count, generator=torch.Generator().manual_seed(schedule.seed * 1_000_003 + 999_983)
    )
    return order[:many], order[many:].sort().values


def _learn(run: _Run, loss_of: Callable[[Tensor], Tensor], rows: Tensor, schedule: Schedule) -> float:
    """Learn from all rows once and return their mean loss."""
    run.network.train()
    epoch = len(run.losses)
    steps = _steps(len(rows), schedule)
    total, step = 0.0, epoch * steps
    for some in _batches(rows, schedule, epoch):
        for group in run.optimizer.param_groups:
            group['lr'] = schedule.rate * _share(step / (steps * schedule.epochs))
        loss = loss_of(some)
        run.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        run.optimizer.step()
        total += float(loss.detach()) * len(some)
        step += 1
    return total / len(rows)


def _loss(network: nn.Module, loss_of: Callable[[Tensor], Tensor], rows: Tensor) -> float:
    """Return the mean loss of rows that are not learnt from."""
    network.eval()
    with torch.no_grad():
        losses = [float(loss_of(some)) * len(some) for some in torch.split(rows, CHUNK)]
    return sum(losses) / len(rows)


def _steps(count: int, schedule: Schedule) -> int:
    """Return the steps of an epoch: none is smaller than the others, batch normalisation fails on one row."""
    return max(count // schedule.batch_size, 1)


def _batches(rows: Tensor, schedule: Schedule, epoch: int) -> Iterator[Tensor]:
    """Return the numbers of the rows of each step of an epoch."""
    random = torch.Generator().manual_seed(schedule.seed * 1_000_003 + epoch)
    order = torch.randperm(len(rows), generator=random)
    return iter(torch.tensor_split(rows[order], _steps(len(rows), schedule)))


def _share(done: float) -> float:
    """Return the part of the largest rate when so much of the training is done."""
    along = done / RISE - 1 if done < RISE else (done - RISE) / (1 - RISE)
    return max(0.5 * (1 + math.cos(math.pi * along)), 1e-3)


def _copied(network: nn.Module) -> Weights:
    return {name: value.clone() for name, value in network.state_dict().items()}


def _under(prefix: str, tensors: Weights) -> Weights:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
