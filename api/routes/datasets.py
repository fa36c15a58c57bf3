"""Data sets: list them, look at one, make one of results or of a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Request, status

from api.database import read, read_slowly
from api.datasets import collect, collect_forces, import_file
from api.paging import After, Limit, Page, decode, encode
from api.routes.dataset_uploads import REQUEST_BODY, Uploaded
from api.routes.materials import Maker
from api.schemas.datasets import (
    DatasetDetail,
    DatasetRow,
    LeftOut,
    NewDataset,
    NewForces,
    Origin,
    Part,
    Source,
    Split,
    Spread,
)
from api.security import Reader
from nanoos_plugins.data.dataset import TABLE
from nanoos_plugins.graph import datasets as graph
from nanoos_plugins.graph.arrays import Array, arrays_of
from nanoos_plugins.graph.makers import Maker as Made
from nanoos_plugins.graph.makers import find_maker
from nanoos_plugins.graph.origins import origins
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/ml/datasets', tags=['learning'])

#: Rows left out, and parts of a split, that are told.
MOST_LEFT_OUT, MOST_PARTS = 1000, 200
BINS = 30


@router.get('')
async def list_datasets(
    request: Request, caller: Reader, limit: Limit = 50, after: After = None
) -> Page[DatasetRow]:
    """List the data sets one may see, newest first."""
    rows, rest = await read(request, graph.list_datasets, limit, decode(after), caller.viewer)
    return Page(items=[DatasetRow.model_validate(row) for row in rows], after=encode(rest))


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_dataset(request: Request, caller: Maker, body: NewDataset) -> DatasetDetail:
    """Make a data set of the jobs that ended well; of several for the same structure the newest counts.

    Results in another unit and structures that cannot be used are left out, each with its reason.
    """
    made = await collect(request, caller, body)
    return await read_slowly(request, dataset_of, UUID(made), caller.viewer)


@router.post('/forces', status_code=status.HTTP_201_CREATED)
async def create_forces(request: Request, caller: Maker, body: NewForces) -> DatasetDetail:
    """Make a data set of the energies an atom [eV/atom], forces [eV/Å] and stresses [GPa] of simulations.

    They are of all that ended well, those within other jobs among them; of several for the same structure the
    newest counts.
    """
    made = await collect_forces(request, caller, body)
    return await read_slowly(request, dataset_of, UUID(made), caller.viewer)


@router.post('/upload', status_code=status.HTTP_201_CREATED, openapi_extra=REQUEST_BODY)
async def upload_dataset(request: Request, caller: Maker, upload: Uploaded) -> DatasetDetail:
    """Make a data set of a published file, as JSON or as multipart form.

    Rows that cannot be used are left out, each with its reason; a file without any that can stores nothing.
    """
    made = await import_file(request, caller, upload)
    return await read_slowly(request, dataset_of, UUID(made), caller.viewer)


@router.get('/{uuid}')
async def get_dataset(request: Request, caller: Reader, uuid: UUID) -> DatasetDetail:
    """Return a data set: how its targets are spread, its splits, what was left out, where it is from."""
    return await read_slowly(request, dataset_of, uuid, caller.viewer)


def dataset_of(uuid: UUID, viewer: Viewer) -> DatasetDetail:
    """Return a data set with its facts.

    :raises LookupError: when the viewer sees no such data set.
    """
    found = graph.find_dataset(str(uuid), viewer)
    arrays = arrays_of(viewer, str(uuid), TABLE, lambda name: name == 'targets' or name.startswith('split_'))
    maker = find_maker(found['pk'], ('file', 'settings', 'left_out'), viewer)
    return DatasetDetail(
        **{name: found[name] for name in DatasetRow.model_fields},
        elements=found['elements'],
        splits=[_split(name, arrays[f'split_{name}']) for name in found['splits'] or []],
        derivatives=found['derivatives'] or [],
        spread=_spread(arrays['targets']),
        left_out=found['left_out'] or 0,
        left_out_rows=_left_out(maker),
        source=_source(maker),
        origins=[Origin(**asdict(origin)) for origin in origins(found['pk'], viewer)],
    )


def _split(name: str, parts: Array) -> Split:
    names, counts = np.unique(parts.astype(str), return_counts=True)
    told = [Part(name=str(one), count=int(count)) for one, count in zip(names, counts, strict=True)]
    return Split(name=name, parts=told[:MOST_PARTS])


def _spread(targets: Array) -> Spread:
    counts, edges = np.histogram(targets, bins=min(BINS, len(targets)))
    return Spread(
        mean=float(targets.mean()),
        standard_deviation=float(targets.std()),
        least=float(targets.min()),
        greatest=float(targets.max()),
        edges=edges.tolist(),
        counts=counts.tolist(),
    )


def _left_out(maker: Made | None) -> list[LeftOut]:
    rows: list[dict[str, Any]] = []
    if maker is not None and 'left_out' in maker.outputs:
        rows = maker.outputs['left_out'].attributes.get('rows', [])
    return [LeftOut.model_validate(row) for row in rows[:MOST_LEFT_OUT]]


def _source(maker: Made | None) -> Source:
    if maker is None:
        return Source(process=None, entry_point=None, filename=None, settings={})
    file, settings = maker.inputs.get('file'), maker.inputs.get('settings')
    return Source(
        process=UUID(maker.uuid),
        entry_point=maker.entry_point,
        filename=None if file is None else file.attributes.get('filename'),
        settings={} if settings is None else dict(settings.attributes),
    )
