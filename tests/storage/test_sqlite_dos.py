"""The SQLite storage: tuned, indexed, and still AiiDA's own for everybody else."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.manage import get_manager
from aiida.manage.configuration import Profile

from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.home import environment
from nanoos_plugins.storage.shares import NODES, share, visible_to
from nanoos_plugins.storage.sqlite_dos import INDEXES, TenantSqliteDosStorage

BIN = Path(sys.executable).parent


@pytest.fixture
def storage(profile: Profile) -> TenantSqliteDosStorage:
    """Return the storage of the temporary instance."""
    loaded = get_manager().get_profile_storage()
    assert isinstance(loaded, TenantSqliteDosStorage)
    return loaded


def program(name: str, *arguments: str, **variables: str) -> str:
    """Run a program of this environment in a process of its own and return what it prints."""
    result = subprocess.run(
        [str(BIN / name), *arguments],
        env={**os.environ, **environment(), **variables},
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def plan(storage: TenantSqliteDosStorage, builder: orm.QueryBuilder) -> str:
    """Return how SQLite would run a query."""
    query = builder.as_sql(inline=True)
    return '\n'.join(
        str(row) for row in storage.get_session().execute(sa.text(f'EXPLAIN QUERY PLAN {query}'))
    )


def test_the_database_is_tuned(storage: TenantSqliteDosStorage) -> None:
    session = storage.get_session()
    pragmas = ('journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys')
    assert [session.scalar(sa.text(f'PRAGMA {name}')) for name in pragmas] == ['wal', 1, 60_000, 1]


def test_the_indexes_are_there(storage: TenantSqliteDosStorage) -> None:
    names = storage.get_session().scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'index'"))
    assert set(INDEXES) <= set(names)


def test_a_query_by_hash_uses_its_index(storage: TenantSqliteDosStorage) -> None:
    node = orm.Int(5).store()
    builder = orm.QueryBuilder().append(orm.Int, filters={'extras._aiida_hash': node.base.caching.get_hash()})
    assert 'ix_nanoos_node_hash' in plan(storage, builder)
    assert node in builder.all(flat=True)


def test_the_newest_nodes_of_a_type_need_no_sorting(storage: TenantSqliteDosStorage) -> None:
    statement = "SELECT id FROM db_dbnode WHERE node_type = 'data.core.int.Int.' ORDER BY ctime DESC LIMIT 50"
    rows = storage.get_session().execute(sa.text(f'EXPLAIN QUERY PLAN {statement}'))
    text = '\n'.join(str(row) for row in rows)
    assert 'ix_nanoos_node_type_ctime' in text
    assert 'TEMP B-TREE' not in text


def test_maintenance_gathers_statistics(storage: TenantSqliteDosStorage) -> None:
    orm.Int(5).store()
    storage.maintain()
    statistics = storage.get_session().execute(sa.text('SELECT idx FROM sqlite_stat1')).scalars()
    assert set(INDEXES) <= set(statistics)


def test_migrating_validates_and_keeps_what_is_ours(
    storage: TenantSqliteDosStorage, profile: Profile
) -> None:
    """An index that got lost is made again; AiiDA finds the storage at its newest version."""
    session = storage.get_session()
    session.execute(sa.text('DROP INDEX ix_nanoos_node_hash'))
    session.commit()
    TenantSqliteDosStorage.migrate(profile)
    names = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'index'")).all()
    assert 'ix_nanoos_node_hash' in names
    assert TenantSqliteDosStorage.version_profile(profile) == TenantSqliteDosStorage.version_head()
    with TenantSqliteDosStorage.migrator(profile) as migrator:
        migrator.validate_storage()


def test_backups_hold_what_the_write_ahead_log_holds(storage: TenantSqliteDosStorage, tmp_path: Path) -> None:
    """The manager below copies files as disk-objectstore's does by rsync."""

    class Copies:
        def call_rsync(self, source: Path, target: Path, **_options: object) -> None:
            if source.is_file():
                (target / source.name).write_bytes(source.read_bytes())

    node = orm.Int(7).store()
    storage._backup_storage(Copies(), tmp_path)  # type: ignore[arg-type]
    with sqlite3.connect(tmp_path / 'database.sqlite') as copy:
        assert copy.execute('SELECT uuid FROM db_dbnode WHERE id = ?', (node.pk,)).fetchone()
    copy.close()


def test_several_processes_write_at_once(
    storage: TenantSqliteDosStorage, tenant: Callable[[str], orm.User]
) -> None:
    """No `database is locked`: three processes store, link and group nodes and read what others made.

    The group is shared, so that each of them extends its cover, also by what hangs below its nodes.
    """
    code = """
from nanoos_plugins.install.profile import load
load()
from aiida import orm
from aiida.engine import calcfunction
@calcfunction
def double(x):
    return orm.Int(2 * x.value)
group, _ = orm.Group.collection.get_or_create(label='crowd')
for number in range(6):
    node = double(orm.Int(number))
    group.add_nodes(node)
    double(node)
    for node in orm.QueryBuilder().append(orm.Int).iterall():
        pass
"""
    group, reader = orm.Group(label='crowd').store(), tenant('reader')
    share(group, reader)

    def worker(_: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, '-c', code]
        return subprocess.run(command, env={**os.environ}, text=True, capture_output=True, check=False)

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(worker, range(3)))
    assert [result.returncode for result in results] == [0, 0, 0], results
    assert orm.load_group('crowd').count() == 18
    seen = sa.select(NODES.c.id).where(visible_to(reader.pk), NODES.c.user_id == group.user.pk)
    with connection() as opened:
        assert len(opened.scalars(seen).all()) == 18 * 3


MAKE = """
from nanoos_plugins.install.profile import COMPUTER, add_user, create_embedded
create_embedded()
from aiida import orm
from nanoos_plugins.launch import run
from nanoos_plugins.storage.owner import acting_as
owner = add_user('alice@nanoos.test')
with acting_as(owner):
    code = orm.InstalledCode(orm.load_computer(COMPUTER), '/bin/bash', label='bash').store()
    inputs = {'x': orm.Int(2), 'y': orm.Int(3), 'z': orm.Int(4), 'code': code}
run('core.arithmetic.multiply_add', inputs, owner=owner)
"""
REPORT = """
import json
from aiida import load_profile, orm
load_profile()
node = orm.QueryBuilder().append(orm.WorkChainNode).one()[0]
count = orm.QueryBuilder().append(orm.Node).count()
print(json.dumps({'nodes': count, 'owner': node.user.email, 'result': node.outputs.result.value}))
"""


def test_an_archive_of_all_goes_into_plain_aiida(tmp_path: Path) -> None:
    """Both instances are the test's own: AiiDA archives no process that has not ended."""
    ours = {'NANOOS_HOME': str(tmp_path / 'home'), 'AIIDA_PATH': str(tmp_path / 'home')}
    plain = {'AIIDA_PATH': str(tmp_path / 'plain')}
    (tmp_path / 'plain' / '.aiida').mkdir(parents=True)
    archive = str(tmp_path / 'all.aiida')
    program('python', '-c', MAKE, **ours)
    program('verdi', 'archive', 'create', '--all', archive, **ours)
    program('verdi', 'presto', '--no-broker', '--profile-name', 'plain', **plain)
    program('verdi', 'archive', 'import', archive, **plain)
    here, there = (json.loads(program('python', '-c', REPORT, **where)) for where in (ours, plain))
    assert here == there
    assert (there['owner'], there['result']) == ('alice@nanoos.test', 10)


def test_storage_of_an_instance_passes_aiidas_checks(profile: Profile) -> None:
    assert 'nanoos' in program('verdi', 'profile', 'list')
    assert 'version' in program('verdi', 'storage', 'version').lower()
    assert 'entities' in program('verdi', 'storage', 'info').lower()
