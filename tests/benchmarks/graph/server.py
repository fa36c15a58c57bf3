"""A server in a process of its own, and how it is asked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psutil

#: The empty route: what FastAPI itself costs on this machine now.
EMPTY = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get('/empty')
async def empty():
    return {}
uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False)
"""


@dataclass(frozen=True)
class Served:
    """How a route answered: p95 [ms] of one client, and requests a second of many; `wrong`: by status.

    `cpu_ms`: processor time of the server for one request of many clients, which others on the machine do not
    change as they do the rest.
    """

    p95_ms: float
    median_ms: float
    req_per_s: float
    cpu_ms: float
    bytes: int
    wrong: dict[str, int]

    def figures(self) -> dict[str, Any]:
        """Return what is reported of it."""
        found: dict[str, Any] = {
            'ours_ms_p95': round(self.p95_ms, 2),
            'ours_ms': round(self.median_ms, 2),
            'req_per_s': round(self.req_per_s, 1),
            'ours_cpu_ms': round(self.cpu_ms, 2),
            'bytes': self.bytes,
        }
        return found | ({'wrong': self.wrong} if self.wrong else {})


class Server:
    """A command that listens at a free port, which is its last argument or in NANOOS_API_PORT."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        given = {**os.environ, **(environment or {}), 'NANOOS_API_PORT': str(self.port)}
        self._process = subprocess.Popen(
            [*command, str(self.port)],
            env=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 120
        while not self._listens():
            if time.monotonic() > end or self._process.poll() is not None:
                self.stop()
                raise RuntimeError(f'{command} does not listen at its port')
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(('127.0.0.1', self.port)) == 0

    def stop(self) -> None:
        """Stop it."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)

    def measure(self, requests: list[str], seconds: float, clients: int = 16) -> Served:
        """Ask for so long with one client, then with many."""
        self._ask(requests, 16, min(seconds, 1.0))
        alone, before = self._ask(requests, 1, seconds), self._cpu()
        many = self._ask(requests, clients, seconds)
        return Served(
            alone['p95_ms'],
            alone['median_ms'],
            many['req_per_s'],
            1000 * (self._cpu() - before) / many['count'],
            alone['bytes'],
            alone['wrong'] | many['wrong'],
        )

    def _cpu(self) -> float:
        """Return the processor time [s] that the server has used."""
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def _ask(self, requests: list[str], clients: int, seconds: float) -> dict[str, Any]:
        plan = {'host': '127.0.0.1', 'port': self.port, 'requests': requests}
        plan |= {'clients': clients, 'seconds': seconds}
        done = subprocess.run(
            [sys.executable, '-m', 'tests.benchmarks.graph.load'],
            input=json.dumps(plan),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=seconds + 120,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def get(path: str, token: str = '', gzip: bool = False) -> str:
    """Return the text of a GET request."""
    return _request(f'GET {path} HTTP/1.1', token, 'Accept-Encoding: gzip\r\n' if gzip else '')


def post(path: str, token: str, body: object) -> str:
    """Return the text of a POST request with a JSON body."""
    text = json.dumps(body)
    head = f'Content-Type: application/json\r\nContent-Length: {len(text.encode())}\r\n'
    return _request(f'POST {path} HTTP/1.1', token, head) + text


def _request(line: str, token: str, headers: str) -> str:
    bearer = f'Authorization: Bearer {token}\r\n' if token else ''
    return f'{line}\r\nHost: localhost\r\n{bearer}{headers}\r\n'
