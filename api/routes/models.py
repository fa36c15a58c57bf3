"""Models: list, look at, compare, promote and train them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, get_args
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from api.database import read, read_slowly
from api.errors import RequestError
from api.idempotency import Key, digest_of, key_of
from api.paging import After, Limit, Page, decode, encode
from api.routes.jobs import answer_job
from api.routes.materials import Filter
from api.schemas.datasets import DatasetRow, Origin
from api.schemas.jobs import Job
from api.schemas.models import (
    Calibration,
    ComparedModel,
    Comparison,
    Kinds,
    ModelChange,
    ModelDetail,
    ModelRow,
    NewTraining,
    Parity,
    Stage,
)
from api.schemas.values import check_object
from api.security import Reader, Submitter, Writer
from nanoos_plugins.graph import models as graph
from nanoos_plugins.graph.arrays import array_of
from nanoos_plugins.graph.datasets import find_dataset
from nanoos_plugins.graph.jobs import find_job
from nanoos_plugins.graph.makers import Maker, find_maker
from nanoos_plugins.graph.origins import origins
from nanoos_plugins.ml.settings import TrainSettings
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/ml', tags=['learning'])

MADE: dict[int | str, dict[str, Any]] = {200: {'model': Job, 'description': 'the key came before'}}
#: Models of one comparison.
MOST_COMPARED = 20


@router.get('/models')
async def list_models(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    target: Filter = None,
    stage: Stage | None = None,
    name: Filter = None,
    text: Annotated[str | None, Query(max_length=200, description='in the name or the target')] = None,
    mine: Annotated[bool, Query(description="only one's own, not those that others share")] = False,
) -> Page[ModelRow]:
    """List the models one may see, newest first, with their errors on rows that they had not seen."""
    rows, rest = await read(
        request,
        graph.list_models,
        limit,
        decode(after),
        target,
        caller.viewer,
        stage,
        name,
        text,
        caller.email if mine else None,
    )
    return Page(items=[ModelRow(**_row(row)) for row in rows], after=encode(rest))


def _row(found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a model in a list; extras of an archive may say any stage."""
    stage = found['stage'] if found['stage'] in get_args(Stage) else 'candidate'
    return {**{name: found[name] for name in ModelRow.model_fields}, 'stage': stage}


@router.get('/models/compare')
async def compare_models(
    request: Request,
    caller: Reader,
    uuid: Annotated[
        list[UUID],
        Query(
            min_length=2,
            max_length=MOST_COMPARED,
            description='of the models, the first is what the others are compared with',
        ),
    ],
) -> Comparison:
    """Compare models that were tested on the same rows of the same data set; 409 for others."""
    return await read_slowly(request, _compared, list(dict.fromkeys(uuid)), caller.viewer)


def _compared(uuids: list[UUID], viewer: Viewer) -> Comparison:
    found = [model_of(uuid, viewer) for uuid in uuids]
    for model in found:
        if model.dataset is None or model.parity is None:
            raise RequestError(409, f'model {model.uuid} has no data set or no test that you see')
    first = found[0]
    assert first.dataset is not None and first.parity is not None
    for model in found[1:]:
        assert model.dataset is not None and model.parity is not None
        if (model.dataset.uuid, model.parity.rows) != (first.dataset.uuid, first.parity.rows):
            what = 'other rows of' if model.dataset.uuid == first.dataset.uuid else 'another data set than'
            raise RequestError(
                409,
                f'model {model.uuid} was tested on {what} data set {first.dataset.uuid}: train it on that '
                f'one with the same split, test part and seed as model {first.uuid}',
            )
    return Comparison(
        dataset=first.dataset,
        rows=first.parity.rows,
        target=first.parity.target,
        models=[_beside(model, first.parity) for model in found],
    )


def _beside(model: ModelDetail, first: Parity) -> ComparedModel:
    """Return a model beside the first one, with the difference of their errors, row by row."""
    own = model.parity
    assert own is not None
    target = np.array(own.target)
    apart = np.abs(np.array(own.mean) - target) - np.abs(np.array(first.mean) - target)
    count = len(apart)
    return ComparedModel(
        **model.model_dump(include=set(ModelRow.model_fields)),
        mean=own.mean,
        lower=own.lower,
        upper=own.upper,
        difference=float(apart.mean()),
        difference_error=float(apart.std(ddof=1) / np.sqrt(count)) if count > 1 else 0.0,
    )


@router.get('/models/{uuid}')
async def get_model(request: Request, caller: Reader, uuid: UUID) -> ModelDetail:
    """Return a model: how good it is, what it has learnt from and how, and all that is behind that."""
    return await read_slowly(request, model_of, uuid, caller.viewer)


def model_of(uuid: UUID, viewer: Viewer) -> ModelDetail:
    """Return a model with all that is told of it.

    :raises LookupError: when the viewer sees no such model.
    """
    found = graph.find_model(str(uuid), viewer)
    maker = find_maker(found['pk'], ('parameters', 'dataset', 'arrays'), viewer)
    calibration = found['calibration'] or None
    return ModelDetail(
        **_row(found),
        elements=found['elements'] or [],
        metrics=found['metrics'] or {},
        calibration=None if calibration is None else Calibration.model_validate(calibration),
        pretrained=found['pretrained'] or '',
        digest=found['digest'] or '',
        settings=_settings(maker),
        training=None if maker is None else Job.model_validate(find_job(UUID(maker.uuid), viewer)),
        dataset=_dataset(maker, viewer),
        parity=_parity(maker, viewer),
        lineage=[Origin(**asdict(origin)) for origin in origins(found['pk'], viewer)],
    )


def _settings(maker: Maker | None) -> dict[str, Any]:
    given = None if maker is None else maker.inputs.get('parameters')
    return {} if given is None else dict(given.attributes)


def _dataset(maker: Maker | None, viewer: Viewer) -> DatasetRow | None:
    given = None if maker is None else maker.inputs.get('dataset')
    return None if given is None else DatasetRow.model_validate(find_dataset(given.uuid, viewer))


def _parity(maker: Maker | None, viewer: Viewer) -> Parity | None:
    """Return the test of a training, from its arrays; None for what tells no test."""
    arrays = None if maker is None else maker.outputs.get('arrays')
    if arrays is None:
        return None
    names = ('rows', *(name for name in Parity.model_fields if name != 'rows'))
    try:
        found = {name: array_of(viewer, arrays.uuid, f'test_{name}.npy') for name in names}
    except LookupError:
        return None
    kinds = {'rows': int, 'outside': bool}
    return Parity(**{name: found[name].astype(kinds.get(name, float)).tolist() for name in names})


@router.patch('/models/{uuid}')
async def change_model(request: Request, caller: Writer, uuid: UUID, body: ModelChange) -> ModelDetail:
    """Say at which stage a model is now: candidate, production or archived; its owner does."""
    await read(request, graph.find_model, str(uuid), caller.viewer)
    await request.app.state.writer.write('set_stage', caller, uuid=str(uuid), stage=body.stage)
    return await read_slowly(request, model_of, uuid, caller.viewer)


@router.get('/kinds')
async def list_model_kinds(request: Request, caller: Reader) -> Kinds:
    """List the kinds of models with their parameters, and the settings of a training."""
    found = await request.app.state.predictor.kinds()
    return Kinds(**found, training=TrainSettings.model_json_schema())


@router.post('/train', status_code=201, responses=MADE)
async def train_model(
    request: Request, response: Response, caller: Submitter, body: NewTraining, key: Key = None
) -> Job:
    """Train a model on a data set. The same request with the same `Idempotency-Key` gives the same job."""
    settings = body.settings.model_dump(mode='json')
    check_object(settings)
    await request.app.state.predictor.check(body.settings)
    inputs = {
        **body.model_dump(mode='json', exclude={'settings', 'options'}),
        'settings': settings,
        'options': body.options.given(),
    }
    made = await request.app.state.writer.write(
        'submit_training',
        caller,
        key=key_of(key),
        digest=digest_of('training', inputs),
        group_pk=caller.group_pk,
        is_admin=caller.is_admin,
        **inputs,
    )
    return await answer_job(request, response, caller, made)
