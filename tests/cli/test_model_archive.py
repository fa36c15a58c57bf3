"""`nanoos model export | import`: from one instance to another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from aiida.tools import delete_nodes
from aiida.tools.archive.implementations.sqlite_zip.main import ArchiveFormatSqlZip
from ase.build import bulk

from nanoos_plugins.archives.models import export_model
from nanoos_plugins.data.model import Model
from nanoos_plugins.graph.models import list_models
from nanoos_plugins.launch import run
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Viewer
from tests.data.learnt import imported, model_of

Ask = Callable[..., Any]

ELSEWHERE = """
import json, sys
from click.testing import CliRunner
from nanoos_plugins.cli.root import nanoos

def ask(*arguments):
    done = CliRunner().invoke(nanoos, [*arguments, '--json'])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)

ask('profile', 'create', 'embedded', '--email', 'somebody@elsewhere.test')
from aiida import orm
from ase.build import bulk
told = [ask('model', 'import', sys.argv[1], '--digest', sys.argv[2]) for _ in range(2)]
count = orm.QueryBuilder().append(orm.Node).count()
copper = orm.StructureData(ase=bulk('Cu', a=3.6)).store()
said = ask('model', 'predict', told[0]['uuid'], str(copper.pk))
code = orm.load_node(told[0]['uuid']).creator.inputs.code
print(json.dumps({'told': told, 'count': count, 'shown': ask('model', 'show', told[0]['uuid']), 'said': said,
                  'listed': ask('model', 'list')['models'],
                  'code': [code.label, code.computer.label, code.user.email]}))
"""


@pytest.fixture(scope='module')
def model(engine_code: Callable[[str], orm.AbstractCode]) -> Model:
    """Return a model that was trained on a data set out of a file."""
    inputs = {
        'code': engine_code('mlip'),
        'dataset': imported('coppers', 30),
        'name': 'median',
        'parameters': orm.Dict({'model': 'dummy', 'calibration': 0.4}),
    }
    node = run('nanoos.train', inputs)
    assert node.is_finished_ok, node.exit_message
    made: Model = node.outputs.model
    return made


@pytest.fixture(scope='module')
def file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('exported') / 'median.aiida'
    export_model(model, Viewer(model.user.pk), path)
    return path


def test_a_model_goes_to_another_instance_and_works_there(asked: Ask, model: Model, tmp_path: Path) -> None:
    file = tmp_path / 'median.aiida'
    written = asked('model', 'export', model.pk, file)
    assert written['digest'] == model.base.attributes.get('digest')
    assert written['bytes'] == file.stat().st_size
    home = tmp_path / 'elsewhere'
    done = subprocess.run(
        [sys.executable, '-c', ELSEWHERE, str(file), written['digest']],
        env={**os.environ, 'NANOOS_HOME': str(home), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    first, second = found['told']
    assert (first['uuid'], first['new'], first['existing']) == (model.uuid, written['nodes'], 0)
    assert (second['uuid'], second['new'], second['existing']) == (model.uuid, 0, written['nodes'])
    assert found['count'] == written['nodes']
    # all that the model came from is there, and that of its data
    assert found['shown']['dataset']['name'] == 'coppers'
    assert found['shown']['lineage'] == {'sources': 2, 'structures': 0, 'calculations': {}}
    assert found['shown']['digest'] == written['digest']
    assert found['code'] == [model.creator.inputs.code.label, 'nanoos-imported', 'somebody@elsewhere.test']
    here = asked('model', 'predict', model.pk, orm.StructureData(ase=bulk('Cu', a=3.6)).store().pk)
    for key in ('value', 'low', 'high', 'messages'):
        assert found['said']['predictions'][0][key] == here['predictions'][0][key]
    assert [(one['uuid'], one['owner'], one['stage'], one['version']) for one in found['listed']] == [
        (model.uuid, 'somebody@elsewhere.test', 'candidate', 1)
    ]


def test_what_is_here_already_is_said(invoke: Ask, file: Path, model: Model) -> None:
    result = invoke('model', 'import', file)
    assert result.exit_code == 0, result.stderr
    assert f'model median (pk {model.pk}): it was here already: nothing was stored' in result.stdout


def test_a_model_for_everybody_is_the_systems(asked: Ask, file: Path, model: Model) -> None:
    def of_the_system() -> set[int]:
        query = orm.QueryBuilder().append(orm.Node, project='id', tag='node')
        return set(query.append(orm.User, with_node='node', filters={'email': SYSTEM_EMAIL}).all(flat=True))

    before = of_the_system()
    try:
        done = asked('model', 'import', file, '--system')
        provided = orm.load_node(done['pk'])
        assert provided.user.email == SYSTEM_EMAIL
        assert provided.pk != model.pk
        assert asked('model', 'import', file, '--system')['new'] == 0
    finally:
        # other tests ask what everybody sees
        delete_nodes(of_the_system() - before, dry_run=False)


def test_the_file_is_an_archive_of_aiida(asked: Ask, file: Path, model: Model) -> None:
    kind = ArchiveFormatSqlZip()
    with kind.open(file, 'r') as reader:
        assert reader.get_metadata()['creation_parameters']['entities_starting_set']['node'] == [model.uuid]
        assert reader.get(Model, uuid=model.uuid).metrics == model.metrics
    assert asked('model', 'import', file)['archive_version'] == kind.read_version(file)


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('import', '{file}', '--digest', 'abc'), 'expected abc'),
        (('import', '{text}'), 'this is no AiiDA archive'),
        (('export', '{pk}', '{file}'), 'is there already: choose another name'),
        (('export', '999999999', '{text}'), 'No result was found'),
    ],
)
def test_what_is_refused_is_told_in_a_line(
    invoke: Ask, file: Path, model: Model, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    text = tmp_path / 'text.aiida'
    text.write_text('a text')
    result = invoke('model', *(one.format(file=file, text=text, pk=model.pk) for one in arguments))
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_models_of_one_name_are_versions(asked: Ask, tmp_path: Path) -> None:
    dataset = imported('versions')
    pks = [model_of(dataset, tmp_path / str(number), 'of many').pk for number in range(3)]
    versions = {one['pk']: one['version'] for one in asked('model', 'list')['models']}
    assert [versions[pk] for pk in pks] == [1, 2, 3]
    assert asked('model', 'show', pks[1])['version'] == 2
    owner, stranger = dataset.user, orm.User(email='stranger@models.test').store()
    found, _ = list_models(viewer=Viewer(owner.pk))
    assert {one['pk']: one['version'] for one in found}[pks[2]] == 3
    assert pks[2] not in [one['pk'] for one in list_models(viewer=Viewer(stranger.pk))[0]]
