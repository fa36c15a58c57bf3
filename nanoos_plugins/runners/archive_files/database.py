"""The database of an archive: an SQLite file from outside, opened without running anything in it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nanoos_plugins.runners.archive_files import values
from nanoos_plugins.runners.archive_files.container import KEY
from nanoos_plugins.runners.archive_files.values import ArchiveFileError

Row = dict[str, Any]

#: Columns that are read. Users and their access to computers are not: whose a node is decides who imports it.
COLUMNS = {
    'db_dbcomputer': ('id', 'label'),
    'db_dbnode': (
        *('id', 'uuid', 'node_type', 'process_type', 'label', 'description', 'ctime', 'mtime'),
        *('attributes', 'extras', 'repository_metadata', 'dbcomputer_id'),
    ),
    'db_dblink': ('input_id', 'output_id', 'label', 'type'),
    'db_dbgroup': ('id', 'uuid', 'label', 'description', 'time', 'extras'),
    'db_dbgroup_dbnodes': ('dbgroup_id', 'dbnode_id'),
    'db_dblog': ('uuid', 'time', 'loggername', 'levelname', 'dbnode_id', 'message'),
    'db_dbcomment': ('uuid', 'dbnode_id', 'ctime', 'mtime', 'content'),
}
#: Most rows of a table for each node that an archive may have.
MOST_PER_NODE = {'db_dblink': 20, 'db_dblog': 20, 'db_dbgroup_dbnodes': 10}
#: Largest value [bytes].
MOST_VALUE = 50_000_000
MOST_TEXT = 1_000_000
MOST_DEPTH = 50

NODE_TYPE = re.compile(r'(data|process\.(calculation|workflow))(\.[A-Za-z0-9_]+)+\.')
PROCESS_TYPE = re.compile(r'[A-Za-z0-9_.:-]{0,255}')
#: Their content names Python that is run when they are read.
UNSAFE = ('data.core.enum.', 'data.core.jsonable.')
ENDED = ('finished', 'excepted', 'killed')
#: What AiiDA itself keeps about a node: its hash decides what caching takes, so it is not for others to say.
PRIVATE = '_aiida_'


def read_rows(path: Path, most_nodes: int) -> Iterator[tuple[str, Row]]:
    """Yield table and row of all that is imported, each row checked for itself.

    :raises ArchiveFileError: names the first row that AiiDA would not have written.
    """
    connection = sqlite3.connect(f'{path.as_uri()}?mode=ro&immutable=1', uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_VALUE)
    try:
        for pragma in ('trusted_schema = OFF', 'cell_size_check = ON'):
            connection.execute(f'PRAGMA {pragma}')
        _check_schema(connection)
        for table in COLUMNS:
            for row in _rows(connection, table, most_nodes * MOST_PER_NODE.get(table, 1)):
                yield table, CHECKS[table](row, f'{table}, row {row.get("id", "of " + table)}')
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise ArchiveFileError(f'the database of the archive cannot be read: {error}') from None
    finally:
        connection.close()


def _check_schema(connection: sqlite3.Connection) -> None:
    """Refuse what is no plain table: a view or a virtual table could run anything."""
    schema = connection.execute('SELECT type, name, sql FROM sqlite_master').fetchall()
    found = {name for kind, name, _ in schema if kind == 'table'}
    if missing := sorted(set(COLUMNS) - found):
        raise ArchiveFileError(f'the database of the archive has no table {missing[0]}')
    for kind, name, sql in schema:
        is_plain = not str(sql or '').lstrip().upper().startswith('CREATE VIRTUAL')
        if kind not in ('table', 'index') or not is_plain:
            raise ArchiveFileError(f'the database of the archive has a {kind} {name!r:.40}, not only tables')


def _rows(connection: sqlite3.Connection, table: str, most: int) -> Iterator[Row]:
    columns = COLUMNS[table]
    quoted = ', '.join(f'"{column}"' for column in columns)
    number = 0
    # The names are ours, not the archive's.
    for number, row in enumerate(connection.execute(f'SELECT {quoted} FROM "{table}"'), 1):
        if number > most:
            raise ArchiveFileError(f'the archive has more than {most} rows in {table}: import it in parts')
        yield dict(zip(columns, row, strict=True))


def _computer(row: Row, where: str) -> Row:
    return {'id': values.key(row['id'], where), 'label': values.text(row['label'], f'{where}, label')}


def _node(row: Row, where: str) -> Row:
    kind = values.text(row['node_type'], f'{where}, node_type')
    if not NODE_TYPE.fullmatch(kind):
        raise ArchiveFileError(f'{where}: {kind!r:.60} is no type of a node')
    if kind.startswith(UNSAFE):
        raise ArchiveFileError(f'{where}: nodes of type {kind} run Python from outside and are not taken')
    process_type = values.text(row['process_type'] or '', f'{where}, process_type')
    if not PROCESS_TYPE.fullmatch(process_type):
        raise ArchiveFileError(f'{where}: {process_type!r:.60} is no type of a process')
    attributes = values.json_object(row['attributes'], f'{where}, attributes')
    extras = values.json_object(row['extras'], f'{where}, extras')
    computer = row['dbcomputer_id']
    return {
        'id': values.key(row['id'], where),
        'uuid': values.uuid(row['uuid'], f'{where}, uuid'),
        'node_type': kind,
        'process_type': process_type or None,
        'label': values.text(row['label'], f'{where}, label'),
        'description': values.text(row['description'], f'{where}, description', MOST_TEXT),
        'ctime': values.time(row['ctime'], f'{where}, ctime'),
        'mtime': values.time(row['mtime'], f'{where}, mtime'),
        'attributes': _attributes(attributes, kind, where),
        'extras': {key: value for key, value in extras.items() if not key.startswith(PRIVATE)},
        'repository_metadata': _repository(row['repository_metadata'], f'{where}, repository_metadata'),
        'dbcomputer_id': None if computer is None else values.key(computer, f'{where}, dbcomputer_id'),
    }


def _attributes(attributes: Row, kind: str, where: str) -> Row:
    """Return the attributes; a process has ended, and a name of a file is no path."""
    if kind.startswith('process.'):
        attributes.pop('checkpoints', None)
        state = attributes.get('process_state')
        if attributes.get('sealed') is not True or state not in ENDED:
            raise ArchiveFileError(f'{where}: this process has not ended; archives have sealed ones only')
    filename = attributes.get('filename')
    if filename is not None and not (isinstance(filename, str) and _is_name(filename)):
        raise ArchiveFileError(f'{where}: the filename {filename!r:.60} is a path, expected a name')
    return attributes


def _repository(value: object, where: str) -> Row:
    """Return what is in a node's repository, as AiiDA has it: `k` is of files, `o` of folders."""
    found = values.json_object(value, where)
    folders = [(found, 0)]
    while folders:
        folder, depth = folders.pop()
        inside = folder.get('o', {})
        if set(folder) - {'o'} or not isinstance(inside, dict) or depth > MOST_DEPTH:
            raise ArchiveFileError(f'{where}: expected folders and files, got {folder!r:.60}')
        for name, entry in inside.items():
            if not _is_name(name) or not isinstance(entry, dict):
                raise ArchiveFileError(f'{where}: {name!r:.60} is no name of a file')
            if 'k' not in entry:
                folders.append((entry, depth + 1))
            elif set(entry) != {'k'} or not isinstance(entry['k'], str) or not KEY.fullmatch(entry['k']):
                raise ArchiveFileError(
                    f'{where}: the key {entry["k"]!r:.60} of {name!r:.60} is no SHA-256 sum'
                )
    return found


def _is_name(name: str) -> bool:
    """Return whether a name stays in its folder."""
    is_one = name not in ('', '.', '..') and not {'/', '\\', '\x00'} & set(name)
    return is_one and len(name.encode(errors='replace')) <= 255


def _link(row: Row, where: str) -> Row:
    label = values.text(row['label'], f'{where}, label')
    if not values.LINK_LABEL.fullmatch(label):
        raise ArchiveFileError(f'{where}: {label!r:.60} is no label of a link')
    return {
        'input_id': values.key(row['input_id'], where),
        'output_id': values.key(row['output_id'], where),
        'label': label,
        'type': values.text(row['type'], f'{where}, type'),
    }


def _group(row: Row, where: str) -> Row:
    extras = values.json_object(row['extras'], f'{where}, extras')
    return {
        'id': values.key(row['id'], where),
        'uuid': values.uuid(row['uuid'], f'{where}, uuid'),
        'label': values.text(row['label'], f'{where}, label'),
        'description': values.text(row['description'], f'{where}, description', MOST_TEXT),
        'time': values.time(row['time'], f'{where}, time'),
        'extras': {key: value for key, value in extras.items() if not key.startswith(PRIVATE)},
    }


def _member(row: Row, where: str) -> Row:
    return {column: values.key(row[column], where) for column in COLUMNS['db_dbgroup_dbnodes']}


def _log(row: Row, where: str) -> Row:
    return {
        'uuid': values.uuid(row['uuid'], f'{where}, uuid'),
        'time': values.time(row['time'], f'{where}, time'),
        'loggername': values.text(row['loggername'], f'{where}, loggername'),
        'levelname': values.text(row['levelname'], f'{where}, levelname', 50),
        'dbnode_id': values.key(row['dbnode_id'], where),
        'message': values.text(row['message'], f'{where}, message', MOST_TEXT),
    }


def _comment(row: Row, where: str) -> Row:
    return {
        'uuid': values.uuid(row['uuid'], f'{where}, uuid'),
        'dbnode_id': values.key(row['dbnode_id'], where),
        'ctime': values.time(row['ctime'], f'{where}, ctime'),
        'mtime': values.time(row['mtime'], f'{where}, mtime'),
        'content': values.text(row['content'], f'{where}, content', MOST_TEXT),
    }


CHECKS = {
    'db_dbcomputer': _computer,
    'db_dbnode': _node,
    'db_dblink': _link,
    'db_dbgroup': _group,
    'db_dbgroup_dbnodes': _member,
    'db_dblog': _log,
    'db_dbcomment': _comment,
}
