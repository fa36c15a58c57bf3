"""Around every request: an identifier, its time in the log and the metrics, and limits to its body."""

from __future__ import annotations

import asyncio
import logging
import re
import time

from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer
from nanoos_plugins.accounts.secret import new_id

LOGGER = logging.getLogger('nanoos.api.access')
REQUESTS = Counter('nanoos_requests_total', 'Requests answered.', ['method', 'route', 'status'])
SECONDS = Histogram(
    'nanoos_request_seconds',
    'Time until the answer began [s].',
    ['method', 'route'],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
#: The rest of a body that was refused is not read, so the connection is of no more use.
CLOSE = {'Connection': 'close'}
#: What a client may send as `X-Request-ID`; anything else is replaced.
REQUEST_ID = re.compile(rb'[A-Za-z0-9._-]{1,64}')


class Observe:
    """Give each request an identifier, and note in log and metrics how it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope['type'] not in ('http', 'websocket'):
            await self.app(scope, receive, send)
            return
        given = dict(scope['headers']).get(b'x-request-id', b'')
        identifier = given.decode() if REQUEST_ID.fullmatch(given) else new_id()
        scope['nanoos.request_id'] = identifier
        begin = time.perf_counter()
        status = [0, 0.0]

        async def note(message: Message) -> None:
            if message['type'] == 'http.response.start':
                status[:] = [message['status'], time.perf_counter() - begin]
                message['headers'] = [*message.get('headers', []), (b'x-request-id', identifier.encode())]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            _note(scope, int(status[0]), status[1], time.perf_counter() - begin)


def _note(scope: Scope, status: int, seconds: float, whole: float) -> None:
    route = getattr(scope.get('route'), 'path', 'none')
    method = scope.get('method', 'WEBSOCKET')
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds or whole)
    if LOGGER.isEnabledFor(logging.INFO):
        caller = scope.get('nanoos.caller')
        fields = {
            'request_id': scope['nanoos.request_id'],
            'user': None if caller is None else caller.email,
            'method': method,
            'path': scope['path'],
            'route': route,
            'status': status,
            'ms': round(1000 * whole, 2),
        }
        LOGGER.info('request', extra={'fields': fields})


class LimitBody:
    """Refuse bodies that are too large, however they are sent, and those that do not arrive in time."""

    def __init__(self, app: ASGIApp, most: int, most_upload: int, seconds: float) -> None:
        self.app = app
        self.most = most
        self.most_upload = most_upload
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope['type'] != 'http' or scope['method'] in ('GET', 'HEAD', 'OPTIONS'):
            await self.app(scope, receive, send)
            return
        headers = dict(scope['headers'])
        is_upload = headers.get(b'content-type', b'').startswith(b'multipart/')
        most = self.most_upload if is_upload else self.most
        announced = headers.get(b'content-length', b'0')
        if not announced.isdigit() or int(announced) > most:
            await _refuse(scope, receive, send, 413, f'the body is too large: at most {most} bytes are taken')
            return
        await self.app(scope, _Body(receive, most, self.seconds).receive, send)


class _Body:
    """What has arrived of a body so far.

    What it refuses, the application answers: of all exceptions only an HTTPException gets through the reading
    of a body unchanged.
    """

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._end = time.monotonic() + seconds
        self._size = 0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._end - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, 'the body of the request did not arrive in time', CLOSE) from None
        self._size += len(message.get('body', b''))
        self._complete = not message.get('more_body', False)
        if self._size > self._most:
            raise HTTPException(413, f'the body is too large: at most {self._most} bytes are taken', CLOSE)
        return message


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str) -> None:
    response = answer(scope['nanoos.request_id'], status, detail, headers=CLOSE)
    await response(scope, receive, send)
