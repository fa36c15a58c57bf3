"""Every error in one shape: problem details (RFC 9457), by one table from exceptions to statuses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiida.common.exceptions import MultipleObjectsError, NotExistent
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from nanoos_plugins.accounts.caller import NotAuthenticatedError

MEDIA_TYPE = 'application/problem+json'
LOGGER = logging.getLogger('nanoos.api')


class Wrong(BaseModel):
    """One thing that was wrong with a request."""

    where: str = Field(description='its place: body, query, path or header, then the keys, joined by dots')
    message: str = Field(description='what was got and what was expected')


class Problem(BaseModel):
    """An error: what happened, and what to do next."""

    type: str = Field('about:blank', description='kind of the problem, `about:blank`: that of the status')
    title: str = Field(description='the status in words')
    status: int = Field(description='HTTP status')
    detail: str = Field(description='what was got, what was expected and what to do next')
    request_id: str = Field(description='by which the log tells more')
    errors: list[Wrong] = Field([], description='each thing that was wrong with the request')


class RequestError(Exception):
    """A request that cannot be answered; `status` says why."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class NotFoundError(LookupError):
    """What was asked for does not exist, or not for this caller: both look the same."""


#: The first class that an exception is an instance of decides.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotAuthenticatedError, 401),
    (PermissionError, 403),
    (NotFoundError, 404),
    (NotExistent, 404),
    (LookupError, 404),
    (MultipleObjectsError, 409),
    (ValueError, 422),
    (TimeoutError, 503),
)

#: For the OpenAPI document: what every route may answer beside what it says itself.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {'description': HTTPStatus(status).phrase, 'content': {MEDIA_TYPE: {'schema': {'$ref': ref}}}}
    for ref in ('#/components/schemas/Problem',)
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


def schemas() -> dict[str, Any]:
    """Return the JSON schemas of a problem, for the OpenAPI document."""
    _, document = models_json_schema(
        [(Problem, 'serialization')], ref_template='#/components/schemas/{model}'
    )
    found: dict[str, Any] = document['$defs']
    return found


def install(app: FastAPI) -> None:
    """Let the application answer every exception by a problem."""
    for kind, status in STATUSES:
        app.add_exception_handler(kind, _handler(status))
    app.add_exception_handler(RequestError, _request_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _unexpected)


def answer(
    request_id: str,
    status: int,
    detail: str,
    errors: list[Wrong] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the response of a problem."""
    title = HTTPStatus(status).phrase
    problem = Problem(title=title, status=status, detail=detail, request_id=request_id, errors=errors or [])
    challenge = {'WWW-Authenticate': 'Bearer'} if status == 401 else {}
    return JSONResponse(
        problem.model_dump(), status, headers={**challenge, **(headers or {})}, media_type=MEDIA_TYPE
    )


def request_id(request: Request) -> str:
    """Return the identifier of a request; the log has it too."""
    return str(request.scope.get('nanoos.request_id', ''))


def _handler(status: int) -> Any:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        return answer(request_id(request), status, _message(error))

    return handle


def _message(error: Exception) -> str:
    """Return the message of an exception; a KeyError would show its repr."""
    return str(error.args[0]) if error.args else str(error)


async def _request_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestError)
    return answer(request_id(request), error.status, error.detail, headers=error.headers)


async def _http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404 and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f'there is no {request.url.path}; /api/docs lists what there is'
    return answer(request_id(request), error.status_code, detail, headers=error.headers)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        Wrong(where='.'.join(str(part) for part in one['loc']), message=str(one['msg']))
        for one in error.errors()
    ]
    first = f'{errors[0].where}: {errors[0].message}' if errors else 'the request is not valid'
    return answer(request_id(request), 422, first, errors)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Answer what nobody thought of; the log has it, the one who asked does not."""
    LOGGER.exception('unexpected error', exc_info=error)
    return answer(request_id(request), 500, 'an error in NANO-OS; the log tells more under this request_id')
