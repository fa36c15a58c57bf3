"""Jobs: submit them exactly once, follow and steer them, see why they failed or were not computed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.database import read
from api.errors import RequestError
from api.idempotency import Key, digest_of, key_of
from api.paging import After, Limit, Page, decode, encode
from api.routes.nodes import Time
from api.schemas.jobs import (
    Caching,
    Failure,
    Job,
    JobDetail,
    JobFailure,
    JobRow,
    Link,
    NewJob,
    ReportLine,
    Resubmission,
    Status,
    Taken,
)
from api.security import Reader, Submitter
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph import jobs as graph
from nanoos_plugins.graph.caching import caching
from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.progress import ReportLine as Line
from nanoos_plugins.graph.progress import calculations_below, count_calculations, progress, report_page
from nanoos_plugins.graph.resubmission import resubmission
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.graph.subjects import subjects
from nanoos_plugins.job_inputs import Workflow
from nanoos_plugins.steering import RESEND_AFTER, WANTED, Action, is_done, is_too_late
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/jobs', tags=['jobs'])

#: [s] How long a request to pause, play or kill waits for it to have happened.
STEER_TIMEOUT = 15.0
LINES = 200


@router.get('')
async def list_jobs(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    status: Annotated[JobStatus | None, Query(description='only jobs of this status')] = None,
    workflow: Annotated[
        Workflow | Literal['multiscale', 'training'] | None, Query(description='only jobs of this kind')
    ] = None,
    engine: Annotated[str | None, Query(max_length=200, description='only jobs by this engine')] = None,
    created_after: Annotated[Time | None, Query(description='made later than this')] = None,
    created_before: Annotated[Time | None, Query(description='made earlier than this')] = None,
    mine: Annotated[bool, Query(description="only one's own, not those that others share")] = False,
    structure: Annotated[UUID | None, Query(description='only jobs of this structure')] = None,
) -> Page[JobRow]:
    """List the jobs one may see, newest first."""
    page = await read(
        request,
        graph.list_jobs,
        limit,
        decode(after),
        status,
        f'nanoos.{workflow}' if workflow else None,
        caller.email if mine else None,
        caller.viewer,
        structure,
        engine,
        created_after,
        created_before,
    )
    rows = await read(request, _rows, page.jobs, caller.viewer)
    return Page[JobRow](items=rows, after=encode(page.after))


def _rows(jobs: list[graph.Job], viewer: Viewer) -> list[JobRow]:
    """Return the jobs with what they are about and, of those in progress, how far they are."""
    counted = count_calculations([job.pk for job in jobs if not job.status.is_final], viewer)
    rows = []
    for job, subject in zip(jobs, subjects([job.pk for job in jobs], viewer), strict=True):
        ended, count = (None, None) if job.status.is_final else counted.get(job.pk, (0, 0))
        known = {**asdict(job), **asdict(subject)}
        rows.append(JobRow(**known, calculations=count, calculations_ended=ended))
    return rows


@router.post('', status_code=201, responses={200: {'model': Job, 'description': 'the key came before'}})
async def submit_job(
    request: Request, response: Response, caller: Submitter, body: NewJob, key: Key = None
) -> Job:
    """Submit a job. The same request with the same `Idempotency-Key` gives the same job, whatever failed."""
    inputs = body.model_dump(mode='json', exclude={'options'})
    options = body.options.given()
    made = await request.app.state.writer.write(
        'submit_job',
        caller,
        key=key_of(key),
        digest=digest_of('job', {**inputs, 'options': options}),
        group_pk=caller.group_pk,
        is_admin=caller.is_admin,
        **inputs,
        options=options,
    )
    return await answer_job(request, response, caller, made)


async def answer_job(request: Request, response: Response, caller: Caller, made: dict[str, Any]) -> Job:
    """Return the job that was submitted; the status says whether it was made now."""
    response.status_code = 201 if made['made'] else 200
    # A token that is restricted to a group may submit, but does not see the job: it is told of this once.
    own = Viewer(caller.user_pk)
    return Job.model_validate(await read(request, graph.find_job, UUID(made['uuid']), own))


@router.get('/{uuid}')
async def get_job(request: Request, caller: Reader, uuid: UUID) -> JobDetail:
    """Return a job with the nodes that went in and came out."""
    return await read(request, _job, uuid, caller.viewer)


def _job(uuid: UUID, viewer: Viewer) -> JobDetail:
    job = graph.find_job(uuid, viewer)
    inputs, outputs = graph.links_of(job.pk, viewer)
    return JobDetail(
        **_rows([job], viewer)[0].model_dump(),
        inputs=[Link.model_validate(link) for link in inputs],
        outputs=[Link.model_validate(link) for link in outputs],
    )


@router.get('/{uuid}/status')
async def get_job_status(request: Request, caller: Reader, uuid: UUID) -> Status:
    """Return the status of a job and how far it is."""
    return await read(request, _status, uuid, caller.viewer)


def _status(uuid: UUID, viewer: Viewer) -> Status:
    entry = progress([graph.find_job(uuid, viewer).pk], viewer)[0]
    return Status(
        uuid=uuid,
        status=entry.job.status,
        exit_status=entry.job.exit_status,
        exit_message=entry.job.exit_message,
        calculations=entry.calculations,
        calculations_ended=entry.calculations_ended,
        report=entry.report,
    )


@router.get('/{uuid}/resubmission')
async def get_job_resubmission(request: Request, caller: Reader, uuid: UUID) -> Resubmission:
    """Return what would submit a job once more: change what should be different, and `POST` it to `/jobs`."""
    job = await read(request, graph.find_job, uuid, caller.viewer)
    return Resubmission.model_validate(await read(request, resubmission, job, caller.viewer))


@router.get('/{uuid}/report')
async def get_job_report(
    request: Request, caller: Reader, uuid: UUID, limit: Limit = 50, after: After = None
) -> Page[ReportLine]:
    """Return what a job and all that it called reported, oldest first."""
    job = await read(request, graph.find_job, uuid, caller.viewer)
    lines, cursor = await read(request, report_page, job.pk, limit, decode(after), caller.viewer)
    items = [
        ReportLine(time=line.time, process=UUID(line.uuid), level=line.level, message=line.message)
        for line in lines
    ]
    return Page[ReportLine](items=items, after=encode(cursor))


@router.get('/{uuid}/report.txt', response_class=StreamingResponse)
async def stream_job_report(request: Request, caller: Reader, uuid: UUID) -> StreamingResponse:
    """Return what a job and all that it called reported as lines of text, oldest first."""
    job = await read(request, graph.find_job, uuid, caller.viewer)
    return StreamingResponse(_report(request, job.pk, caller.viewer), media_type='text/plain; charset=utf-8')


async def _report(request: Request, pk: int, viewer: Viewer) -> AsyncIterator[str]:
    """Yield the report, some lines at a time."""
    cursor = None
    while True:
        lines, cursor = await read(request, report_page, pk, LINES, cursor, viewer)
        yield ''.join(_text(line) for line in lines)
        if cursor is None:
            return


def _text(line: Line) -> str:
    return f'{line.time.isoformat(timespec="milliseconds")} {line.level} {line.message}\n'


@router.get('/{uuid}/calculations')
async def list_job_calculations(request: Request, caller: Reader, uuid: UUID) -> list[Job]:
    """Return the calculation jobs below a job, oldest first: those that have files."""
    return await read(request, _calculations, uuid, caller.viewer)


def _calculations(uuid: UUID, viewer: Viewer) -> list[Job]:
    pks = calculations_below(graph.find_job(uuid, viewer).pk, viewer)
    return [Job.model_validate(job) for job in graph.load_jobs(pks, viewer)]


@router.get('/{uuid}/failure')
async def get_job_failure(request: Request, caller: Reader, uuid: UUID) -> JobFailure:
    """Return where and why a job failed."""
    return await read(request, _failure, uuid, caller.viewer)


def _failure(uuid: UUID, viewer: Viewer) -> JobFailure:
    found = find_failure(graph.find_job(uuid, viewer).pk, viewer)
    if found is None:
        return JobFailure(failure=None)
    failure = Failure(
        uuid=UUID(found.uuid),
        process=found.process,
        is_calculation=found.is_calcjob,
        exit_status=found.exit_status,
        message=found.message,
    )
    return JobFailure(failure=failure)


@router.get('/{uuid}/caching')
async def get_job_caching(request: Request, caller: Reader, uuid: UUID) -> Caching:
    """Return which calculations of a job were taken from the cache, and from which calculation."""
    return await read(request, _caching, uuid, caller.viewer)


def _caching(uuid: UUID, viewer: Viewer) -> Caching:
    found = caching(graph.find_job(uuid, viewer).pk, viewer)
    calculations = [
        Taken(
            uuid=UUID(taken.uuid),
            process=taken.process,
            from_cache=taken.from_cache,
            source=None if taken.source is None else UUID(taken.source),
            source_visible=taken.source is not None,
        )
        for taken in found
    ]
    return Caching(calculations=calculations, taken=sum(taken.from_cache for taken in found))


@router.post('/{uuid}/{action}')
async def steer_job(request: Request, caller: Submitter, uuid: UUID, action: Action) -> Job:
    """Pause a job (its running calculations go on to their end), let it go on, or kill it and all below.

    Answers when it has happened; 503 when the daemon does not say so in time, and it may happen later.
    """
    viewer = caller.viewer
    job = await read(request, graph.find_job, uuid, viewer)
    if job.owner != caller.email:
        raise PermissionError(f'job {uuid} belongs to {job.owner}, who alone may {action} it')
    if await read(request, is_too_late, action, job):
        raise RequestError(409, f'job {uuid} has ended already: {job.status}')
    end = time.monotonic() + STEER_TIMEOUT
    while not await read(request, is_done, action, job):
        if job.status.is_final and job.status not in WANTED[action]:
            raise RequestError(409, f'job {uuid} has ended before: {job.status}')
        if time.monotonic() > end:
            raise TimeoutError(f'job {uuid} is {job.status}, {action} has not ended: send the request again')
        await request.app.state.writer.write('steer_job', caller, action=action, uuid=str(uuid))
        job = await _changed(request, job, viewer, action)
    return Job.model_validate(job)


async def _changed(request: Request, job: graph.Job, viewer: Viewer, action: Action) -> graph.Job:
    """Return the job as soon as it is what is asked for or has ended, or as it is after some seconds."""
    end = time.monotonic() + RESEND_AFTER
    while time.monotonic() < end:
        await anyio.sleep(0.1)
        job = await read(request, graph.find_job, UUID(job.uuid), viewer)
        if await read(request, is_done, action, job) or await read(request, is_too_late, action, job):
            break
    return job
