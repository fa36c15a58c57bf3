"""Checkpoints that must not be loaded are refused before anything of them is."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.load import load
from nanoos_plugins.ml.models.ridge import Ridge


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    features = np.random.default_rng(0).normal(size=(20, 3))
    rows = Inputs([frozenset({'Cu'})] * 20, {'mean': features})
    Ridge().fit(rows, features.sum(axis=1)).save(tmp_path)
    return tmp_path


def change(folder: Path, **new: Any) -> None:
    path = folder / checkpoint.DESCRIPTION
    path.write_text(json.dumps({**json.loads(path.read_text()), **new}))


class Trap:
    """What a pickle may do: run a program."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ('a pickle was loaded',)


def test_pickles_are_refused(saved: Path) -> None:
    arrays = saved / checkpoint.ARRAYS
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        arrays.write_bytes(pickle.dumps(Trap(), protocol))
        with pytest.raises(ValueError, match='is a pickle'):
            load(saved)
    torch.save({'weights': torch.zeros(2)}, arrays)
    with pytest.raises(ValueError, match='is a pickle'):
        load(saved)


def test_a_pickle_with_the_right_digest_is_refused(saved: Path) -> None:
    payload = pickle.dumps(Trap(), 0)  # protocol 0 has no magic number
    description = {'kind': 'ridge', 'parameters': {}, 'elements': ['Cu'], 'format': checkpoint.FORMAT}
    (saved / checkpoint.ARRAYS).write_bytes(payload)
    change(saved, **description, digest=checkpoint._digest(description, payload))
    with pytest.raises(ValueError, match='not of the format safetensors'):
        load(saved)


def test_one_wrong_bit_is_refused(saved: Path) -> None:
    arrays = saved / checkpoint.ARRAYS
    content = bytearray(arrays.read_bytes())
    content[-1] ^= 1
    arrays.write_bytes(content)
    with pytest.raises(ValueError, match='wrong digest: expected [0-9a-f]{64}'):
        load(saved)


def test_a_changed_description_is_refused(saved: Path) -> None:
    change(saved, elements=['Cu', 'Au'])
    with pytest.raises(ValueError, match='wrong digest'):
        load(saved)


def test_another_checkpoint_than_expected_is_refused(saved: Path) -> None:
    with pytest.raises(ValueError, match='wrong digest: expected 0000'):
        load(saved, digest='0000')


def test_missing_elements_are_refused(tmp_path: Path) -> None:
    checkpoint.write(tmp_path, {'kind': 'ridge', 'parameters': {}}, {'weights': np.zeros(2)})
    with pytest.raises(ValueError, match='does not name the elements'):
        load(tmp_path)


def test_other_kinds_and_contents_are_refused(tmp_path: Path) -> None:
    about = {'parameters': {}, 'elements': ['Cu']}
    checkpoint.write(tmp_path, {**about, 'kind': 'oracle'}, {'weights': np.zeros(2)})
    with pytest.raises(ValueError, match="unknown kind of model 'oracle'; known kinds: dummy"):
        load(tmp_path)
    checkpoint.write(tmp_path, {**about, 'kind': 'ridge'}, {'something': np.zeros(2)})
    with pytest.raises(ValueError, match='not a checkpoint of a ridge model'):
        load(tmp_path)


def test_files_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='model.json and model.safetensors must both be'):
        load(tmp_path)


def test_what_is_told_about_a_model_is_kept(tmp_path: Path) -> None:
    digest = checkpoint.write(
        tmp_path, {'elements': ['Cu'], 'unit': 'GPa'}, {'a': np.arange(6.0).reshape(2, 3)}
    )
    description, arrays = checkpoint.read(tmp_path, digest)
    assert description['unit'] == 'GPa'
    assert description['digest'] == digest
    assert arrays['a'].tolist() == [[0, 1, 2], [3, 4, 5]]
