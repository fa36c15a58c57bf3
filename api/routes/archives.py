"""Archives in AiiDA's own format: out goes what the caller sees, and what comes in is theirs."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from aiida.storage.sqlite_zip.backend import SqliteZipBackend
from anyio import to_thread
from fastapi import APIRouter, Request, Response, status
from starlette.datastructures import UploadFile
from starlette.responses import StreamingResponse

from api.child import answer_of
from api.database import read
from api.errors import NotFoundError, RequestError
from api.files import CHUNK
from api.routes.materials import Maker
from api.schemas.archives import ArchiveRequest, ImportedArchive
from api.security import Reader
from api.settings import Settings
from nanoos_plugins.runners.read_archive import ROWS

router = APIRouter(prefix='/archives', tags=['archives'])

ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        'description': 'The archive, for `verdi archive import`',
        'content': {'application/zip': {'schema': {'type': 'string', 'format': 'binary'}}},
    }
}
FORM: dict[str, Any] = {
    'requestBody': {
        'required': True,
        'content': {
            'multipart/form-data': {
                'schema': {
                    'type': 'object',
                    'required': ['file'],
                    'properties': {
                        'file': {'type': 'string', 'contentMediaType': 'application/octet-stream'}
                    },
                }
            }
        },
    }
}


@router.post('/export', response_class=Response, responses=ARCHIVE)
async def export_archive(request: Request, caller: Reader, body: ArchiveRequest) -> Response:
    """Return the archive of nodes and groups, with all that the caller sees of their provenance.

    Nodes of others that are shared with the caller are in it, but not whose they are.
    """
    settings: Settings = request.app.state.settings
    # The file is gone as soon as it is closed, however that comes.
    with TemporaryDirectory(prefix='nanoos-archive-') as folder:
        path = Path(folder) / 'export.aiida'
        given = {
            'user_pk': caller.user_pk,
            'group_pk': caller.viewer.group_pk,
            'path': str(path),
            **body.model_dump(mode='json'),
            'most_nodes': settings.archive_nodes,
            'most_bytes': settings.archive_bytes,
        }
        async with request.app.state.archives.turn():
            await _done(settings, 'export', folder, given)
        handle = await to_thread.run_sync(path.open, 'rb')
    headers = {
        'Content-Length': str(await to_thread.run_sync(handle.seek, 0, 2)),
        'Content-Disposition': 'attachment; filename="export.aiida"',
        # It is packed already.
        'Content-Encoding': 'identity',
    }
    handle.seek(0)
    return _Archive(request, handle, headers)


class _Archive(StreamingResponse):
    """A response that closes its file however it ends."""

    def __init__(self, request: Request, handle: BinaryIO, headers: dict[str, str]) -> None:
        super().__init__(self._chunks(), headers=headers, media_type='application/zip')
        self._request, self._handle = request, handle

    async def _chunks(self) -> Any:
        while chunk := await read(self._request, self._handle.read, CHUNK):
            yield chunk

    async def __call__(self, *args: Any) -> None:
        """Send the response."""
        with self._handle:
            await super().__call__(*args)


@router.post('/import', status_code=status.HTTP_201_CREATED, openapi_extra=FORM)
async def import_archive(request: Request, caller: Maker) -> ImportedArchive:
    """Import an archive, all of it or nothing; every node in it becomes the caller's.

    Nodes that are there already stay as they are. A UUID that is taken is issued anew, so is one whose node
    here would have to change. Codes and computers come along for reading only.
    """
    settings: Settings = request.app.state.settings
    with TemporaryDirectory(prefix='nanoos-archive-') as folder:
        archive = Path(folder) / 'import.aiida'
        await _receive(request, archive)
        bounds = {'--nodes': settings.archive_nodes, '--bytes': settings.archive_bytes}
        options = [f'{name}={value}' for name, value in bounds.items()]
        version = f'--version={SqliteZipBackend.version_head()}'
        async with request.app.state.archives.turn():
            checked = await answer_of(
                'nanoos_plugins.runners.read_archive',
                [str(archive), folder, version, *options],
                settings.archive_seconds,
                environment={'TMPDIR': folder},
            )
            _raise_error(checked)
            given = {'rows': str(Path(folder) / ROWS), 'archive': str(archive)}
            done = await _done(settings, 'import', folder, {'user_pk': caller.user_pk, **given})
    return ImportedArchive.model_validate(done)


async def _receive(request: Request, path: Path) -> None:
    """Write the file that a request brings to `path`.

    :raises RequestError: 415 for another kind of body.
    """
    kind = request.headers.get('content-type', '').partition(';')[0].strip().lower()
    if kind != 'multipart/form-data':
        raise RequestError(415, f'expected multipart/form-data, got {kind!r:.80}')
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get('file')
        if not isinstance(file, UploadFile):
            raise ValueError('body.file: expected an archive in the part `file`')
        with path.open('wb') as handle:
            await to_thread.run_sync(shutil.copyfileobj, file.file, handle, CHUNK)


async def _done(settings: Settings, action: str, folder: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the process that exports or imports has done."""
    answer = await answer_of(
        'nanoos_plugins.archives',
        [action],
        settings.archive_seconds,
        {**given, 'seconds': settings.archive_seconds},
        {'TMPDIR': folder},
    )
    _raise_error(answer)
    result: dict[str, Any] = answer['result']
    return result


def _raise_error(answer: dict[str, Any]) -> None:
    """Raise the error that a process answered with, if it did.

    :raises NotFoundError: when something is not there, or not for the caller.
    :raises RequestError: 422 for all else.
    """
    if answer.get('missing'):
        raise NotFoundError(answer['error'])
    if 'error' in answer:
        raise RequestError(422, answer['error'])
