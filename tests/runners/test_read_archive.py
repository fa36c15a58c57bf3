"""Archives from outside: what is read of a good one, and what is said of forged ones."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from aiida.common import LinkType
from aiida.storage.sqlite_zip.backend import SqliteZipBackend
from aiida.tools.archive import create_archive

from nanoos_plugins.runners.archive_files.values import ArchiveFileError
from nanoos_plugins.runners.read_archive import MEMORY_BYTES, ROWS, read
from tests.api.test_archives import forged
from tests.graph.conftest import process

NODES, BYTES = 100, 10_000_000

Forge = Callable[..., bytes]


@pytest.fixture(scope='module')
def archive(profile: Any, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return an archive that AiiDA wrote: folder → calculation → result, in a group, with a report."""
    folder = orm.FolderData()
    folder.base.repository.put_object_from_filelike(io.BytesIO(b'0123456789'), 'sub/a.txt')
    calculation = process(orm.CalcFunctionNode, 'add', x=folder.store())
    calculation.logger.report('said')
    result = orm.Dict({'energy_eV': -1.5})
    result.base.links.add_incoming(calculation, LinkType.CREATE, 'y')
    result.store()
    calculation.seal()
    group = orm.Group(label='of the test of archives').store()
    group.add_nodes([result])
    path = tmp_path_factory.mktemp('archive') / 'made.aiida'
    create_archive([group], filename=path)
    return path.read_bytes()


@pytest.fixture
def forge(archive: bytes, tmp_path: Path) -> Forge:
    """Return a function that changes the archive."""
    return lambda *statements, **options: forged(archive, tmp_path, statements, **options)


def read_bytes(content: bytes, tmp_path: Path, nodes: int = NODES, size: int = BYTES) -> dict[str, int]:
    path, folder = tmp_path / 'given.aiida', tmp_path / 'out'
    path.write_bytes(content)
    folder.mkdir(exist_ok=True)
    return read(path, folder, SqliteZipBackend.version_head(), nodes, size)


def test_a_good_archive_is_read(archive: bytes, tmp_path: Path) -> None:
    assert read_bytes(archive, tmp_path) == {'nodes': 3, 'files': 1}
    lines = [json.loads(line) for line in (tmp_path / 'out' / ROWS).read_text(encoding='utf-8').splitlines()]
    tables = [table for table, _ in lines]
    assert tables.count('db_dbnode') == 3
    assert tables.count('db_dblink') == 2
    assert tables.count('db_dblog') == tables.count('db_dbgroup') == tables.count('db_dbgroup_dbnodes') == 1
    extras = [row['extras'] for table, row in lines if table == 'db_dbnode']
    assert not any(key.startswith('_aiida_') for row in extras for key in row)
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == [ROWS]


def node(column: str, value: str, kind: str = 'data.core.dict.') -> str:
    return f"UPDATE db_dbnode SET {column} = {value} WHERE node_type LIKE '{kind}%'"


def repository(inside: str) -> str:
    return node('repository_metadata', f"'{inside}'", 'data.core.folder.')


CIRCLE = (
    'INSERT INTO db_dblink (input_id, output_id, type, label) SELECT r.id, c.id, '
    "'input_calc', 'again' FROM db_dbnode r, db_dbnode c "
    "WHERE r.node_type LIKE 'data.core.dict.%' AND c.node_type LIKE 'process.%'"
)
KEY = '0' * 64
FORGED: dict[str, tuple[str, str]] = {
    'uuid': (node('uuid', "'x'"), 'expected a UUID'),
    'type': (node('node_type', "'os.system'"), 'is no type of a node'),
    'type of an enumeration': (node('node_type', "'data.core.enum.EnumData.'"), 'run Python from outside'),
    'type that names a class': (node('node_type', "'data.core.jsonable.JsonableData.'"), 'run Python'),
    'process type': (node('process_type', "'a b;c'", 'process.'), 'is no type of a process'),
    'running': (
        node('attributes', "json_set(attributes, '$.process_state', 'waiting')", 'process.'),
        'not ended',
    ),
    'not sealed': (node('attributes', "json_remove(attributes, '$.sealed')", 'process.'), 'not ended'),
    'not a number': (node('attributes', """'{"a": NaN}'"""), 'NaN is no number'),
    'large number': (node('attributes', f"""'{{"a": {2**64}}}'"""), 'more than 64 bits'),
    'NUL': (node('attributes', """'{"a": "\\u0000"}'"""), 'without NUL'),
    'list': (node('attributes', "'[]'"), 'expected a JSON object, got list'),
    'deep': (node('attributes', "'" + '[' * 100_000 + "'"), 'expected a JSON object'),
    'filename': (node('attributes', """'{"filename": "../../.ssh/config"}'"""), 'is a path'),
    'old time': (node('ctime', "'0001-01-01 00:00:00'"), 'expected a time from 1970 on'),
    'no time': (node('ctime', "'now'"), 'expected a time'),
    'name of a file': (repository(f'{{"o": {{"../x": {{"k": "{KEY}"}}}}}}'), 'is no name of a file'),
    'key that is a path': (repository('{"o": {"x": {"k": "/etc/passwd"}}}'), 'is no SHA-256 sum'),
    'key that is not there': (repository(f'{{"o": {{"x": {{"k": "{KEY}"}}}}}}'), 'is not in the archive'),
    'odd repository': (repository('{"x": 1}'), 'expected folders and files'),
    'computer': (node('dbcomputer_id', '77'), 'row 77 of db_dbcomputer is not in the archive'),
    'link to nothing': ('UPDATE db_dblink SET output_id = 77', 'row 77 of db_dbnode is not in the archive'),
    'link label': ("UPDATE db_dblink SET label = '../x'", 'is no label of a link'),
    'link type': ("UPDATE db_dblink SET type = 'evil'", 'is no type of a link'),
    'link ends': ("UPDATE db_dblink SET type = 'return'", 'a link of type return goes from'),
    'circle': (CIRCLE, 'make a circle'),
    'same report twice': (
        'INSERT INTO db_dblog (uuid, time, loggername, levelname, dbnode_id, message, metadata) '
        'SELECT upper(uuid), time, loggername, levelname, dbnode_id, message, metadata FROM db_dblog',
        'is there twice',
    ),
    'log of nothing': ('UPDATE db_dblog SET dbnode_id = 77', 'row 77 of db_dbnode'),
    'member of nothing': ('UPDATE db_dbgroup_dbnodes SET dbgroup_id = 77', 'row 77 of db_dbgroup'),
    'view': ('CREATE VIEW evil AS SELECT 1', 'has a view'),
    'trigger': ('CREATE TRIGGER evil AFTER INSERT ON db_dbnode BEGIN SELECT 1; END', 'has a trigger'),
    'virtual table': ('CREATE VIRTUAL TABLE evil USING fts5(x)', 'not only tables'),
    'no table': ('DROP TABLE db_dbcomment', 'has no table db_dbcomment'),
}


@pytest.mark.parametrize('name', FORGED)
def test_forged_rows_are_named(forge: Forge, tmp_path: Path, name: str) -> None:
    statement, reason = FORGED[name]

    def change(database: Any) -> None:
        database.execute('PRAGMA foreign_keys = OFF')
        database.execute(statement)

    with pytest.raises(ArchiveFileError, match=reason):
        read_bytes(forge(change=change), tmp_path)


def test_one_uuid_in_two_spellings_is_one(forge: Forge, tmp_path: Path) -> None:
    def change(database: Any) -> None:
        (uuid,) = database.execute("SELECT uuid FROM db_dbnode WHERE node_type LIKE 'process.%'").fetchone()
        database.execute(
            "UPDATE db_dbnode SET uuid = ? WHERE node_type LIKE 'data.core.dict.%'", (uuid.upper(),)
        )

    with pytest.raises(ArchiveFileError, match='is there twice'):
        read_bytes(forge(change=change), tmp_path)


def test_checkpoints_and_the_future_are_left_out(forge: Forge, tmp_path: Path) -> None:
    checkpoint = node('attributes', "json_set(attributes, '$.checkpoints', 'code')", 'process.')
    assert read_bytes(forge(checkpoint, node('ctime', "'9000-01-01 00:00:00'")), tmp_path)['nodes'] == 3
    written = (tmp_path / 'out' / ROWS).read_text(encoding='utf-8')
    assert 'checkpoints' not in written
    assert '9000-01-01' not in written


FILES: dict[str, tuple[dict[str, bytes], str]] = {
    'path': ({'../evil': b''}, "has a file '../evil'"),
    'absolute path': ({'/etc/cron.d/evil': b''}, 'which no AiiDA archive has'),
    'folder in the repository': ({'repo/../evil': b''}, 'which no AiiDA archive has'),
    'old version': ({'metadata.json': b'{"export_version": "0.4", "key_format": "sha256"}'}, 'has version'),
    'no version': ({'metadata.json': b'[]'}, 'does not say its version'),
    'deep metadata': ({'metadata.json': b'[' * 100_000}, 'does not say its version'),
    'no database': ({'db.sqlite3': b'no database at all'}, 'cannot be read'),
    'empty database': ({'db.sqlite3': b''}, 'has no table'),
}


@pytest.mark.parametrize('name', FILES)
def test_forged_files_are_named(forge: Forge, tmp_path: Path, name: str) -> None:
    files, reason = FILES[name]
    with pytest.raises(ArchiveFileError, match=reason):
        read_bytes(forge(files=files), tmp_path)


def test_what_is_no_zip_file_is_named(archive: bytes, tmp_path: Path) -> None:
    for content in (b'', b'no zip', archive[:-30], archive[: len(archive) // 2]):
        with pytest.raises(ArchiveFileError, match='is no AiiDA archive|cannot be read'):
            read_bytes(content, tmp_path)
    with pytest.raises(ArchiveFileError, match='expected metadata.json and db.sqlite3'):
        read_bytes(b'PK\x05\x06' + bytes(18), tmp_path)


def test_a_damaged_file_is_named(archive: bytes, tmp_path: Path) -> None:
    given = zipfile.ZipFile(io.BytesIO(archive))
    entry = next(entry for entry in given.infolist() if entry.filename == 'db.sqlite3')
    damaged = bytearray(archive)
    middle = entry.header_offset + 60 + entry.compress_size // 2
    damaged[middle : middle + 20] = bytes(20)
    with pytest.raises(ArchiveFileError, match='db.sqlite3 in the archive cannot be read'):
        read_bytes(bytes(damaged), tmp_path)


def test_a_symbolic_link_is_refused(archive: bytes, tmp_path: Path) -> None:
    given, written = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(written, 'w') as made:
        for name in given.namelist():
            made.writestr(name, given.read(name))
        link = zipfile.ZipInfo(f'repo/{KEY}')
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, '/etc/passwd')
    with pytest.raises(ArchiveFileError, match='is a symbolic link'):
        read_bytes(written.getvalue(), tmp_path)


def test_bombs_are_not_unpacked(archive: bytes, forge: Forge, tmp_path: Path) -> None:
    bomb = forge(files={f'repo/{KEY}': bytes(BYTES)})
    assert len(bomb) < BYTES / 100
    with pytest.raises(ArchiveFileError, match='unpacks to'):
        read_bytes(bomb, tmp_path)
    # One that announces less than it is gives no more than it announces.
    lying = bytearray(forge(files={f'repo/{KEY}': bytes(BYTES)}))
    for mark, offset in ((b'PK\x01\x02', 24), (b'PK\x03\x04', 22)):
        begin = 0
        while (begin := lying.find(mark, begin)) >= 0:
            if int.from_bytes(lying[begin + offset : begin + offset + 4], 'little') == BYTES:
                lying[begin + offset : begin + offset + 4] = (10).to_bytes(4, 'little')
            begin += 4
    given = zipfile.ZipFile(io.BytesIO(bytes(lying)))
    assert given.getinfo(f'repo/{KEY}').file_size == 10
    assert read_bytes(bytes(lying), tmp_path)['nodes'] == 3, 'nothing refers to it, so it is not read'


def test_there_are_limits_to_what_is_read(archive: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveFileError, match='more than 2 rows in db_dbnode'):
        read_bytes(archive, tmp_path, nodes=2)
    with pytest.raises(ArchiveFileError, match='unpacks to'):
        read_bytes(archive, tmp_path, size=1000)


def test_the_process_answers_with_one_object(archive: bytes, tmp_path: Path) -> None:
    def answer(content: bytes) -> Any:
        (tmp_path / 'given').write_bytes(content)
        command = [sys.executable, '-P', '-m', 'nanoos_plugins.runners.read_archive']
        command += [str(tmp_path / 'given'), str(tmp_path), f'--version={SqliteZipBackend.version_head()}']
        command += [f'--nodes={NODES}', f'--bytes={BYTES}']
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    assert answer(archive) == {'nodes': 3, 'files': 1}
    assert 'is no AiiDA archive' in answer(b'no zip')['error']


def test_memory_is_bounded() -> None:
    code = (
        'from nanoos_plugins.runners.read_archive import limit; limit(1000)\n'
        f'try: bytearray({MEMORY_BYTES})\n'
        'except MemoryError: print("bounded")'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout == 'bounded\n'
