"""The file of a structure in a request: as JSON, or as a multipart form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.errors import RequestError
from api.schemas.structures import NewStructure, UploadFields
from api.security import current
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.runners.parse_structure import MAX_BYTES

_FORM = {
    'type': 'object',
    'required': ['file'],
    'properties': {
        'file': {'type': 'string', 'contentMediaType': 'application/octet-stream'},
        **UploadFields.model_json_schema()['properties'],
    },
}
#: For the OpenAPI document: the body is read below.
REQUEST_BODY: dict[str, Any] = {
    'requestBody': {
        'required': True,
        'content': {
            'application/json': {'schema': NewStructure.model_json_schema()},
            'multipart/form-data': {'schema': _FORM},
        },
    }
}


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded, under its name without folders, and what goes with it."""

    filename: str
    content: bytes
    fields: UploadFields


async def _upload(request: Request, caller: Annotated[Caller, Depends(current)]) -> Upload:
    """Return the file that a request brings; nobody uploads without a token.

    :raises RequestError: 413 when it is too large, 415 for another kind of body.
    :raises RequestValidationError: when something is missing or wrong.
    """
    kind = request.headers.get('content-type', '').partition(';')[0].strip().lower()
    try:
        if kind == 'multipart/form-data':
            return await _of_form(request)
        if kind == 'application/json':
            given = NewStructure.model_validate(json_of(await request.body()))
            fields = UploadFields.model_validate(given.model_dump(exclude={'filename', 'content'}))
            return Upload(name_of(given.filename), given.content.encode(), fields)
    except ValidationError as error:
        errors = [{**one, 'loc': ('body', *one['loc'])} for one in error.errors(include_url=False)]
        raise RequestValidationError(errors) from None
    raise RequestError(415, f'expected application/json or multipart/form-data, got {kind!r:.80}')


Uploaded = Annotated[Upload, Depends(_upload)]


def json_of(body: bytes) -> object:
    """Return the JSON of a body.

    :raises RequestError: 422 when it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError(422, 'body: expected JSON') from None


async def _of_form(request: Request) -> Upload:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get('file')
        if not isinstance(file, UploadFile):
            raise ValueError('body.file: expected a file in the part `file`')
        if (file.size or 0) > MAX_BYTES:
            raise RequestError(413, f'the file has {file.size} bytes: at most {MAX_BYTES} are taken')
        given = {key: value for key, value in form.items() if key != 'file' and value != ''}
        fields = UploadFields.model_validate(given)
        return Upload(name_of(file.filename or ''), await file.read(), fields)


def name_of(filename: str) -> str:
    """Return the name of a file without folders.

    :raises ValueError: when there is none, or one that cannot be kept.
    """
    name = PurePath(filename.replace('\\', '/')).name
    if name in ('', '.', '..') or not name.isprintable() or len(name.encode()) > 255:
        raise ValueError(f'filename: expected a name of 1 to 255 bytes, got {filename!r:.80}')
    return name
