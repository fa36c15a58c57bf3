"""The instance, for administrators: how it is, and what it allows."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import text

from api.database import Pool, read_slowly
from api.schemas.instance import InstanceHealth, Limit, Threads
from api.security import Admin
from nanoos_plugins.graph.statistics import nodes_by_type, process_states
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.daemon import worker_pids

router = APIRouter(prefix='/instance', tags=['administration'])

#: Settings to show. The others are addresses, or secrets.
SHOWN = (
    'sign_up',
    'requests_per_minute',
    'sign_ins_per_minute',
    'max_body_bytes',
    'max_upload_bytes',
    'body_timeout',
    'read_threads',
    'slow_threads',
    'query_seconds',
    'stream_seconds',
    'stream_bytes',
    'archive_nodes',
    'archive_bytes',
    'archive_processes',
    'archive_seconds',
    'dataset_processes',
    'dataset_seconds',
    'prediction_seconds',
    'prediction_megabytes',
)


@router.get('/health')
async def get_instance_health(request: Request, caller: Admin) -> InstanceHealth:
    """Return how daemon, database, writer and events are at this moment."""
    state = request.app.state
    asked = await read_slowly(request, _ask)
    return InstanceHealth(
        version=request.app.version,
        writer_runs=state.writer.pid is not None,
        writes_waiting=state.writer.waiting,
        event_subscribers=state.events.subscribers,
        read_threads=_threads(state.threads.read),
        slow_threads=_threads(state.threads.slow),
        **asked,
    )


@router.get('/limits')
async def get_limits(request: Request, caller: Admin) -> list[Limit]:
    """Return the settings that bound what people can do."""
    settings = request.app.state.settings
    return [
        Limit(
            name=name,
            value=getattr(settings, name),
            description=type(settings).model_fields[name].description or '',
            variable=f'{settings.model_config["env_prefix"]}{name.upper()}',
        )
        for name in SHOWN
    ]


def _ask() -> dict[str, Any]:
    """Return what database and daemon answer; both may take a moment."""
    begin = time.perf_counter()
    with connection() as opened:
        opened.execute(text('SELECT 1'))
        milliseconds = 1000 * (time.perf_counter() - begin)
        found = {'processes': process_states(opened), 'nodes': nodes_by_type(opened)}
        name = opened.dialect.name
        opened.commit()
    return {'database': name, 'database_ms': milliseconds, 'daemon_workers': len(worker_pids()), **found}


def _threads(pool: Pool) -> Threads:
    return Threads(busy=pool.busy, limit=pool.size)
