"""Kinds of models with the schema of their parameters, read from the arguments of their classes."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from nanoos_plugins.ml import embedding
from nanoos_plugins.ml.models import MODELS
from nanoos_plugins.ml.models.load import BESIDES
from nanoos_plugins.ml.settings import TrainSettings


@cache
def parameters_of(kind: str) -> type[BaseModel]:
    """Return the Pydantic model of the parameters of a kind of model.

    :raises ValueError: for an unknown kind.
    """
    if kind not in MODELS:
        raise ValueError(f'there is no model {kind!r:.80}; there are {", ".join(MODELS)}')
    model = MODELS[kind]
    # a model may tell only what it adds to the one that it is made of
    told = {
        name: said for base in reversed(model.__mro__) for name, said in _told(base.__doc__ or '').items()
    }
    hints = get_type_hints(model.__init__)
    fields: dict[str, Any] = {
        name: (hints[name], Field(argument.default, description=told.get(name)))
        for name, argument in inspect.signature(model).parameters.items()
        if name not in BESIDES
    }
    return create_model(model.__name__, __config__=ConfigDict(extra='forbid'), **fields)


def _told(text: str) -> dict[str, str]:
    """Return what a docstring says of each parameter: `:param a: …; `b`, `c`: …`."""
    told: dict[str, str] = {}
    for part in re.split(r'\n\s*:', text)[1:]:
        name, _, rest = ' '.join(part.split()).removeprefix('param ').partition(': ')
        for one in re.split(r'; (?=`)', f'`{name}`: {rest}'):
            names, _, said = one.partition('`: ')
            told |= {each: said.rstrip('.') for each in re.findall(r'\w+', names)}
    return told


def describe_kinds() -> list[dict[str, Any]]:
    """Return `name`, `description` and `parameters` (JSON Schema) of each kind."""
    return [
        {
            'name': kind,
            'description': ' '.join((model.__doc__ or '').split('\n\n')[0].split()),
            'parameters': parameters_of(kind).model_json_schema(),
        }
        for kind, model in MODELS.items()
    ]


def check_settings(settings: TrainSettings) -> None:
    """Check what can be checked of a training before there are data: the model and its parameters.

    :raises ValueError: what was given, and what there is.
    """
    try:
        parameters_of(settings.model).model_validate(settings.parameters)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = '.'.join(['parameters', *(str(part) for part in first['loc'])])
        known = ', '.join(parameters_of(settings.model).model_fields) or 'none'
        raise ValueError(f'{where}: {first["msg"]}; model {settings.model} has {known}') from None
    if settings.pretrained not in embedding.MODELS:
        raise ValueError(
            f'pretrained: there is no {settings.pretrained!r:.80}; there are {", ".join(embedding.MODELS)}'
        )
