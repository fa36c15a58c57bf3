"""Archives on PostgreSQL: written by the role that reads for people, and imported by AiiDA's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.postgres import Postgres

SOURCE = """
import io, sys
from pathlib import Path
from nanoos_plugins.install.profile import add_user, load
load()
from aiida import orm
from aiida.common import LinkType
from aiida.storage.sqlite_zip.backend import SqliteZipBackend
from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.archives.export import export
from nanoos_plugins.archives.insert import Import
from nanoos_plugins.runners.read_archive import ROWS, read
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Viewer, share
from tests.graph.conftest import process

alice, bob = add_user('alice@nanoos.test'), add_user('bob@nanoos.test')
with acting_as(alice):
    folder = orm.FolderData(label='of alice')
    folder.base.repository.put_object_from_filelike(io.BytesIO(b'content'), 'a.txt')
    folder.store()
    hidden = orm.Dict({'secret': 1}).store()
    share(folder, bob)
with acting_as(bob):
    calculation = process(orm.CalcFunctionNode, 'add', x=folder, y=orm.Int(1).store())
    calculation.logger.report('said')
    calculation.base.comments.add('a word', bob)
    computer = orm.Computer('cluster', 'host', '', 'core.ssh', 'core.slurm').store()
    remote = orm.RemoteData('/scratch', computer=computer)
    remote.base.links.add_incoming(calculation, LinkType.CREATE, 'remote')
    remote.store()
    calculation.seal()
    group = orm.Group('bob@nanoos.test/mine').store()
    group.add_nodes([calculation])

path = Path(sys.argv[1]) / 'export.aiida'
found = export(Viewer(bob.pk), path, [], [group.uuid], 100, 10**7)
assert found == {'nodes': 4, 'files': 1}, found
try:
    export(Viewer(bob.pk), path.with_name('other.aiida'), [hidden.uuid], [], 100, 10**7)
except LookupError:
    pass
else:
    raise AssertionError('what is hidden was exported')
version = SqliteZipBackend.version_head()
assert read(path, path.parent, version, 100, 10**8) == {'nodes': 4, 'files': 1}


def run(user):
    done = Import(path.parent / ROWS, path, user, signing_key()).run()
    return done['new'], done['existing'], done['reissued'], len(done['groups'])


assert run(bob) == (0, 4, 0, 1)
assert run(alice) == (3, 1, 3, 1), 'her folder is there'
assert run(alice) == (0, 4, 3, 1)
copy = next(one.node for one in folder.base.links.get_outgoing() if one.node.user.pk == alice.pk)
assert copy.outputs.remote.computer.label == 'nanoos-imported'
assert copy.is_sealed and [log.message for log in orm.Log.collection.get_logs_for(copy)] == ['said']
print('all is well')
"""


def test_an_archive_goes_out_and_in(postgres: Postgres, tmp_path: Path) -> None:
    home = tmp_path / 'home'
    postgres.create_profile(home)
    done = subprocess.run(
        [sys.executable, '-c', SOURCE, str(tmp_path)],
        env={**os.environ, 'NANOOS_HOME': str(home), 'PYTHONPATH': str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert 'all is well' in done.stdout
