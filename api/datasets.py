"""Make data sets in processes of their own: what somebody uploads is read where it can do no harm, and
thousands of nodes are stored without anybody waiting for the one that writes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from anyio import to_thread
from fastapi import Request

from api.child import answer_of
from api.database import read_slowly
from api.errors import NotFoundError, RequestError
from api.routes.dataset_uploads import DatasetUpload
from api.schemas.datasets import NewDataset, NewForces
from api.settings import Settings
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.data.structure_file import safe_name
from nanoos_plugins.dataset_inputs import wanted_runs, wanted_simulations


async def collect(request: Request, caller: Caller, wanted: NewDataset) -> str:
    """Make the data set of results that is wanted, and return its UUID.

    :raises ValueError: when there are no such results, or too many.
    :raises RequestError: 422 when no row can be used.
    """
    # Here first: to start a process takes seconds, and what is not there can be said at once.
    await read_slowly(request, wanted_runs, wanted.workflow, wanted.quantity, wanted.engine, caller.viewer)
    return await _made(request, 'collect', {'user_pk': caller.user_pk, **wanted.model_dump()})


async def collect_forces(request: Request, caller: Caller, wanted: NewForces) -> str:
    """Make the data set of energies and forces that is wanted, and return its UUID.

    :raises ValueError: when there are no such simulations, or too many.
    :raises RequestError: 422 when no row can be used.
    """
    await read_slowly(request, wanted_simulations, wanted.engine, caller.viewer)
    return await _made(request, 'forces', {'user_pk': caller.user_pk, **wanted.model_dump()})


async def import_file(request: Request, caller: Caller, upload: DatasetUpload) -> str:
    """Make the data set of a file, and return its UUID.

    :raises RequestError: 422 for a file that cannot be read, or has no row that can be used.
    """
    settings: Settings = request.app.state.settings
    fields = upload.fields
    with TemporaryDirectory(prefix='nanoos-dataset-') as folder:
        path = Path(folder) / safe_name(upload.filename)
        await to_thread.run_sync(path.write_bytes, upload.content)
        async with request.app.state.datasets.turn():
            table = await answer_of(
                'nanoos_plugins.runners.read_dataset',
                [str(path), folder, f'--seconds={settings.dataset_seconds}'],
                settings.dataset_seconds,
                fields.model_dump(exclude={'name'}),
                {'TMPDIR': folder},
            )
            _raise_error(table)
        given = {
            'user_pk': caller.user_pk,
            'path': str(path),
            'filename': upload.filename,
            'name': fields.name or upload.filename.split('.')[0] or upload.filename,
            **fields.model_dump(exclude={'name'}),
            'rows': folder,
            'table': table,
        }
        return await _made(request, 'import', given)


async def _made(request: Request, action: str, given: dict[str, Any]) -> str:
    """Return the UUID of the data set that a process made."""
    settings: Settings = request.app.state.settings
    async with request.app.state.datasets.turn():
        answer = await answer_of('api.dataset_process', [action], settings.dataset_seconds, given)
    _raise_error(answer)
    return str(answer['uuid'])


def _raise_error(answer: dict[str, Any]) -> None:
    """Raise the error that a process answered with, if it did.

    :raises NotFoundError: when something is not there, or not for the caller.
    :raises RequestError: 422 for all else.
    """
    if answer.get('missing'):
        raise NotFoundError(answer['error'])
    if 'error' in answer:
        raise RequestError(422, answer['error'])
