"""Events over SSE and WebSocket: what changes, for whom it may concern, resumable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import HTTPConnection

from api.events import Wanted
from api.schemas.events import Event, Kind
from api.security import Reader, authenticate
from nanoos_plugins.accounts.caller import Caller, NotAuthenticatedError
from nanoos_plugins.graph.changes import Change, Position

router = APIRouter(tags=['events'])

#: [s] Between signs of life, and between looks at whether the token is still valid.
HEARTBEAT = 15.0
#: [s] In which the first message of a WebSocket must arrive.
HELLO_SECONDS = 10.0
#: Close codes of our own (RFC 6455, §7.4.2).
NOT_AUTHENTICATED, BAD_HELLO = 4401, 4422


class Filters(BaseModel):
    """Which events are wanted; each one narrows."""

    model_config = ConfigDict(extra='forbid')

    kinds: list[Kind] = Field([], max_length=3, description='only events of these kinds')
    node_type: str = Field('', max_length=255, description='only nodes whose type starts like this')
    uuids: list[str] = Field([], max_length=500, description='only these nodes')

    def wanted(self) -> Wanted:
        """Return the condition that a change fulfils."""
        kinds, uuids = set(self.kinds), set(self.uuids)

        def check(change: Change) -> bool:
            return (
                (not kinds or kind_of(change) in kinds)
                and (not uuids or change.uuid in uuids)
                and change.node_type.startswith(self.node_type)
            )

        return check


class Hello(Filters):
    """The first message over a WebSocket."""

    token: str = Field(max_length=4000)
    last_event_id: str | None = Field(None, max_length=50)


def kind_of(change: Change) -> Kind:
    """Return what a change is about."""
    if change.message is not None:
        return 'report'
    return 'process' if change.node_type.startswith('process.') else 'data'


def event(change: Change) -> Event:
    """Return a change as it is told."""
    return Event(
        id=str(change.position),
        kind=kind_of(change),
        uuid=change.uuid,
        node_type=change.node_type,
        label=change.label,
        created=change.created,
        modified=change.modified,
        process_label=change.process_label,
        process_state=change.process_state,
        exit_status=change.exit_status,
        message=change.message,
        level=change.level,
    )


@router.get(
    '/events',
    response_class=StreamingResponse,
    responses={200: {'content': {'text/event-stream': {}}, 'description': 'events as JSON, see `Event`'}},
)
async def get_events(
    request: Request,
    caller: Reader,
    filters: Annotated[Filters, Query()],
    last_event_id: Annotated[str | None, Header(max_length=50)] = None,
) -> StreamingResponse:
    """Stream what changes, as server-sent events; `Last-Event-ID` goes on where a stream was cut off."""
    after = None if last_event_id is None else Position.parse(last_event_id)
    token = request.headers['Authorization'].partition(' ')[2].strip()
    lines = _server_sent(request, caller, token, filters.wanted(), after)
    headers = {'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no'}
    return StreamingResponse(lines, media_type='text/event-stream', headers=headers)


async def _server_sent(
    request: Request, caller: Caller, token: str, wanted: Wanted, after: Position | None
) -> AsyncIterator[str]:
    yield 'retry: 2000\n\n'
    async with aclosing(_told(request, caller, token, wanted, after)) as told:
        async for one in told:
            if isinstance(one, Position):
                # An event without data moves the client's Last-Event-ID and is not shown to its program.
                yield f'id: {one}\n: alive\n\n'
            else:
                yield f'id: {one.id}\nevent: {one.kind}\ndata: {one.model_dump_json()}\n\n'


async def _told(
    connection: HTTPConnection, caller: Caller, token: str, wanted: Wanted, after: Position | None
) -> AsyncGenerator[Event | Position]:
    """Yield events until the token is no longer valid."""
    checked = time.monotonic()
    async with aclosing(connection.app.state.events.follow(caller, wanted, after, HEARTBEAT)) as changes:
        async for change in changes:
            if time.monotonic() - checked > HEARTBEAT:
                checked = time.monotonic()
                try:
                    await authenticate(connection, token)
                except NotAuthenticatedError:
                    return
            yield change if isinstance(change, Position) else event(change)


@router.websocket('/events')
async def follow_events(socket: WebSocket) -> None:
    """Stream what changes over a WebSocket; the first message says who asks and what is wanted."""
    await socket.accept()
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            hello = Hello.model_validate_json(await socket.receive_text())
        after = None if hello.last_event_id is None else Position.parse(hello.last_event_id)
        caller = await authenticate(socket, hello.token)
    except (ValidationError, ValueError, TimeoutError) as error:
        await socket.close(BAD_HELLO, f'the first message: {error}'[:100])
        return
    except NotAuthenticatedError as error:
        await socket.close(NOT_AUTHENTICATED, str(error))
        return
    await _send(socket, caller, hello, after)


async def _send(socket: WebSocket, caller: Caller, hello: Hello, after: Position | None) -> None:
    """Send events until the client goes, the server stops, or the token is no longer valid."""
    async with anyio.create_task_group() as group:

        async def wait_for_end() -> None:
            await socket.receive()
            group.cancel_scope.cancel()

        group.start_soon(wait_for_end)
        with suppress(WebSocketDisconnect):
            await _tell(socket, caller, hello, after)
        group.cancel_scope.cancel()


async def _tell(socket: WebSocket, caller: Caller, hello: Hello, after: Position | None) -> None:
    async with aclosing(_told(socket, caller, hello.token, hello.wanted(), after)) as told:
        async for one in told:
            if isinstance(one, Position):
                await socket.send_json({'id': str(one)})
            else:
                await socket.send_text(one.model_dump_json())
    await socket.close(NOT_AUTHENTICATED, 'the token is no longer valid')
