"""What every model does: learn, predict with an error bar and messages, be saved and loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models.inputs import Inputs, rows_in_words

Floats = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Prediction:
    """What a model says of each structure, in the unit of the targets it learnt.

    `mean`, `deviation` (standard deviation of a new measurement): (n_structures,); `messages`: for each
    structure the lines that people should read before they trust it.
    """

    mean: Floats
    deviation: Floats
    messages: Sequence[tuple[str, ...]]


class Model(ABC):
    """A model of one scalar property. Its parameters are keyword arguments of its constructor, JSON."""

    #: Its name in checkpoints.
    kind: ClassVar[str]
    #: Unit that its targets must have; None for any.
    unit: ClassVar[str | None] = None
    #: Whether `left_out` is known.
    leaves_out: ClassVar[bool] = False

    def __init__(self) -> None:
        #: Symbols of the elements in the training data; empty before `fit`.
        self.elements: frozenset[str] = frozenset()

    def fit(self, inputs: Inputs, targets: Floats) -> Self:
        """Learn from rows and their targets, (n_structures,), and return itself.

        :raises ValueError: for fewer than 2 rows, targets of another number or that are not finite (the rows
            are named), or features that are missing.
        """
        if len(inputs) != len(targets):
            raise ValueError(f'{len(inputs)} structures have {len(targets)} targets; give one each')
        if len(inputs) < 2:
            raise ValueError(f'expected at least 2 structures to learn from, got {len(inputs)}')
        bad = np.flatnonzero(~np.isfinite(targets))
        if len(bad):
            raise ValueError(f'targets of rows {rows_in_words(bad)} are not finite numbers; leave these out')
        self.elements = frozenset().union(*inputs.elements)
        self._fit(inputs, np.asarray(targets, dtype=np.float64))
        return self

    def predict(self, inputs: Inputs) -> Prediction:
        """Return mean, standard deviation and messages of each structure.

        :raises ValueError: before `fit`, or when features are missing.
        """
        if not self.elements:
            raise ValueError(f'this {self.kind} model has not learnt yet; fit or load it first')
        mean, deviation = self._predict(inputs)
        return Prediction(mean, deviation, [self._messages(elements) for elements in inputs.elements])

    def left_out(self) -> tuple[Floats, Floats]:
        """Return errors (prediction − target) and deviations of the rows learnt from, (n_structures,) each.

        They are those of a model of all other rows, so they calibrate intervals without holding rows out.

        :raises NotImplementedError: unless `leaves_out`.
        """
        raise NotImplementedError(f'{self.kind} models cannot leave rows out; hold some out')

    def derivative_errors(self, inputs: Inputs) -> dict[str, float]:
        """Return the mean absolute errors of what a model of energies predicts beside them.

        :return: of rows that have them `force_mae` [eV/Å] and `stress_mae` [GPa], over all components;
            nothing for all other models.
        """
        return {}

    @property
    def told(self) -> tuple[str, ...]:
        """What it tells of each epoch while it learns, in this order; empty for what has no epochs."""
        return ()

    @property
    def losses(self) -> Floats:
        """How it learnt: the loss of each epoch, and that of rows held out (NaN without any), (n_epochs, 2).

        The epochs of an ensemble are those of its members, one after the other. Empty for what has no epochs.
        """
        return np.zeros((0, 2))

    def _messages(self, elements: frozenset[str]) -> tuple[str, ...]:
        new = sorted(elements - self.elements)
        return (f'{", ".join(new)}: not in the training data',) if new else ()

    def save(self, folder: Path, **about: Any) -> str:
        """Write the model into a folder and return its digest, see `checkpoint.write` and `load.load`.

        :param about: what else to keep in its description, JSON: target, unit, metrics.
        """
        return checkpoint.write(folder, {**about, **self.description}, self.arrays)

    @property
    def description(self) -> dict[str, Any]:
        """What the model is, JSON; together with `arrays` it is the model."""
        return {'kind': self.kind, 'parameters': self.parameters, 'elements': sorted(self.elements)}

    @classmethod
    def from_checkpoint(cls, description: Mapping[str, Any], arrays: Arrays) -> Self:
        """Return the model of a description and its arrays."""
        model = cls(**description['parameters'])
        model.elements = frozenset(description['elements'])
        model._restore(arrays)
        return model

    @property
    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """The arguments of the constructor, JSON."""

    @abstractmethod
    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        """Learn; inputs and targets are checked."""

    @abstractmethod
    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        """Return mean and standard deviation, (n_structures,) each."""

    @property
    @abstractmethod
    def arrays(self) -> Arrays:
        """All that was learnt, by name."""

    @abstractmethod
    def _restore(self, arrays: Arrays) -> None:
        """Take what `arrays` held."""
