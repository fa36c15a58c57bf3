"""Models on disk: a description (JSON) and arrays (safetensors), never a pickle; one digest over both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load as read_arrays
from safetensors.numpy import save as bytes_of

DESCRIPTION = 'model.json'
ARRAYS = 'model.safetensors'
#: Of the layout of both files.
FORMAT = 1
#: How a pickle (protocol 2 and later) and a zip of pickles (torch.save) begin.
PICKLES = (b'\x80\x02', b'\x80\x03', b'\x80\x04', b'\x80\x05', b'PK\x03\x04')


def write(folder: Path, description: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Write both files and return the digest, which is in the description, too."""
    payload = bytes_of({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    described = {**description, 'format': FORMAT}
    digest = _digest(described, payload)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARRAYS).write_bytes(payload)
    text = json.dumps({**described, 'digest': digest}, indent=1, allow_nan=False)
    (folder / DESCRIPTION).write_text(text + '\n', encoding='utf-8')
    return digest


def read(folder: Path, digest: str | None = None) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return description and arrays of a checkpoint.

    :param digest: the one that `write` returned; given, a checkpoint changed as a whole is refused, too.
    :raises ValueError: when a file is missing, not what it should be, holds a pickle or another digest, or
        names no elements.
    """
    try:
        payload = (folder / ARRAYS).read_bytes()
        description = json.loads((folder / DESCRIPTION).read_text(encoding='utf-8'))
    except FileNotFoundError as error:
        raise ValueError(f'no checkpoint: {DESCRIPTION} and {ARRAYS} must both be in {folder}') from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f'{DESCRIPTION} is not JSON: {error}') from error
    _check(description, payload, digest)
    try:
        return description, read_arrays(payload)
    except SafetensorError as error:
        raise ValueError(f'{ARRAYS} is not of the format safetensors: {error}') from error


def _check(description: Any, payload: bytes, digest: str | None) -> None:
    """Refuse what must not be loaded, before anything of it is."""
    if payload.startswith(PICKLES):
        raise ValueError(f'{ARRAYS} is a pickle, which could run any program; save the model as safetensors')
    if not isinstance(description, dict) or description.get('format') != FORMAT:
        raise ValueError(f'{DESCRIPTION} is not the description of a model of format {FORMAT}')
    held = description.get('digest')
    computed = _digest({key: value for key, value in description.items() if key != 'digest'}, payload)
    if computed != held or digest not in (None, held):
        raise ValueError(f'wrong digest: expected {digest or held}, the files have {computed}; get them anew')
    if not description.get('elements'):
        raise ValueError(f'{DESCRIPTION} does not name the elements the model has learnt; train it anew')


def _digest(description: Mapping[str, Any], payload: bytes) -> str:
    """Return the SHA-256 of both files, however the JSON is laid out."""
    text = json.dumps(description, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(hashlib.sha256(text.encode()).digest() + payload).hexdigest()
