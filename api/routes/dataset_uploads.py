"""The file of a data set in a request: as JSON, or as a multipart form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.errors import RequestError
from api.routes.uploads import json_of, name_of
from api.schemas.datasets import DatasetFields, NewDatasetFile
from api.security import current
from nanoos_plugins.accounts.caller import Caller

_FORM = {
    'type': 'object',
    'required': ['file', 'target'],
    'properties': {
        'file': {'type': 'string', 'contentMediaType': 'application/octet-stream'},
        **DatasetFields.model_json_schema()['properties'],
    },
}
#: For the OpenAPI document: the body is read below.
REQUEST_BODY: dict[str, Any] = {
    'requestBody': {
        'required': True,
        'content': {
            'application/json': {'schema': NewDatasetFile.model_json_schema()},
            'multipart/form-data': {'schema': _FORM},
        },
    }
}


@dataclass(frozen=True)
class DatasetUpload:
    """A file that was uploaded, under its name without folders, and what goes with it."""

    filename: str
    content: bytes
    fields: DatasetFields


async def _upload(request: Request, caller: Annotated[Caller, Depends(current)]) -> DatasetUpload:
    """Return the file that a request brings; nobody uploads without a token.

    :raises RequestError: 415 for another kind of body.
    :raises RequestValidationError: when something is missing or wrong.
    """
    kind = request.headers.get('content-type', '').partition(';')[0].strip().lower()
    try:
        if kind == 'multipart/form-data':
            return await _of_form(request)
        if kind == 'application/json':
            given = NewDatasetFile.model_validate(json_of(await request.body()))
            fields = DatasetFields.model_validate(given.model_dump(exclude={'filename', 'content'}))
            return DatasetUpload(name_of(given.filename), given.content.encode(), fields)
    except ValidationError as error:
        errors = [{**one, 'loc': ('body', *one['loc'])} for one in error.errors(include_url=False)]
        raise RequestValidationError(errors) from None
    raise RequestError(415, f'expected application/json or multipart/form-data, got {kind!r:.80}')


Uploaded = Annotated[DatasetUpload, Depends(_upload)]


async def _of_form(request: Request) -> DatasetUpload:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get('file')
        if not isinstance(file, UploadFile):
            raise ValueError('body.file: expected a file in the part `file`')
        given = {key: value for key, value in form.items() if key != 'file' and value != ''}
        fields = DatasetFields.model_validate(given)
        return DatasetUpload(name_of(file.filename or ''), await file.read(), fields)
