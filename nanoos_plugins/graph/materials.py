"""Materials: the newest revisions, and the history of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.properties import PROPERTIES, owners_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

MATERIAL_TYPE = 'data.nanoos.material.Material.'

#: Most revisions of one material that are looked at.
MOST_REVISIONS = 1000
ElementsMatch = Literal['all', 'only']


def list_materials(
    limit: int = 20,
    after: Cursor | None = None,
    archived: bool = False,
    viewer: Viewer | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return the newest revisions of up to `limit` materials, newest first, and the cursor behind them.

    :param archived: the archived ones instead of the others.
    :param viewer: who asks; the newest revision is the newest that they see.
    :param filters: see `newest_revisions`.
    """
    return newest_first_seen(newest_revisions(archived, viewer, **filters), limit, after, viewer)


def newest_revisions(
    archived: bool,
    viewer: Viewer | None,
    *,
    text: str | None = None,
    tags: Sequence[str] = (),
    formula: str | None = None,
    elements: Sequence[str] = (),
    elements_match: ElementsMatch = 'all',
    mine: bool = False,
) -> sa.Select[Any]:
    """Return the statement of the newest revisions, those of them that fulfil all of these.

    :param text: it is in name, formula, description or tags, whatever the case (on SQLite, of ASCII letters).
    :param tags: all of these are among its tags.
    :param formula: this is the formula, as it was written.
    :param elements: chemical symbols; what the formula has of them is for `elements_match` to say: `all` of
        them and any others, or `only` some of them and no others.
    :param mine: the viewer made it: its first revision, whoever has revised it since.
    """
    attributes = tables().node.c.attributes
    written = attributes['formula'].as_string()
    statement = _select().where(sa.not_(_is_revised(viewer)), attributes['archived'].as_boolean() == archived)
    if text is not None:
        keys = ('name', 'formula', 'description', 'tags')
        found = [attributes[key].as_string().icontains(text, autoescape=True) for key in keys]
        statement = statement.where(sa.or_(*found))
    for tag in tags:
        statement = statement.where(_has_tag(tag))
    if formula is not None:
        statement = statement.where(written == formula)
    if elements and elements_match == 'only':
        statement = statement.where(has_only(elements))
    else:
        statement = statement.where(*map(has_element, elements))
    if mine and viewer is not None:
        statement = statement.where(_is_made_by(viewer))
    return statement


def find_material(material_id: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the newest revision of a material that the viewer sees, with its metadata.

    :raises LookupError: when they see none.
    """
    node = tables().node
    revision = node.c.attributes['revision'].as_integer()
    statement = (
        _with_metadata()
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
    """Return up to `limit` revisions of a material with metadata, newest first, and the cursor behind."""
    statement = _with_metadata().where(_is_of(material_id), seen_by(viewer, tables().node.c))
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
            node.c.user_id,
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


def _with_metadata() -> sa.Select[Any]:
    return _select().add_columns(tables().node.c.attributes['metadata'].label('metadata'))


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


def has_only(elements: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition that none but these elements are in the attribute `formula` of a node."""
    formula = tables().node.c.attributes['formula'].as_string()
    pattern = rf'^([0-9.()\[\]]|({"|".join(elements)})(?![a-z]))+$'
    are_alone: sa.ColumnElement[bool] = formula.regexp_match(pattern)
    return are_alone


def _is_revised(viewer: Viewer | None) -> sa.ColumnElement[bool]:
    """Return the condition that there is a revision with a higher number which the viewer sees.

    The graph alone does not tell: what a writer made may be passed over while nobody else sees it.
    """
    node, newer = tables().node, tables().node.alias('newer')
    return _other_revision(newer, owners_seen(viewer)).where(
        newer.c.attributes['revision'].as_integer() > node.c.attributes['revision'].as_integer(),
        seen_by(viewer, newer.c),
    )


def _is_made_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the condition that the first revision belongs to the viewer."""
    first = tables().node.alias('first')
    return _other_revision(first, [viewer.user_pk]).where(first.c.attributes['revision'].as_integer() == 1)


def _other_revision(other: sa.FromClause, owners: sa.Select[int] | list[int]) -> sa.Exists:
    """Return the condition that one of these owners has a revision of the same material, `other`."""
    found = PROPERTIES.alias('of_material')
    return sa.exists().where(
        found.c.name == 'material_id',
        found.c.user_id.in_(owners),
        found.c.text == tables().node.c.attributes['material_id'].as_string(),
        other.c.id == found.c.node_id,
    )
