"""How far running jobs are: the calculations below them and the last line that they reported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from aiida.engine import ProcessState

from nanoos_plugins.graph.jobs import Job, load_jobs
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.status import FINAL_STATES
from nanoos_plugins.graph.tables import CALL_LINKS, call_tree, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: What the node type of every CalcJob begins with.
CALCJOB = 'process.calculation.calcjob.'


@dataclass(frozen=True)
class Progress:
    """A job, the CalcJobs below it that have ended and that exist so far, and its latest report line."""

    job: Job
    calculations_ended: int
    calculations: int
    report: str


def _calculations(opened: sa.Connection, pks: list[int], viewer: Viewer | None) -> dict[int, tuple[int, int]]:
    node, tree = tables().node, call_tree(pks)
    ended = sa.case((node.c.attributes['process_state'].as_string().in_(FINAL_STATES), 1), else_=0)
    statement = (
        sa.select(tree.c.root, sa.func.sum(ended).label('ended'), sa.func.count().label('total'))
        .join(node, node.c.id == tree.c.id)
        .where(node.c.node_type.startswith(CALCJOB), seen_by(viewer, node.c))
        .group_by(tree.c.root)
    )
    return {row.root: (int(row.ended), int(row.total)) for row in opened.execute(statement)}


def count_calculations(pks: Sequence[int], viewer: Viewer | None = None) -> dict[int, tuple[int, int]]:
    """Return how many CalcJobs below each process have ended and how many there are; 0 are left out."""
    if not pks:
        return {}
    with connection(viewer) as opened:
        return _calculations(opened, list(pks), viewer)


def _last_reports(opened: sa.Connection, pks: list[int], viewer: Viewer | None) -> dict[int, str]:
    node, log, tree = tables().node, tables().log, call_tree(pks)
    newest = (
        sa.select(tree.c.root, sa.func.max(log.c.id).label('id'))
        .join(log, log.c.dbnode_id == tree.c.id)
        .join(node, node.c.id == tree.c.id)
        .where(seen_by(viewer, node.c))
        .group_by(tree.c.root)
        .subquery()
    )
    statement = sa.select(newest.c.root, log.c.message).join(newest, newest.c.id == log.c.id)
    return {row.root: _said(row.message) for row in opened.execute(statement)}


def _said(message: str) -> str:
    """Return a report line without the `[pk|process|step]: ` that AiiDA puts in front."""
    return re.sub(r'^\[\d+\|[^]]*\]: ', '', message)


def progress(pks: Sequence[int], viewer: Viewer | None = None) -> list[Progress]:
    """Return the progress of the processes `pks`, in that order, in a fixed number of statements.

    :param viewer: nothing is counted or told of nodes that this one does not see; None sees everything.
    :raises LookupError: when one of them is not there or no process.
    """
    if not pks:
        return []
    jobs = load_jobs(pks, viewer)
    with connection(viewer) as opened:
        calculations = _calculations(opened, list(pks), viewer)
        reports = _last_reports(opened, list(pks), viewer)
    return [Progress(job, *calculations.get(job.pk, (0, 0)), reports.get(job.pk, '')) for job in jobs]


@dataclass(frozen=True)
class ReportLine:
    """A line that a process reported."""

    time: datetime
    pk: int
    uuid: str
    level: str
    message: str


def reports(pk: int) -> list[ReportLine]:
    """Return what the process `pk` and all that it called reported, oldest first."""
    with connection() as opened:
        return [_line(row) for row in opened.execute(_reported(pk, None))]


def report_page(
    pk: int, limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[ReportLine], Cursor | None]:
    """Return up to `limit` report lines behind the position `after`, oldest first, and the next position.

    The position is None at the end of what has been reported so far.
    """
    log, statement = tables().log, _reported(pk, viewer).limit(limit + 1)
    if after is not None:
        bound = sa.tuple_(sa.literal(after[0], log.c.time.type), sa.literal(after[1]))
        statement = statement.where(sa.tuple_(log.c.time, log.c.id) > bound)
    with connection(viewer) as opened:
        rows = opened.execute(statement).all()
    shown = rows[:limit]
    return [_line(row) for row in shown], ((shown[-1].time, shown[-1].id) if len(rows) > limit else None)


def _reported(pk: int, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of the log records of a process and all that it called, oldest first."""
    node, log, tree = tables().node, tables().log, call_tree([pk])
    return (
        sa.select(log.c.id, log.c.time, log.c.dbnode_id, node.c.uuid, log.c.levelname, log.c.message)
        .join(tree, tree.c.id == log.c.dbnode_id)
        .join(node, node.c.id == tree.c.id)
        .where(seen_by(viewer, node.c))
        .order_by(log.c.time, log.c.id)
    )


def _line(row: sa.Row[Any]) -> ReportLine:
    return ReportLine(row.time, row.dbnode_id, str(row.uuid), row.levelname, _said(row.message))


def calculations_below(pk: int, viewer: Viewer | None = None) -> list[int]:
    """Return the pks of the CalcJobs that the process `pk` called, or its own, oldest first."""
    node, tree = tables().node, call_tree([pk])
    statement = (
        sa.select(node.c.id)
        .join(tree, tree.c.id == node.c.id)
        .where(node.c.node_type.startswith(CALCJOB), seen_by(viewer, node.c))
        .order_by(node.c.id)
    )
    with connection(viewer) as opened:
        return list(opened.execute(statement).scalars())


def unclaimed(pks: Sequence[int], seconds: float) -> list[int]:
    """Return the processes below `pks` (or themselves) that no worker has taken up for so long [s]."""
    if not pks:
        return []
    node, tree = tables().node, call_tree(list(pks))
    attributes = node.c.attributes
    statement = (
        sa.select(node.c.id)
        .distinct()
        .join(tree, tree.c.id == node.c.id)
        .where(
            attributes['process_state'].as_string() == ProcessState.CREATED.value,
            # A function runs in the process that called it, and has no checkpoint to go on from.
            attributes['checkpoints'].as_string().is_not(None),
            node.c.ctime < sa.literal(datetime.now(UTC) - timedelta(seconds=seconds), node.c.ctime.type),
        )
        .order_by(node.c.id)
    )
    with connection() as opened:
        return list(opened.execute(statement).scalars())


def alive(pk: int) -> dict[int, int | None]:
    """Return the work chains and CalcJobs below the process `pk`, or itself, that have not ended.

    :return: their pks, oldest first, each with that of its caller.
    """
    node, link, tree = tables().node, tables().link, call_tree([pk])
    statement = (
        sa.select(node.c.id, link.c.input_id)
        .join(tree, tree.c.id == node.c.id)
        .outerjoin(link, sa.and_(link.c.output_id == node.c.id, link.c.type.in_(CALL_LINKS)))
        .where(
            node.c.attributes['process_state'].as_string().not_in(FINAL_STATES),
            # A function runs in the process that called it, and has no checkpoint.
            node.c.attributes['checkpoints'].as_string().is_not(None),
        )
        .order_by(node.c.id)
    )
    with connection() as opened:
        return {row.id: row.input_id for row in opened.execute(statement)}


def orphans(pks: Sequence[int]) -> list[int]:
    """Return the processes below `pks` that have not ended although the one that called them has."""
    if not pks:
        return []
    node, link, tree = tables().node, tables().link, call_tree(list(pks))
    caller = node.alias('caller')
    statement = (
        sa.select(node.c.id)
        .distinct()
        .join(tree, tree.c.id == node.c.id)
        .join(link, sa.and_(link.c.output_id == node.c.id, link.c.type.in_(CALL_LINKS)))
        .join(caller, caller.c.id == link.c.input_id)
        .where(
            node.c.attributes['process_state'].as_string().not_in(FINAL_STATES),
            caller.c.attributes['process_state'].as_string().in_(FINAL_STATES),
        )
        .order_by(node.c.id)
    )
    with connection() as opened:
        return list(opened.execute(statement).scalars())
