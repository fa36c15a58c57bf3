"""Whether the API lives and is ready, and its metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text

from api.database import read
from nanoos_plugins.graph.tables import connection

router = APIRouter(tags=['operations'])
#: Where Prometheus looks for it, outside /api.
metrics = APIRouter()


class Health(BaseModel):
    """How the API is."""

    status: str


@router.get('/health')
async def get_health() -> Health:
    """Say that the process lives; asks nothing of anybody else."""
    return Health(status='ok')


@router.get('/health/ready')
async def get_readiness(request: Request) -> Health:
    """Say that the database answers, so that requests can be sent here."""
    await read(request, _ask_database)
    return Health(status='ok')


@metrics.get('/metrics', response_class=Response, include_in_schema=False)
async def get_metrics() -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _ask_database() -> None:
    with connection() as opened:
        opened.execute(text('SELECT 1'))
