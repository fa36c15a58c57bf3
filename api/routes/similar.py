"""Structures that are similar to one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.database import read_slowly
from api.errors import NotFoundError, RequestError
from api.schemas.features import Network, SimilarStructure
from api.security import Reader
from nanoos_plugins.graph.similar import NoFeaturesError, similar
from nanoos_plugins.graph.structures import rows_of_structures
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/structures', tags=['structures'])


@router.get('/{structure_uuid}/similar')
async def get_similar_structures(
    request: Request,
    caller: Reader,
    structure_uuid: UUID,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    pretrained: Network = 'chgnet-0.3.0',
) -> list[SimilarStructure]:
    """Return the structures whose embeddings are nearest to that of a structure, the nearest first.

    Of structures with the same cell and atoms the newest. 409 while the features of the structure have not
    been computed, 422 when it can have none.
    """
    settings = FeatureSettings(pretrained=pretrained)
    return await read_slowly(request, _similar, structure_uuid, limit, settings, caller.viewer)


def _similar(
    structure: UUID, limit: int, settings: FeatureSettings, viewer: Viewer
) -> list[SimilarStructure]:
    rows = rows_of_structures([str(structure)], viewer)
    if not rows:
        raise NotFoundError(f'there is no structure {structure}')
    try:
        found = similar(rows[0]['pk'], limit, settings, viewer)
    except NoFeaturesError as error:
        where = f'POST /api/ml/features/structure/{structure}'
        raise RequestError(409, f'structure {structure}: {error} ({where})') from None
    return [SimilarStructure.model_validate({**row, 'uuid': str(row['uuid'])}) for row in found]
