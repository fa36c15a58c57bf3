"""Make and change groups, and put nodes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from aiida import orm
from aiida.common.exceptions import IntegrityError, UniquenessError

from api.errors import RequestError
from api.writes.shares import acting_user, acting_viewer
from nanoos_plugins.graph.groups import PLAIN, find_group, label_of
from nanoos_plugins.graph.nodes import chunks, unknown
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import seen_by


def make_group(name: str, description: str) -> str:
    """Make a group of the acting user and return its UUID.

    :raises RequestError: 409 when they have one of this name.
    """
    label = label_of(name, acting_user().email)
    try:
        return str(orm.Group(label=label, description=description).store().uuid)
    except (IntegrityError, UniquenessError):
        raise _taken(name) from None


def change_group(uuid: str, changes: dict[str, Any]) -> None:
    """Give a group another name or description.

    :raises LookupError: when the acting user sees no such group.
    :raises PermissionError: when it is not theirs.
    :raises RequestError: 409 when they have another one of this name.
    """
    group = _own_group(uuid)
    if 'name' in changes:
        try:
            group.label = label_of(changes['name'], group.user.email)
        except (IntegrityError, UniquenessError):
            raise _taken(changes['name']) from None
    if 'description' in changes:
        group.description = changes['description']


def delete_group(uuid: str) -> None:
    """Delete a group, not what is in it.

    :raises LookupError: when the acting user sees no such group.
    :raises PermissionError: when it is not theirs.
    """
    group = _own_group(uuid)
    assert group.pk is not None
    orm.Group.collection.delete(group.pk)


def change_members(uuid: str, add: list[str], remove: list[str]) -> None:
    """Put nodes into a group and take nodes out, in one transaction.

    :raises LookupError: for a group or node that the acting user does not see.
    :raises PermissionError: when they may not write to the group, or take out what belongs to another.
    """
    found = find_group(uuid, acting_viewer())
    if not found['writable']:
        raise PermissionError(f'group {found["name"]!r} is not yours and not shared with you for writing')
    me = acting_user()
    added, removed = _nodes(add), _nodes(remove)
    foreign = [node for node in removed if me.pk not in (found['user_pk'], node.user.pk)]
    if foreign:
        raise PermissionError(
            f'node {foreign[0].uuid} belongs to another: the owner of the group can take it out'
        )
    group = _load(found['pk'])
    with group.backend.transaction():
        group.add_nodes(added)
        group.remove_nodes(removed)


def _nodes(uuids: Sequence[str]) -> list[orm.Node]:
    """Return nodes that the acting user sees.

    :raises LookupError: when one of them is not among those.
    """
    node, viewer = tables().node, acting_viewer()
    column = node.c.uuid
    wanted = list(dict.fromkeys(str(UUID(uuid)) for uuid in uuids))
    pks: dict[str, int] = {}
    with connection() as opened:
        # As many as fit into a statement of SQLite.
        for start in range(0, len(wanted), 500):
            part = [column.type.python_type(uuid) for uuid in wanted[start : start + 500]]
            statement = sa.select(column, node.c.id).where(column.in_(part), seen_by(viewer, node.c))
            pks.update({str(row.uuid): row.id for row in opened.execute(statement)})
    missing = [uuid for uuid in wanted if uuid not in pks]
    if missing:
        raise unknown(missing[0])
    found: list[orm.Node] = []
    for chunk in chunks(pks.values()):
        query = orm.QueryBuilder().append(orm.Node, filters={'id': {'in': chunk}})
        found += cast('list[orm.Node]', query.all(flat=True))
    return found


def _own_group(uuid: str) -> orm.Group:
    found = find_group(uuid, acting_viewer())
    if found['user_pk'] != acting_user().pk:
        raise PermissionError(f'group {found["name"]!r} belongs to {found["owner"]}, who alone may change it')
    if found['type'] != PLAIN:
        raise PermissionError(f'group {found["name"]!r} is of the kind {found["type"]}, which AiiDA keeps')
    return _load(found['pk'])


def _load(pk: int) -> orm.Group:
    group: orm.Group = orm.load_group(pk=pk)
    return group


def _taken(name: str) -> RequestError:
    return RequestError(409, f'you have a group {name!r} already: take another name')
