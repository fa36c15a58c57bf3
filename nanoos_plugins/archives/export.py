"""Write an archive of what somebody sees.

AiiDA's `create_archive` takes all that its traversal reaches, whoever owns it, with users by their addresses
and computers as they are configured. So nodes and links are chosen here, and written by AiiDA's own writer:
any AiiDA imports the file. What goes out: the nodes that the viewer sees, what processes reported, the groups
that were chosen, and comments of the viewer's own. What does not: who else owns what (all others are one
user), which computers they use (one as well), how any is configured, checkpoints, AiiDA's private extras, and
the keys of this database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiida.manage import get_manager
from aiida.orm.entities import EntityTypes
from aiida.tools.archive.abstract import ArchiveWriterAbstract
from aiida.tools.archive.implementations.sqlite_zip.main import ArchiveFormatSqlZip

from nanoos_plugins.archives.closure import closure, members
from nanoos_plugins.graph.groups import find_group
from nanoos_plugins.graph.nodes import CHECKPOINT, chunks, node_pk
from nanoos_plugins.graph.repository import KEY
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.graph.traverse import links_between
from nanoos_plugins.runners.read_archive import keys_of
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Stands for every owner who is neither the viewer nor the system.
OTHERS = 'others@nanoos.localhost'
#: Stands for every computer that the viewer has no access to.
OTHER_COMPUTERS = 'b4c6a1f2-6d0e-4a5b-9a53-0d6f3f1c2e7a'
PRIVATE = '_aiida_'
#: Nodes whose attributes are in memory at the same time.
BATCH = 200


@dataclass
class Numbers:
    """New keys for old ones, counted from 1: the old ones would tell how much others have."""

    given: dict[Any, int] = field(default_factory=dict)

    def __getitem__(self, old: Any) -> int:
        return self.given.setdefault(old, len(self.given) + 1)


def export(
    viewer: Viewer, path: Path, nodes: Sequence[str], groups: Sequence[str], most_nodes: int, most_bytes: int
) -> dict[str, int]:
    """Write the archive of nodes and groups, by UUIDs, to `path`; return how many nodes and files it has.

    :param most_bytes: of all files together, before they are packed.
    :raises LookupError: when the viewer does not see one of the nodes or groups.
    :raises ValueError: when there would be too much in it, or a process that still runs.
    """
    with connection(viewer) as opened:
        chosen = [find_group(uuid, viewer) for uuid in groups]
        inside = members(opened, viewer, [group['pk'] for group in chosen], most_nodes)
        roots = {node_pk(opened, viewer, uuid) for uuid in nodes} | {pk for _, pk in inside}
        pks = closure(opened, viewer, roots, most_nodes)
        _check_ended(opened, pks)
        with ArchiveFormatSqlZip().open(path, 'x', compression=6) as writer:
            parameters = {'entities_starting_set': {'node': list(nodes), 'group': list(groups)}}
            writer.update_metadata(
                {'ctime': datetime.now(UTC).isoformat(), 'creation_parameters': parameters}
            )
            archive = _Archive(opened, viewer, writer)
            archive.write_users(pks, chosen)
            archive.write_computers(pks)
            keys = archive.write_nodes(pks)
            archive.write_links(pks)
            archive.write_groups(chosen, inside)
            archive.write_words(pks)
            _write_files(writer, keys, most_bytes)
            return {'nodes': len(archive.nodes.given), 'files': len(keys)}


class _Archive:
    """An archive that is being written: its rows, with keys of its own."""

    def __init__(self, opened: sa.Connection, viewer: Viewer, writer: ArchiveWriterAbstract) -> None:
        self._opened = opened
        self._viewer = viewer
        self._writer = writer
        self._users: dict[int, int] = {}
        self._computers: dict[int, int] = {}
        self.nodes = Numbers()

    def write_users(self, pks: Collection[int], groups: Sequence[Mapping[str, Any]]) -> None:
        """Write the viewer, the system, and one for all others who own a node or a group."""
        node, user = tables().node, tables().user
        owners = {group['user_pk'] for group in groups}
        for chunk in chunks(pks):
            owners.update(self._opened.scalars(sa.select(node.c.user_id).where(node.c.id.in_(chunk))))
        known = sa.or_(user.c.id == self._viewer.user_pk, user.c.email == SYSTEM_EMAIL)
        rows = [dict(row) for row in self._opened.execute(sa.select(user).where(known)).mappings()]
        self._users = {row['id']: number for number, row in enumerate(rows, 1)}
        if owners - set(self._users):
            names = {'first_name': 'other', 'last_name': 'users', 'institution': ''}
            rows.append({'email': OTHERS, **names})
        self._insert(EntityTypes.USER, [{**row, 'id': number} for number, row in enumerate(rows, 1)])

    def write_computers(self, pks: Collection[int]) -> None:
        """Write the computers that the viewer has access to, and one for all others that a node is on."""
        node, computer, authinfo = tables().node, tables().computer, tables().authinfo
        used: set[int | None] = set()
        for chunk in chunks(pks):
            used.update(self._opened.scalars(sa.select(node.c.dbcomputer_id).where(node.c.id.in_(chunk))))
        usable = sa.select(authinfo.c.dbcomputer_id).where(authinfo.c.aiidauser_id == self._viewer.user_pk)
        statement = sa.select(computer).where(computer.c.id.in_(used - {None}), computer.c.id.in_(usable))
        found = self._opened.execute(statement).mappings().all()
        self._computers = {row['id']: number for number, row in enumerate(found, 1)}
        # How it is configured is between the computer and this instance.
        rows = [
            {**row, 'id': self._computers[row['id']], 'uuid': str(row['uuid']), 'metadata': {}}
            for row in found
        ]
        if used - {None} - set(self._computers):
            others = dict.fromkeys(('label', 'hostname', 'transport_type', 'scheduler_type'), 'others')
            more = {'uuid': OTHER_COMPUTERS, 'description': '', 'metadata': {}}
            rows.append({**others, **more, 'id': len(rows) + 1})
        self._insert(EntityTypes.COMPUTER, rows)

    def write_nodes(self, pks: Collection[int]) -> set[str]:
        """Write the nodes and return the keys of their files; what was closed meanwhile is left out."""
        node = tables().node
        keys: set[str] = set()
        for chunk in chunks(pks, BATCH):
            statement = sa.select(node).where(node.c.id.in_(chunk), seen_by(self._viewer, node.c))
            rows = [self._node(row) for row in self._opened.execute(statement).mappings()]
            for row in rows:
                keys.update(keys_of(row['repository_metadata'] or {}))
            self._insert(EntityTypes.NODE, rows)
        return keys

    def _node(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        extras = {key: value for key, value in (row['extras'] or {}).items() if not key.startswith(PRIVATE)}
        attributes = {key: value for key, value in (row['attributes'] or {}).items() if key != CHECKPOINT}
        computer = row['dbcomputer_id']
        return {
            **row,
            'id': self.nodes[row['id']],
            'uuid': str(row['uuid']),
            'attributes': attributes if row['node_type'].startswith('process.') else row['attributes'],
            'extras': extras,
            'user_id': self._user(row['user_id']),
            'dbcomputer_id': None
            if computer is None
            else self._computers.get(computer, len(self._computers) + 1),
        }

    def write_links(self, pks: Collection[int]) -> None:
        """Write all links among the nodes that were written."""
        written = self.nodes.given
        rows = [
            {'input_id': written[one.source], 'output_id': written[one.target], 'label': one.label}
            | {'type': one.kind}
            for one in links_between(self._opened, set(written), pks, None)
            if one.target in written
        ]
        self._insert(EntityTypes.LINK, rows)

    def write_groups(self, groups: Sequence[Mapping[str, Any]], inside: Iterable[tuple[int, int]]) -> None:
        """Write the groups under the names that people gave them, and who is in them."""
        numbers = Numbers()
        rows = [
            {'id': numbers[group['pk']], 'uuid': group['uuid'], 'label': group['name']}
            | {'type_string': group['type'], 'time': group['created'], 'description': group['description']}
            | {'extras': {}, 'user_id': self._user(group['user_pk'])}
            for group in {group['pk']: group for group in groups}.values()
        ]
        used: set[tuple[str, str]] = set()
        for row in rows:
            # Two people may give their groups the same name; an archive has each label once.
            if (row['label'], row['type_string']) in used:
                row['label'] = f'{row["label"]} {row["uuid"]}'
            used.add((row['label'], row['type_string']))
        self._insert(EntityTypes.GROUP, rows)
        written = self.nodes.given
        inserted = [
            {'dbgroup_id': numbers[group], 'dbnode_id': written[pk]} for group, pk in inside if pk in written
        ]
        self._insert(EntityTypes.GROUP_NODE, inserted)

    def write_words(self, pks: Collection[int]) -> None:
        """Write what processes reported, and what the viewer commented on."""
        log, comment = tables().log, _comments()
        own = comment.c.user_id == self._viewer.user_pk
        logs, comments = Numbers(), Numbers()
        for chunk in chunks(pk for pk in pks if pk in self.nodes.given):
            said = self._opened.execute(sa.select(log).where(log.c.dbnode_id.in_(chunk))).mappings()
            # Where the program runs that reported is nobody's business.
            self._insert(EntityTypes.LOG, [self._word(row, logs) | {'metadata': {}} for row in said])
            written = sa.select(comment).where(comment.c.dbnode_id.in_(chunk), own)
            rows = self._opened.execute(written).mappings()
            user = self._user(self._viewer.user_pk)
            self._insert(EntityTypes.COMMENT, [self._word(row, comments) | {'user_id': user} for row in rows])

    def _word(self, row: Mapping[Any, Any], numbers: Numbers) -> dict[str, Any]:
        return {
            **row,
            'id': numbers[row['id']],
            'uuid': str(row['uuid']),
            'dbnode_id': self.nodes[row['dbnode_id']],
        }

    def _user(self, pk: int) -> int:
        return self._users.get(pk, len(self._users) + 1)

    def _insert(self, kind: EntityTypes, rows: list[dict[str, Any]]) -> None:
        has_defaults = kind in (EntityTypes.LINK, EntityTypes.GROUP_NODE)
        self._writer.bulk_insert(kind, rows, allow_defaults=has_defaults)


def _check_ended(opened: sa.Connection, pks: Collection[int]) -> None:
    """Check that no process among the nodes still runs, as AiiDA does.

    :raises ValueError: names one that does.
    """
    node = tables().node
    is_sealed = sa.func.coalesce(node.c.attributes['sealed'].as_boolean(), sa.false())
    for chunk in chunks(pks):
        running = node.c.node_type.startswith('process.') & sa.not_(is_sealed)
        found = opened.scalar(sa.select(node.c.uuid).where(node.c.id.in_(chunk), running).limit(1))
        if found is not None:
            raise ValueError(
                f'process {found} has not ended: an archive has ended ones only; wait or kill it'
            )


def _comments() -> sa.Table:
    storage: Any = get_manager().get_profile_storage()
    table: sa.Table = storage.query().Comment.__table__
    return table


def _write_files(writer: ArchiveWriterAbstract, keys: Collection[str], most_bytes: int) -> None:
    """Write the files with these keys.

    :raises ValueError: when they are too large, or one is no key: an archive that AiiDA imported may say so.
    """
    wrong = sorted(key for key in keys if not KEY.fullmatch(key))
    if wrong:
        raise ValueError(f'a node has a file with the key {wrong[0]!r:.80}, which is no SHA-256 sum')
    storage: Any = get_manager().get_profile_storage()
    repository = storage.get_repository()
    with repository._container as container:
        size = sum(meta.size or 0 for _, meta in container.get_objects_meta(list(keys)))
    if size > most_bytes:
        most = f'at most {most_bytes / 1e6:.0f} MB are written'
        raise ValueError(f'the files would have {size / 1e6:.0f} MB: {most}; choose fewer nodes')
    for key, stream in repository.iter_object_streams(sorted(keys)):
        writer.put_object(stream, key=key)
