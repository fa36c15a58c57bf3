"""Groups: which ones somebody sees, and what of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.nodes import Node, as_node, projection
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import ROOTS, SHARES, Viewer, open_roots, seen_by

#: Kind of the groups that people make; AiiDA and its plugins keep those of other kinds.
PLAIN = 'core'


def list_groups(
    viewer: Viewer, limit: int, after: Cursor | None, mine: bool = False
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` groups, newest first, and the cursor behind them.

    :param mine: only the viewer's own.
    """
    group = tables().group
    statement = _select(viewer).order_by(group.c.time.desc(), group.c.id.desc()).limit(limit + 1)
    if mine:
        statement = statement.where(group.c.user_id == viewer.user_pk)
    if after is not None:
        bound = sa.tuple_(sa.literal(after[0], group.c.time.type), sa.literal(after[1]))
        statement = statement.where(sa.tuple_(group.c.time, group.c.id) < bound)
    with connection(viewer) as opened:
        rows = [_named(row) for row in opened.execute(statement).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last['created'], last['pk'])


def find_group(uuid: str, viewer: Viewer) -> dict[str, Any]:
    """Return a group: pk, uuid, name, description, type, owner, user_pk, created, writable.

    :raises LookupError: when the viewer sees none.
    """
    column = tables().group.c.uuid
    with connection(viewer) as opened:
        wanted = _select(viewer).where(column == column.type.python_type(uuid))
        row = opened.execute(wanted).mappings().first()
    if row is None:
        raise LookupError(f'there is no group {uuid}')
    return _named(row)


def uuids_of(opened: sa.Connection, pks: Collection[int]) -> dict[int, str]:
    """Return the UUIDs of groups by their keys."""
    group = tables().group
    rows = opened.execute(sa.select(group.c.id, group.c.uuid).where(group.c.id.in_(pks)))
    return {row.id: str(row.uuid) for row in rows}


def list_members(
    uuid: str, viewer: Viewer, limit: int, after: Cursor | None
) -> tuple[list[Node], Cursor | None]:
    """Return up to `limit` members of a group that the viewer sees, last added first, and the cursor.

    The cursor is of the membership, so a page costs the same however deep it is; its time means nothing.

    :raises LookupError: when the viewer sees no such group.
    """
    pk = find_group(uuid, viewer)['pk']
    node, member = tables().node, tables().member
    statement = (
        projection()
        .add_columns(member.c.id.label('member_pk'))
        .join(member, member.c.dbnode_id == node.c.id)
        .where(member.c.dbgroup_id == pk, seen_by(viewer, node.c))
        .order_by(member.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(member.c.id < after[1])
    with connection(viewer) as opened:
        rows = opened.execute(statement).all()
    last = rows[limit - 1] if len(rows) > limit else None
    behind = None if last is None else (last.ctime, int(last.member_pk))
    return [as_node(row) for row in rows[:limit]], behind


def is_seen(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the condition that a viewer sees a group: an own one, the system's, or one that is shared."""
    group, user = tables().group, tables().user
    system = sa.select(user.c.id).where(user.c.email == SYSTEM_EMAIL)
    shared = sa.select(ROOTS.c.group_id).where(
        ROOTS.c.group_id.is_not(None), ROOTS.c.id.in_(open_roots(viewer.user_pk))
    )
    condition = sa.or_(group.c.user_id == viewer.user_pk, group.c.user_id.in_(system), group.c.id.in_(shared))
    return condition if viewer.group_pk is None else sa.and_(condition, group.c.id == viewer.group_pk)


def _is_writable(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the condition that a viewer may change the members of a group."""
    group = tables().group
    shared = (
        sa.select(SHARES.c.id)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .where(
            ROOTS.c.group_id == group.c.id,
            SHARES.c.access == 'write',
            sa.or_(SHARES.c.grantee_id == viewer.user_pk, SHARES.c.grantee_id.is_(None)),
        )
        .correlate(group)
    )
    return sa.and_(group.c.type_string == PLAIN, sa.or_(group.c.user_id == viewer.user_pk, shared.exists()))


def _select(viewer: Viewer) -> sa.Select[Any]:
    group, user = tables().group, tables().user
    return (
        sa.select(
            group.c.id.label('pk'),
            group.c.uuid,
            group.c.label,
            group.c.description,
            group.c.type_string.label('type'),
            group.c.time.label('created'),
            group.c.user_id.label('user_pk'),
            user.c.email.label('owner'),
            _is_writable(viewer).label('writable'),
        )
        .join(user, user.c.id == group.c.user_id)
        .where(is_seen(viewer))
    )


def _named(row: Any) -> dict[str, Any]:
    return {**row, 'uuid': str(row['uuid']), 'name': name_of(row['label'], row['owner'])}


def label_of(name: str, owner: str) -> str:
    """Return the label of a group: AiiDA has each label once, and nobody should learn those of others."""
    return f'{owner}/{name}'


def name_of(label: str, owner: str) -> str:
    """Return the name that the owner of a group gave it."""
    return label.removeprefix(f'{owner}/')
