"""One structure over HTTP: its file, its symmetry, what a viewer draws; and that nothing runs for ever."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import numpy as np
import psutil
import pytest
from aiida import orm
from ase.io import read

from api.routes import structure_detail
from nanoos_plugins.graph.structures import atoms_of, find_structure
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_materials import nodes
from tests.api.test_structures import COPPER, build, made, send, upload


@pytest.mark.parametrize(
    ('format', 'ase_format'), [('cif', 'cif'), ('poscar', 'vasp'), ('xyz', 'extxyz'), ('json', None)]
)
def test_an_export_can_be_uploaded_again(alice: Person, format: str, ase_format: str | None) -> None:
    uuid = made(send(alice, 'copper.xyz', COPPER))['uuid']
    answer = alice.http('GET', f'/structures/{uuid}/export?format={format}')
    assert answer.status_code == 200
    name = answer.headers['content-disposition'].split('"')[1]
    if ase_format is not None:
        atoms = read(StringIO(answer.text), format=ase_format)
        np.testing.assert_allclose(atoms.cell.lengths(), 3.6)
    again = upload(alice, name, answer.text, '/parse')
    assert again.status_code == 200, again.text
    assert again.json()['symbols'] == ['Cu'] * 4


def test_symmetry_is_that_of_the_crystal(alice: Person) -> None:
    uuid = made(build(alice, 'bulk', {'formula': 'MgO', 'crystal': 'rocksalt', 'a': 4.2}))['uuid']
    found = alice.http('GET', f'/structures/{uuid}/symmetry').json()
    assert (found['space_group'], found['number'], found['point_group']) == ('Fm-3m', 225, 'm-3m')
    assert sorted(found['wyckoff']) == ['a', 'b']
    np.testing.assert_allclose(found['lengths'], [4.2] * 3)
    np.testing.assert_allclose(found['angles'], [90] * 3)
    # The primitive cell has those of the point group; the cubic one each of them four times.
    assert found['operations'] == 48
    cubic = made(build(alice, 'bulk', {'formula': 'MgO', 'crystal': 'rocksalt', 'a': 4.2, 'cubic': True}))
    assert alice.http('GET', f'/structures/{cubic["uuid"]}/symmetry').json()['operations'] == 4 * 48
    slab = made(build(alice, 'slab', {'miller': [1, 0, 0]}, structure=uuid))['uuid']
    answer = alice.http('GET', f'/structures/{slab}/symmetry')
    assert is_problem(answer, 422)
    assert '2-dimensional' in answer.json()['detail']


def test_symmetry_is_looked_for_within_a_tolerance(alice: Person) -> None:
    uuid = made(send(alice, 'copper.xyz', COPPER.replace('0 1.8 1.8', '0 1.8 1.83')))['uuid']
    numbers = {
        tolerance: alice.http('GET', f'/structures/{uuid}/symmetry?tolerance={tolerance}').json()['number']
        for tolerance in (0.01, 0.1)
    }
    assert numbers[0.1] == 225 > numbers[0.01]
    for tolerance in (0, -1, 1.5, 'nan', 'wide'):
        answer = alice.http('GET', f'/structures/{uuid}/symmetry?tolerance={tolerance}')
        assert is_problem(answer, 422), tolerance


def test_the_view_is_complete_up_to_the_boundaries(alice: Person) -> None:
    uuid = made(send(alice, 'copper.xyz', COPPER))['uuid']
    view = alice.http('GET', f'/structures/{uuid}/viewer').json()
    # The face-centred cube: 8 corners, 6 faces; the middle of a face touches 4 corners and 4 other middles.
    assert len(view['positions']) == len(view['symbols']) == len(view['sites']) == 14
    assert view['sites'].count(0) == 8
    assert len(view['edges']) == 12
    assert len(view['bonds']) == 6 * 4 + 6 * 4 // 2
    positions = np.array(view['positions'])
    for one, other in view['bonds']:
        np.testing.assert_allclose(np.linalg.norm(positions[one] - positions[other]), 3.6 / np.sqrt(2))
    double = alice.http('GET', f'/structures/{uuid}/viewer?repeat=2,1,1').json()
    assert len(double['positions']) == 23
    np.testing.assert_allclose(np.ptp(double['positions'], axis=0), [7.2, 3.6, 3.6])
    assert len({tuple(np.round(place, 6)) for place in double['positions']}) == 23
    for repeat in ('0,1,1', '1,1', '1,1,1,1', 'a,b,c', '-1,1,1', '99,99,99'):
        assert is_problem(alice.http('GET', f'/structures/{uuid}/viewer?repeat={repeat}'), 422), repeat
    molecule = made(send(alice, 'water.xyz', '3\n\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n'))['uuid']
    assert len(alice.http('GET', f'/structures/{molecule}/viewer').json()['bonds']) == 2
    assert is_problem(alice.http('GET', f'/structures/{molecule}/viewer?repeat=2,1,1'), 422)


def test_a_partially_occupied_structure_is_told_of_but_not_drawn(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    with acting_as(person.user):
        structure = orm.StructureData(cell=np.eye(3).tolist())
        structure.append_atom(position=(0, 0, 0), symbols=['Cu', 'Ag'], weights=[0.4, 0.5], name='mixed')
        structure.store()
    assert person.http('GET', f'/structures/{structure.uuid}').json()['symbols'] == ['mixed']
    for below in ('export', 'symmetry', 'viewer'):
        assert is_problem(person.http('GET', f'/structures/{structure.uuid}/{below}'), 422)


def test_atoms_are_those_of_the_node(copper: Callable[[], orm.StructureData]) -> None:
    node = copper()
    found = atoms_of(find_structure(node.uuid)['attributes'])
    assert found == node.get_ase()


def test_what_takes_too_long_is_ended(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure_detail, 'MOST_SECONDS', 0.05)
    before = nodes()
    energies = {'111': 1.0, '987': 1.2, '100': 1.1}
    parameters = {'element': 'Au', 'atoms': 20_000, 'surface_energies': energies}
    answer = build(alice, 'nanoparticle', parameters)
    assert is_problem(answer, 422)
    assert '0.05 s' in answer.json()['detail']
    assert nodes() == before
    children = psutil.Process().children()
    busy = [child for child in children if 'anyio.to_process' in ' '.join(child.cmdline())]
    assert not [child for child in busy if child.cpu_percent(0.5) > 50]
