"""What has changed in the graph since a position: nodes that are new or different, and report lines."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.changes import CHANGES, LINES
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Most changes that are read at once.
MOST = 1000


@dataclass(frozen=True, order=True)
class Position:
    """A place in the two streams: the numbers of the last change and of the last report line."""

    change: int
    line: int

    def __str__(self) -> str:
        return f'{self.change}-{self.line}'

    @classmethod
    def parse(cls, text: str) -> Position:
        """Return the position that a client gave back.

        :raises ValueError: when it is none.
        """
        found = re.fullmatch(r'(\d{1,18})-(\d{1,18})', text)
        if found is None:
            raise ValueError(f'Last-Event-ID: expected the id of an event, got {text!r:.80}')
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Change:
    """A node that is new or different, or a line that a process reported (`message` is not None then).

    `position`: behind it; `process_state`, `exit_status` and `process_label` of processes only.
    """

    position: Position
    pk: int
    uuid: str
    node_type: str
    label: str
    user_pk: int
    created: datetime
    modified: datetime
    process_label: str | None
    process_state: str | None
    exit_status: int | None
    message: str | None = None
    level: str | None = None


def newest() -> Position:
    """Return the position behind everything that has happened."""
    with connection() as opened:
        return _newest(opened)


def _newest(opened: sa.Connection) -> Position:
    numbers = [sa.select(sa.func.max(table.c.number)).scalar_subquery() for table in (CHANGES, LINES)]
    found = opened.execute(sa.select(*numbers)).one()
    return Position(found[0] or 0, found[1] or 0)


def state(opened: sa.Connection) -> object:
    """Return what differs from an earlier answer on the same connection when anybody has written since.

    SQLite says so at one look at shared memory; PostgreSQL at one at the ends of two indexes.
    """
    try:
        if opened.dialect.name == 'sqlite':
            return opened.scalar(sa.text('PRAGMA data_version'))
        return _newest(opened)
    finally:
        opened.rollback()  # an open transaction of SQLite would show the same state for ever


def changes_since(
    position: Position, viewer: Viewer | None = None, until: Position | None = None
) -> tuple[list[Change], Position]:
    """Return up to `MOST` changes and as many report lines behind `position`, and the position behind them.

    :param viewer: only of nodes that they may see.
    :param until: nothing behind this position.
    """
    node, log = tables().node, tables().log
    changed = _select(CHANGES.c.number.label('number')).join(CHANGES, CHANGES.c.node_id == node.c.id)
    changed = changed.where(CHANGES.c.number > position.change, seen_by(viewer, node.c))
    said = _select(LINES.c.number.label('number'), log.c.message, log.c.levelname)
    said = said.join(log, log.c.dbnode_id == node.c.id).join(LINES, LINES.c.log_id == log.c.id)
    said = said.where(LINES.c.number > position.line, seen_by(viewer, node.c))
    if until is not None:
        changed = changed.where(CHANGES.c.number <= until.change)
        said = said.where(LINES.c.number <= until.line)
    with connection(viewer) as opened:
        nodes = opened.execute(changed.order_by(CHANGES.c.number).limit(MOST)).all()
        lines = opened.execute(said.order_by(LINES.c.number).limit(MOST)).all()
    found = []
    for row in nodes:
        position = Position(row.number, position.line)
        found.append(_change(row, position))
    for row in lines:
        position = Position(position.change, row.number)
        found.append(_change(row, position, row.message, row.levelname))
    return found, position


def seen_among(viewer: Viewer, pks: Collection[int]) -> set[int]:
    """Return those of the nodes that a viewer may see."""
    node = tables().node
    statement = sa.select(node.c.id).where(node.c.id.in_(list(pks)), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        return set(opened.execute(statement).scalars())


def _select(*more: Any) -> sa.Select[Any]:
    node = tables().node
    attributes = node.c.attributes
    return sa.select(
        node.c.id,
        node.c.uuid,
        node.c.node_type,
        node.c.label,
        node.c.user_id,
        node.c.ctime,
        node.c.mtime,
        attributes['process_label'].as_string().label('process_label'),
        attributes['process_state'].as_string().label('process_state'),
        attributes['exit_status'].as_integer().label('exit_status'),
        *more,
    )


def _change(
    row: sa.Row[Any], position: Position, message: str | None = None, level: str | None = None
) -> Change:
    is_process = row.node_type.startswith('process.')
    return Change(
        position=position,
        pk=row.id,
        uuid=str(row.uuid),
        node_type=row.node_type,
        label=row.label,
        user_pk=row.user_id,
        created=row.ctime,
        modified=row.mtime,
        process_label=row.process_label if is_process else None,
        process_state=row.process_state if is_process else None,
        exit_status=row.exit_status if is_process else None,
        message=message,
        level=level,
    )
