"""Jobs: the processes that someone started, newest first, as projections of AiiDA's node table.

A job is a process with an entry point of this project (`nanoos.…`) that no other process called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

import sqlalchemy as sa
from aiida.engine import ProcessState

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.status import (
    FINAL_STATES,
    PAST_QUEUE_SCHEDULER,
    PAST_QUEUE_STATES,
    JobStatus,
    job_status,
)
from nanoos_plugins.graph.subjects import is_about
from nanoos_plugins.graph.tables import CALL_LINKS, call_tree, connection, tables
from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

WORKFLOW_PREFIX = 'aiida.workflows:'
JOB_PREFIX = f'{WORKFLOW_PREFIX}nanoos.'
#: Most inputs, and most outputs, of a job that are named.
MOST_LINKS = 200


@dataclass(frozen=True)
class Job:
    """One job. Times are UTC; `exit_status` and `exit_message` are None until it has ended."""

    pk: int
    uuid: str
    workflow: str
    label: str
    status: JobStatus
    created: datetime
    modified: datetime
    owner: str
    exit_status: int | None
    exit_message: str | None


@dataclass(frozen=True)
class Page:
    """A page of jobs; `after` continues the list behind it, None at its end."""

    jobs: list[Job]
    after: Cursor | None


def _select(viewer: Viewer | None) -> sa.Select[tuple[object, ...]]:
    """Return the projection of the processes that a viewer sees."""
    node, user = tables().node, tables().user
    attributes = node.c.attributes
    return (
        sa.select(
            node.c.id,
            node.c.uuid,
            node.c.process_type,
            node.c.label,
            node.c.ctime,
            node.c.mtime,
            user.c.email.label('owner'),
            attributes['process_state'].as_string().label('process_state'),
            attributes['paused'].as_boolean().label('paused'),
            attributes['exit_status'].as_integer().label('exit_status'),
            attributes['exit_message'].as_string().label('exit_message'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(seen_by(viewer, node.c))
    )


def _state_condition(status: JobStatus) -> sa.ColumnElement[bool]:
    """Return the condition that a job of `status` fulfils; QUEUED and RUNNING share theirs."""
    attributes = tables().node.c.attributes
    state = attributes['process_state'].as_string()
    exit_status = attributes['exit_status'].as_integer()
    paused = sa.func.coalesce(attributes['paused'].as_boolean(), sa.false())
    if status is JobStatus.COMPLETED:
        return sa.and_(state == ProcessState.FINISHED.value, exit_status == 0)
    if status is JobStatus.FAILED:
        failed = sa.and_(state == ProcessState.FINISHED.value, exit_status.is_distinct_from(0))
        return sa.or_(state == ProcessState.EXCEPTED.value, failed)
    if status is JobStatus.KILLED:
        return sa.and_(state == ProcessState.KILLED.value)
    if status is JobStatus.PAUSED:
        return sa.and_(state.not_in(FINAL_STATES), paused)
    active = (
        (ProcessState.CREATED,)
        if status is JobStatus.PENDING
        else (ProcessState.RUNNING, ProcessState.WAITING)
    )
    return sa.and_(state.in_([entry.value for entry in active]), sa.not_(paused))


def started(opened: sa.Connection, pks: Sequence[int], viewer: Viewer | None = None) -> set[int]:
    """Return those of `pks` that have (or are) a CalcJob past its scheduler's queue, in one statement."""
    if not pks:
        return set()
    node, tree = tables().node, call_tree(list(pks))
    attributes = node.c.attributes
    past_queue = sa.or_(
        attributes['state'].as_string().in_(PAST_QUEUE_STATES),
        attributes['scheduler_state'].as_string().in_(PAST_QUEUE_SCHEDULER),
        attributes['process_state'].as_string() == ProcessState.FINISHED.value,
    )
    statement = (
        sa.select(tree.c.root)
        .distinct()
        .join(node, node.c.id == tree.c.id)
        .where(node.c.node_type.like('process.calculation.calcjob.%'), past_queue, seen_by(viewer, node.c))
    )
    return set(opened.execute(statement).scalars())


def _jobs(
    opened: sa.Connection, rows: Iterable[sa.Row[tuple[object, ...]]], viewer: Viewer | None
) -> list[Job]:
    rows = list(rows)
    waiting = [row.id for row in rows if row.process_state == ProcessState.WAITING.value]
    past_queue = started(opened, waiting, viewer)
    return [
        Job(
            pk=row.id,
            uuid=str(row.uuid),
            workflow=(row.process_type or '').removeprefix(WORKFLOW_PREFIX),
            label=row.label,
            status=job_status(row.process_state, row.exit_status, bool(row.paused), row.id in past_queue),
            created=row.ctime,
            modified=row.mtime,
            owner=row.owner,
            exit_status=row.exit_status,
            exit_message=row.exit_message,
        )
        for row in rows
    ]


def _newest_first(
    opened: sa.Connection,
    statement: sa.Select[tuple[object, ...]],
    chunk: int,
    after: Cursor | None,
    viewer: Viewer | None,
) -> Iterator[Job]:
    """Yield the jobs of `statement` behind `after`, reading `chunk` at a time, each by its key."""
    while True:
        page = newest_seen(statement, tables().node, viewer, chunk, after)
        jobs = _jobs(opened, opened.execute(page), viewer)
        yield from jobs
        if len(jobs) < chunk:
            return
        after = (jobs[-1].created, jobs[-1].pk)


def list_jobs(
    limit: int = 20,
    after: Cursor | None = None,
    status: JobStatus | None = None,
    workflow: str | None = None,
    owner: str | None = None,
    viewer: Viewer | None = None,
    of: UUID | None = None,
    engine: str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> Page:
    """Return up to `limit` jobs, newest first: two statements a page, whatever its depth.

    :param after: position behind which to continue, `Page.after` of the page before.
    :param status: for QUEUED and RUNNING, which only the calculations below tell apart, it may read more.
    :param workflow: entry point, e.g. `nanoos.relax`.
    :param owner: e-mail of the user.
    :param viewer: only what this one sees; None sees everything.
    :param of: only those that this node, which the viewer sees, went into.
    :param engine: name of the engine, as the template of the job has it.
    """
    node, link, user = tables().node, tables().link, tables().user
    called = sa.exists().where(link.c.output_id == node.c.id, link.c.type.in_(CALL_LINKS))
    is_job = node.c.process_type.startswith(JOB_PREFIX, autoescape=True)
    statement = _select(None).where(is_job, sa.not_(called))
    statement = statement.where(*is_about(engine, created_after, created_before))
    if status is not None:
        statement = statement.where(_state_condition(status))
    if workflow is not None:
        statement = statement.where(node.c.process_type == f'{WORKFLOW_PREFIX}{workflow}')
    if owner is not None:
        statement = statement.where(user.c.email == owner)
    if of is not None:
        given = node.alias('given')
        into = sa.select(link.c.output_id).join(given, given.c.id == link.c.input_id)
        inputs = ('input_calc', 'input_work')
        is_it = (given.c.uuid == _key(of), link.c.type.in_(inputs), seen_by(viewer, given.c))
        statement = statement.where(node.c.id.in_(into.where(*is_it)))
    with connection(viewer) as opened:
        jobs = _newest_first(opened, statement, limit + 1, after, viewer)
        found = list(islice((job for job in jobs if status in (None, job.status)), limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], (last.created, last.pk) if last else None)


def load_jobs(pks: Sequence[int], viewer: Viewer | None = None) -> list[Job]:
    """Return these processes as jobs, in the order of `pks`, whether or not another process called them.

    :raises LookupError: when one of them is not there, not seen by the viewer, or no process.
    """
    node = tables().node
    statement = _select(viewer).where(node.c.id.in_(pks), node.c.node_type.startswith('process.'))
    with connection(viewer) as opened:
        jobs = {job.pk: job for job in _jobs(opened, opened.execute(statement), viewer)}
    missing = [pk for pk in pks if pk not in jobs]
    if missing:
        raise LookupError(f'no process has pk {missing[0]}; `nanoos job list` shows the jobs there are')
    return [jobs[pk] for pk in pks]


def find_job(uuid: UUID, viewer: Viewer | None) -> Job:
    """Return the process with this UUID as a job, whether or not another process called it.

    :raises LookupError: when it is not there, not seen by the viewer, or no process.
    """
    node = tables().node
    statement = _select(viewer).where(node.c.uuid == _key(uuid), node.c.node_type.startswith('process.'))
    with connection(viewer) as opened:
        jobs = _jobs(opened, opened.execute(statement), viewer)
    if not jobs:
        raise LookupError(f'there is no job {uuid}')
    return jobs[0]


def _key(uuid: UUID) -> str | UUID:
    """Return a UUID as the database keeps it: SQLite as text, PostgreSQL as a type of its own."""
    return str(uuid) if isinstance(tables().node.c.uuid.type, sa.String) else uuid


@dataclass(frozen=True)
class Link:
    """A node that went into a job or came out of it, by the label of its link."""

    label: str
    uuid: str
    node_type: str


def links_of(pk: int, viewer: Viewer | None) -> tuple[list[Link], list[Link]]:
    """Return the data that went into the process `pk` and those that came out of it, by label."""
    node, link = tables().node, tables().link
    columns = (link.c.label, node.c.uuid, node.c.node_type)
    ways = (
        (link.c.output_id == pk, link.c.input_id, ('input_calc', 'input_work')),
        (link.c.input_id == pk, link.c.output_id, ('create', 'return')),
    )
    with connection(viewer) as opened:
        found = [
            opened.execute(
                sa.select(*columns)
                .join(node, node.c.id == other)
                .where(mine, link.c.type.in_(types), seen_by(viewer, node.c))
                .order_by(link.c.label)
                .limit(MOST_LINKS)
            ).all()
            for mine, other, types in ways
        ]
    inputs, outputs = ([Link(row.label, str(row.uuid), row.node_type) for row in rows] for rows in found)
    return inputs, outputs
