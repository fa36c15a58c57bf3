"""A process of ours that stays, and answers one question after the other over two pipes.

When it dies, those who wait are told so, and the next question starts another one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from api.errors import RequestError

LENGTH = struct.Struct('>I')


class LostError(RequestError):
    """The process has ended before it answered."""


class Companion:
    """The child process `python -m module <descriptors of questions and answers> …`, and who awaits it."""

    def __init__(
        self,
        module: str,
        most_waiting: int,
        what: str,
        lost: str,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the child; it is started by the first question, or by `start`.

        :param most_waiting: questions that wait; more are turned away, so that nobody waits for minutes.
        :param what: the questions for people, in the plural.
        :param lost: what to tell those who wait when it ends.
        :param arguments: of its command line, behind the descriptors.
        :param environment: variables of its own beside ours.
        """
        self._module, self._arguments = module, arguments
        self._environment = environment or {}
        self._most_waiting, self._what, self._told_lost = most_waiting, what, lost
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._to: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Return how many questions have not been answered."""
        return len(self._waiting)

    @property
    def pid(self) -> int | None:
        """Return the process id of the child, None when there is none."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def ask(self, question: Mapping[str, Any]) -> Any:
        """Return the answer to a question.

        :raises LostError: when the process ended meanwhile.
        :raises RequestError: with the status of what went wrong; 503 when too many are waiting.
        """
        if len(self._waiting) >= self._most_waiting:
            raise RequestError(
                503, f'too many {self._what} are waiting: try again in a moment', {'Retry-After': '2'}
            )
        await self.start()
        assert self._to is not None
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        frame = orjson.dumps({'number': number, **question})
        try:
            self._to.write(LENGTH.pack(len(frame)) + frame)
            await self._to.drain()
            # Shielded: it is done also when the one who asked has gone; nobody takes it back.
            return await asyncio.shield(future)
        except ConnectionError:
            raise self._lost() from None
        finally:
            self._waiting.pop(number, None)

    async def start(self) -> None:
        """Start the child when there is none."""
        async with self._starting:
            if self.pid is not None and self._to is not None and not self._to.is_closing():
                return
            questions, our_questions = os.pipe()
            our_answers, answers = os.pipe()
            # Its standard output is ours: whatever it prints must not come between the answers.
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, '-m', self._module, str(questions), str(answers), *self._arguments),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(questions, answers),
                env={**os.environ, **self._environment},
            )
            os.close(questions)
            os.close(answers)
            self._to, reader = await _streams(our_questions, our_answers)
            self._listening = asyncio.create_task(self._listen(reader, self._to))

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

    def kill(self) -> None:
        """End the child in the middle of what it is doing; who waits is told so."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _listen(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
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
        to.close()
        for future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(self._lost())

    def _lost(self) -> LostError:
        return LostError(503, self._told_lost, {'Retry-After': '5'})


async def _streams(questions: int, answers: int) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    """Return the ends of the two pipes as streams."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers, 'rb', 0))
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(questions, 'wb', 0)
    )
    return asyncio.StreamWriter(transport, protocol, None, loop), reader
