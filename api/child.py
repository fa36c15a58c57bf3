"""Run a program of ours in a process of its own: what may take long, or reads what somebody sent."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson

from api.errors import RequestError

LOGGER = logging.getLogger('nanoos.api.child')
#: Who waits longer than this many others is turned away.
MOST_WAITING = 8


class Children:
    """A limit to how many such processes run at the same time."""

    def __init__(self, at_once: int, what: str) -> None:
        """Set the limit.

        :param what: they make for people, in the plural.
        """
        self._limit = asyncio.Semaphore(at_once)
        self._what = what
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until one may start.

        :raises RequestError: 503 when too many are waiting.
        """
        if self._waiting >= MOST_WAITING:
            raise RequestError(
                503, f'too many {self._what} are waiting: try again later', {'Retry-After': '30'}
            )
        self._waiting += 1
        try:
            await self._limit.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._limit.release()


async def answer_of(
    module: str,
    arguments: Sequence[str],
    seconds: float,
    given: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the JSON object that `python -m module …` writes.

    :param given: JSON object for its standard input.
    :param environment: variables of its own beside ours.
    :raises RequestError: 422 when it does not end in time, or is ended by a limit.
    :raises RuntimeError: when it fails in a way that it should not.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, '-P', '-m', module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        async with asyncio.timeout(seconds):
            written, said = await process.communicate(orjson.dumps(given or {}))
    except TimeoutError:
        raise RequestError(422, f'this takes more than {seconds:g} s: do it in parts') from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode:
        LOGGER.error(
            '%s ended with %s: %s', module, process.returncode, said[-2000:].decode(errors='replace')
        )
        if process.returncode > 0:
            raise RuntimeError(f'{module} failed; the log tells more')
        # By a signal: of its limits, or of a crash that what it read has caused.
        raise RequestError(422, 'this takes more time or memory than there is for it: do it in parts')
    answer: dict[str, Any] = orjson.loads(written)
    return answer
