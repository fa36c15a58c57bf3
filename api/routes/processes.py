"""What can be submitted: processes with their ports, engines with their parameters."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from aiida.manage import get_manager
from fastapi import APIRouter, Query, Request, Response

from api.database import read
from api.errors import NotFoundError
from api.idempotency import Key, digest_of, key_of
from api.routes.jobs import answer_job
from api.schemas.jobs import Job
from api.schemas.processes import Engine, NewProcess, Process, ProcessSchema, Protocol
from api.security import Reader, Submitter
from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.job_inputs import WORKFLOWS, protocols_of
from nanoos_plugins.launch import load_process
from nanoos_plugins.port_schema import describe, engine_schema, inputs_schema, outputs_schema

router = APIRouter(tags=['processes'])

ENTRY_POINTS = tuple(f'nanoos.{name}' for name in WORKFLOWS)


@router.get('/processes')
async def list_processes(request: Request, caller: Reader) -> list[Process]:
    """List the processes that can be submitted."""
    return await read(request, _processes)


@cache
def _processes() -> list[Process]:
    return [Process(entry_point=name, description=describe(load_process(name))) for name in ENTRY_POINTS]


@router.get('/processes/{entry_point}/schema')
async def get_process_schema(request: Request, caller: Reader, entry_point: str) -> ProcessSchema:
    """Return the inputs and outputs of a process as JSON Schema, with help, units and defaults."""
    return await read(request, _schema, _known(entry_point))


@cache
def _schema(entry_point: str) -> ProcessSchema:
    process = load_process(entry_point)
    try:
        return ProcessSchema(
            entry_point=entry_point,
            description=describe(process),
            inputs=inputs_schema(process),
            outputs=outputs_schema(process),
        )
    finally:
        # Defaults are nodes (never stored), and to make them AiiDA opened a session of this thread.
        get_manager().get_profile_storage().get_session().close()  # type: ignore[attr-defined]


@router.get('/processes/{entry_point}/protocols')
async def list_process_protocols(
    request: Request,
    caller: Reader,
    entry_point: str,
    engine: Annotated[str, Query(max_length=200, description='name of the engine')],
) -> list[Protocol]:
    """List the protocols of a process, the default one first, with what they set for an engine."""
    workflow = _known(entry_point).removeprefix('nanoos.')
    found = await read(request, protocols_of, workflow, engine)
    return [Protocol.model_validate(protocol) for protocol in found]


def _known(entry_point: str) -> str:
    if entry_point not in ENTRY_POINTS:
        raise NotFoundError(
            f'{entry_point:.100} cannot be submitted; /api/processes lists {", ".join(ENTRY_POINTS)}'
        )
    return entry_point


@router.post(
    '/processes/{entry_point}/submit',
    status_code=201,
    responses={200: {'model': Job, 'description': 'the key came before'}},
)
async def submit_process(
    request: Request,
    response: Response,
    caller: Submitter,
    entry_point: str,
    body: NewProcess,
    key: Key = None,
) -> Job:
    """Submit a process by its ports. The same request with the same `Idempotency-Key` gives the same job."""
    known = _known(entry_point)
    made = await request.app.state.writer.write(
        'submit_process',
        caller,
        key=key_of(key),
        digest=digest_of(known, body.inputs),
        group_pk=caller.group_pk,
        is_admin=caller.is_admin,
        entry_point=known,
        inputs=body.inputs,
    )
    return await answer_job(request, response, caller, made)


@router.get('/engines')
async def list_engines(request: Request, caller: Reader) -> list[Engine]:
    """List the engines with their parameters, units included."""
    return await read(request, _engines)


@cache
def _engines() -> list[Engine]:
    return [
        Engine(
            name=engine.name,
            label=engine.label,
            scale=engine.scale,
            tasks=sorted(engine.tasks),
            evaluates=engine.evaluates,
            needs_code=engine.code_plugin is not None,
            parameters=engine_schema(engine.name),
        )
        for engine in map(load_engine, engine_names())
    ]
