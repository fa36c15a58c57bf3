"""Several models of the same rows: where they disagree, none of them knows.

Lakshminarayanan, Pritzel & Blundell, Adv. Neural Inf. Process. Syst. 30 (2017), arXiv:1612.01474.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.training import Watch


class Ensemble(Model):
    """Deep ensemble, or one of any other models: the same mixture of all members, which differ in their seed.

    Its mean is that of the members, its variance theirs and that of their means (ibid., § 2.4).

    :param members: their kinds, two or more; of networks five are usual.
    :param parameters: of the members, by kind; none of them a seed.
    :param seed: of the first member; the next ones have the next seeds.
    :param pretrained: weights that members begin with which have any.
    :param watch: called after each epoch of each member, `states`: folder of their states, as of
        `CrystalNetwork`.
    """

    kind = 'ensemble'

    def __init__(
        self,
        members: Sequence[str] = ('cgcnn',) * 5,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
        pretrained: str = 'chgnet-0.3.0',
        watch: Watch | None = None,
        states: Path | None = None,
    ) -> None:
        super().__init__()
        self.members = tuple(members)
        self.given = {kind: dict(given) for kind, given in (parameters or {}).items()}
        self.seed = seed
        self.pretrained = pretrained
        self._check()
        own = {'pretrained': pretrained, 'watch': watch, 'states': states}
        self._models = [
            _made(kind, self.given.get(kind, {}), seed=seed + number, **own)
            for number, kind in enumerate(self.members)
        ]
        told = {model.told for model in self._models} - {()}
        if len(told) > 1:
            raise ValueError(
                'members of an ensemble: expected all networks to hold rows out, or none (held_out)'
            )
        self._told = told.pop() if told else ()

    def _check(self) -> None:
        if len(self.members) < 2 or self.kind in self.members:
            raise ValueError(
                f'members of an ensemble: expected two or more models that are none, got {list(self.members)}'
            )
        strange = sorted(set(self.given) - set(self.members))
        if strange or any('seed' in given for given in self.given.values()):
            raise ValueError(
                f'parameters of an ensemble: expected those of its members {sorted(set(self.members))} '
                f'by kind, without seeds, got {self.given}'
            )

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            'members': list(self.members),
            'parameters': self.given,
            'seed': self.seed,
            'pretrained': self.pretrained,
        }

    @property
    def told(self) -> tuple[str, ...]:
        return self._told

    @property
    def losses(self) -> Floats:
        return np.concatenate([model.losses for model in self._models])

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        for model in self._models:
            model.fit(inputs, targets)

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        found = [model.predict(inputs) for model in self._models]
        means = np.array([one.mean for one in found])
        variances = np.array([one.deviation for one in found]) ** 2
        return means.mean(axis=0), np.sqrt(variances.mean(axis=0) + means.var(axis=0))

    @property
    def arrays(self) -> Arrays:
        return {
            f'{number}.{name}': array
            for number, model in enumerate(self._models)
            for name, array in model.arrays.items()
        }

    def _restore(self, arrays: Arrays) -> None:
        for number, model in enumerate(self._models):
            prefix = f'{number}.'
            own = {name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)}
            model.elements = self.elements
            model._restore(own)


def _made(kind: str, parameters: Mapping[str, Any], **own: Any) -> Model:
    """Return a new model, see `load.new_model`; all models are known only when this module has been read."""
    from nanoos_plugins.ml.models.load import new_model

    return new_model(kind, parameters, **own)
