"""How soon a subscriber hears of a change, with 200 of them at once.

In a temporary instance the API runs in a process of its own; `SUBSCRIBERS` streams of server-sent events are
open, and another process changes the state of a process node `CHANGES` times, ten times a second. The latency
is the time of arrival minus the time of modification, which AiiDA sets just before it writes. The floor
is the same write seen by a loop that does nothing but read the row again.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psutil

from tests.benchmarks.report import end_on_sigterm, report

SUBSCRIBERS = int(os.environ.get('SUBSCRIBERS', '200'))
CHANGES = int(os.environ.get('CHANGES', '60'))
MAX_P95_MS = 250.0
PASSWORD = 'of the benchmark'

CHANGE = """
import sys, time
from aiida import load_profile, orm
load_profile()
node = orm.CalcFunctionNode().store()
for number in range(int(sys.argv[1])):
    node.set_process_state('running' if number % 2 else 'waiting')
    time.sleep(0.1)
"""


class Server:
    """The API in a process of its own, on a free port."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        self.url = f'http://127.0.0.1:{port}/api'
        environment = {**os.environ, 'NANOOS_API_PORT': str(port)}
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'api'], env=environment, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while True:
            try:
                httpx2.get(f'{self.url}/health', timeout=2)
                return
            except httpx2.TransportError:
                if time.monotonic() > end or self._process.poll() is not None:
                    self.stop()
                    sys.exit('the API does not start')
                time.sleep(0.1)

    @property
    def cpu_seconds(self) -> float:
        """Return how much CPU time it has taken, its children not counted [s]."""
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(60)


def sign_in(url: str) -> str:
    """Return the access token of the profile's default user, who gets an account."""
    command = [str(Path(sys.executable).parent / 'nanoos'), 'user', 'add', 'bench@localhost', '--json']
    subprocess.run([*command, '--password', PASSWORD], check=True, stdout=subprocess.DEVNULL)
    body = {'email': 'bench@localhost', 'password': PASSWORD}
    token: str = httpx2.post(f'{url}/auth/sign-in', json=body, timeout=30).json()['access_token']
    return token


async def follow(
    client: httpx2.AsyncClient, url: str, token: str, ready: asyncio.Semaphore, latencies: list[float]
) -> None:
    """Note the latency [ms] of every event of a stream."""
    headers = {'Authorization': f'Bearer {token}'}
    async with client.stream('GET', f'{url}/events?node_type=process.', headers=headers) as answer:
        ready.release()
        async for line in answer.aiter_lines():
            if line.startswith('data: '):
                modified = datetime.fromisoformat(json.loads(line[6:])['modified'])
                latencies.append(1000 * (datetime.now(UTC) - modified).total_seconds())


async def measure(url: str, token: str, subscribers: int) -> list[float]:
    """Return the latencies [ms] of all events at all subscribers."""
    ready, latencies = asyncio.Semaphore(0), list[float]()
    limits = httpx2.Limits(max_connections=subscribers + 1)
    async with httpx2.AsyncClient(timeout=120, limits=limits) as client:
        tasks = [
            asyncio.create_task(follow(client, url, token, ready, latencies)) for _ in range(subscribers)
        ]
        for _ in tasks:
            await asyncio.wait_for(ready.acquire(), 60)
        await asyncio.sleep(1)
        changing = await asyncio.create_subprocess_exec(sys.executable, '-c', CHANGE, str(CHANGES))
        await changing.wait()
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return latencies


def floor(folder: str) -> list[float]:
    """Return the latencies [ms] of a loop that does nothing but look at the newest node every millisecond."""
    database = sqlite3.connect(f'file:{folder}/storage/database.sqlite?mode=ro', uri=True)
    changing = subprocess.Popen([sys.executable, '-c', CHANGE, str(CHANGES)])
    seen, latencies = '', list[float]()
    while changing.poll() is None:
        (modified,) = database.execute('SELECT max(mtime) FROM db_dbnode').fetchone()
        if modified is not None and modified != seen:
            seen = modified
            when = datetime.fromisoformat(modified).replace(tzinfo=UTC)
            latencies.append(1000 * (datetime.now(UTC) - when).total_seconds())
        time.sleep(0.001)
    return latencies[1:]


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    """Measure one and many subscribers and the floor, and report."""
    end_on_sigterm()
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        os.environ |= {'NANOOS_HOME': folder, 'NANOOS_API_REQUESTS_PER_MINUTE': '100000'}
        from nanoos_plugins.install.home import use_home
        from nanoos_plugins.install.profile import create_embedded, delete

        use_home()
        create_embedded(email='bench@localhost')
        server = Server()
        try:
            token = sign_in(server.url)
            found = {
                'floor': floor(folder),
                '1 subscriber': asyncio.run(measure(server.url, token, 1)),
                f'{SUBSCRIBERS} subscribers': asyncio.run(measure(server.url, token, SUBSCRIBERS)),
            }
        finally:
            server.stop()
            delete()
    rows = [
        [name, str(len(one)), f'{statistics.median(one):.1f}', f'{p95(one):.1f}', f'{max(one):.1f}']
        for name, one in found.items()
    ]
    many = found[f'{SUBSCRIBERS} subscribers']
    expected = SUBSCRIBERS * CHANGES
    figures = {
        'subscribers': SUBSCRIBERS,
        'p95_ms': round(p95(many), 1),
        'p95_ms_alone': round(p95(found['1 subscriber']), 1),
        'floor_p95_ms': round(p95(found['floor']), 1),
        'delivered': round(len(many) / expected, 3),
    }
    report(
        'events',
        ['who', 'events', 'median [ms]', 'p95 [ms]', 'max [ms]'],
        rows,
        figures,
        {'p95_ms': f'<= {MAX_P95_MS:g}'},
        figures['p95_ms'] <= MAX_P95_MS,
    )


if __name__ == '__main__':
    main()
