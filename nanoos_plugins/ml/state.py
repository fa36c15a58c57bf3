"""The state of a training on disk: what a run that is killed leaves for the one that goes on.

One safetensors file, whole at any time. Nothing but NumPy is needed to read it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

Arrays = Mapping[str, npt.NDArray[Any]]

#: How the files of states are named.
SUFFIX = '.safetensors'


@dataclass(frozen=True)
class State:
    """`epochs` that were done, whether that was the `last`, and what the training then held, by name."""

    epochs: int
    last: bool
    arrays: Arrays


def write_state(path: Path, state: State) -> None:
    """Write a state in place of the one before, at once: whoever is killed here leaves one of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + '.new')
    arrays = {name: np.asarray(array, order='C') for name, array in state.arrays.items()}
    with beside.open('wb') as handle:
        handle.write(save(arrays, {'epochs': str(state.epochs), 'last': json.dumps(state.last)}))
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def read_state(path: Path) -> State:
    """Return the state in a file.

    :raises ValueError: for a file that is none.
    """
    try:
        with safe_open(path, framework='np') as held:
            about = held.metadata() or {}
            arrays = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118 (not a mapping)
        return State(int(about['epochs']), bool(json.loads(about['last'])), arrays)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f'{path.name} is not the state of a training: {error}; delete it') from error


def file_name(about: Mapping[str, Any], *arrays: npt.NDArray[Any]) -> str:
    """Return the name of the file for the states of a training: another one has other parameters or rows.

    :param about: kind and parameters of the model, JSON; `arrays`: all that it learns from.
    """
    parts = (json.dumps(about, sort_keys=True).encode(), *(array.tobytes() for array in arrays))
    return hashlib.sha256(b''.join(hashlib.sha256(one).digest() for one in parts)).hexdigest()[:32] + SUFFIX


def epochs_in(folder: Path) -> int:
    """Return how many epochs the states in a folder have done together; 0 when there is none.

    :raises ValueError: for a file that is no state.
    """
    return sum(read_state(path).epochs for path in sorted(folder.glob(f'*{SUFFIX}')))
