"""Fine-tuned models as nodes, without a training: for tests of what is done with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from aiida import orm

from nanoos_plugins.data.model import Model
from nanoos_plugins.dataset_inputs import ENERGY, ENERGY_UNIT
from nanoos_plugins.ml.models.chgnet import FineTuned
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.predictor import Predictor
from nanoos_plugins.ml.uncertainty import Calibration, Domain
from nanoos_plugins.storage.owner import acting_as
from tests.ml.labelled import silicon


@cache
def fine_tuned() -> FineTuned:
    """Return a model that has learnt a little of silicon."""
    inputs, energies = silicon(8)
    bare = Inputs(inputs.elements, {}, inputs.structures)
    return FineTuned(epochs=1, frozen='messages', held_out=0).fit(bare, energies)


def potential_of(owner: orm.User | None, folder: Path, name: str) -> Model:
    """Return that model as a stored node of an owner; None: of who acts."""
    domain = Domain.of(np.random.default_rng(0).normal(size=(8, 3)))
    predictor = Predictor(fine_tuned(), Calibration(2.0, 0.9, 20), domain)
    predictor.save(folder / name, pretrained='chgnet-0.3.0', metrics={'mae': 0.01, 'force_mae': 0.1})
    with acting_as(owner):
        model: Model = Model(name, ENERGY, ENERGY_UNIT, folder / name).store()
    return model
