"""Why a job failed: the deepest process below it that did, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from aiida.engine import ProcessState

from nanoos_plugins.graph.jobs import load_jobs
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.graph.tables import call_tree, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by


@dataclass(frozen=True)
class Failure:
    """The process in which a job went wrong: exit status and message, or the last line of its exception."""

    pk: int
    uuid: str
    process: str
    is_calcjob: bool
    exit_status: int | None
    message: str
    try_next: list[str]


def find_failure(pk: int, viewer: Viewer | None = None) -> Failure | None:
    """Return the failure of the process `pk`; None when it has not failed and was not killed.

    :param viewer: nothing is told of processes that this one does not see; None sees everything.
    :raises LookupError: when there is no such process.
    """
    status = load_jobs([pk], viewer)[0].status
    if status not in (JobStatus.FAILED, JobStatus.KILLED):
        return None
    node, tree = tables().node, call_tree([pk])
    attributes = node.c.attributes
    state = attributes['process_state'].as_string()
    exit_status = attributes['exit_status'].as_integer()
    ended_badly = sa.or_(
        state.in_((ProcessState.EXCEPTED.value, ProcessState.KILLED.value)),
        # As `job_status` has it, a process that ended without an exit status did not end well.
        sa.and_(state == ProcessState.FINISHED.value, exit_status.is_distinct_from(0)),
    )
    # The last one made is what the job could not recover from, and called later than its callers.
    statement = (
        sa.select(
            node.c.id,
            node.c.uuid,
            node.c.node_type,
            attributes['process_label'].as_string().label('process'),
            exit_status.label('exit_status'),
            attributes['exit_message'].as_string().label('exit_message'),
            attributes['exception'].as_string().label('exception'),
            state.label('state'),
        )
        .join(tree, tree.c.id == node.c.id)
        .where(ended_badly, seen_by(viewer, node.c))
        .order_by(node.c.id.desc())
        .limit(1)
    )
    with connection(viewer) as opened:
        row = opened.execute(statement).one()
    is_calcjob = row.node_type.startswith('process.calculation.calcjob.')
    message = row.exit_message or _last_line(row.exception) or _ended(row.state)
    try_next = _try_next(pk, row.id, is_calcjob, row.state, row.exception)
    return Failure(row.id, str(row.uuid), row.process or '', is_calcjob, row.exit_status, message, try_next)


def _ended(state: str) -> str:
    return 'it ended without an exit status' if state == ProcessState.FINISHED.value else f'it was {state}'


def _last_line(exception: str | None) -> str:
    lines = (exception or '').strip().splitlines()
    return lines[-1] if lines else ''


def _try_next(job: int, pk: int, is_calcjob: bool, state: str, exception: str | None) -> list[str]:
    """Return commands and hints, the most telling first."""
    hints = [f'nanoos job report {job}']
    if is_calcjob:
        hints.append(f'nanoos job files {pk}')
    if state == ProcessState.EXCEPTED.value and exception:
        hints.append(f'verdi process report {pk} (the whole traceback), nanoos doctor')
    elif state == ProcessState.KILLED.value:
        hints.append('submit it again: what had finished is taken from the cache')
    else:
        hints.append('submit it again with other settings (--set key=value, --protocol)')
    return hints
