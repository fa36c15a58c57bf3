"""The application: `create_app()` puts settings, routes, errors and limits together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api import errors
from api.child import Children
from api.database import Threads
from api.events import Events
from api.lost_workers import looking_for_lost_workers
from api.middleware import LimitBody, Observe
from api.predictor import Predictor
from api.rate import RateLimit
from api.routes import (
    archives,
    auth,
    builders,
    chains,
    codes,
    computers,
    datasets,
    events,
    features,
    groups,
    health,
    instance,
    jobs,
    live,
    materials,
    models,
    nodes,
    oidc,
    predictions,
    processes,
    query,
    shares,
    similar,
    statistics,
    structure_detail,
    structures,
    templates,
    users,
)
from api.settings import Settings
from api.site import Site
from api.writer import Writer
from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.profile import load
from nanoos_plugins.storage import tables

#: A request is compared with their routes one after the other: those that are asked most come first.
ROUTERS = (
    nodes.router,
    query.router,
    health.router,
    auth.router,
    oidc.router,
    codes.router,
    computers.router,
    archives.router,
    events.router,
    groups.router,
    jobs.router,
    live.router,
    processes.router,
    chains.router,
    materials.router,
    datasets.router,
    models.router,
    predictions.router,
    shares.router,
    statistics.router,
    structures.router,
    builders.router,
    features.router,
    similar.router,
    structure_detail.router,
    templates.router,
    users.router,
    instance.router,
)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the profile before the first request."""
    load()
    with connection() as opened:
        tables.create(opened)
        opened.commit()
    settings = app.state.settings
    app.state.threads = Threads(settings.read_threads, settings.slow_threads)
    app.state.signing_key = signing_key()
    app.state.writer = Writer()
    await app.state.writer.start()
    app.state.predictor = Predictor(settings.prediction_megabytes)
    app.state.events = Events()
    await app.state.events.start()
    try:
        async with looking_for_lost_workers():
            yield
    finally:
        await app.state.events.stop()
        await app.state.predictor.stop()
        await app.state.writer.stop()
        app.state.threads.close()


class Application(FastAPI):
    """FastAPI, with the one shape of errors in its document."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        document['components']['schemas'] |= errors.schemas()
        return document


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application on the profile of this home; nothing is opened before it starts.

    :param settings: those of environment and file when None.
    """
    chosen = settings or Settings()
    app = Application(
        title='NANO-OS',
        summary='One AiiDA provenance graph, from electrons to components.',
        version=version('nanoos'),
        openapi_url='/api/openapi.json',
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        responses=errors.RESPONSES,
    )
    app.state.settings = chosen
    app.state.oidc = oidc.provider_of(chosen)
    app.state.archives = Children(chosen.archive_processes, 'archives')
    app.state.datasets = Children(chosen.dataset_processes, 'data sets')
    app.state.requests = RateLimit(chosen.requests_per_minute)
    app.state.sign_ins = RateLimit(chosen.sign_ins_per_minute)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix='/api')
    app.include_router(health.metrics)
    app.router.default = Site(chosen.web_dir, app.router.default)
    _add_middleware(app, chosen)
    return app


def _operation_id(route: APIRoute) -> str:
    """Return the name of the route's function: unique, and what generated clients call it."""
    return route.name


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add what is around every request; the last one added is the outermost."""
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=1)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=['*'],
            allow_headers=['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'],
            expose_headers=['X-Request-ID', 'X-Next-Page', 'Retry-After', 'ETag'],
        )
    app.add_middleware(
        LimitBody,
        most=settings.max_body_bytes,
        most_upload=settings.max_upload_bytes,
        seconds=settings.body_timeout,
    )
    app.add_middleware(Observe)
