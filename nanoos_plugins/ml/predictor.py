"""A model with all that makes its predictions trustworthy: calibrated intervals and the domain it knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models.inputs import DISAGREEMENT, Inputs
from nanoos_plugins.ml.models.load import model_of
from nanoos_plugins.ml.models.model import Model
from nanoos_plugins.ml.models.scaling import Scaling
from nanoos_plugins.ml.uncertainty import Agreement, Calibration, Domain, calibrated

Floats = npt.NDArray[np.float64]

#: Block of features in which distances from the training data are measured.
BLOCK = 'mean'
FAR = 'unlike the training data: farther from it than 99 % of it from one another'
APART = 'two pretrained networks disagree on its energy: more than on that of 99 % of the training data'


@dataclass(frozen=True)
class Answer:
    """What is predicted of each structure, in the unit of the targets.

    `mean`, `deviation`, and `lower` and `upper` ends of the interval that covers as promised:
    (n_structures,); `outside`: which are out of the domain of the model; `messages`: what people should read
    of each.
    """

    mean: Floats
    deviation: Floats
    lower: Floats
    upper: Floats
    outside: npt.NDArray[np.bool_]
    messages: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Predictor:
    """A model, its calibration and its domain. It is what is kept, compared and shared.

    `agreement`: that of two networks on the training data, a second border of the domain; None for none.
    """

    model: Model
    calibration: Calibration
    domain: Domain
    agreement: Agreement | None = None

    @classmethod
    def learn(
        cls,
        make: Callable[[], Model],
        inputs: Inputs,
        targets: Floats,
        second: str | None = None,
        **how: Any,
    ) -> Self:
        """Return a predictor that has learnt from rows and their targets.

        :param make: returns a new model.
        :param second: the network that inputs have the disagreement with, see `inputs_of`; None for none.
        :param how: see `uncertainty.calibrated`.
        :raises ValueError: see there, or when features are missing.
        """
        agreement = None if second is None else Agreement.of(second, inputs.blocks([DISAGREEMENT]))
        model, calibration = calibrated(make, inputs, targets, **how)
        return cls(model, calibration, Domain.of(inputs.blocks([BLOCK])), agreement)

    @property
    def second(self) -> str | None:
        """The network whose disagreement it needs with the features, see `inputs_of`; None for none."""
        return self.agreement.second if self.agreement else None

    def predict(self, inputs: Inputs) -> Answer:
        """Return the predictions; a structure with new elements is out of the domain, too.

        :raises ValueError: when features are missing.
        """
        found = self.model.predict(inputs)
        lower, upper = self.calibration.interval(found)
        new = np.array([not elements <= self.model.elements for elements in inputs.elements], dtype=bool)
        far = self.domain.outside(inputs.blocks([BLOCK]))
        apart = np.zeros_like(far)
        if self.agreement:
            apart = self.agreement.outside(inputs.blocks([DISAGREEMENT]))
        messages = [
            (*said, *[why for why, holds in ((FAR, one), (APART, other)) if holds])
            for said, one, other in zip(found.messages, far, apart, strict=True)
        ]
        return Answer(found.mean, found.deviation, lower, upper, new | far | apart, messages)

    def save(self, folder: Path, **about: Any) -> str:
        """Write it into a folder and return the digest, see `checkpoint.write`.

        :param about: what else to keep in the description, JSON: target, unit, metrics.
        """
        domain = {
            'centre': self.domain.scaling.centre,
            'width': self.domain.scaling.width,
            'rows': self.domain.rows,
            'limit': np.array([self.domain.limit]),
        }
        description = {**about, **self.model.description, 'calibration': asdict(self.calibration)}
        if self.agreement:
            description['agreement'] = asdict(self.agreement)
        arrays = {f'model.{name}': array for name, array in self.model.arrays.items()}
        arrays |= {f'domain.{name}': array for name, array in domain.items()}
        return checkpoint.write(folder, description, arrays)

    @classmethod
    def load(cls, folder: Path, digest: str | None = None) -> Self:
        """Return what `save` wrote.

        :param digest: see `checkpoint.read`.
        :raises ValueError: for a checkpoint that must not be loaded (see there) or is not of a predictor.
        """
        description, arrays = checkpoint.read(folder, digest)
        try:
            calibration = Calibration(**description['calibration'])
            scaling = Scaling(arrays['domain.centre'], arrays['domain.width'])
            domain = Domain(scaling, arrays['domain.rows'], float(arrays['domain.limit'][0]))
            said = description.get('agreement')
            agreement = Agreement(str(said['second']), float(said['limit'])) if said else None
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f'not a checkpoint of a predictor: {error}') from error
        own = {
            name.removeprefix('model.'): array for name, array in arrays.items() if name.startswith('model.')
        }
        return cls(model_of(description, own), calibration, domain, agreement)
