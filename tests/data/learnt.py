"""Models whose training is in the graph, without one: for tests of what is done with models."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from aiida import orm
from ase.build import bulk
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.launch import run
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.inputs import inputs_of
from nanoos_plugins.ml.predictor import Predictor
from tests.graph.conftest import output, process

METRICS = {'mae': 8.0, 'rmse': 10.0, 'r2': 0.0, 'coverage': 0.9}


def coppers(count: int) -> list[Structure]:
    """Return crystals of copper, all of another volume."""
    return [AseAtomsAdaptor.get_structure(bulk('Cu', a=a)) for a in np.linspace(3.4, 3.8, count)]


@cache
def learnt() -> Predictor:
    """Return what always says 100 ± 10 GPa."""
    targets = np.random.default_rng(4).normal(100, 10, 60)
    return Predictor.learn(Dummy, inputs_of(coppers(60)), targets, held_out=0.3)


def imported(name: str, count: int = 8) -> Dataset:
    """Return a data set of coppers that was imported from a file; lengths are 1.5 % apart."""
    crystals = [AseAtomsAdaptor.get_structure(bulk('Cu', a=3 * 1.015**row)) for row in range(count)]
    rows = [{'structure': one.as_dict(), 'K': 100.0 + row} for row, one in enumerate(crystals)]
    file = orm.SinglefileData(io.BytesIO(json.dumps(rows).encode()), filename='k.json')
    settings = orm.Dict({'name': name, 'target': 'K', 'unit': 'GPa'})
    node = run('nanoos.import_dataset', {'file': file, 'settings': settings})
    assert node.is_finished_ok, node.exit_message
    made: Dataset = node.outputs.dataset
    return made


def model_of(
    dataset: Dataset, folder: Path, name: str, rows: Sequence[int] = (0, 1), errors: Sequence[float] = (1, 2)
) -> Model:
    """Return a stored model, made by a training on a data set with these errors on these rows of it."""
    learnt().save(folder / name, pretrained='chgnet-0.3.0', metrics=METRICS)
    type_ = 'aiida.calculations:nanoos.train'
    # Each has a name of its own, or it would be copied from the one before.
    inputs = {'dataset': dataset, 'name': orm.Str(name).store(), 'run': orm.Str(uuid4().hex).store()}
    training: Any = process(orm.CalcJobNode, 'train', process_type=type_, **inputs)
    arrays = orm.ArrayData()
    target = dataset.targets[list(rows)]
    arrays.set_array('test_rows', np.array(rows, dtype=float))
    arrays.set_array('test_target', target)
    arrays.set_array('test_mean', target + np.array(errors))
    output(training, 'arrays', arrays)
    model = output(training, 'model', Model(name, dataset.target, dataset.unit, folder / name))
    training.seal()
    assert isinstance(model, Model)
    return model
