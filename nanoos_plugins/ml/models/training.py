"""Train a network so that being killed costs at most one epoch and changes nothing in the end.

Everything random of an epoch comes from the seed and its number, the rate from the step; so a run that goes
on from a state is the run that was never stopped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

#: Part of the steps in which the rate rises to its largest; then it falls to 0 as a cosine.
RISE = 0.3


@dataclass(frozen=True)
class Schedule:
    """How to train: passes over all rows, rows a step (at least), largest rate of AdamW, seed."""

    epochs: int
    batch_size: int
    rate: float
    seed: int


def train(
    network: nn.Module,
    count: int,
    loss_of: Callable[[Tensor], Tensor],
    schedule: Schedule,
    watch: Callable[[int, float], None] | None = None,
    state: Path | None = None,
) -> None:
    """Train a network in place with AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) and one rate cycle.

    :param count: of rows.
    :param loss_of: the mean loss of some rows, given their numbers.
    :param watch: called after each epoch with its number, from 1, and mean loss.
    :param state: file written after each epoch, and gone on from when there is one.
    :raises ValueError: for a state of another training.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.rate, weight_decay=1e-2)
    begin = _resume(state, network, optimizer, schedule) if state and state.exists() else 0
    network.train()
    steps = _steps(count, schedule) * schedule.epochs
    for epoch in range(begin, schedule.epochs):
        total, step = 0.0, epoch * steps // schedule.epochs
        for rows in _batches(count, schedule, epoch):
            for group in optimizer.param_groups:
                group['lr'] = schedule.rate * _share(step / steps)
            loss = loss_of(rows)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += float(loss.detach()) * len(rows)
            step += 1
        if state:
            _keep(state, network, optimizer, schedule, epoch + 1)
        if watch:
            watch(epoch + 1, total / count)
    network.eval()


def _steps(count: int, schedule: Schedule) -> int:
    """Return the steps of an epoch: none is smaller than the others, batch normalisation fails on one row."""
    return max(count // schedule.batch_size, 1)


def _batches(count: int, schedule: Schedule, epoch: int) -> Iterator[Tensor]:
    """Return the numbers of the rows of each step of an epoch."""
    random = torch.Generator().manual_seed(schedule.seed * 1_000_003 + epoch)
    order = torch.randperm(count, generator=random)
    return iter(torch.tensor_split(order, _steps(count, schedule)))


def _share(done: float) -> float:
    """Return the part of the largest rate when so much of the training is done."""
    along = done / RISE - 1 if done < RISE else (done - RISE) / (1 - RISE)
    return max(0.5 * (1 + math.cos(math.pi * along)), 1e-3)


def _keep(
    path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, schedule: Schedule, epoch: int
) -> None:
    """Write network and optimiser; the file is whole at any time."""
    tensors = {f'network.{name}': value for name, value in network.state_dict().items()}
    for number, moments in optimizer.state_dict()['state'].items():
        tensors |= {f'optimizer.{number}.{name}': value for name, value in moments.items()}
    beside = path.with_name(path.name + '.new')
    save_file(tensors, beside, metadata={'epoch': str(epoch), 'schedule': json.dumps(asdict(schedule))})
    beside.replace(path)


def _resume(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, schedule: Schedule) -> int:
    """Take up a state and return how many epochs it had done."""
    try:
        with safe_open(path, framework='pt') as held:
            about = held.metadata() or {}
            tensors = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118 (not a mapping)
    except SafetensorError as error:
        raise ValueError(f'{path.name} is not the state of a training: {error}; delete it') from error
    if about.get('schedule') != json.dumps(asdict(schedule)):
        raise ValueError(
            f'{path.name} is the state of another training, {about}; delete it or go on with that'
        )
    network.load_state_dict(_under('network.', tensors))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in _under('optimizer.', tensors).items():
        number, what = name.split('.')
        moments.setdefault(int(number), {})[what] = value
    optimizer.load_state_dict({**optimizer.state_dict(), 'state': moments})
    return int(about['epoch'])


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
