"""Templates: a list by engine and origin."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.tables import tables

TEMPLATE_TYPE = 'data.nanoos.template.Template.'


def list_templates(
    limit: int = 20, after: Cursor | None = None, engine: str | None = None, origin: str | None = None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` templates, newest first, and the cursor behind them; None does not restrict."""
    node, user = tables().node, tables().user
    texts = ('name', 'engine', 'origin', 'description')
    statement = (
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
    for key, value in {'engine': engine, 'origin': origin}.items():
        if value is not None:
            statement = statement.where(node.c.attributes[key].as_string() == value)
    return newest_first(statement, limit, after)
