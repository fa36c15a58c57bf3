"""Structures over HTTP: uploaded, built, exported; bad files leave nothing behind; nobody sees others'."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.writes import structures
from nanoos_plugins.calculations.build import bulk as bulk_builder
from nanoos_plugins.data import structure_file
from nanoos_plugins.runners.parse_structure import MAX_BYTES
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_materials import make, nodes
from tests.contract.test_bad_inputs import BAD, CUBE

CUBE_CIF = CUBE + 'Cu1 0 0 0 1\n'
COPPER = '4\nLattice="3.6 0 0 0 3.6 0 0 0 3.6" Properties=species:S:1:pos:R:3 pbc="T T T"\n' + (
    'Cu 0 0 0\nCu 0 1.8 1.8\nCu 1.8 0 1.8\nCu 1.8 1.8 0\n'
)
#: What the command line's list of bad files has, but for the one that is too large for any body.
SMALL = {name: content for name, (content, _) in BAD.items() if len(content) < 1_000_000}


def upload(person: Person, filename: str, content: str | bytes, path: str = '', **fields: Any) -> Any:
    binary = content if isinstance(content, bytes) else content.encode()
    return person.http('POST', f'/structures{path}', files={'file': (filename, binary)}, data=fields)


def send(person: Person, filename: str, content: str, path: str = '', **fields: Any) -> Any:
    body = {'filename': filename, 'content': content, **fields}
    return person.http('POST', f'/structures{path}', json=body)


def build(person: Person, builder: str, parameters: dict[str, Any], **body: Any) -> Any:
    return person.http('POST', f'/structures/build/{builder}', json={'parameters': parameters, **body})


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_structure_as_json_and_as_a_form_is_the_same(alice: Person) -> None:
    material_id = make(alice)['material_id']
    by_json = made(send(alice, 'copper.xyz', COPPER, material_id=material_id))
    by_form = made(upload(alice, 'copper.xyz', COPPER, material_id=material_id))
    for found in (by_json, by_form):
        assert found['formula'] == 'Cu'
        assert found['number_of_atoms'] == 4
        assert found['dimensionality'] == 3
        assert found['space_group'] == 'Fm-3m (225)'
        assert (found['origin'], found['format']) == ('uploaded', 'XYZ')
        assert found['material_id'] == material_id
        assert found['symbols'] == ['Cu'] * 4
        assert found['pbc'] == [True] * 3
        np.testing.assert_allclose(found['cell'], np.eye(3) * 3.6)
        np.testing.assert_allclose(found['positions'][3], [1.8, 1.8, 0])
        # Copper: 4 × 63.546 u in (3.6 Å)³.
        assert found['density'] == pytest.approx(9.046, abs=1e-3)
        node = orm.load_node(found['uuid'])
        assert node.user.email == alice.email
        assert node.creator.process_label == 'import_structure'
        assert node.creator.inputs.file.get_content() == COPPER
    below = alice.http('GET', f'/materials/{material_id}/structures').json()['items']
    assert [row['uuid'] for row in below] == [by_form['uuid'], by_json['uuid']]


@pytest.mark.parametrize('way', [upload, send])
def test_a_file_name_that_is_not_ascii_is_kept_without_folders(alice: Person, way: Any) -> None:
    found = made(way(alice, '../../etc/Kupfer-Ü-铜.cif', CUBE_CIF))
    assert orm.load_node(found['uuid']).creator.inputs.file.filename == 'Kupfer-Ü-铜.cif'
    # A new material under its formula.
    assert alice.http('GET', f'/materials/{found["material_id"]}').json()['name'] == 'Cu'


@pytest.mark.parametrize('name', SMALL)
@pytest.mark.parametrize('path', ['', '/parse'])
def test_a_bad_file_is_refused_and_leaves_no_node(alice: Person, name: str, path: str) -> None:
    before = nodes()
    content, reason = BAD[name]
    answer = upload(alice, name, content, path)
    assert is_problem(answer, 422)
    assert reason.replace('--format', 'format') in answer.json()['detail']
    if isinstance(content, str):
        assert send(alice, name, content, path).json()['detail'] == answer.json()['detail']
    assert nodes() == before


def test_a_file_that_is_too_large_is_refused(alice: Person, app: FastAPI) -> None:
    before = nodes()
    assert is_problem(upload(alice, 'large.cif', b' ' * (MAX_BYTES + 1)), 413)
    assert is_problem(upload(alice, 'huge.cif', b' ' * (app.state.settings.max_upload_bytes + 1)), 413)
    assert is_problem(send(alice, 'large.cif', ' ' * (app.state.settings.max_body_bytes + 1)), 413)
    assert nodes() == before


def test_bad_requests_are_refused_and_leave_no_node(alice: Person, bob: Person) -> None:
    hidden = make(bob)['material_id']
    before = nodes()
    for filename in ('', '..', '/', 'a\nb.cif', 'a\x00.cif', 'n' * 252 + '.cif'):
        assert is_problem(send(alice, filename, CUBE_CIF), 422), filename
    for fields in (
        {'index': 'first'},
        {'index': 10**9},
        {'index': 7},
        {'format': 'nothing'},
        {'format': '--help'},
        {'unknown': 'x'},
        {'name': ' '},
        {'name': 'a', 'material_id': make(alice)['material_id']},
    ):
        before = nodes()
        assert is_problem(upload(alice, 'a.cif', CUBE_CIF, **fields), 422), fields
        assert is_problem(send(alice, 'a.cif', CUBE_CIF, **fields), 422), fields
        assert nodes() == before, fields
    assert is_problem(send(alice, 'a.cif', CUBE_CIF, material_id=hidden), 404)
    assert is_problem(send(alice, 'a.cif', CUBE_CIF, material_id='nothing'), 404)
    post = {'method': 'POST', 'path': '/structures'}
    as_json = {'Content-Type': 'application/json'}
    assert is_problem(alice.http(**post, files={'other': ('a.cif', b'x')}), 422)
    assert is_problem(alice.http(**post, content=b'[' * 100_000, headers=as_json), 422)
    assert is_problem(alice.http(**post, content=b'[]', headers=as_json), 422)
    assert is_problem(alice.http(**post, content=b'\xff', headers=as_json), 422)
    surrogate = b'{"filename": "\\ud800.cif", "content": "\\udfff"}'
    assert is_problem(alice.http(**post, content=surrogate, headers=as_json), 422)
    assert is_problem(alice.http(**post, content=b'x', headers={'Content-Type': 'text/plain'}), 415)
    form = {'Content-Type': 'multipart/form-data; boundary=b'}
    assert is_problem(alice.http(**post, content=b'no form', headers=form), 400)
    broken = {'Content-Type': 'multipart/form-data'}
    assert is_problem(alice.http(**post, content=b'no form', headers=broken), 400)
    assert nodes() == before


def test_parsing_stores_nothing(alice: Person) -> None:
    before = nodes()
    two = COPPER + COPPER.replace('3.6', '3.7')
    answer = upload(alice, 'two.xyz', two, '/parse', index=-1)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found['cell'][0] == [3.7, 0, 0]
    # The face-centred cube, complete up to its boundaries.
    assert len(found['view']['positions']) == 14
    assert (found['format'], found['formula'], found['dimensionality']) == ('XYZ', 'Cu', 3)
    both = upload(alice, 'two.xyz', two, '/parse')
    assert is_problem(both, 422)
    assert 'choose one with index' in both.json()['detail']
    assert nodes() == before


def test_nobody_uploads_without_a_token(client: TestClient, alice: Person) -> None:
    files = {'file': ('a.cif', CUBE_CIF.encode())}
    for path in ('/api/structures', '/api/structures/parse'):
        assert is_problem(client.post(path, files=files), 401)
    token = alice.http('POST', '/auth/tokens', json={'name': 'r', 'scopes': ['read']}).json()['token']
    headers = {'Authorization': f'Bearer {token}'}
    assert is_problem(client.post('/api/structures', files=files, headers=headers), 403)
    assert client.post('/api/structures/parse', files=files, headers=headers).status_code == 200


def test_lists_by_attributes(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    copper = made(send(person, 'copper.xyz', COPPER))
    slab = made(build(person, 'slab', {'miller': [1, 1, 1]}, structure=copper['uuid']))

    def listed(query: str) -> list[str]:
        answer = person.http('GET', f'/structures?{query}')
        assert answer.status_code == 200, answer.text
        return [row['uuid'] for row in answer.json()['items']]

    assert listed('') == [slab['uuid'], copper['uuid']]
    for query in ('origin=uploaded', 'format=XYZ', 'number_of_atoms=4', 'space_group=Fm-3m%20(225)'):
        assert listed(query) == [copper['uuid']], query
    assert listed('dimensionality=2') == [slab['uuid']]
    assert listed('elements=Cu') == [slab['uuid'], copper['uuid']]
    assert listed('elements=C') == listed('elements=Cu,O') == []
    assert listed('formula=Cu&origin=generated') == [slab['uuid']]
    assert listed(f'material_id={copper["material_id"]}') == [slab['uuid'], copper['uuid']]
    page = person.http('GET', '/structures?limit=1').json()
    rest = person.http('GET', f'/structures?limit=1&after={page["after"]}').json()
    assert [row['uuid'] for row in page['items'] + rest['items']] == listed('')
    assert rest['after'] is None
    for bad in (
        'origin=stolen',
        'elements=Q',
        'number_of_atoms=1e30',
        'number_of_atoms=99999999999999999999',
        'limit=201',
    ):
        assert is_problem(person.http('GET', f'/structures?{bad}'), 422), bad


def test_what_others_have_is_not_there(alice: Person, bob: Person) -> None:
    structure = made(send(alice, 'secret.xyz', COPPER))
    uuid, none = structure['uuid'], '0' * 8 + structure['uuid'][8:]
    for below in ('', '/export', '/export?format=json', '/symmetry', '/viewer?repeat=2,2,2'):
        hidden = bob.http('GET', f'/structures/{uuid}{below}')
        missing = bob.http('GET', f'/structures/{none}{below}')
        assert is_problem(hidden, 404)
        assert hidden.json()['detail'].replace(uuid, none) == missing.json()['detail']
    assert is_problem(build(bob, 'supercell', {'repeat': [1, 1, 2]}, structure=uuid), 404)
    listed = bob.http('GET', f'/structures?material_id={structure["material_id"]}').json()
    assert listed == {'items': [], 'after': None}
    # Something else than a structure is none, also for whom it belongs to.
    material = make(alice)['uuid']
    assert is_problem(alice.http('GET', f'/structures/{material}'), 404)
    assert is_problem(alice.http('GET', '/structures/nothing'), 422)


def test_builders_build_and_refuse_without_a_trace(alice: Person) -> None:
    start = made(build(alice, 'bulk', {'formula': 'Cu', 'cubic': True}))
    double = made(build(alice, 'supercell', {'repeat': [2, 1, 1]}, structure=start['uuid']))
    assert double['number_of_atoms'] == 8
    assert double['origin'] == 'generated'
    # Below the material of what it was made from.
    assert double['material_id'] == start['material_id']
    named = made(build(alice, 'bulk', {'formula': 'Ag'}, name='argentum of the api'))
    assert alice.http('GET', f'/materials/{named["material_id"]}').json()['name'] == 'argentum of the api'
    before = nodes()
    refused = [
        ('bulk', {'formula': 'Zz'}, {}),
        ('bulk', {}, {}),
        ('bulk', {'formula': 'Cu', 'unknown': 1}, {}),
        ('bulk', {'formula': 'Cu'}, {'structure': start['uuid']}),
        ('nanotube', {'n': 3, 'm': 5}, {}),
        ('supercell', {'repeat': [2, 1, 1]}, {}),
        ('supercell', {'repeat': [200, 200, 200]}, {'structure': start['uuid']}),
        ('supercell', {'repeat': [10**17, 10**17, 1]}, {'structure': start['uuid']}),
        ('supercell', {'repeat': [2, 1, 1]}, {'structure': 'nothing'}),
        ('vacancy', {'sites': [99]}, {'structure': start['uuid']}),
        ('strain', {'strain': []}, {'structure': start['uuid']}),
        ('nothing', {}, {}),
    ]
    for builder, parameters, body in refused:
        assert is_problem(build(alice, builder, parameters, **body), 422), (builder, parameters)
    assert nodes() == before


def test_what_the_daemon_has_made_meanwhile_is_found(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    made(build(person, 'bulk', {'formula': 'Cu'}))
    with acting_as(person.user):
        late = orm.StructureData(ase=bulk('Ag', cubic=True)).store()
    double = made(build(person, 'supercell', {'repeat': [1, 1, 2]}, structure=late.uuid))
    assert double['number_of_atoms'] == 8
    # Made without our attributes: they are null.
    found = person.http('GET', f'/structures/{late.uuid}').json()
    assert (found['origin'], found['formula'], found['symbols']) == (None, None, ['Ag'] * 4)


def test_what_is_stored_is_not_read_or_built_again_where_all_wait(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError('read or built again')

    content = f'1\nPbc="F F F"\nCu 0 0 {time.time()}\n'.encode()
    text = structure_file.reading(content, 'a.xyz')
    made = structures.build('bulk', {'formula': 'Cu', 'a': 3.7}, None)
    structure_file._READINGS.clear()
    monkeypatch.setattr(structure_file, '_read', again)
    monkeypatch.setattr(bulk_builder, 'bulk', again)
    with acting_as(alice.user):
        uuid = structures.import_structure('a.xyz', b64encode(content).decode(), text)['uuid']
        built = structures.build_structure('bulk', {'formula': 'Cu', 'a': 3.7}, made)
    imported, copper = orm.load_node(uuid), orm.load_node(built)
    assert isinstance(imported, orm.StructureData) and isinstance(copper, orm.StructureData)
    assert imported.get_formula() == copper.get_formula() == 'Cu'
    assert copper.get_cell_volume() == pytest.approx(3.7**3 / 4)
    assert copper.base.attributes.get('space_group') == 'Fm-3m (225)'
