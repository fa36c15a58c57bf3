"""Predict properties of structures, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from ase.data import atomic_numbers
from fastapi import APIRouter, Request, Response

from api.database import read, read_slowly
from api.errors import RequestError
from api.predictor import KnownModel, Predictor
from api.routes.materials import refuse_group
from api.schemas.predictions import MOST_ATOMS, GivenStructure, NewPredictions, Predictions
from api.security import Reader, check_scope
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.crystals import Crystal, find_crystals, seen_structures
from nanoos_plugins.graph.models import find_model
from nanoos_plugins.graph.repository import open_file
from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/ml', tags=['learning'])

#: [bytes] Of a file of a model that is loaded.
MOST_BYTES = 512 * 1024**2
#: Structures of one process that keeps predictions: each is a link, which the writer makes.
MOST_STORED = 1000
#: What is said of a structure.
SAID = ('mean', 'uncertainty', 'low', 'high', 'outside', 'messages')
EMPTY: dict[str, Any] = {**dict.fromkeys(SAID), 'messages': [], 'error': None}


@dataclass(frozen=True)
class Asked:
    """A structure that a prediction is asked for: `key` of what it is, or the `error` that says why not."""

    uuid: str | None = None
    name: str | None = None
    crystal: Crystal | None = None
    key: str | None = None
    error: str | None = None


@router.post('/properties', response_model=Predictions)
async def predict_properties(request: Request, caller: Reader, body: NewPredictions) -> Response:
    """Predict what a model has learnt, for structures of the graph and others; some thousands at once.

    A structure of which nothing can be said has an `error`, the others are answered. What is asked again is
    known already.
    """
    if body.store:
        _check_store(caller, body)
    row = await read(request, find_model, str(body.model), caller.viewer)
    model = KnownModel(str(row['uuid']), row['digest'] or '', lambda: _files(request, row['uuid'], caller))
    asked, said, cached = await _said(request, caller, model, body)
    predictions = [_prediction(one, said) for one in asked]
    process = await _store(request, caller, model, asked, predictions) if body.store else None
    answer = {
        'model': model.uuid,
        'target': row['target'],
        'unit': row['unit'],
        'coverage': (row['calibration'] or {}).get('coverage', 0.0),
        'predictions': predictions,
        'failed': sum(one['error'] is not None for one in predictions),
        'cached': cached,
        'process': process,
    }
    # Not made `Predictions` first: for a thousand that takes longer than all else.
    return Response(orjson.dumps(answer), media_type='application/json')


async def _files(request: Request, uuid: str, caller: Caller) -> dict[str, bytes]:
    """Return the files of a model by name."""
    return await read_slowly(request, _read_files, str(uuid), caller.viewer)


def _read_files(uuid: str, viewer: Viewer) -> dict[str, bytes]:
    found = {}
    for name in (DESCRIPTION, ARRAYS):
        content = open_file(viewer, uuid, name)
        try:
            if content.size > MOST_BYTES:
                raise ValueError(f'{name} of model {uuid} has more than {MOST_BYTES} bytes')
            found[name] = content.stream.read()
        finally:
            content.close()
    return found


async def _said(
    request: Request, caller: Caller, model: KnownModel, body: NewPredictions
) -> tuple[list[Asked], dict[str, dict[str, Any]], int]:
    """Return what is asked for, what the model says of each by its key, and how many were known already."""
    predictor: Predictor = request.app.state.predictor
    given = await read_slowly(request, _given, body.given) if body.given else []
    uuids = [str(uuid) for uuid in body.structures]
    seen = await read(request, seen_structures, uuids, caller.viewer)
    keys = {uuid: key for uuid in seen if (key := predictor.keys.use(uuid)) is not None}
    known = predictor.known(model, [*keys.values(), *(one.key for one in given if one.key)])
    wanted = [uuid for uuid in seen if keys.get(uuid) not in known]
    found = await read_slowly(request, _found, wanted, caller.viewer) if wanted else {}
    for uuid, one in found.items():
        if one.key is not None:
            predictor.keys.keep(uuid, one.key)
    told = {uuid: key for uuid, key in keys.items() if key in known}
    asked = [*(_named(uuid, told.get(uuid), found.get(uuid)) for uuid in uuids), *given]
    known |= predictor.known(model, [one.key for one in found.values() if one.key])
    cached = sum(one.key in known for one in asked)
    new = {one.key: one.crystal for one in asked if one.key and one.crystal and one.key not in known}
    return asked, known | await _new(request, model, new), cached


async def _new(
    request: Request, model: KnownModel, crystals: Mapping[str, Crystal]
) -> dict[str, dict[str, Any]]:
    """Return what a model says of crystals for the first time.

    :raises RequestError: 422 when that takes too long, for a model that must not be loaded.
    """
    if not crystals:
        return {}
    predictor: Predictor = request.app.state.predictor
    seconds = request.app.state.settings.prediction_seconds
    try:
        async with asyncio.timeout(seconds):
            return await predictor.predict(model, crystals)
    except TimeoutError:
        raise RequestError(
            422, f'this takes more than {seconds:g} s: ask for fewer at once; what is known by now is kept'
        ) from None


def _given(structures: list[GivenStructure]) -> list[Asked]:
    """Return the crystals that were given."""
    found = []
    for one in structures:
        wrong = [symbol for symbol in one.symbols if not atomic_numbers.get(symbol)]
        if wrong or len(one.symbols) != len(one.positions):
            error = (
                f'there is no element {wrong[0]}'
                if wrong
                else f'{len(one.symbols)} atoms have {len(one.positions)} positions; expected one each'
            )
            found.append(Asked(name=one.name, error=error))
            continue
        crystal = Crystal(
            [atomic_numbers[symbol] for symbol in one.symbols],
            [list(point) for point in one.positions],
            [list(vector) for vector in one.cell],
        )
        found.append(Asked(name=one.name, crystal=crystal, key=crystal.key))
    return found


def _found(uuids: list[str], viewer: Viewer) -> dict[str, Asked]:
    """Return the crystals of structures of the graph, by UUID."""
    found = {}
    for uuid, crystal in find_crystals(uuids, viewer).items():
        if isinstance(crystal, ValueError):
            found[uuid] = Asked(uuid, error=str(crystal))
        elif len(crystal.numbers) > MOST_ATOMS:
            error = f'it has {len(crystal.numbers)} atoms; at most {MOST_ATOMS} are taken'
            found[uuid] = Asked(uuid, error=error)
        else:
            found[uuid] = Asked(uuid, crystal=crystal, key=crystal.key)
    return found


def _named(uuid: str, key: str | None, found: Asked | None) -> Asked:
    """Return what is asked for by a UUID; of what one does not see there is nothing."""
    if found is not None:
        return found
    return Asked(uuid, key=key, error=None if key else f'there is no structure {uuid}')


def _prediction(asked: Asked, said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields of a `Prediction`."""
    told = {'error': asked.error} if asked.key is None else said[asked.key]
    return {**EMPTY, **told, 'structure': asked.uuid, 'name': asked.name}


def _check_store(caller: Caller, body: NewPredictions) -> None:
    """Check that predictions may be kept, before anything is computed.

    :raises PermissionError: for a token that may not make anything.
    :raises ValueError: for too many structures.
    """
    refuse_group(check_scope(caller, 'write'))
    count = len(body.structures) + len(body.given)
    if count > MOST_STORED:
        raise ValueError(f'store: at most {MOST_STORED} structures at once, got {count}')


async def _store(
    request: Request,
    caller: Caller,
    model: KnownModel,
    asked: list[Asked],
    predictions: list[dict[str, Any]],
) -> str | None:
    """Have what was predicted kept by one process, and return that; None when nothing was."""
    kept = [
        {
            'uuid': one.uuid,
            'crystal': None if one.uuid is not None or one.crystal is None else asdict(one.crystal),
            'name': one.name,
            'said': {name: prediction[name] for name in SAID},
        }
        for one, prediction in zip(asked, predictions, strict=True)
        if prediction['error'] is None
    ]
    if not kept:
        return None
    made = await request.app.state.writer.write('store_predictions', caller, model=model.uuid, kept=kept)
    return str(made)
