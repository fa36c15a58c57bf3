"""The one that writes: a child process whose main thread makes every change to AiiDA's graph, one at a time.

AiiDA's processes can be run neither from a thread nor from a coroutine of a web server, and its sessions
belong to one thread. So routes hand their writes to this process and await the answer; when it dies, those
who wait are told so, and the next write starts another one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import struct
import sys
from contextlib import suppress
from typing import Any

import orjson

from api.errors import RequestError
from nanoos_plugins.accounts.caller import Caller

#: Writes that wait; more are turned away, so that nobody waits for minutes.
MOST_WAITING = 200
LENGTH = struct.Struct('>I')


class Writer:
    """The child process, and the writes that await its answers."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._to: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Return how many writes have not been answered."""
        return len(self._waiting)

    @property
    def pid(self) -> int | None:
        """Return the process id of the child, None when there is none."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def write(self, name: str, caller: Caller | None, /, **inputs: Any) -> Any:
        """Have the write `name` of `api.writes` done for `caller` and return its answer.

        :raises RequestError: with the status of what went wrong; 503 when the process ended meanwhile or too
            many are waiting.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise RequestError(
                503, 'too many writes are waiting: try again in a moment', {'Retry-After': '2'}
            )
        await self.start()
        assert self._to is not None
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        user = None if caller is None else caller.user_pk
        frame = orjson.dumps({'number': number, 'name': name, 'user_pk': user, 'inputs': inputs})
        try:
            self._to.write(LENGTH.pack(len(frame)) + frame)
            await self._to.drain()
            # Shielded: the write is done also when the one who asked has gone; nobody takes it back.
            return await asyncio.shield(future)
        except ConnectionError:
            raise _lost() from None
        finally:
            self._waiting.pop(number, None)

    async def start(self) -> None:
        """Start the child when there is none."""
        async with self._starting:
            if self.pid is not None and self._to is not None and not self._to.is_closing():
                return
            commands, our_commands = os.pipe()
            our_answers, answers = os.pipe()
            # Its standard output is ours: whatever AiiDA prints must not come between the answers.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                '-m',
                'api.writer_process',
                str(commands),
                str(answers),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(commands, answers),
            )
            os.close(commands)
            os.close(answers)
            self._to, reader = await _streams(our_commands, our_answers)
            self._listening = asyncio.create_task(self._listen(reader))

    async def stop(self) -> None:
        """Let the child finish what it is doing and end."""
        if self._to is not None:
            self._to.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                try:
                    await asyncio.wait_for(self._process.wait(), 30)
                except TimeoutError:
                    self._process.kill()
                    await self._process.wait()
        if self._listening is not None:
            await self._listening

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hand answers to those who await them, until the child ends."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                answer = orjson.loads(await reader.readexactly(size))
                future = self._waiting.get(answer['number'])
                if future is None or future.done():
                    continue
                if 'error' in answer:
                    future.set_exception(RequestError(**answer['error']))
                else:
                    future.set_result(answer['result'])
        if self._to is not None:
            self._to.close()
        for future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(_lost())


def _lost() -> RequestError:
    detail = 'the process that writes has ended: send the request again, a job with the same Idempotency-Key'
    return RequestError(503, detail, {'Retry-After': '5'})


async def _streams(commands: int, answers: int) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    """Return the ends of the two pipes as streams."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers, 'rb', 0))
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(commands, 'wb', 0)
    )
    return asyncio.StreamWriter(transport, protocol, None, loop), reader
