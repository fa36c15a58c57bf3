"""Shares: what is shared, with whom, as far as the viewer may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from nanoos_plugins.graph.groups import find_group, is_seen, name_of
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.materials import MATERIAL_TYPE, revisions
from nanoos_plugins.graph.nodes import node_pk
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import GROUP_NODES, GROUPS, ROOTS, SHARES, USERS, Viewer, seen_by

#: What a share may be of, as people name it: a material by its id, the others by UUID.
Kind = Literal['material', 'group', 'node']


@dataclass(frozen=True)
class Root:
    """What a share is of: a node or a group, by its key."""

    is_group: bool
    pk: int


def find_root(kind: Kind, identifier: str, viewer: Viewer) -> Root:
    """Return the root of the shares of something that the viewer sees.

    That of a material is its first revision: all others descend from it.

    :raises LookupError: when the viewer sees nothing like that.
    """
    if kind == 'group':
        return Root(True, find_group(identifier, viewer)['pk'])
    if kind == 'material':
        seen = revisions(identifier, viewer)
        if not seen:
            raise LookupError(f'no material {identifier!r}')
        return Root(False, seen[0]['pk'])
    with connection(viewer) as opened:
        return Root(False, node_pk(opened, viewer, identifier))


def shares_of(root: Root, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the shares of a root, oldest first: `email` (None: everybody) and `access`.

    Its owner sees all; somebody else those that are for them: the others are none of their business.
    """
    table, column = (tables().group, ROOTS.c.group_id) if root.is_group else (tables().node, ROOTS.c.node_id)
    for_viewer = sa.or_(
        table.c.user_id == viewer.user_pk,
        SHARES.c.grantee_id == viewer.user_pk,
        SHARES.c.grantee_id.is_(None),
    )
    statement = (
        sa.select(USERS.c.email, SHARES.c.access)
        .select_from(SHARES)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .join(table, table.c.id == column)
        .outerjoin(USERS, USERS.c.id == SHARES.c.grantee_id)
        .where(column == root.pk, for_viewer)
        .order_by(SHARES.c.id)
    )
    with connection(viewer) as opened:
        return [dict(row) for row in opened.execute(statement).mappings()]


def access_to_material(material_id: str, viewer: Viewer) -> Literal['own', 'write', 'read', None]:
    """Return what a viewer may do with a material; None when they do not see it.

    Its owner, who made the first revision, may do all. With whom it is shared for writing, itself or a group
    of its owner that it is in, may revise it and make things under it. Who made a later one under a share
    that has been revoked still sees it, and no more.
    """
    seen = revisions(material_id, viewer)
    if not seen:
        return None
    if seen[0]['user_id'] == viewer.user_pk and seen[0]['pk'] == revisions(material_id, None)[0]['pk']:
        return 'own'
    pks = [row['pk'] for row in seen]
    groups = (
        sa.select(GROUPS.c.id)
        .join(GROUP_NODES, GROUP_NODES.c.dbgroup_id == GROUPS.c.id)
        .where(GROUP_NODES.c.dbnode_id.in_(pks), GROUPS.c.user_id == seen[0]['user_id'])
    )
    statement = (
        sa.select(SHARES.c.id)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .where(
            SHARES.c.access == 'write',
            sa.or_(SHARES.c.grantee_id == viewer.user_pk, SHARES.c.grantee_id.is_(None)),
            sa.or_(ROOTS.c.node_id.in_(pks), ROOTS.c.group_id.in_(groups)),
        )
        .limit(1)
    )
    with connection() as opened:
        return 'read' if opened.execute(statement).first() is None else 'write'


def list_shares(
    viewer: Viewer, by_me: bool, limit: int, after: Cursor | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` shares with what they are of, newest first, and the cursor behind them.

    :param by_me: those that the viewer has made; else those of others with the viewer or everybody.
    :return: kind, uuid, name, material_id, owner, email (None: everybody), access, created.
    """
    statement = _listed(viewer, by_me).order_by(SHARES.c.id.desc()).limit(limit + 1)
    if after is not None:
        statement = statement.where(SHARES.c.id < after[1])
    with connection(viewer) as opened:
        rows = [_described(row) for row in opened.execute(statement).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], None if last is None else (last['created'], last['pk'])


def _listed(viewer: Viewer, by_me: bool) -> sa.Select[Any]:
    """Return the statement of all shares that a list has, in no order, each as `_described` wants it."""
    node, group = tables().node, tables().group
    owner, grantee = USERS.alias(), USERS.alias()
    owner_pk = sa.func.coalesce(node.c.user_id, group.c.user_id)
    with_me = sa.or_(SHARES.c.grantee_id == viewer.user_pk, SHARES.c.grantee_id.is_(None))
    is_material = node.c.node_type == MATERIAL_TYPE
    kind = sa.case((group.c.id.is_not(None), 'group'), (is_material, 'material'), else_='node')
    return (
        sa.select(
            SHARES.c.id.label('pk'),
            SHARES.c.access,
            # SQLite keeps it without its zone, which is UTC: the type of AiiDA's own times knows.
            sa.type_coerce(SHARES.c.ctime, node.c.ctime.type).label('created'),
            kind.label('kind'),
            node.c.uuid.label('node_uuid'),
            group.c.uuid.label('group_uuid'),
            sa.func.coalesce(group.c.label, node.c.label).label('label'),
            sa.case((is_material, node.c.attributes['material_id'].as_string())).label('material_id'),
            owner.c.email.label('owner'),
            grantee.c.email.label('email'),
        )
        .select_from(SHARES)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .outerjoin(node, node.c.id == ROOTS.c.node_id)
        .outerjoin(group, group.c.id == ROOTS.c.group_id)
        .join(owner, owner.c.id == owner_pk)
        .outerjoin(grantee, grantee.c.id == SHARES.c.grantee_id)
        .where(
            owner_pk == viewer.user_pk if by_me else sa.and_(with_me, owner_pk != viewer.user_pk),
            sa.or_(
                sa.and_(node.c.id.is_not(None), seen_by(viewer, node.c)),
                sa.and_(group.c.id.is_not(None), is_seen(viewer)),
            ),
        )
    )


def _described(row: Any) -> dict[str, Any]:
    uuid = row['group_uuid'] or row['node_uuid']
    is_group = row['kind'] == 'group'
    name = name_of(row['label'], row['owner']) if is_group else row['label']
    return {**row, 'uuid': str(uuid), 'name': name}
