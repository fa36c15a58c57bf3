"""Templates: a list by engine and origin."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

TEMPLATE_TYPE = 'data.nanoos.template.Template.'


def list_templates(
    limit: int = 20,
    after: Cursor | None = None,
    engine: str | None = None,
    origin: str | None = None,
    viewer: Viewer | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` templates, newest first, and the cursor behind them; None does not restrict."""
    node = tables().node
    statement = _select()
    for key, value in {'engine': engine, 'origin': origin}.items():
        if value is not None:
            statement = statement.where(node.c.attributes[key].as_string() == value)
    return newest_first_seen(statement, limit, after, viewer)


def find_template(uuid: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return one template.

    :raises LookupError: when the viewer sees no such template.
    """
    node = tables().node
    statement = _select().where(node.c.uuid == uuid, seen_by(viewer, node.c))
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
    if found is None:
        raise LookupError(f'no template {uuid}')
    return dict(found)


def _select() -> sa.Select[Any]:
    """Return the projection of a template."""
    node, user = tables().node, tables().user
    texts = ('name', 'engine', 'origin', 'description')
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.ctime.label('created'),
            user.c.email.label('owner'),
            *(node.c.attributes[key].as_string().label(key) for key in texts),
            node.c.attributes['parameters'].label('parameters'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == TEMPLATE_TYPE)
    )
