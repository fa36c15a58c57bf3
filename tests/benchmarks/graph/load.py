"""A load generator that is no bottleneck: `python -m tests.benchmarks.graph.load < plan.json`.

Each client keeps one connection and asks again as soon as it has its answer. The requests are made before the
clock runs, and of an answer no more is read than its status and length.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import uvloop

LENGTH = re.compile(rb'\r\ncontent-length: *(\d+)', re.IGNORECASE)


@dataclass
class Client(asyncio.Protocol):
    """One client: sends the next of `requests` until `end` is over, and notes times [s] and wrong answers."""

    requests: Any
    seconds: float
    done: asyncio.Future[None]
    times: list[float] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    size: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _left: int = -1

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._end = time.perf_counter() + self.seconds
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; once it is whole, send the next request."""
        if self._left < 0:
            self._buffer += data
            head = self._buffer.find(b'\r\n\r\n')
            if head < 0:
                return
            found = LENGTH.search(self._buffer, 0, head)
            if found is None:
                self.done.set_exception(
                    ValueError(f'an answer without a length: {bytes(self._buffer[:200])!r}')
                )
                return
            self.size = int(found[1])
            self._left = head + 4 + self.size - len(self._buffer)
            status = self._buffer[9:12].decode()
            if status != '200':
                self.wrong[status] = self.wrong.get(status, 0) + 1
        else:
            self._left -= len(data)
        if self._left > 0:
            return
        now = time.perf_counter()
        self.times.append(now - self._sent)
        self._buffer.clear()
        self._left = -1
        if now < self._end:
            self._send()
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """End when the server does."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError('the server closed the connection'))


async def ask(host: str, port: int, requests: list[bytes], clients: int, seconds: float) -> dict[str, Any]:
    """Ask with so many clients for so long.

    :return: `count`, `req_per_s`, `median_ms` and `p95_ms` of the answers, their `bytes`, and of those that
        were not 200 the number by status, `wrong`.
    """
    loop = asyncio.get_running_loop()
    begin = time.perf_counter()
    asking: list[Client] = []
    for number in range(clients):
        part = cycle(requests[number % len(requests) :] + requests[: number % len(requests)])
        client = Client(part, seconds, loop.create_future())
        await loop.create_connection(lambda client=client: client, host, port)
        asking.append(client)
    await asyncio.gather(*(client.done for client in asking))
    took = time.perf_counter() - begin
    wrong: dict[str, int] = {}
    for client in asking:
        for status, count in client.wrong.items():
            wrong[status] = wrong.get(status, 0) + count
    times = sorted(1000 * one for client in asking for one in client.times)
    return {
        'count': len(times),
        'req_per_s': len(times) / took,
        'median_ms': times[len(times) // 2],
        'p95_ms': times[int(0.95 * len(times))],
        'bytes': asking[0].size,
        'wrong': wrong,
    }


def main() -> None:
    """Read a plan (`host`, `port`, `requests`, `clients`, `seconds`) and print what `ask` returns."""
    plan = json.load(sys.stdin)
    plan['requests'] = [request.encode() for request in plan['requests']]
    print(json.dumps(uvloop.run(ask(**plan))))


if __name__ == '__main__':
    main()
