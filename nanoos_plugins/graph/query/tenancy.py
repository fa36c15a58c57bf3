"""What a viewer may see of each entity: the condition that stands at the top of every vertex.

- nodes: those of `seen_by`; logs and comments: those of nodes that are seen;
- groups: the viewer's own, the system's, and those that are shared with the viewer;
- computers: those that the viewer may use (there is an AuthInfo) or bring an account for, as in the list of
  computers. Those of shared nodes alone are not: who shares a result does not tell where it was made.
"""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.graph.computers import OWN_ACCOUNTS
from nanoos_plugins.graph.query.words import Entity
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import NODES, ROOTS, USERS, Viewer, open_roots, seen_by

_AUTHORISED = sa.table('db_dbauthinfo', sa.column('aiidauser_id'), sa.column('dbcomputer_id'))


def visible(entity: Entity, viewer: Viewer | None, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a viewer sees a row of an entity's table.

    :param viewer: None sees everything.
    :param table: an alias of that table.
    """
    if viewer is None:
        return sa.true()
    if entity == 'node':
        return seen_by(viewer, table.c)
    if entity == 'group':
        return _group(viewer, table)
    if entity == 'computer':
        return _computer(viewer, table)
    node = NODES.alias()
    # A log may be of a node that is no more: nobody sees it.
    return sa.exists().where(node.c.id == table.c.dbnode_id, seen_by(viewer, node.c)).correlate(table)


def _group(viewer: Viewer, table: sa.FromClause) -> sa.ColumnElement[bool]:
    shared = sa.select(ROOTS.c.group_id).where(
        ROOTS.c.group_id.is_not(None), ROOTS.c.id.in_(open_roots(viewer.user_pk))
    )
    condition = sa.or_(
        table.c.user_id == viewer.user_pk, table.c.user_id.in_(_system()), table.c.id.in_(shared)
    )
    if viewer.group_pk is None:
        return condition
    return sa.and_(condition, table.c.id == viewer.group_pk)


def _computer(viewer: Viewer, table: sa.FromClause) -> sa.ColumnElement[bool]:
    own = sa.select(_AUTHORISED.c.dbcomputer_id).where(_AUTHORISED.c.aiidauser_id == viewer.user_pk)
    for_all = sa.func.coalesce(table.c.metadata[OWN_ACCOUNTS].as_boolean(), sa.false())
    return sa.or_(table.c.id.in_(own), for_all)


def _system() -> sa.Select[int]:
    return sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL)
