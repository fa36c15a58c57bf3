"""Materials: the newest revisions, and the history of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.properties import PROPERTIES, owners_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

MATERIAL_TYPE = 'data.nanoos.material.Material.'

#: Most revisions of one material that are looked at.
MOST_REVISIONS = 1000


def list_materials(
    limit: int = 20,
    after: Cursor | None = None,
    archived: bool = False,
    text: str | None = None,
    tag: str | None = None,
    formula: str | None = None,
    elements: Sequence[str] = (),
    viewer: Viewer | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return the newest revisions of up to `limit` materials, newest first, and the cursor behind them.

    :param archived: the archived ones instead of the others.
    :param text: only those with it in name, formula, description or tags, whatever the case
        (on SQLite, of ASCII letters).
    :param tag: only those with this tag.
    :param formula: only those with this formula, as it was written.
    :param elements: only those with all of these in their formula, chemical symbols.
    :param viewer: who asks; the newest revision is the newest that they see.
    """
    attributes = tables().node.c.attributes
    statement = _select().where(sa.not_(_is_revised(viewer)), attributes['archived'].as_boolean() == archived)
    if text is not None:
        keys = ('name', 'formula', 'description', 'tags')
        found = [attributes[key].as_string().icontains(text, autoescape=True) for key in keys]
        statement = statement.where(sa.or_(*found))
    if tag is not None:
        statement = statement.where(_has_tag(tag))
    if formula is not None:
        statement = statement.where(attributes['formula'].as_string() == formula)
    for element in elements:
        statement = statement.where(has_element(element))
    return newest_first_seen(statement, limit, after, viewer)


def find_material(material_id: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the newest revision of a material that the viewer sees, with its metadata.

    :raises LookupError: when they see none.
    """
    node = tables().node
    revision = node.c.attributes['revision'].as_integer()
    statement = (
        _select()
        .add_columns(node.c.attributes['metadata'].label('metadata'))
        .where(_is_of(material_id), seen_by(viewer, node.c))
        .order_by(revision.desc(), node.c.id.desc())
        .limit(1)
    )
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
    if found is None:
        raise LookupError(f'no material {material_id!r}')
    return dict(found)


def revisions(material_id: str, viewer: Viewer | None = None) -> list[dict[str, Any]]:
    """Return the revisions of a material, the first one first."""
    node = tables().node
    revision = node.c.attributes['revision'].as_integer()
    statement = _select().where(_is_of(material_id), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        rows = opened.execute(statement.order_by(revision, node.c.id).limit(MOST_REVISIONS))
        return [dict(row) for row in rows.mappings()]


def list_revisions(
    material_id: str, limit: int = 20, after: Cursor | None = None, viewer: Viewer | None = None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` revisions of a material, newest first, and the cursor behind them."""
    statement = _select().where(_is_of(material_id), seen_by(viewer, tables().node.c))
    return newest_first(statement, limit, after, viewer)


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


def _is_of(material_id: str) -> sa.ColumnElement[bool]:
    """Return the condition that a node is of this material."""
    is_of: sa.ColumnElement[bool] = tables().node.c.attributes['material_id'].as_string() == material_id
    return is_of


def _has_tag(tag: str) -> sa.ColumnElement[bool]:
    """Return the condition that a material has a tag.

    The tags are compared as JSON text: SQLite keeps the escapes of Python's, PostgreSQL the letters.
    """
    tags = tables().node.c.attributes['tags'].as_string()
    written = {json.dumps(tag, ensure_ascii=ascii_only) for ascii_only in (True, False)}
    return sa.or_(*(tags.contains(text, autoescape=True) for text in sorted(written)))


def has_element(element: str) -> sa.ColumnElement[bool]:
    """Return the condition that an element is in the attribute `formula` of a node."""
    # Not followed by a small letter: C is not in CuO.
    formula = tables().node.c.attributes['formula'].as_string()
    is_there: sa.ColumnElement[bool] = formula.regexp_match(f'{element}(?![a-z])')
    return is_there


def _is_revised(viewer: Viewer | None) -> sa.ColumnElement[bool]:
    """Return the condition that there is a revision with a higher number which the viewer sees.

    The graph alone does not tell: what a writer made may be passed over while nobody else sees it.
    """
    node, newer, found = tables().node, tables().node.alias('newer'), PROPERTIES.alias('of_material')
    return sa.exists().where(
        found.c.name == 'material_id',
        found.c.user_id.in_(owners_seen(viewer)),
        found.c.text == node.c.attributes['material_id'].as_string(),
        newer.c.id == found.c.node_id,
        newer.c.attributes['revision'].as_integer() > node.c.attributes['revision'].as_integer(),
        seen_by(viewer, newer.c),
    )
