"""Whether the API lives and is ready, and its metrics."""

from __future__ import annotations

from secrets import compare_digest

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import text

from api.database import read, read_slowly
from api.metrics import registry_of
from api.security import Reader, current
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.daemon import worker_pids

router = APIRouter(tags=['operations'])
#: Where Prometheus looks for it, outside /api.
metrics = APIRouter()


class Health(BaseModel):
    """How the API is."""

    status: str


class Daemon(BaseModel):
    """How AiiDA's daemon is, which runs what is submitted."""

    workers: int = Field(description='its workers that run; 0: nothing that is submitted is started')


@router.get('/health')
async def get_health() -> Health:
    """Say that the process lives; asks nothing of anybody else."""
    return Health(status='ok')


@router.get('/health/ready')
async def get_readiness(request: Request) -> Health:
    """Say that the database answers, so that requests can be sent here."""
    await read(request, _ask_database)
    return Health(status='ok')


@router.get('/health/daemon')
async def get_daemon(request: Request, caller: Reader) -> Daemon:
    """Say how many workers the daemon has."""
    return Daemon(workers=len(await read_slowly(request, worker_pids)))


@metrics.get('/metrics', response_class=Response, include_in_schema=False)
async def get_metrics(request: Request) -> Response:
    """Return the metrics in Prometheus' text format.

    They count what all tenants do, so they are for the setting `metrics_token`, or for administrators.
    """
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    expected = request.app.state.settings.metrics_token
    is_known = expected is not None and compare_digest(token.encode(), expected.get_secret_value().encode())
    if not is_known or scheme.lower() != 'bearer':
        caller = await current(request)
        if not caller.is_admin:
            raise PermissionError('metrics need the scope admin, or the token of the setting metrics_token')
    now = await read_slowly(request, generate_latest, registry_of(request.app))
    return Response(generate_latest() + now, media_type=CONTENT_TYPE_LATEST)


def _ask_database() -> None:
    with connection() as opened:
        opened.execute(text('SELECT 1'))
