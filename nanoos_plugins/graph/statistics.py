"""How many nodes somebody has and sees: by type, by state and by day.

What the user and the system own is read from the counts that the database keeps: some hundreds of rows,
however many nodes. What others share is counted node by node, newest first, and no further than `MOST`, as is
all of it where the database keeps no counts, and for a token that is restricted to a group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.counts import COUNTS, FAILED, has_counts
from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import COVER, NODES, Viewer, open_roots, seen_by

#: Nodes that are counted one by one at most.
MOST = 10_000


@dataclass(frozen=True)
class Counts:
    """Numbers of nodes; those by state are of processes alone, those by day of the last days.

    `complete`: whether all were counted, not only the newest ones.
    """

    nodes: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    by_state: dict[str, int] = field(default_factory=dict)
    by_day: dict[date, int] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True)
class Statistics:
    """What somebody sees; no node is in two of them."""

    own: Counts
    shared: Counts
    system: Counts


def statistics(viewer: Viewer, days: int) -> Statistics:
    """Return how many nodes a viewer sees.

    :param days: for how many days numbers by day are given, today (UTC) included.
    """
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    node, user = tables().node, tables().user
    with connection(viewer) as opened:
        system = opened.scalar(sa.select(user.c.id).where(user.c.email == SYSTEM_EMAIL))
        owners = (viewer.user_pk, -1 if system is None else int(system))
        if viewer.group_pk is None and has_counts(opened.dialect.name):
            own, provided = (_kept(opened, owner, first) for owner in owners)
        else:
            own, provided = (
                _seen(opened, _plain().where(node.c.user_id == owner), viewer, first) for owner in owners
            )
        return Statistics(own, _shared(opened, viewer, owners, first), provided)


def process_states(opened: sa.Connection) -> dict[str, int]:
    """Return how many processes of all users are in each state: for who runs the instance, not for tenants.

    Empty where the database keeps no counts.
    """
    if not has_counts(opened.dialect.name):
        return {}
    number = sa.func.sum(COUNTS.c.number)
    statement = sa.select(COUNTS.c.name, number).where(COUNTS.c.kind == 'state').group_by(COUNTS.c.name)
    return {str(row[0]): int(row[1]) for row in opened.execute(statement)}


def nodes_by_type(opened: sa.Connection) -> dict[str, int]:
    """Return how many nodes of all users are of each type: for who runs the instance, not for tenants.

    Empty where the database keeps no counts.
    """
    if not has_counts(opened.dialect.name):
        return {}
    number = sa.func.sum(COUNTS.c.number)
    statement = sa.select(COUNTS.c.name, number).where(COUNTS.c.kind == 'type', COUNTS.c.number > 0)
    return {str(row[0]): int(row[1]) for row in opened.execute(statement.group_by(COUNTS.c.name))}


def nodes_by_user(opened: sa.Connection) -> dict[int, int] | None:
    """Return how many nodes each user owns, None where the database keeps no counts: not for tenants."""
    if not has_counts(opened.dialect.name):
        return None
    number = sa.func.sum(COUNTS.c.number)
    statement = sa.select(COUNTS.c.user_id, number).where(COUNTS.c.kind == 'type')
    return {int(row[0]): int(row[1]) for row in opened.execute(statement.group_by(COUNTS.c.user_id))}


def _kept(opened: sa.Connection, user_pk: int, first: date) -> Counts:
    """Return the counts that the database keeps of a user."""
    statement = sa.select(COUNTS.c.kind, COUNTS.c.name, COUNTS.c.number).where(
        COUNTS.c.user_id == user_pk,
        COUNTS.c.number > 0,
        sa.or_(COUNTS.c.kind != 'day', COUNTS.c.name >= first.isoformat()),
    )
    found: dict[str, dict[str, int]] = {'type': {}, 'state': {}, 'day': {}}
    for row in opened.execute(statement):
        found[row.kind][row.name] = row.number
    by_day = {date.fromisoformat(name): number for name, number in sorted(found['day'].items())}
    return Counts(sum(found['type'].values()), found['type'], found['state'], by_day)


def _shared(opened: sa.Connection, viewer: Viewer, owners: tuple[int, ...], first: date) -> Counts:
    """Return the counts of what others share with a viewer."""
    node = tables().node
    if viewer.group_pk is not None:
        return _seen(opened, _plain().where(node.c.user_id.not_in(owners)), viewer, first)
    covered = (
        sa.select(COVER.c.node_id)
        .join(NODES, NODES.c.id == COVER.c.node_id)
        .where(COVER.c.root_id.in_(open_roots(viewer.user_pk)), NODES.c.user_id.not_in(owners))
        .distinct()
        .limit(MOST + 1)
    )
    rows = opened.execute(_plain().where(node.c.id.in_(covered), seen_by(viewer, node.c))).all()
    return _count(rows, first)


def _plain() -> sa.Select[Any]:
    """Return the statement of what is counted of each node."""
    node = tables().node
    state = sa.case((node.c.node_type.startswith('process.'), node.c.attributes['process_state'].as_string()))
    return sa.select(
        node.c.node_type,
        node.c.ctime,
        state.label('state'),
        sa.case((state == 'finished', node.c.attributes['exit_status'].as_integer())).label('status'),
    )


def _seen(opened: sa.Connection, statement: sa.Select[Any], viewer: Viewer, first: date) -> Counts:
    """Return the counts of the newest nodes of a statement that a viewer sees."""
    return _count(opened.execute(newest_seen(statement, tables().node, viewer, MOST + 1, None)).all(), first)


def _count(rows: Iterable[Any], first: date) -> Counts:
    found = list(rows)
    counted = found[:MOST]
    by_day = Counter(row.ctime.astimezone(UTC).date() for row in counted)
    return Counts(
        len(counted),
        Counter(row.node_type for row in counted),
        Counter(_state(row) for row in counted if row.node_type.startswith('process.')),
        {day: number for day, number in sorted(by_day.items()) if day >= first},
        len(found) <= MOST,
    )


def _state(row: Any) -> str:
    """Return the state in which a process is counted."""
    return FAILED if row.status not in (None, 0) else row.state or 'created'
