"""Shares: with whom a material is shared, as far as the viewer may know."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.materials import revisions
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.shares import NODES, ROOTS, SHARES, USERS, Viewer


def shares_of_material(material_id: str, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the shares of a material, oldest first: `email` (None: everybody) and `access`.

    Its owner sees all; somebody else those that are for them: the others are none of their business.

    :raises LookupError: when the viewer sees no such material.
    """
    seen = revisions(material_id, viewer)
    if not seen:
        raise LookupError(f'no material {material_id!r}')
    for_viewer = sa.or_(
        NODES.c.user_id == viewer.user_pk,
        SHARES.c.grantee_id == viewer.user_pk,
        SHARES.c.grantee_id.is_(None),
    )
    statement = (
        sa.select(USERS.c.email, SHARES.c.access)
        .select_from(SHARES)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .join(NODES, NODES.c.id == ROOTS.c.node_id)
        .outerjoin(USERS, USERS.c.id == SHARES.c.grantee_id)
        .where(ROOTS.c.node_id == seen[0]['pk'], for_viewer)
        .order_by(SHARES.c.id)
    )
    with connection() as opened:
        return [dict(row) for row in opened.execute(statement).mappings()]
