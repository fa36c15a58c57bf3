"""Models as files: what is taken, and what is refused before anything is stored."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.archives.export import export
from nanoos_plugins.archives.models import export_model, import_model
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION, write
from nanoos_plugins.storage.shares import Viewer
from tests.archives.forge import forged
from tests.data.learnt import METRICS, imported, learnt, model_of

#: Model, arrays, training and what it was given; data set, rows left out, import, file and settings.
NODES = 10


@pytest.fixture(scope='module')
def model(profile: object, tmp_path_factory: pytest.TempPathFactory) -> Model:
    found = model_of(imported('coppers'), tmp_path_factory.mktemp('model'), 'always a hundred')
    found.stage = 'production'
    return found


@pytest.fixture(scope='module')
def archive(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('archive') / 'model.aiida'
    told = export_model(model, Viewer(model.user.pk), path)
    assert told['sha256'] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told['digest'] == model.base.attributes.get('digest')
    assert told['nodes'] == NODES
    return path


def owned_by(user: orm.User) -> list[str]:
    query = orm.QueryBuilder().append(orm.User, filters={'id': user.pk}, tag='user')
    return query.append(orm.Node, with_user='user', project='uuid').all(flat=True)


def test_another_user_gets_all_of_it_once(archive: Path, model: Model) -> None:
    bob = orm.User(email=f'{uuid4()}@models.test').store()
    done = import_model(archive, bob, model.base.attributes.get('digest'))
    assert (done.new, done.existing, done.reissued) == (NODES, 0, NODES), "the owner's nodes are not bob's"
    copy = orm.load_node(done.pk)
    assert copy.user.pk == bob.pk
    assert copy.stage == 'candidate', 'how far it has come is not for an archive to say'
    assert copy.load().model.kind == 'dummy'
    made = copy.creator.inputs.dataset
    assert isinstance(made, Dataset)
    assert made.targets.tolist() == imported('coppers').targets.tolist()
    assert made.creator.inputs.file.filename == 'k.json'
    again = import_model(archive, bob)
    assert (again.pk, again.new, again.existing) == (done.pk, 0, NODES)
    assert len(owned_by(bob)) == NODES


def test_its_owner_gets_nothing_new(archive: Path, model: Model) -> None:
    done = import_model(archive, model.user)
    assert (done.pk, done.new, done.existing, done.reissued) == (model.pk, 0, NODES, 0)
    assert orm.load_node(model.pk).stage == 'production'


def test_a_file_that_is_there_is_not_written_over(archive: Path, model: Model) -> None:
    before = archive.read_bytes()
    with pytest.raises(FileExistsError, match='is there already'):
        export_model(model, Viewer(model.user.pk), archive)
    assert archive.read_bytes() == before
    assert list(archive.parent.iterdir()) == [archive]


def test_a_stranger_exports_nothing(model: Model, tmp_path: Path) -> None:
    stranger = orm.User(email=f'{uuid4()}@models.test').store()
    with pytest.raises(LookupError):
        export_model(model, Viewer(stranger.pk), tmp_path / 'a.aiida')
    assert list(tmp_path.iterdir()) == []


def keys_of(archive: bytes, node_type: str, tmp_path: Path) -> dict[str, str]:
    """Return the keys of the files of the only node of a type."""
    path = tmp_path / f'{uuid4()}.sqlite3'
    path.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read('db.sqlite3'))
    with sqlite3.connect(path) as database:
        statement = 'SELECT repository_metadata FROM db_dbnode WHERE node_type = ?'
        ((text,),) = database.execute(statement, (node_type,)).fetchall()
    return {name: entry['k'] for name, entry in json.loads(text)['o'].items()}


MODEL, DATASET = 'data.nanoos.model.Model.', 'data.nanoos.dataset.Dataset.'


class Forger:
    """Changes files and attributes of a node in an archive, and the keys of the files with them."""

    def __init__(self, archive: Path, tmp_path: Path) -> None:
        self.archive, self.tmp_path = archive.read_bytes(), tmp_path

    def file(self, name: str, node_type: str = MODEL) -> bytes:
        key = keys_of(self.archive, node_type, self.tmp_path)[name]
        return zipfile.ZipFile(io.BytesIO(self.archive)).read(f'repo/{key}')

    def put(self, name: str, content: bytes, node_type: str = MODEL, honest: bool = True) -> None:
        """Put another content into a file; an honest one has a key that is its sum."""
        key = keys_of(self.archive, node_type, self.tmp_path)[name]
        new = hashlib.sha256(content).hexdigest() if honest else key
        change = f"UPDATE db_dbnode SET repository_metadata = replace(repository_metadata, '{key}', '{new}')"
        self.archive = forged(self.archive, self.tmp_path, [change], {f'repo/{new}': content})

    def tell(self, key: str, value: Any) -> None:
        """Put another value into an attribute of the model."""
        change = (
            f"UPDATE db_dbnode SET attributes = json_set(attributes, '$.{key}', json('{json.dumps(value)}')) "
            f"WHERE node_type = '{MODEL}'"
        )
        self.archive = forged(self.archive, self.tmp_path, [change])


def flip(forger: Forger, honest: bool) -> None:
    content = bytearray(forger.file(ARRAYS))
    content[-1] ^= 1
    forger.put(ARRAYS, bytes(content), honest=honest)


def without_elements(forger: Forger) -> None:
    folder = forger.tmp_path / 'none'
    described = json.loads(forger.file(DESCRIPTION)) | {'elements': []}
    digest = write(folder, {key: value for key, value in described.items() if key != 'digest'}, {})
    for name in (DESCRIPTION, ARRAYS):
        forger.put(name, (folder / name).read_bytes())
    forger.tell('digest', digest)
    forger.tell('elements', [])


def pickled_table(forger: Forger) -> None:
    content = io.BytesIO()
    np.savez(content, targets=np.array([{'any': 'object'}], dtype=object))
    forger.put('table.npz', content.getvalue(), DATASET)


FORGERIES: dict[str, tuple[Callable[[Forger], object], str]] = {
    'changed byte': (lambda forger: flip(forger, honest=False), 'another content than its SHA-256 sum'),
    'changed byte, its sum as well': (lambda forger: flip(forger, honest=True), 'wrong digest'),
    'digest of another': (lambda forger: forger.tell('digest', '0' * 64), 'wrong digest: expected 0000'),
    'no digest': (lambda forger: forger.tell('digest', None), 'has no digest'),
    'pickle': (
        lambda forger: forger.put(ARRAYS, b'\x80\x04' + forger.file(ARRAYS)),
        'is a pickle, which could run any program',
    ),
    'no elements': (without_elements, 'does not name the elements'),
    'better than it is': (
        lambda forger: forger.tell('metrics', METRICS | {'mae': 0.1}),
        'its attribute metrics is not what its model.json says',
    ),
    'pickle in the data': (pickled_table, "'targets.npy' in its table.npz is a pickle"),
    'no table': (
        lambda forger: forger.put('table.npz', b'PK\x03\x04 and no more', DATASET),
        'its table.npz cannot be read',
    ),
}


@pytest.mark.parametrize('name', FORGERIES)
def test_a_forged_model_is_refused_and_nothing_is_stored(archive: Path, tmp_path: Path, name: str) -> None:
    forge, said = FORGERIES[name]
    forger = Forger(archive, tmp_path)
    forge(forger)
    path = tmp_path / 'forged.aiida'
    path.write_bytes(forger.archive)
    carol = orm.User(email=f'{uuid4()}@models.test').store()
    before = orm.QueryBuilder().append(orm.Node).count()
    with pytest.raises(ValueError, match=said):
        import_model(path, carol)
    assert owned_by(carol) == []
    assert orm.QueryBuilder().append(orm.Node).count() == before


def test_what_is_no_archive_of_one_model_is_refused(archive: Path, model: Model, tmp_path: Path) -> None:
    dataset = model.creator.inputs.dataset
    viewer = Viewer(model.user.pk)
    export(viewer, tmp_path / 'data.aiida', [dataset.uuid], [], 100, 10**8)
    export(viewer, tmp_path / 'two.aiida', [dataset.uuid, model.uuid], [], 100, 10**8)
    (tmp_path / 'none.aiida').write_bytes(b'no zip file')
    for name, said in (
        ('data', f'is of the node {dataset.uuid}, which is no model in it'),
        ('two', 'expected an archive of one model, got one of 2 nodes'),
        ('none', 'none.aiida: this is no AiiDA archive'),
    ):
        with pytest.raises(ValueError, match=said):
            import_model(tmp_path / f'{name}.aiida', model.user)
    with pytest.raises(ValueError, match='has the digest .*, expected abc'):
        import_model(archive, model.user, 'abc')


def test_the_checkpoint_in_a_file_is_the_one_that_was_learnt(archive: Path, tmp_path: Path) -> None:
    learnt().save(tmp_path / 'same', pretrained='chgnet-0.3.0', metrics=METRICS)
    assert Forger(archive, tmp_path).file(ARRAYS) == (tmp_path / 'same' / ARRAYS).read_bytes()
