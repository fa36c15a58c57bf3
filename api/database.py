"""How routes reach the database: statements run in threads of their own, never in the event loop.

The slow ones (queries, exports) have few threads of their own, so that they cannot keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.requests import HTTPConnection

from nanoos_plugins.graph.tables import connection

P = ParamSpec('P')
T = TypeVar('T')


class Pool:
    """Threads that run statements.

    Those of the standard library: under load a way there and back costs a third of what anyio's takes.

    `size`: how many statements run at the same time; `busy`: how many run or wait for a thread.
    """

    def __init__(self, name: str, size: int) -> None:
        self.size = size
        self.busy = 0
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, call: Callable[[], T]) -> T:
        """Return what `call` returns, run in one of the threads."""
        self.busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        finally:
            self.busy -= 1

    def close(self) -> None:
        """Let the threads end with what they do; what waits is not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Threads:
    """The threads of an application: for statements of milliseconds, and a few for what may take long."""

    def __init__(self, read: int, slow: int) -> None:
        self.read = Pool('read', read)
        self.slow = Pool('slow', slow)

    def close(self) -> None:
        """Let all of them end."""
        self.read.close()
        self.slow.close()


def threads(request: HTTPConnection) -> Threads:
    """Return the threads of the application that a request is for."""
    found: Threads = request.app.state.threads
    return found


async def read(request: HTTPConnection, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `call` returns, run in a thread: a statement of milliseconds."""
    return await threads(request).read.run(partial(call, *args, **kwargs))


async def read_slowly(request: HTTPConnection, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `call` returns, run in a thread of the few for what may take long."""
    return await threads(request).slow.run(partial(call, *args, **kwargs))


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
