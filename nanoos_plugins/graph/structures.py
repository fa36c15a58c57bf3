"""Structures: lists by their queryable attributes, and those below a material."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from ase import Atoms, units

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.materials import MATERIAL_TYPE, has_element, revisions
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

STRUCTURE_TYPE = 'data.core.structure.StructureData.'

#: The attributes of `nanoos_plugins.data.structure.describe`; None for a structure that was made without it.
_TEXTS = ('origin', 'format', 'formula', 'space_group')
_NUMBERS = ('number_of_atoms', 'dimensionality')


def list_structures(
    limit: int = 20,
    after: Cursor | None = None,
    material_id: str | None = None,
    viewer: Viewer | None = None,
    elements: Sequence[str] = (),
    **attributes: str | int | None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` structures, newest first, and the cursor behind them.

    :param material_id: only those below this material, at any depth: imported, built, relaxed.
    :param viewer: who asks; the way down from the material to a structure leads over what they see.
    :param elements: only those with all of these in their formula, chemical symbols.
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
    for element in elements:
        statement = statement.where(has_element(element))
    if material_id is None:
        return newest_first_seen(statement, limit, after, viewer)
    # All that is below is seen, and seldom much: it is looked at as a whole.
    found = below([row['pk'] for row in revisions(material_id, viewer)], viewer)
    return newest_first(statement.where(node.c.id.in_(sa.select(found.c.id))), limit, after, viewer)


def materials_above(structure_pk: int, viewer: Viewer | None = None) -> list[int]:
    """Return the pks of the materials that a structure is of, at most 10, the newest first.

    :param viewer: who asks, and sees the structure; the way up to a material leads over what they see.
    """
    node, link = tables().node, tables().link
    start = sa.select(sa.literal(structure_pk).label('id')).cte('above', recursive=True)
    maker = node.alias('maker')
    above = start.union(
        sa.select(link.c.input_id)
        .join(maker, maker.c.id == link.c.input_id)
        .where(
            link.c.output_id == start.c.id,
            link.c.type.in_(('input_calc', 'create')),
            seen_by(viewer, maker.c),
        )
    )
    statement = (
        sa.select(node.c.id)
        .where(node.c.node_type == MATERIAL_TYPE, node.c.id.in_(sa.select(above.c.id)))
        .order_by(node.c.id.desc())
        .limit(10)
    )
    with connection(viewer) as opened:
        return list(opened.execute(statement).scalars())


def find_structure(uuid: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the row of a structure with all its `attributes`, and the `material_id` it is of or None.

    :raises LookupError: when the viewer sees no such structure.
    """
    node = tables().node
    statement = _select().add_columns(node.c.attributes).where(node.c.uuid == uuid, seen_by(viewer, node.c))
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
        if found is None:
            raise LookupError(f'no structure {uuid}')
        above = materials_above(found['pk'], viewer)
        identity = node.c.attributes['material_id'].as_string()
        material_id = opened.scalar(sa.select(identity).where(node.c.id == above[0])) if above else None
    return {**found, 'material_id': material_id}


def rows_of_structures(uuids: Sequence[str], viewer: Viewer | None = None) -> list[dict[str, Any]]:
    """Return the rows of those of the structures that the viewer sees, in no order."""
    node = tables().node
    # SQLite keeps UUIDs as text, PostgreSQL as a type of its own.
    keys = list(uuids) if isinstance(node.c.uuid.type, sa.String) else [UUID(one) for one in uuids]
    statement = _select().where(node.c.uuid.in_(keys), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        return [dict(row) for row in opened.execute(statement).mappings()]


def symbols_of(attributes: Mapping[str, Any]) -> list[str]:
    """Return the chemical symbol of each site; of a site that is no whole atom the name of its kind."""
    kinds = {kind['name']: kind for kind in attributes['kinds']}
    names = {name: kind['symbols'][0] if is_whole(kind) else name for name, kind in kinds.items()}
    return [names[site['kind_name']] for site in attributes['sites']]


def density_of(attributes: Mapping[str, Any]) -> float | None:
    """Return the density [g/cm³] of a structure; None for one that is not three-dimensional."""
    if attributes.get('dimensionality') != 3:
        return None
    masses = {kind['name']: kind['mass'] for kind in attributes['kinds']}
    mass = sum(masses[site['kind_name']] for site in attributes['sites']) * units._amu * 1e3
    return float(mass / (abs(np.linalg.det(attributes['cell'])) * 1e-24))


def atoms_of(attributes: Mapping[str, Any]) -> Atoms:
    """Return the atoms of a structure, from the attributes of its node.

    :raises ValueError: when there are sites with several elements or a vacancy.
    """
    partial = [kind['name'] for kind in attributes['kinds'] if not is_whole(kind)]
    if partial:
        raise ValueError(f'sites {", ".join(partial)} are partially occupied: there are no atoms to show')
    return Atoms(
        symbols_of(attributes),
        positions=[site['position'] for site in attributes['sites']],
        cell=attributes['cell'],
        pbc=[attributes[f'pbc{axis}'] for axis in (1, 2, 3)],
    )


def is_whole(kind: Mapping[str, Any]) -> bool:
    """Return whether a kind of site is one atom of one element."""
    return len(kind['symbols']) == 1 and abs(kind['weights'][0] - 1) < 1e-6


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


def below(revision_pks: list[int], viewer: Viewer | None) -> sa.CTE:
    """Return the ids of all that was made from these revisions of a material; each node once.

    :param viewer: who asks, and sees the revisions; nothing that they do not see is passed through.
    """
    node, link = tables().node, tables().link
    start = sa.select(node.c.id).where(node.c.id.in_(revision_pks)).cte('below', recursive=True)
    made = node.alias('made')
    return start.union(
        sa.select(link.c.output_id)
        .join(made, made.c.id == link.c.output_id)
        .where(
            link.c.input_id == start.c.id,
            link.c.type.in_(('input_calc', 'create')),
            seen_by(viewer, made.c),
        )
    )
