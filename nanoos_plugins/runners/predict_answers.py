"""What the process that predicts can do, see `runners.predict`: models and features that it keeps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pymatgen.core import Element, Structure

from nanoos_plugins.kept import Kept
from nanoos_plugins.ml import checkpoint, embedding
from nanoos_plugins.ml.kinds import check_settings, describe_kinds
from nanoos_plugins.ml.models.inputs import Inputs, inputs_of
from nanoos_plugins.ml.predictor import Answer, Predictor
from nanoos_plugins.ml.settings import TrainSettings

LOGGER = logging.getLogger('nanoos.predict')
#: Most that is kept: models and their arrays [bytes], and structures whose features (11 kB each) are known.
MOST_MODELS, MOST_MODEL_BYTES, MOST_FEATURES = 16, 1024**3, 10_000
#: Atoms per volume [1/Å³] of no matter that there is: three times that of diamond.
DENSEST = 0.5

Floats = npt.NDArray[np.float64]


class Networks(NamedTuple):
    """The network whose features a model reads, and the second one whose disagreement it asks for."""

    pretrained: str
    second: str | None


@dataclass(frozen=True)
class Loaded:
    """A model, the networks that it needs, and the size of its arrays [bytes]."""

    predictor: Predictor
    networks: Networks
    size: int


class Crystals(Sequence[Structure]):
    """Crystals that are made when somebody looks at them: most models read features alone."""

    def __init__(self, given: Sequence[dict[str, Any]]) -> None:
        self._given = given

    def __len__(self) -> int:
        return len(self._given)

    def __getitem__(self, place: Any) -> Any:
        """Return a crystal, or those of a slice."""
        if isinstance(place, slice):
            return [crystal(**one) for one in self._given[place]]
        return crystal(**self._given[place])


class Answers:
    """The answers to questions: each method one, its arguments and what it returns are JSON.

    `structures` are `numbers`, `positions` and `cell` [Å] by a key that is the same for the same.
    """

    def __init__(self) -> None:
        self._models: Kept[str, Loaded] = Kept(MOST_MODELS)
        self._features: Kept[tuple[Networks, str], Floats] = Kept(MOST_FEATURES)
        #: Widths of the blocks that make a row of features, by the networks.
        self._widths: dict[Networks, dict[str, int]] = {}

    def kinds(self) -> dict[str, Any]:
        """Return the kinds of models and the pretrained networks that there are."""
        return {'kinds': describe_kinds(), 'pretrained': list(embedding.MODELS)}

    def check(self, settings: dict[str, Any]) -> None:
        """Check the settings of a training.

        :raises ValueError: for a model, a parameter or a network that there is not.
        """
        check_settings(TrainSettings.model_validate(settings))

    def load(self, folder: str, digest: str) -> None:
        """Load the model in a folder, and keep it.

        :raises ValueError: when its files are not those of the digest, or must not be loaded.
        """
        description, arrays = checkpoint.read(Path(folder), digest)
        size = sum(array.nbytes for array in arrays.values())
        if self._models.use(digest) is None:
            predictor = Predictor.load(Path(folder), digest)
            networks = Networks(str(description.get('pretrained')), predictor.second)
            self._models.keep(digest, Loaded(predictor, networks, size))
        while len(self._models) > 1 and sum(one.size for one in self._models.values()) > MOST_MODEL_BYTES:
            self._models.popitem(last=False)

    def new(self, digest: str, keys: list[str]) -> list[str] | None:
        """Return of which structures a model lacks the features; None when it is not loaded."""
        loaded = self._models.use(digest)
        if loaded is None:
            return None
        return [key for key in keys if self._features.use((loaded.networks, key)) is None]

    def embed(self, digest: str, structures: dict[str, dict[str, Any]]) -> bool | None:
        """Make the features of structures, as far as there are any; None when the model is not loaded."""
        loaded = self._models.use(digest)
        if loaded is None:
            return None
        self._features_of({}, loaded.networks, structures)
        return True

    def predict(self, digest: str, structures: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
        """Return what a model says of each structure by its key: an `error`, or as `as_json` has it.

        :return: None when the model is not loaded.
        """
        loaded = self._models.use(digest)
        if loaded is None:
            return None
        said: dict[str, Any] = {}
        features = self._features_of(said, loaded.networks, structures)
        if not features:
            return said
        widths = self._widths[loaded.networks]
        blocks = np.split(np.stack(list(features.values())), np.cumsum(list(widths.values()))[:-1], axis=1)
        known = [structures[key] for key in features]
        inputs = Inputs(
            [frozenset(_symbols(tuple(set(one['numbers'])))) for one in known],
            dict(zip(widths, blocks, strict=True)),
            Crystals(known),
        )
        return said | _predicted(loaded.predictor, list(features), inputs)

    def _features_of(
        self, said: dict[str, Any], networks: Networks, structures: Mapping[str, dict[str, Any]]
    ) -> dict[str, Floats]:
        """Return the features of each structure that has some; `said` is told the error of each other."""
        found = {key: self._features.use((networks, key)) for key in structures}
        missing = {key: structures[key] for key, features in found.items() if features is None}
        crystals = _each(said, missing, lambda given: crystal(**given))
        try:
            new = dict(zip(crystals, self._made(list(crystals.values()), networks), strict=True))
        except Exception:  # noqa: BLE001 - of one of them: now it is told of which
            new = _each(said, crystals, lambda one: self._made([one], networks)[0])
        for key, features in new.items():
            self._features.keep((networks, key), features)
        known = {key: features for key, features in found.items() if features is not None}
        return known | new

    def _made(self, crystals: list[Structure], networks: Networks) -> list[Floats]:
        """Return the features of crystals, (width,) each."""
        if not crystals:
            return []
        features = inputs_of(crystals, *networks).features
        self._widths[networks] = {name: block.shape[1] for name, block in features.items()}
        return list(np.concatenate(list(features.values()), axis=1))


@lru_cache(maxsize=10_000)
def _symbols(numbers: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(Element.from_Z(number).symbol for number in numbers)


def crystal(numbers: list[int], positions: list[list[float]], cell: list[list[float]]) -> Structure:
    """Return the crystal of atomic numbers, Cartesian positions [Å] and cell vectors [Å].

    :raises ValueError: for a cell that is none, or so many atoms in it as there are in no matter.
    """
    volume = abs(float(np.linalg.det(cell)))
    if not volume * DENSEST > len(numbers):
        raise ValueError(f'{len(numbers)} atoms in {volume:.3g} Å³: expected more volume; lengths are in Å')
    return Structure(cell, numbers, positions, coords_are_cartesian=True)


def _each(said: dict[str, Any], given: Mapping[str, Any], make: Callable[[Any], Any]) -> dict[str, Any]:
    """Return what `make` makes of each; `said` is told the error of each that it fails on."""
    made = {}
    for key, one in given.items():
        try:
            made[key] = make(one)
        except ValueError as error:
            said[key] = {'error': ' '.join(str(error).split())[:300]}
        except Exception as error:  # noqa: BLE001 - of libraries, about a structure from outside
            LOGGER.warning('features of a structure cannot be computed: %r', error)
            said[key] = {'error': f'its features cannot be computed: {type(error).__name__}'}
    return made


def _predicted(predictor: Predictor, keys: Sequence[str], inputs: Inputs) -> dict[str, Any]:
    """Return what a model says of each row by its key, or its error."""
    if not keys:
        return {}
    try:
        return dict(zip(keys, as_json(predictor.predict(inputs)), strict=True))
    except ValueError as error:
        if len(keys) == 1:
            return {keys[0]: {'error': ' '.join(str(error).split())[:300]}}
    found: dict[str, Any] = {}
    for row, key in enumerate(keys):
        found |= _predicted(predictor, [key], inputs.take(np.array([row])))
    return found


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """Return what is predicted of each structure: mean, uncertainty, low, high, outside, messages.

    Of one whose numbers are not finite, an `error`.
    """
    columns = (answer.mean, answer.deviation, answer.lower, answer.upper, answer.outside, answer.messages)
    return [
        {'error': f'the model says {mean:g} ± {deviation:g}, which is no prediction'}
        if not np.isfinite([mean, deviation, lower, upper]).all()
        else {
            'mean': float(mean),
            'uncertainty': float(deviation),
            'low': float(lower),
            'high': float(upper),
            'outside': bool(outside),
            'messages': list(messages),
        }
        for mean, deviation, lower, upper, outside, messages in zip(*columns, strict=True)
    ]
