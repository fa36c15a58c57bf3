"""Materials: the newest revisions, and the history of one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.tables import connection, tables

MATERIAL_TYPE = 'data.nanoos.material.Material.'
REVISE = 'aiida.calculations:nanoos.revise_material'

#: Most revisions of one material that are looked at.
MOST_REVISIONS = 1000


def list_materials(
    limit: int = 20,
    after: Cursor | None = None,
    archived: bool = False,
    text: str | None = None,
    tag: str | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return the newest revisions of up to `limit` materials, newest first, and the cursor behind them.

    :param archived: the archived ones instead of the others.
    :param text: only those with it in name, formula, description or tags, whatever the case
        (on SQLite, of ASCII letters).
    :param tag: only those with this tag.
    """
    attributes = tables().node.c.attributes
    statement = _select().where(sa.not_(_is_revised()), attributes['archived'].as_boolean() == archived)
    if text is not None:
        keys = ('name', 'formula', 'description', 'tags')
        found = [attributes[key].as_string().icontains(text, autoescape=True) for key in keys]
        statement = statement.where(sa.or_(*found))
    if tag is not None:
        statement = statement.where(attributes['tags'].as_string().contains(f'"{tag}"', autoescape=True))
    return newest_first(statement, limit, after)


def revisions(material_id: str) -> list[dict[str, Any]]:
    """Return the revisions of a material, the first one first."""
    revision = tables().node.c.attributes['revision'].as_integer()
    mine = tables().node.c.attributes['material_id'].as_string() == material_id
    statement = _select().where(mine).order_by(revision).limit(MOST_REVISIONS)
    with connection() as opened:
        return [dict(row) for row in opened.execute(statement).mappings()]


def _select() -> sa.Select[Any]:
    """Return the projection of a revision, without its metadata, which may be large."""
    node, user = tables().node, tables().user
    attributes = node.c.attributes
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.ctime.label('created'),
            user.c.email.label('owner'),
            attributes['material_id'].as_string().label('material_id'),
            attributes['name'].as_string().label('name'),
            attributes['formula'].as_string().label('formula'),
            attributes['description'].as_string().label('description'),
            attributes['tags'].label('tags'),
            attributes['revision'].as_integer().label('revision'),
            attributes['archived'].as_boolean().label('archived'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == MATERIAL_TYPE)
    )


def _is_revised() -> sa.ColumnElement[bool]:
    """Return the condition that a revision went into a process that made the next one."""
    node = tables().node
    into, made = tables().link.alias(), tables().link.alias()
    process = tables().node.alias()
    return sa.exists().where(
        into.c.input_id == node.c.id,
        into.c.type == 'input_calc',
        process.c.id == into.c.output_id,
        process.c.process_type == REVISE,
        made.c.input_id == process.c.id,
        made.c.type == 'create',
    )
