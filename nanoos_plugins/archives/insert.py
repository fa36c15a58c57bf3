"""Store the nodes of an archive that was read and checked, as nodes of the importer.

AiiDA's `import_archive` matches users, computers and groups by what the archive says of them, and reads all
links there are. So only the ways into the storage are AiiDA's: its bulk insertion, in one transaction, and
its repository. Nothing from outside can run: an imported code is on a computer that nobody has access to, an
imported process has ended, and no hash is kept by which caching would take its results.
"""

from __future__ import annotations

import fcntl
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from aiida import orm
from aiida.manage import get_manager
from aiida.orm.entities import EntityTypes

from nanoos_plugins.archives.issue import Incoming, Issue, Link
from nanoos_plugins.archives.rows import Row, read_table
from nanoos_plugins.data.model import STAGE
from nanoos_plugins.graph.groups import PLAIN, label_of
from nanoos_plugins.graph.materials import MATERIAL_TYPE
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.install.home import home
from nanoos_plugins.runners.archive_files.container import REPOSITORY
from nanoos_plugins.runners.read_archive import keys_of

#: Where all imported nodes are that were on a computer: it has no AuthInfo, and stands for none.
COMPUTER = 'nanoos-imported'
#: Extra of every imported node: its UUID in the archive, and the label of its computer there.
EXTRA = 'nanoos_imported'
#: Without a computer they would be on whichever one asks them.
ON_COMPUTER = ('data.core.code.', 'data.core.remote.', 'process.calculation.calcjob.')
BATCH = 500


@contextmanager
def alone() -> Iterator[None]:
    """Let one import at a time look up and store, whatever asks for it: what was looked up must stay true."""
    with (home() / 'archives.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Import:
    """An archive on its way into the storage."""

    def __init__(self, rows: Path, archive: Path, user: orm.User, secret: bytes) -> None:
        """Look up what is there already; nothing is stored.

        :param rows: what `runners.read_archive` wrote.
        :param archive: the file itself, for the files of its nodes.
        :param secret: key of this instance.
        """
        assert user.pk is not None
        self._rows, self._archive = rows, archive
        self._user_pk, self._email, self._secret = user.pk, user.email, secret
        self._storage: Any = get_manager().get_profile_storage()
        nodes = {
            row['id']: Incoming(row['uuid'], row['node_type'].startswith('process.'))
            for row in read_table(rows, 'db_dbnode')
        }
        links = [
            Link(row['input_id'], row['output_id'], row['type'], row['label'])
            for row in read_table(rows, 'db_dblink')
        ]
        with connection() as opened:
            self._issue = Issue(opened, self._user_pk, secret, nodes, links)
            self._materials = _foreign_materials(opened, self._user_pk, self._material_ids())
        self._pks = {key: one.pk for key, one in self._issue.issued.items() if one.pk is not None}
        self._new = set(nodes) - set(self._pks)

    def run(self) -> dict[str, Any]:
        """Store what is new, all or nothing; return how many nodes are `new`, `existing` and `reissued`."""
        self._put_files()
        computer = _placeholder()
        with self._storage.transaction():
            self._insert_nodes(computer)
            self._insert_links()
            self._insert_words('db_dblog', EntityTypes.LOG, {'metadata': {}}, ('time',))
            self._insert_words(
                'db_dbcomment', EntityTypes.COMMENT, {'user_id': self._user_pk}, ('ctime', 'mtime')
            )
            groups = self._insert_groups()
        reissued = sum(one.turn > 0 for one in self._issue.issued.values())
        counts = {'new': len(self._new), 'existing': len(self._pks) - len(self._new), 'reissued': reissued}
        return {**counts, 'groups': groups}

    def pk_of(self, key: int) -> int:
        """Return the key here of a node by its key in the archive, once all is stored."""
        return self._pks[key]

    def _nodes(self) -> Iterator[Row]:
        """Yield the rows of the new nodes."""
        return (row for row in read_table(self._rows, 'db_dbnode') if row['id'] in self._new)

    def _material_ids(self) -> set[str]:
        """Return the identities of all materials in the archive that are no nodes here yet."""
        issued = self._issue.issued
        rows = read_table(self._rows, 'db_dbnode')
        return {
            str(row['attributes'].get('material_id'))
            for row in rows
            if row['node_type'] == MATERIAL_TYPE and issued[row['id']].pk is None
        }

    def _put_files(self) -> None:
        """Put the files of the new nodes into the repository; their sums were checked."""
        keys = {key for row in self._nodes() for key in keys_of(row['repository_metadata'])}
        repository = self._storage.get_repository()
        with zipfile.ZipFile(self._archive) as container:
            for key in sorted(keys):
                with container.open(f'{REPOSITORY}{key}') as handle:
                    stored = repository.put_object_from_filelike(cast(BinaryIO, handle))
                if stored != key:
                    raise ValueError(f'the file {key} has another content than its SHA-256 sum says')

    def _insert_nodes(self, computer: int) -> None:
        labels = {row['id']: row['label'] for row in read_table(self._rows, 'db_dbcomputer')}
        for rows in _batches(self._nodes()):
            keys = [row['id'] for row in rows]
            pks = self._insert(EntityTypes.NODE, [self._node(row, labels, computer) for row in rows])
            self._pks.update(zip(keys, pks, strict=True))

    def _node(self, row: Row, computers: Mapping[int, str], computer: int) -> Row:
        """Return a node as one of the importer's."""
        label = computers.get(row['dbcomputer_id'])
        is_on = label is not None or row['node_type'].startswith(ON_COMPUTER)
        extras = {**row['extras'], EXTRA: {'uuid': row['uuid'], 'computer': label}}
        # How far a model has come is for people here to say.
        extras.pop(STAGE, None)
        if row['node_type'].startswith('data.core.code.'):
            extras['hidden'] = True
        attributes = row['attributes']
        material = attributes.get('material_id')
        if row['node_type'] == MATERIAL_TYPE and material in self._materials:
            attributes = {**attributes, 'material_id': self._material(material)}
        return {
            **{key: value for key, value in row.items() if key != 'id'},
            'uuid': self._issue.issued[row['id']].uuid,
            'attributes': attributes,
            'extras': extras,
            'ctime': datetime.fromisoformat(row['ctime']),
            'mtime': datetime.fromisoformat(row['mtime']),
            'user_id': self._user_pk,
            'dbcomputer_id': computer if is_on else None,
        }

    def _material(self, material_id: str) -> str:
        """Return the identity of the importer's material that is another one's in the archive."""
        return self._issue.uuid_for(f'material {material_id}')

    def _insert_links(self) -> None:
        for links in _batches(self._issue.links):
            rows = [
                {'input_id': self._pks[link.source], 'output_id': self._pks[link.target]}
                | {'type': link.kind, 'label': link.label}
                for link in links
            ]
            self._insert(EntityTypes.LINK, rows)

    def _insert_words(self, table: str, kind: EntityTypes, more: Row, times: Collection[str]) -> None:
        """Store what is written on new nodes: on those that are there, it is not for an archive to say."""
        written = (row for row in read_table(self._rows, table) if row['dbnode_id'] in self._new)
        for rows in _batches(written):
            changed = [
                {**row, **more, 'dbnode_id': self._pks[row['dbnode_id']]}
                | {'uuid': self._issue.uuid_for(f'{table} {row["uuid"]} {self._pks[row["dbnode_id"]]}')}
                | {time: datetime.fromisoformat(row[time]) for time in times}
                for row in rows
            ]
            self._insert(kind, changed)

    def _insert_groups(self) -> list[dict[str, str]]:
        """Store the groups as the importer's, or add to those that they are already; return UUID and name."""
        group, member = tables().group, tables().member
        session = self._storage.get_session()
        pks, found = {}, []
        for row in read_table(self._rows, 'db_dbgroup'):
            pk, uuid, name = self._group(row)
            pks[row['id']] = pk
            found.append({'uuid': uuid, 'name': name})
        wanted = sa.select(member.c.dbgroup_id, member.c.dbnode_id).join(
            group, group.c.id == member.c.dbgroup_id
        )
        there = {
            (row[0], row[1]) for pk in pks.values() for row in session.execute(wanted.where(group.c.id == pk))
        }
        rows = read_table(self._rows, 'db_dbgroup_dbnodes')
        pairs = {(pks[row['dbgroup_id']], self._pks[row['dbnode_id']]) for row in rows}
        for batch in _batches(sorted(pairs - there)):
            self._insert(EntityTypes.GROUP_NODE, [{'dbgroup_id': one, 'dbnode_id': pk} for one, pk in batch])
        return found

    def _group(self, row: Row) -> tuple[int, str, str]:
        """Return key, UUID and name of the importer's group that one of the archive is; made if needed."""
        group = tables().group
        session = self._storage.get_session()
        uuid = self._issue.uuid_for(f'group {row["uuid"]}')
        for candidate in (row['uuid'], uuid):
            is_it = group.c.uuid == group.c.uuid.type.python_type(candidate)
            statement = sa.select(group.c.id, group.c.label, group.c.user_id).where(is_it)
            there = session.execute(statement).first()
            if there is None or there.user_id == self._user_pk:
                break
        if there is not None:
            return there.id, candidate, there.label.removeprefix(label_of('', self._email))
        label = self._free_label(row['label'])
        values = {key: row[key] for key in ('description', 'extras')}
        values |= {'uuid': candidate, 'label': label, 'type_string': PLAIN, 'user_id': self._user_pk}
        values['time'] = datetime.fromisoformat(row['time'])
        (pk,) = self._insert(EntityTypes.GROUP, [values])
        return pk, candidate, label.removeprefix(label_of('', self._email))

    def _free_label(self, name: str) -> str:
        """Return a label for a new group of the importer: AiiDA has each once."""
        group = tables().group
        room = 255 - len(label_of('', self._email)) - 10
        for number in range(1, 1000):
            label = label_of(name[:room] + (f' {number}' if number > 1 else ''), self._email)
            same = sa.select(group.c.id).where(group.c.label == label, group.c.type_string == PLAIN)
            if self._storage.get_session().execute(same).first() is None:
                return label
        raise ValueError(f'there are too many groups named {name!r:.80} already')

    def _insert(self, kind: EntityTypes, rows: list[Row]) -> list[int]:
        inserted: list[int] = self._storage.bulk_insert(kind, rows)
        return inserted


def _placeholder() -> int:
    """Return the key of the computer on which imported nodes are.

    Its transport is the local one, so that nobody but an administrator may run a code there.
    """
    description = 'stands for the computers of imported nodes; nothing runs here'
    created, computer = orm.Computer.collection.get_or_create(
        label=COMPUTER,
        hostname='imported.invalid',
        description=description,
        transport_type='core.local',
        scheduler_type='core.direct',
    )
    if created:
        computer.store()
    assert computer.pk is not None
    return computer.pk


def _foreign_materials(opened: sa.Connection, user_pk: int, materials: Collection[str]) -> set[str]:
    """Return which identities of materials belong to others here: an archive cannot revise theirs."""
    node = tables().node
    identity = node.c.attributes['material_id'].as_string()
    found: set[str] = set()
    for some in _batches(sorted(materials)):
        statement = sa.select(identity).where(
            node.c.node_type == MATERIAL_TYPE, identity.in_(some), node.c.user_id != user_pk
        )
        found.update(opened.scalars(statement))
    return found


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch
