"""Predictions of a model for a batch of structures, with intervals one can trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from pymatgen.core import Structure

from nanoos_plugins.data.model import Model

#: Exit status for a model or structures that cannot be used.
REFUSED = 320


_READY: ContextVar[Mapping[str, dict[str, Any]] | None] = ContextVar('nanoos_ready_said', default=None)


@contextmanager
def ready(said: Mapping[str, dict[str, Any]]) -> Iterator[None]:
    """Let the prediction that runs inside take what the model said before, in another process.

    :param said: as of `predictions`, by the names of the structures.
    """
    token = _READY.set(said)
    try:
        yield
    finally:
        _READY.reset(token)


@calcfunction
def predict(model: Model, **structures: orm.StructureData) -> orm.Dict | ExitCode:
    """Return the predictions of a model, in the order of the names of the structures.

    Fails with exit status 320 for a model that has been changed, or a structure without features.

    :return: `target`, `unit`, `coverage` of the intervals, and `predictions`: see `predictions`, by name.
    """
    names = sorted(structures)
    said = _READY.get()
    try:
        found = (
            predictions(model, [structures[name].get_pymatgen_structure() for name in names])
            if said is None
            else [said[name] for name in names]
        )
    except ValueError as error:
        return ExitCode(REFUSED, str(error))
    calibration = model.base.attributes.get('calibration')
    return orm.Dict(
        {
            'target': model.target,
            'unit': model.unit,
            'coverage': calibration['coverage'],
            'predictions': dict(zip(names, found, strict=True)),
        }
    )


def predictions(model: Model, structures: list[Structure]) -> list[dict[str, Any]]:
    """Return what a model says of each structure: `value`, `uncertainty`, `low`, `high`, …

    `uncertainty` is one standard deviation as the model has it, `low` and `high` the ends of the calibrated
    interval, all in the unit of the target; `outside` whether it is unlike the training data; `messages` what
    people should read.

    :raises ValueError: for a model that has been changed, or a structure without features.
    """
    from nanoos_plugins.ml.models.inputs import inputs_of

    learnt = model.load()
    pretrained = str(model.base.attributes.get('pretrained'))
    found = learnt.predict(inputs_of(structures, pretrained, learnt.second))
    columns = (found.mean, found.deviation, found.lower, found.upper, found.outside, found.messages)
    return [
        {
            'value': float(mean),
            'uncertainty': float(deviation),
            'low': float(lower),
            'high': float(upper),
            'outside': bool(outside),
            'messages': list(messages),
        }
        for mean, deviation, lower, upper, outside, messages in zip(*columns, strict=True)
    ]
