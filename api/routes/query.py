"""Queries over all of the graph that the caller sees: by pages, as a stream, or explained."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.database import read_slowly
from api.errors import RequestError
from api.schemas import query as schemas
from api.security import Asker, QuickReader, Reader
from nanoos_plugins.accounts.caller import NotAuthenticatedError
from nanoos_plugins.graph.query.explain import explain
from nanoos_plugins.graph.query.python import as_python
from nanoos_plugins.graph.query.run import MOST_ROWS, Rows, run
from nanoos_plugins.graph.query.vocabulary import vocabulary
from nanoos_plugins.graph.query.words import QueryError

router = APIRouter(prefix='/query', tags=['query'])

NDJSON = 'application/x-ndjson'
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description='most rows of a page; of a stream, all come')]
After = Annotated[
    str | None, Query(max_length=4000, description='`after` of the page before; without it the first page')
]
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        'description': 'A page; or, when `application/x-ndjson` is accepted, a stream of rows, one a line.'
        ' Its last line has `after`: where to go on if it ended before the rows; `detail` says why then',
        'content': {NDJSON: {'schema': {'type': 'string'}}},
    }
}


@router.post('', response_model=schemas.QueryRows, responses=ANSWERS)
async def post_query(
    request: Request, asker: QuickReader, body: schemas.Query, limit: Limit = 50, after: After = None
) -> Response:
    """Return the rows that a query finds among what the caller sees.

    The body is what `QueryBuilder.as_dict()` gives, or the readable form of it.
    """
    document = body.model_dump(exclude_unset=True)
    if NDJSON in request.headers.get('Accept', ''):
        first = await _page(request, asker, document, MOST_ROWS, after)
        return StreamingResponse(_lines(request, asker, document, first), media_type=NDJSON)
    page = await _page(request, asker, document, limit, after)
    content = b'{"items":[%s],"after":%s}' % (b','.join(page.rows), orjson.dumps(page.after))
    return Response(content, media_type='application/json')


@router.post('/explain')
async def explain_query(request: Request, caller: Reader, body: schemas.Query) -> schemas.Explanation:
    """Return what a query will cost, without running it: where it starts, why, and the database's steps."""
    seconds = request.app.state.settings.query_seconds
    document = body.model_dump(exclude_unset=True)
    found = await read_slowly(request, explain, caller.viewer, document, seconds)
    return schemas.Explanation.model_validate(found)


@router.get('/vocabulary')
async def get_query_vocabulary(caller: Reader) -> schemas.Vocabulary:
    """Return the words that a query may have, for editors that complete them."""
    return schemas.Vocabulary.model_validate(vocabulary())


@router.post('/python')
async def translate_query(caller: Reader, body: schemas.Query) -> schemas.Python:
    """Return a query as a program for AiiDA's QueryBuilder; where it runs it sees the whole profile."""
    return schemas.Python(code=as_python(body.model_dump(exclude_unset=True)))


async def _page(
    request: Request, asker: Asker, document: dict[str, Any], limit: int, after: str | None
) -> Rows:
    seconds = request.app.state.settings.query_seconds
    return await asker.read_slowly(run, document, limit, after, seconds)


async def _lines(
    request: Request, asker: Asker, document: dict[str, Any], page: Rows
) -> AsyncGenerator[bytes]:
    """Yield the rows from a page on, each a line; then the cursor where more would come, and why they do not.

    Each page is a statement of its own: no thread and no transaction waits for a client that reads slowly,
    and who may no longer read gets no further page.
    """
    settings = request.app.state.settings
    end, size = time.monotonic() + settings.stream_seconds, 0
    while True:
        content = b''.join(row + b'\n' for row in page.rows)
        size += len(content)
        yield content
        last: dict[str, str | None] = {'after': page.after}
        if page.after is None:
            break
        if time.monotonic() > end or size > settings.stream_bytes:
            last['detail'] = (
                f'a stream ends after {settings.stream_seconds:g} s or {settings.stream_bytes} bytes;'
                ' ask again with this `after`'
            )
            break
        try:
            page = await _page(request, asker, document, MOST_ROWS, page.after)
        except (QueryError, NotAuthenticatedError, PermissionError, RequestError) as error:
            last['detail'] = str(error)
            break
    yield orjson.dumps(last) + b'\n'
