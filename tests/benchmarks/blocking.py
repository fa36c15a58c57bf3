"""How soon the API answers a small request while `QUERIES` slow ones are in flight.

In a temporary instance with `NODES` nodes, inserted in bulk, the API runs in a process of its own. Slow are
queries for a part of a text in the attributes, which no index has: each reads all nodes. They are fired at
once, again and again for `SECONDS`, and meanwhile `/api/health` is asked every 10 ms over one connection. The
floor is the same with nothing else to do.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from tests.benchmarks.events import Server, p95, sign_in
from tests.benchmarks.report import end_on_sigterm, report

NODES = int(os.environ.get('NODES', '100000'))
QUERIES = int(os.environ.get('QUERIES', '50'))
SECONDS = float(os.environ.get('SECONDS', '20'))
MAX_P95_MS = 50.0
SLOW = {
    'vertices': [
        {
            'type': 'core.dict',
            'tag': 'node',
            'filters': {'attributes.text': {'like': '%no node has this%'}},
            'project': ['uuid'],
        }
    ]
}
START = datetime(2026, 1, 1, tzinfo=UTC)


def fill(count: int) -> None:
    """Store so many small nodes of the profile's default user."""
    import sqlalchemy as sa
    from aiida import orm

    from nanoos_plugins.graph.tables import connection, tables

    user = orm.User.collection.get_default()
    assert user is not None
    node = tables().node
    with connection() as opened, opened.begin():
        rows = _rows(count, user.pk)
        while some := list(islice(rows, 1000)):
            opened.execute(sa.insert(node), some)


def _rows(count: int, owner: int | None) -> Iterator[dict[str, Any]]:
    for number in range(count):
        time_of_it = START + timedelta(seconds=number)
        yield {
            'uuid': str(uuid4()),
            'node_type': 'data.core.dict.Dict.',
            'label': f'node number {number} of a benchmark',
            'description': '',
            'ctime': time_of_it,
            'mtime': time_of_it,
            'attributes': {'energy': -number, 'text': 'x' * 200},
            'extras': {},
            'repository_metadata': {},
            'user_id': owner,
        }


class SlowQueries:
    """`QUERIES` slow queries at once, again and again until it is left; `seconds` has how long each took."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {'Authorization': f'Bearer {token}'}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._fire()))
        self.seconds: list[float] = []

    def __enter__(self) -> SlowQueries:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _fire(self) -> None:
        limits = httpx2.Limits(max_connections=QUERIES)
        async with httpx2.AsyncClient(timeout=600, limits=limits, headers=self._headers) as client:
            while not self._stop.is_set():
                await asyncio.gather(*(self._ask(client) for _ in range(QUERIES)))

    async def _ask(self, client: httpx2.AsyncClient) -> None:
        begin = time.perf_counter()
        answer = await client.post(f'{self._url}/query', json=SLOW)
        if answer.status_code != 200 or answer.json()['items']:
            sys.exit(f'a slow query was answered with {answer.status_code}: {answer.text:.200}')
        self.seconds.append(time.perf_counter() - begin)


def ask_health(url: str, seconds: float) -> list[float]:
    """Return the latencies [ms] of `/api/health`, asked every 10 ms for so long."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    latencies = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        connection.request('GET', '/api/health')
        if connection.getresponse().read() == b'':
            sys.exit('/api/health answers nothing')
        latencies.append(1000 * (time.perf_counter() - begin))
        time.sleep(0.01)
    connection.close()
    return latencies


def main() -> None:
    """Measure with slow queries and without, and report."""
    end_on_sigterm()
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        os.environ |= {'NANOOS_HOME': folder, 'NANOOS_API_REQUESTS_PER_MINUTE': '1000000'}
        # None may end before it is answered.
        os.environ['NANOOS_API_QUERY_SECONDS'] = '600'
        from nanoos_plugins.install.home import use_home
        from nanoos_plugins.install.profile import create_embedded, delete

        use_home()
        create_embedded(email='bench@localhost')
        fill(NODES)
        server = Server()
        try:
            token = sign_in(server.url)
            ask_health(server.url, 1)
            idle = ask_health(server.url, SECONDS)
            with SlowQueries(server.url, token) as slow:
                time.sleep(1)
                busy = ask_health(server.url, SECONDS)
        finally:
            server.stop()
            delete()
    rows = [
        [name, str(len(one)), f'{statistics.median(one):.1f}', f'{p95(one):.1f}', f'{max(one):.1f}']
        for name, one in (('idle', idle), (f'{QUERIES} slow queries', busy))
    ]
    figures = {
        'nodes': NODES,
        'queries': QUERIES,
        'p95_ms': round(p95(busy), 1),
        'idle_p95_ms': round(p95(idle), 1),
        'query_s_median': round(statistics.median(slow.seconds), 2),
        'queries_answered': len(slow.seconds),
    }
    report(
        'blocking',
        ['meanwhile', 'requests', 'median [ms]', 'p95 [ms]', 'max [ms]'],
        rows,
        figures,
        {'p95_ms': f'<= {MAX_P95_MS:g}'},
        figures['p95_ms'] <= MAX_P95_MS,
    )


if __name__ == '__main__':
    main()
