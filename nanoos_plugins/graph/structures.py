"""Structures: lists by their queryable attributes, and those below a material."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.materials import MATERIAL_TYPE
from nanoos_plugins.graph.tables import connection, tables

STRUCTURE_TYPE = 'data.core.structure.StructureData.'

#: The attributes of `nanoos_plugins.data.structure.describe`; None for a structure that was made without it.
_TEXTS = ('origin', 'format', 'formula', 'space_group')
_NUMBERS = ('number_of_atoms', 'dimensionality')


def list_structures(
    limit: int = 20,
    after: Cursor | None = None,
    material_id: str | None = None,
    **attributes: str | int | None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` structures, newest first, and the cursor behind them.

    :param material_id: only those below this material, at any depth: imported, built, relaxed.
    :param attributes: only those with these values of `origin`, `format`, `formula`, `space_group`,
        `number_of_atoms`, `dimensionality`; None does not restrict.
    """
    node = tables().node
    statement = _select()
    for key, value in attributes.items():
        if value is not None:
            path = node.c.attributes[key]
            statement = statement.where(
                path.as_integer() == value if key in _NUMBERS else path.as_string() == value
            )
    if material_id is not None:
        below = _below(material_id)
        statement = statement.where(node.c.id.in_(sa.select(below.c.id)))
    return newest_first(statement, limit, after)


def materials_above(structure_pk: int) -> list[int]:
    """Return the pks of the materials that a structure is of, at most 10, the newest first."""
    node, link = tables().node, tables().link
    start = sa.select(sa.literal(structure_pk).label('id')).cte('above', recursive=True)
    above = start.union(
        sa.select(link.c.input_id).where(
            link.c.output_id == start.c.id, link.c.type.in_(('input_calc', 'create'))
        )
    )
    statement = (
        sa.select(node.c.id)
        .where(node.c.node_type == MATERIAL_TYPE, node.c.id.in_(sa.select(above.c.id)))
        .order_by(node.c.id.desc())
        .limit(10)
    )
    with connection() as opened:
        return list(opened.execute(statement).scalars())


def _select() -> sa.Select[Any]:
    """Return the projection of a structure, without its atoms."""
    node, user = tables().node, tables().user
    described = [node.c.attributes[key].as_string().label(key) for key in _TEXTS]
    described += [node.c.attributes[key].as_integer().label(key) for key in _NUMBERS]
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.label,
            node.c.ctime.label('created'),
            user.c.email.label('owner'),
            *described,
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == STRUCTURE_TYPE)
    )


def _below(material_id: str) -> sa.CTE:
    """Return the ids of all that was made from any revision of a material; each node once."""
    node, link = tables().node, tables().link
    start = (
        sa.select(node.c.id)
        .where(node.c.node_type == MATERIAL_TYPE, node.c.attributes['material_id'].as_string() == material_id)
        .cte('below', recursive=True)
    )
    return start.union(
        sa.select(link.c.output_id).where(
            link.c.input_id == start.c.id, link.c.type.in_(('input_calc', 'create'))
        )
    )
