"""What a model said of the rows that it was tested on, and which models can be compared by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model


@dataclass(frozen=True)
class Tested:
    """The test of a model: the data set, `rows` of it in ascending order, and the errors on these.

    `errors`: (n_rows,), prediction − target, in the unit of the target.
    """

    model: Model
    dataset: Dataset
    rows: npt.NDArray[np.int64]
    errors: npt.NDArray[np.float64]


def tested(model: Model) -> Tested:
    """Return the test of a model, from the training that made it.

    :raises ValueError: for a model whose training is not in the graph.
    """
    training = model.creator
    if training is None or 'arrays' not in training.outputs or 'dataset' not in training.inputs:
        raise ValueError(
            f'model {model.name} (pk {model.pk}) has no training in this graph that tells its test; '
            'train it here, or import it with its provenance'
        )
    arrays = training.outputs.arrays
    rows = arrays.get_array('test_rows').astype(np.int64)
    errors = arrays.get_array('test_mean') - arrays.get_array('test_target')
    order = np.argsort(rows)
    return Tested(model, training.inputs.dataset, rows[order], errors[order])


def tested_alike(models: Sequence[Model]) -> list[Tested]:
    """Return the tests of models that were tested on the same rows of the same data set.

    :raises ValueError: for fewer than two models, or what differs between the tests.
    """
    if len({model.pk for model in models}) < max(2, len(models)):
        raise ValueError(f'expected two different models or more, got {len({model.pk for model in models})}')
    first, *others = (tested(model) for model in models)
    for other in others:
        names = f'models {first.model.pk} and {other.model.pk}'
        if first.dataset.uuid != other.dataset.uuid:
            one, another = (f'{found.dataset.name} (pk {found.dataset.pk})' for found in (first, other))
            raise ValueError(
                f'{names} are of different data sets, {one} and {another}: train both on the same node'
            )
        if not np.array_equal(first.rows, other.rows):
            apart = len(np.setxor1d(first.rows, other.rows))
            raise ValueError(
                f'{names} were tested on {len(first.rows)} and {len(other.rows)} rows, of which {apart} are '
                'of one test only: train both with the same split, or the same test and seed'
            )
    return [first, *others]
