"""Make a model by the name of its kind, or get back one that was saved."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanoos_plugins.ml import checkpoint
from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.model import Arrays, Model

#: Arguments of constructors that nobody sets as parameters of the model.
BESIDES = frozenset({'watch', 'states', 'pretrained'})


def new_model(kind: str, parameters: Mapping[str, Any], **own: Any) -> Model:
    """Return a new model.

    :param own: further arguments, for those that take them: `seed`, `pretrained`, `watch`, `states`.
        Parameters win.
    :raises ValueError: for an unknown kind, or a parameter that it has not.
    """
    if kind not in MODELS:
        raise ValueError(f'there is no model {kind!r}; there are {", ".join(MODELS)}')
    accepted = set(inspect.signature(MODELS[kind]).parameters)
    unknown = sorted(set(parameters) - (accepted - BESIDES))
    if unknown:
        known = ', '.join(sorted(accepted - BESIDES)) or 'none'
        raise ValueError(f'model {kind} has no parameter {unknown[0]!r}; it has {known}')
    given = {**own, **parameters}
    return MODELS[kind](**{name: value for name, value in given.items() if name in accepted})


def load(folder: Path, digest: str | None = None) -> Model:
    """Return the model that `Model.save` wrote into a folder.

    :param digest: see `checkpoint.read`.
    :raises ValueError: for a checkpoint that must not be loaded (see there) or of an unknown kind.
    """
    return model_of(*checkpoint.read(folder, digest))


def model_of(description: Mapping[str, Any], arrays: Arrays) -> Model:
    """Return the model of a description and its arrays.

    :raises ValueError: for an unknown kind, or what is not of that kind.
    """
    kind = description.get('kind')
    if kind not in MODELS:
        raise ValueError(f'unknown kind of model {kind!r}; known kinds: {", ".join(MODELS)}')
    try:
        return MODELS[kind].from_checkpoint(description, arrays)
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f'not a checkpoint of a {kind} model: {error}') from error
