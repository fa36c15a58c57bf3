"""How the running calculation of a job goes, pushed whenever its program has written more."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from uuid import UUID

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.database import read
from api.schemas.jobs import Curve, Live
from api.security import Reader
from nanoos_plugins.graph.jobs import find_job
from nanoos_plugins.graph.live import Output, newest_output
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/jobs', tags=['jobs'])

#: [s] Between two looks at the output.
PERIOD = 0.5
#: [s] After which a stream ends, and who asked shows the token again.
LONGEST = 600.0
#: [s] Between signs of life.
HEARTBEAT = 15.0


@router.get(
    '/{uuid}/live',
    response_class=StreamingResponse,
    responses={200: {'content': {'text/event-stream': {}}, 'description': 'curves as JSON, see `Live`'}},
)
async def stream_job_live(request: Request, caller: Reader, uuid: UUID) -> StreamingResponse:
    """Stream how the newest calculation of a job goes, until the job ends, 10 minutes at most.

    Of engines that tell nothing while they run, and on other computers, there is no event.
    """
    job = await read(request, find_job, uuid, caller.viewer)
    headers = {'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no'}
    lines = _events(request, UUID(job.uuid), caller.viewer)
    return StreamingResponse(lines, media_type='text/event-stream', headers=headers)


async def _events(request: Request, uuid: UUID, viewer: Viewer) -> AsyncIterator[str]:
    begin = said = time.monotonic()
    told: tuple[str, int] | None = None
    yield ': alive\n\n'
    while time.monotonic() - begin < LONGEST:
        job = await read(request, find_job, uuid, viewer)
        output = await read(request, newest_output, job.pk, viewer)
        written = None if output is None else (output.uuid, output.size)
        if output is not None and written != told and output.size:
            told, said = written, time.monotonic()
            live = await read(request, _live, output)
            yield f'event: live\ndata: {live.model_dump_json()}\n\n'
        if job.status.is_final:
            yield 'event: end\ndata: {}\n\n'
            return
        if time.monotonic() - said > HEARTBEAT:
            said = time.monotonic()
            yield ': alive\n\n'
        await anyio.sleep(PERIOD)


def _live(output: Output) -> Live:
    curves = [Curve.model_validate(curve) for curve in output.curves()]
    return Live(
        calculation=UUID(output.uuid), process=output.process, engine=output.teller.label, curves=curves
    )
