"""What the API tells Prometheus of this moment, beside what it counts all the time (`api.middleware`)."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.pool import QueuePool
from starlette.applications import Starlette

from nanoos_plugins.graph.statistics import process_states
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.daemon import worker_pids


class Moment:
    """A collector of how the application and the instance are when Prometheus asks."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; it asks database and daemon, so never in the event loop."""
        state = self._app.state
        yield _gauge('writes_waiting', 'Writes that have not been answered.', state.writer.waiting)
        yield _gauge('event_subscribers', 'Who follows the events.', state.events.subscribers)
        pools = {'read': state.threads.read, 'slow': state.threads.slow}
        busy = {name: pool.busy for name, pool in pools.items()}
        yield _gauges('threads_busy', 'Statements that run or wait for a thread.', 'threads', busy)
        limits = {name: pool.size for name, pool in pools.items()}
        yield _gauges('threads_limit', 'Statements that may run at the same time.', 'threads', limits)
        with connection() as opened:
            pool = opened.engine.pool
            if isinstance(pool, QueuePool):
                yield _gauge('database_connections', 'Connections in use.', pool.checkedout())
            yield _gauges('processes', 'Processes by state.', 'state', process_states(opened))
        yield _gauge('daemon_workers', 'Workers of the daemon that run.', len(worker_pids()))


def registry_of(app: Starlette) -> CollectorRegistry:
    """Return what is asked for the gauges of an application."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Moment(app))
    return registry


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f'nanoos_{name}', help, value=value)


def _gauges(name: str, help: str, label: str, values: dict[str, float] | dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f'nanoos_{name}', help, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
