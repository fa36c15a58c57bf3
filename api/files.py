"""Answer with a file: streamed, whole or one range of it, never kept in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi import Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.database import read, read_slowly
from api.errors import RequestError
from nanoos_plugins.graph.repository import Content

CHUNK = 512 * 1024
#: One range; several, or another unit, are answered with the whole, as RFC 9110 allows.
RANGE = re.compile(r'bytes=(\d{0,18})-(\d{0,18})')


class FileResponse(StreamingResponse):
    """A response that closes its file however it ends."""

    def __init__(
        self, request: Request, content: Content, first: int, size: int, status: int, headers: dict[str, str]
    ) -> None:
        super().__init__(
            _chunks(request, content, first, size), status, headers, media_type='application/octet-stream'
        )
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._content.close()


def file_response(request: Request, content: Content, name: str) -> Response:
    """Return the response with a file, or with the range of it that was asked for; it closes the file.

    :param name: under which a browser saves it: it never shows or runs it.
    :raises RequestError: 416 when the range is beyond the end.
    """
    etag = f'"{content.key}"'
    headers = {
        'ETag': etag,
        'Accept-Ranges': 'bytes',
        'Cache-Control': 'private, no-cache',
        'Content-Disposition': f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        'X-Content-Type-Options': 'nosniff',
    }
    if is_fresh(request, etag):
        content.close()
        return Response(status_code=304, headers=headers)
    try:
        part = _range(request, content.size, etag)
    except RequestError:
        content.close()
        raise
    first, end = part or (0, content.size)
    if part is not None:
        headers['Content-Range'] = f'bytes {first}-{end - 1}/{content.size}'
    headers['Content-Length'] = str(end - first)
    return FileResponse(request, content, first, end - first, 200 if part is None else 206, headers)


def is_fresh(request: Request, etag: str) -> bool:
    """Return whether the client has what has this tag already (compared weakly, as `If-None-Match` is)."""
    given = request.headers.get('If-None-Match', '')
    tags = {tag.strip().removeprefix('W/') for tag in given.split(',')}
    return '*' in tags or etag.removeprefix('W/') in tags


def _range(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """Return first byte and end of the range that was asked for, None for the whole.

    :raises RequestError: 416 when the range is beyond the end.
    """
    asked = RANGE.fullmatch(request.headers.get('Range', '').strip())
    if asked is None or asked.groups() == ('', '') or request.headers.get('If-Range', etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < begin:
            return None
    if begin >= size or begin >= end:
        headers = {'Content-Range': f'bytes */{size}'}
        raise RequestError(416, f'the file has {size} bytes, got {asked.group()}', headers)
    return begin, end


async def _chunks(request: Request, content: Content, first: int, size: int) -> AsyncIterator[bytes]:
    """Yield the range of a file, read in threads."""
    if first:
        # Of a compressed file, all before is read as well.
        await read_slowly(request, content.stream.seek, first)
    while size:
        chunk = await read(request, content.stream.read, min(CHUNK, size))
        if not chunk:
            return
        size -= len(chunk)
        yield chunk
