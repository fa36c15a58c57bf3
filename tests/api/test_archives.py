"""Archives: what somebody exports and imports, honest and forged."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiida import orm
from aiida.common import LinkType
from starlette.testclient import TestClient

from api.writes.permitted import Submitter
from nanoos_plugins.archives.export import OTHERS
from nanoos_plugins.archives.insert import COMPUTER, EXTRA
from nanoos_plugins.data.material import Material
from nanoos_plugins.data.template import system_templates
from nanoos_plugins.storage.owner import SYSTEM_EMAIL, acting_as
from nanoos_plugins.storage.shares import Viewer, revoke, share
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.archives.forge import forged
from tests.graph.conftest import process

BIG = bytes(range(256)) * 5000

IMPORT_PLAIN = """
import sys
from aiida.manage.configuration import create_default_user, create_profile, get_config, load_profile
config = get_config(create=True)
profile = create_profile(config, name='plain', email='plain@nanoos.test', storage_backend='core.sqlite_dos',
                         storage_config={'filepath': sys.argv[2]})
load_profile('plain')
from aiida.tools.archive import import_archive
import_archive(sys.argv[1])
from aiida import orm
import json
nodes = orm.QueryBuilder().append(orm.Node, project=['uuid', 'user_id']).all()
folder = orm.load_node(sys.argv[3])
users = orm.QueryBuilder().append(orm.User, project='email').all(flat=True)
calculation = folder.base.links.get_outgoing().one().node
print(json.dumps({'uuids': [row[0] for row in nodes], 'owner': folder.user.email, 'users': users,
                  'content': folder.base.repository.get_object_content('a.txt'),
                  'result': calculation.outputs.y.get_dict(), 'sealed': calculation.is_sealed}))
"""


class Graph:
    """alice: folder → calculation → result; the calculation has a report and a comment of hers."""

    def __init__(self, alice: Person) -> None:
        with acting_as(alice.user):
            self.folder = orm.FolderData(label='alice and her files')
            for path, content in {'a.txt': b'0123456789', 'sub/b.bin': BIG}.items():
                self.folder.base.repository.put_object_from_filelike(io.BytesIO(content), path)
            self.folder.store()
            self.calculation = process(orm.CalcFunctionNode, 'add', x=self.folder)
            self.calculation.base.comments.add('a word of alice', alice.user)
            self.calculation.logger.report('as the process said')
            self.result = orm.Dict({'energy_eV': -1.5})
            self.result.base.links.add_incoming(self.calculation, LinkType.CREATE, 'y')
            self.result.store()
            self.calculation.seal()
        self.uuids = [self.folder.uuid, self.calculation.uuid, self.result.uuid]


@pytest.fixture(scope='module')
def graph(alice: Person) -> Graph:
    return Graph(alice)


def export(person: Person, **what: list[str]) -> bytes:
    answer = person.http('POST', '/archives/export', json=what)
    assert answer.status_code == 200, answer.text
    assert answer.headers['content-type'] == 'application/zip'
    content: bytes = answer.content
    return content


def send(person: Person, archive: bytes) -> Any:
    return person.http('POST', '/archives/import', files={'file': ('any.aiida', archive)})


def imported(person: Person, archive: bytes) -> dict[str, Any]:
    answer = send(person, archive)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(archive: bytes, tmp_path: Path, statement: str) -> list[Any]:
    path = tmp_path / f'{uuid4()}.sqlite3'
    path.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read('db.sqlite3'))
    with sqlite3.connect(path) as database:
        return database.execute(statement).fetchall()


def elsewhere(archive: bytes, tmp_path: Path, *statements: str) -> bytes:
    """Return the archive as another instance would have it: with UUIDs that are not here."""

    def renew(database: sqlite3.Connection) -> None:
        for (key,) in database.execute('SELECT id FROM db_dbnode').fetchall():
            database.execute('UPDATE db_dbnode SET uuid = ? WHERE id = ?', (str(uuid4()), key))

    return forged(archive, tmp_path, statements, change=renew)


def count(person: Person) -> int:
    return (
        orm.QueryBuilder()
        .append(orm.User, filters={'id': person.user.pk}, tag='u')
        .append(orm.Node, with_user='u')
        .count()
    )


def test_plain_aiida_imports_what_was_exported(alice: Person, graph: Graph, tmp_path: Path) -> None:
    archive = tmp_path / 'export.aiida'
    archive.write_bytes(export(alice, nodes=[graph.result.uuid]))
    (tmp_path / 'aiida').mkdir()
    done = subprocess.run(
        [sys.executable, '-c', IMPORT_PLAIN, str(archive), str(tmp_path / 'storage'), graph.folder.uuid],
        env={**os.environ, 'AIIDA_PATH': str(tmp_path / 'aiida')},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found['uuids']) == set(graph.uuids)
    assert found['content'] == '0123456789'
    assert found['result'] == {'energy_eV': -1.5}
    assert found['sealed']
    assert found['owner'] == alice.email


def test_an_archive_tells_nothing_of_others(alice: Person, bob: Person, graph: Graph, tmp_path: Path) -> None:
    with acting_as(bob.user):
        foreign = process(orm.CalcFunctionNode, 'foreign', x=graph.folder)
        foreign.base.comments.add('a word of bob', bob.user)
        foreign.seal()
    with acting_as(alice.user):
        share(graph.folder, bob.user)
    archive = export(bob, nodes=[foreign.uuid, graph.result.uuid])
    found = dict(
        rows(archive, tmp_path, 'SELECT n.uuid, email FROM db_dbnode n JOIN db_dbuser u ON u.id = user_id')
    )
    assert found == {foreign.uuid: bob.email, **dict.fromkeys(graph.uuids, OTHERS)}
    emails = {row[0] for row in rows(archive, tmp_path, 'SELECT email FROM db_dbuser')}
    assert emails <= {bob.email, SYSTEM_EMAIL, OTHERS}
    assert rows(archive, tmp_path, 'SELECT content FROM db_dbcomment') == [('a word of bob',)]
    assert rows(archive, tmp_path, 'SELECT message, metadata FROM db_dblog') == [
        ('as the process said', '{}')
    ]
    assert not rows(archive, tmp_path, 'SELECT * FROM db_dbauthinfo')
    keys = [row[0] for row in rows(archive, tmp_path, 'SELECT id FROM db_dbnode ORDER BY id')]
    assert keys == [1, 2, 3, 4], 'keys would tell how many nodes others have'
    assert alice.email.encode() not in zipfile.ZipFile(io.BytesIO(archive)).read('db.sqlite3')
    with acting_as(alice.user):
        revoke(graph.folder, bob.user)
    mine = export(alice, nodes=[graph.folder.uuid])
    assert {row[0] for row in rows(mine, tmp_path, 'SELECT uuid FROM db_dbnode')} == {graph.folder.uuid}
    assert is_problem(bob.http('POST', '/archives/export', json={'nodes': [graph.result.uuid]}), 404)


def test_what_one_does_not_see_cannot_be_exported(alice: Person, bob: Person, graph: Graph) -> None:
    hidden = bob.http('POST', '/archives/export', json={'nodes': [graph.result.uuid]})
    unknown = bob.http('POST', '/archives/export', json={'nodes': [str(uuid4())]})
    assert is_problem(hidden, 404)
    assert is_problem(unknown, 404)
    with acting_as(alice.user):
        group = orm.Group(label=f'{alice.email}/hidden').store()
    assert is_problem(bob.http('POST', '/archives/export', json={'groups': [group.uuid]}), 404)
    assert is_problem(bob.http('POST', '/archives/export', json={}), 422)


def test_computers_come_without_their_configuration(bob: Person, tmp_path: Path) -> None:
    with acting_as(bob.user):
        computer = orm.Computer(
            'bobs-cluster', 'secret-host', 'how to get in', 'core.ssh', 'core.slurm'
        ).store()
        computer.set_prepend_text('export TOKEN=secret')
        remote = orm.RemoteData('/scratch/bob', computer=computer).store()
    archive = export(bob, nodes=[remote.uuid])
    columns = 'label, hostname, description, metadata'
    assert rows(archive, tmp_path, f'SELECT {columns} FROM db_dbcomputer') == [('others', 'others', '', '{}')]
    with acting_as(bob.user):
        computer.configure(bob.user)
    archive = export(bob, nodes=[remote.uuid])
    assert rows(archive, tmp_path, f'SELECT {columns} FROM db_dbcomputer WHERE id = 1') == [
        ('bobs-cluster', 'secret-host', 'how to get in', '{}')
    ]
    assert b'TOKEN' not in zipfile.ZipFile(io.BytesIO(archive)).read('db.sqlite3')


def test_a_running_process_is_not_exported(alice: Person) -> None:
    with acting_as(alice.user):
        running = process(orm.CalcFunctionNode, 'running')
    answer = alice.http('POST', '/archives/export', json={'nodes': [running.uuid]})
    assert is_problem(answer, 422)
    assert running.uuid in answer.json()['detail']


def test_limits_are_said(
    client: TestClient, alice: Person, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = client.app.state.settings  # type: ignore[attr-defined]
    archive = export(alice, nodes=[graph.folder.uuid])
    monkeypatch.setattr(settings, 'archive_nodes', 2)
    answer = alice.http('POST', '/archives/export', json={'nodes': [graph.result.uuid]})
    assert is_problem(answer, 422)
    assert 'more than 2 nodes' in answer.json()['detail']
    monkeypatch.setattr(settings, 'archive_nodes', 100)
    monkeypatch.setattr(settings, 'archive_bytes', len(BIG) - 1)
    answer = alice.http('POST', '/archives/export', json={'nodes': [graph.folder.uuid]})
    assert is_problem(answer, 422)
    assert is_problem(send(alice, archive), 422)


def test_ones_own_archive_changes_nothing(alice: Person, graph: Graph) -> None:
    before = count(alice)
    found = imported(alice, export(alice, nodes=[graph.result.uuid]))
    assert found == {'new': 0, 'existing': 3, 'reissued': 0, 'groups': []}
    assert count(alice) == before


def test_what_comes_from_elsewhere_becomes_the_importers(
    alice: Person, bob: Person, graph: Graph, tmp_path: Path
) -> None:
    archive = elsewhere(export(alice, nodes=[graph.result.uuid]), tmp_path)
    uuids = {row[0] for row in rows(archive, tmp_path, 'SELECT uuid FROM db_dbnode')}
    assert imported(bob, archive) == {'new': 3, 'existing': 0, 'reissued': 0, 'groups': []}
    assert imported(bob, archive) == {'new': 0, 'existing': 3, 'reissued': 0, 'groups': []}
    nodes = [orm.load_node(uuid) for uuid in uuids]
    assert {node.user.email for node in nodes} == {bob.email}
    folder = next(node for node in nodes if isinstance(node, orm.FolderData))
    assert folder.base.repository.get_object_content('sub/b.bin', 'rb') == BIG
    calculation = folder.base.links.get_outgoing().one().node
    assert calculation.is_sealed
    assert calculation.is_finished_ok
    assert calculation.outputs.y.get_dict() == {'energy_eV': -1.5}
    assert [comment.user.email for comment in calculation.base.comments.all()] == [bob.email]
    assert [log.message for log in orm.Log.collection.get_logs_for(calculation)] == ['as the process said']
    assert not any(key.startswith('_aiida_') for key in calculation.base.extras.all)
    assert is_problem(alice.http('GET', f'/nodes/{folder.uuid}'), 404)


def test_owners_cannot_be_forged(alice: Person, bob: Person, graph: Graph, tmp_path: Path) -> None:
    forge = f"UPDATE db_dbuser SET email = '{alice.email}' WHERE email = '{bob.email}'"
    archive = elsewhere(export(bob, nodes=[_dict(bob).uuid]), tmp_path, forge)
    before = count(alice)
    assert imported(bob, archive)['new'] == 1
    assert count(alice) == before


def _dict(person: Person, **values: Any) -> orm.Dict:
    with acting_as(person.user):
        return orm.Dict(values).store()


def test_a_uuid_that_is_taken_is_issued_anew(
    alice: Person, bob: Person, graph: Graph, tmp_path: Path
) -> None:
    archive = forged(
        export(alice, nodes=[graph.result.uuid]),
        tmp_path,
        [f"""UPDATE db_dbnode SET attributes = '{{"energy_eV": 99}}' WHERE uuid = '{graph.result.uuid}'"""],
    )
    found = imported(bob, archive)
    assert found == {'new': 3, 'existing': 0, 'reissued': 3, 'groups': []}
    assert imported(bob, archive) == {'new': 0, 'existing': 3, 'reissued': 3, 'groups': []}
    assert orm.load_node(graph.result.uuid).get_dict() == {'energy_eV': -1.5}
    assert graph.calculation.base.links.get_outgoing().all_link_labels() == ['y']
    copies = (
        orm.QueryBuilder()
        .append(orm.Dict, filters={f'extras.{EXTRA}.uuid': graph.result.uuid, 'user_id': bob.user.pk})
        .all(flat=True)
    )
    assert [copy.get_dict() for copy in copies] == [{'energy_eV': 99}]
    assert copies[0].creator.inputs.x.user.email == bob.email


def test_nothing_is_attached_to_what_is_there(
    alice: Person, bob: Person, graph: Graph, tmp_path: Path
) -> None:
    with acting_as(alice.user):
        share(graph.folder, bob.user)
    given = export(bob, nodes=[graph.result.uuid])
    (key,) = rows(given, tmp_path, f"SELECT id FROM db_dbnode WHERE uuid = '{graph.calculation.uuid}'")[0]
    (like,) = rows(given, tmp_path, f"SELECT id FROM db_dbnode WHERE uuid = '{graph.result.uuid}'")[0]
    columns = 'node_type, process_type, label, description, ctime, mtime, attributes, extras'
    columns += ', repository_metadata, user_id'
    archive = forged(
        given,
        tmp_path,
        [
            f'INSERT INTO db_dbnode (id, uuid, {columns}) '
            f"SELECT 77, '{uuid4()}', {columns} FROM db_dbnode WHERE id = {like}",
            'INSERT INTO db_dblink (input_id, output_id, type, label) '
            f"VALUES ({key}, 77, 'create', 'forged')",
        ],
    )
    found = imported(bob, archive)
    assert graph.calculation.base.links.get_outgoing().all_link_labels() == ['y']
    assert found['new'] == 3, 'the calculation, its result and the forged one, as copies'
    assert found['existing'] == 1, 'the folder, which is only read'
    assert imported(bob, archive)['new'] == 0
    copy = next(
        one.node
        for one in graph.folder.base.links.get_outgoing()
        if one.node.user.email == bob.email and EXTRA in one.node.base.extras.all
    )
    assert sorted(copy.base.links.get_outgoing().all_link_labels()) == ['forged', 'y']
    with acting_as(alice.user):
        revoke(graph.folder, bob.user)


def test_codes_and_remote_folders_come_for_reading_only(
    bob: Person, bash: orm.InstalledCode, tmp_path: Path
) -> None:
    with acting_as(bob.user):
        remote = orm.RemoteData('/etc', computer=bash.computer).store()
        (tmp_path / 'code').mkdir()
        (tmp_path / 'code' / 'run.sh').write_text('id')
        portable = orm.PortableCode('run.sh', tmp_path / 'code', label='portable').store()
    archive = elsewhere(export(bob, nodes=[remote.uuid, bash.uuid, portable.uuid]), tmp_path)
    uuids = {row[0] for row in rows(archive, tmp_path, 'SELECT uuid FROM db_dbnode')}
    assert imported(bob, archive)['new'] == 3
    nodes = [orm.load_node(uuid) for uuid in uuids]
    for node in nodes:
        assert node.computer.label == COMPUTER
        assert not node.computer.is_user_configured(bob.user)
    labels = {node.base.extras.get(EXTRA)['computer'] for node in nodes}
    assert labels == {bash.computer.label, None}
    codes = [node for node in nodes if isinstance(node, orm.AbstractCode)]
    assert len(codes) == 2
    for code in codes:
        assert code.is_hidden
        submitter = Submitter(Viewer(bob.user.pk or 0), is_admin=False)
        with pytest.raises(PermissionError):
            submitter.check(system_templates()[0], {}, code, {})


def test_groups_become_the_importers(alice: Person, bob: Person, graph: Graph, tmp_path: Path) -> None:
    with acting_as(alice.user):
        group = orm.Group(label=f'{alice.email}/shared name', description='of alice').store()
        group.add_nodes([graph.result])
    archive = export(alice, groups=[group.uuid])
    assert rows(archive, tmp_path, 'SELECT label FROM db_dbgroup') == [('shared name',)]
    assert alice.email.encode() not in b''.join(
        row[0].encode() for row in rows(archive, tmp_path, 'SELECT label FROM db_dbgroup')
    )
    theirs = imported(bob, archive)['groups']
    assert imported(bob, archive)['groups'] == theirs
    assert theirs[0]['name'] == 'shared name'
    assert theirs[0]['uuid'] != group.uuid
    copy = orm.load_group(theirs[0]['uuid'])
    assert copy.user.email == bob.email
    assert [node.user.email for node in copy.nodes] == [bob.email]
    assert [node.uuid for node in orm.load_group(group.uuid).nodes] == [graph.result.uuid]
    assert imported(alice, archive)['groups'] == [{'uuid': group.uuid, 'name': 'shared name'}]


def test_a_material_of_others_is_not_revised(alice: Person, bob: Person, tmp_path: Path) -> None:
    with acting_as(alice.user):
        material = Material(name='copper').store()
    archive = elsewhere(
        export(alice, nodes=[material.uuid]),
        tmp_path,
        "UPDATE db_dbnode SET attributes = json_set(attributes, '$.revision', 0, '$.name', 'forged')",
    )
    with acting_as(alice.user):
        share(material, bob.user)
    assert imported(bob, archive)['new'] == 1
    assert imported(bob, archive)['new'] == 0
    path = f'/materials/{material.base.attributes.get("material_id")}'
    assert bob.http('GET', path).json()['name'] == 'copper'
    assert len(bob.http('GET', f'{path}/revisions').json()['items']) == 1
    names = [row['name'] for row in bob.http('GET', '/materials').json()['items']]
    assert sorted(name for name in names if name in ('copper', 'forged')) == ['copper', 'forged']


def test_a_token_that_only_reads_or_is_for_a_group_imports_nothing(
    client: TestClient, alice: Person, graph: Graph
) -> None:
    made = alice.http('POST', '/auth/tokens', json={'name': 'reader', 'scopes': ['read']}).json()
    headers = {'Authorization': f'Bearer {made["token"]}'}
    files = {'file': ('any.aiida', export(alice, nodes=[graph.folder.uuid]))}
    assert is_problem(client.post('/api/archives/import', headers=headers, files=files), 403)
    assert is_problem(client.post('/api/archives/import', files=files), 401)
    assert is_problem(alice.http('POST', '/archives/import', json={}), 415)


def test_bad_archives_store_nothing(alice: Person, graph: Graph, tmp_path: Path) -> None:
    good = export(alice, nodes=[graph.result.uuid])
    digest = hashlib.sha256(b'0123456789').hexdigest()
    away = f"UPDATE db_dbnode SET repository_metadata = replace(repository_metadata, '{digest}', '%s')"
    bad = {
        'no zip': b'no archive at all',
        'truncated': good[: len(good) // 2],
        'key that is a path': elsewhere(good, tmp_path, away % ('../' * 20 + 'etc/passwd')),
        'key of somebody else': elsewhere(good, tmp_path, away % ('0' * 64)),
        'other content': forged(good, tmp_path, files={f'repo/{digest}': b'9876543210'}),
        'file beside': forged(good, tmp_path, files={'repo/../../evil': b''}),
        'old version': forged(
            good, tmp_path, files={'metadata.json': b'{"export_version": "0.4", "key_format": "sha256"}'}
        ),
        'running': elsewhere(
            good, tmp_path, "UPDATE db_dbnode SET attributes = json_remove(attributes, '$.sealed')"
        ),
    }
    before = orm.QueryBuilder().append(orm.Node).count()
    for name, archive in bad.items():
        assert is_problem(send(alice, archive), 422), name
    assert orm.QueryBuilder().append(orm.Node).count() == before
