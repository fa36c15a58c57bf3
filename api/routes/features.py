"""Features of structures: those that are there at once, the others by one job for all of them."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.database import read
from api.errors import NotFoundError, RequestError
from api.idempotency import Key, digest_of, key_of
from api.routes.jobs import answer_job
from api.schemas.features import (
    Descriptor,
    Features,
    FeaturesMade,
    FeaturesState,
    Network,
    NewFeatures,
    NewFeaturesOfMany,
)
from api.schemas.jobs import Job
from api.security import Reader, Submitter
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.data.features import pooled
from nanoos_plugins.graph.features import Found, look_up, read_features
from nanoos_plugins.graph.jobs import find_job
from nanoos_plugins.graph.structures import rows_of_structures
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/ml/features', tags=['learning'])


@router.get('/structure/{structure_uuid}')
async def get_features(
    request: Request, caller: Reader, structure_uuid: UUID, pretrained: Network = 'chgnet-0.3.0'
) -> Features:
    """Return the features of a structure; 404 while there are none, 422 when it can have none."""
    settings = FeatureSettings(pretrained=pretrained)
    found = await read(request, _features, structure_uuid, settings, caller.viewer)
    if found is None:
        raise NotFoundError(f'structure {structure_uuid} has no features yet: `POST` here computes them')
    return found


@router.post(
    '/structure/{structure_uuid}',
    responses={202: {'model': Job, 'description': 'they are being computed by this job'}},
)
async def make_features(
    request: Request,
    response: Response,
    caller: Submitter,
    structure_uuid: UUID,
    body: NewFeatures | None = None,
    key: Key = None,
) -> Features | Job:
    """Return the features of a structure, or 202 and the job that computes them: it is submitted once only.

    422 when the structure can have none.
    """
    asked = body or NewFeatures()
    settings = FeatureSettings(pretrained=asked.pretrained)
    found = await read(request, _features, structure_uuid, settings, caller.viewer)
    if found is not None:
        return found
    job = await _submit(request, response, caller, [structure_uuid], asked, key)
    if job is None:
        found = await read(request, _features, structure_uuid, settings, caller.viewer)
        if found is not None:  # they were made meanwhile
            response.status_code = 200
            return found
        (state,) = await read(request, _states, [structure_uuid], settings, caller.viewer)
        if state.job is None:
            raise RequestError(503, 'the batch that made them has just failed: send the request again')
        job = Job.model_validate(await read(request, find_job, state.job, caller.viewer))
    response.status_code = 202
    return job


@router.post('', responses={202: {'model': FeaturesMade, 'description': 'some are being computed'}})
async def make_features_of_many(
    request: Request, response: Response, caller: Submitter, body: NewFeaturesOfMany, key: Key = None
) -> FeaturesMade:
    """Say which of the structures have features, and submit one job for those that have none."""
    settings = FeatureSettings(pretrained=body.pretrained)
    await read(request, _keys, body.structures, caller.viewer)
    job = await _submit(request, response, caller, body.structures, body, key)
    states = await read(request, _states, body.structures, settings, caller.viewer)
    response.status_code = 202 if any(state.job for state in states) else 200
    return FeaturesMade(structures=states, job=job)


async def _submit(
    request: Request,
    response: Response,
    caller: Caller,
    structures: list[UUID],
    asked: NewFeatures,
    key: str | None,
) -> Job | None:
    """Return the job that was submitted for those without features, None when there is nothing to do."""
    inputs: dict[str, Any] = {
        'structures': [str(one) for one in structures],
        **asked.model_dump(mode='json', include={'pretrained', 'code'}),
        'options': asked.options.given(),
    }
    made = await request.app.state.writer.write(
        'make_features',
        caller,
        key=key_of(key),
        digest=digest_of('features', inputs),
        group_pk=caller.group_pk,
        is_admin=caller.is_admin,
        **inputs,
    )
    if made['job'] is None:
        return None
    return await answer_job(request, response, caller, {'uuid': made['job'], 'made': made['made']})


def _keys(structures: list[UUID], viewer: Viewer) -> dict[UUID, int]:
    """Return the keys of structures.

    :raises NotFoundError: for one that the viewer does not see.
    """
    keys = {
        UUID(str(row['uuid'])): row['pk'] for row in rows_of_structures(list(map(str, structures)), viewer)
    }
    for one in structures:
        if one not in keys:
            raise NotFoundError(f'there is no structure {one}')
    return keys


def _states(structures: list[UUID], settings: FeatureSettings, viewer: Viewer) -> list[FeaturesState]:
    """Return what there is for each of the structures, in their order."""
    keys = _keys(structures, viewer)
    asked = look_up(list(keys.values()), settings, viewer)
    running = {asked.contents[pk]: uuid for pk, uuid in asked.running.items()}
    states = []
    for one in structures:
        found, job = asked.found.get(keys[one]), running.get(asked.contents[keys[one]])
        states.append(
            FeaturesState(
                structure=one,
                features=None if found is None or found.problem is not None else UUID(found.uuid),
                problem=None if found is None else found.problem,
                job=None if found is not None or job is None else UUID(job),
            )
        )
    return states


def _features(structure: UUID, settings: FeatureSettings, viewer: Viewer) -> Features | None:
    """Return the features of a structure, None while there are none.

    :raises NotFoundError: when the viewer does not see it.
    :raises ValueError: when it can have none.
    """
    pk = _keys([structure], viewer)[structure]
    found: Found | None = look_up([pk], settings, viewer).found.get(pk)
    if found is None:
        return None
    if found.problem is not None:
        raise ValueError(f'structure {structure} has no features: {found.problem}')
    # Not when the API starts: it brings the tables of the elements along.
    from nanoos_plugins.ml.descriptors import DESCRIPTORS, OF_CRYSTAL

    blocks = read_features(found.uuid, viewer)
    values = zip(OF_CRYSTAL, blocks['descriptors'].tolist(), strict=True)
    return Features(
        structure=structure,
        features=UUID(found.uuid),
        pretrained=settings.pretrained,
        version=settings.version,
        embedding=pooled(blocks),
        descriptors=[
            Descriptor(name=name, value=None if math.isnan(value) else value, unit=DESCRIPTORS[name])
            for name, value in values
        ],
    )
