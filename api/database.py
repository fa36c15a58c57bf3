"""How routes reach the database: statements run in threads of their own, never in the event loop.

The slow ones (queries, exports) have few threads of their own, so that they cannot keep the others waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import HTTPConnection

from nanoos_plugins.graph.tables import connection

P = ParamSpec('P')
T = TypeVar('T')


class Threads:
    """The limits of an application: how many statements run at the same time."""

    def __init__(self, read: int, slow: int) -> None:
        self.read = CapacityLimiter(read)
        self.slow = CapacityLimiter(slow)


def threads(request: HTTPConnection) -> Threads:
    """Return the limits of the application that a request is for."""
    found: Threads = request.app.state.threads
    return found


async def read(request: HTTPConnection, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `call` returns, run in a thread: a statement of milliseconds."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=threads(request).read)


async def read_slowly(request: HTTPConnection, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `call` returns, run in a thread of the few for what may take long."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=threads(request).slow)


def transact(call: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Return what `call(connection, …)` returns; what it wrote to our own tables is committed, or nothing."""
    with connection() as opened, opened.begin():
        return call(opened, *args, **kwargs)


def look(call: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Return what `call(connection, …)` returns, which only reads."""
    with connection() as opened:
        found = call(opened, *args, **kwargs)
        # Not rolled back: with that, PostgreSQL's driver forgets the statements that the server has planned.
        opened.commit()
        return found
