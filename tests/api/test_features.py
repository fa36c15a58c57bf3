"""Features and similar structures over HTTP: computed once, and hidden with their structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk

from nanoos_plugins.data.features import Features
from nanoos_plugins.ml.descriptors import OF_CRYSTAL
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import share
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count, ended


def stored(person: Person, atoms: Atoms) -> str:
    with acting_as(person.user):
        return str(orm.StructureData(ase=atoms).store().uuid)


def features_of(structure: str) -> Features:
    query = orm.QueryBuilder().append(Features, filters={'attributes.structure': structure})
    return query.one()[0]  # type: ignore[no-any-return]


def batches(person: Person) -> int:
    query = orm.QueryBuilder().append(orm.User, filters={'id': person.user.pk}, tag='user')
    kind = {'process_type': 'aiida.calculations:nanoos.features'}
    return query.append(orm.CalcJobNode, with_user='user', filters=kind).count()


@pytest.fixture(scope='module')
def crystals(alice: Person, daemon: None, engine_code: Callable[[str], orm.AbstractCode]) -> dict[str, str]:
    """Return structures of alice's by name; one can have no features, and one nobody makes any of."""
    engine_code('mlip')
    copper = bulk('Cu', a=3.61)
    turned = copper.repeat((2, 1, 1))
    turned.rotate(40, (1, 2, 3), rotate_cell=True)
    return {
        'copper': stored(alice, copper),
        'turned': stored(alice, turned),
        'silver': stored(alice, bulk('Ag', a=4.09)),
        'salt': stored(alice, bulk('NaCl', 'rocksalt', a=5.64)),
        'argon': stored(alice, Atoms('Ar', cell=[20] * 3, pbc=True)),
        'bare': stored(alice, bulk('Au', a=4.08)),
    }


@pytest.fixture(scope='module')
def made(alice: Person, crystals: dict[str, str]) -> dict[str, Any]:
    """Return the answer to the request for features of them, when its job has ended."""
    asked = [uuid for name, uuid in crystals.items() if name != 'bare']
    answer = alice.http('POST', '/ml/features', json={'structures': asked})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    assert [one['structure'] for one in told['structures']] == asked
    assert {one['job'] for one in told['structures']} == {told['job']['uuid']}
    # while it runs nobody starts another one
    again = alice.http('POST', f'/ml/features/structure/{crystals["copper"]}')
    assert (again.status_code, again.json()['uuid']) == (202, told['job']['uuid'])
    assert is_problem(alice.http('GET', f'/ml/features/structure/{crystals["copper"]}'), 404)
    job = ended(alice, told['job']['uuid'])
    assert (job['status'], job['workflow']) == ('COMPLETED', 'aiida.calculations:nanoos.features'), job
    return told


def test_features_are_there_at_once_when_they_have_been_computed(
    alice: Person, crystals: dict[str, str], made: dict[str, Any]
) -> None:
    before = count(alice)
    for method in ('GET', 'POST'):
        answer = alice.http(method, f'/ml/features/structure/{crystals["copper"]}')
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told['structure'], told['pretrained']) == (crystals['copper'], 'chgnet-0.3.0')
        node = orm.load_node(told['features'])
        assert isinstance(node, Features)
        assert told['embedding'] == node.base.attributes.get('pooled')
        descriptors = {one['name']: one for one in told['descriptors']}
        assert list(descriptors) == list(OF_CRYSTAL)
        assert descriptors['density'] == {
            'name': 'density',
            'value': pytest.approx(8970, 0.01),
            'unit': 'kg/m³',
        }
        assert descriptors['coordination']['value'] == 12
    answer = alice.http('POST', '/ml/features', json={'structures': [crystals['copper'], crystals['argon']]})
    assert answer.status_code == 200
    copper, argon = answer.json()['structures']
    assert (copper['features'], copper['job']) == (told['features'], None)
    assert 'isolated atom' in argon['problem']
    assert (argon['features'], argon['job'], answer.json()['job']) == (None, None, None)
    assert count(alice) == before


def test_what_can_have_none_says_why(alice: Person, crystals: dict[str, str], made: dict[str, Any]) -> None:
    before = count(alice)
    for method, path in (
        ('GET', f'/ml/features/structure/{crystals["argon"]}'),
        ('POST', f'/ml/features/structure/{crystals["argon"]}'),
        ('GET', f'/structures/{crystals["argon"]}/similar'),
    ):
        answer = alice.http(method, path)
        assert is_problem(answer, 422)
        assert 'isolated atom' in answer.json()['detail']
    assert count(alice) == before


def test_the_same_crystal_in_another_node_has_them_already(
    alice: Person, crystals: dict[str, str], made: dict[str, Any]
) -> None:
    with acting_as(alice.user):
        again = orm.StructureData(ase=bulk('Cu', a=3.61), label='another one')
        again.base.attributes.set('origin', 'uploaded')
        again.store()
    answer = alice.http('POST', f'/ml/features/structure/{again.uuid}')
    assert answer.status_code == 200, answer.text
    first = alice.http('GET', f'/ml/features/structure/{crystals["copper"]}').json()
    assert answer.json() == {**first, 'structure': again.uuid}


def test_similar_structures_come_nearest_first(
    alice: Person, crystals: dict[str, str], made: dict[str, Any]
) -> None:
    answer = alice.http('GET', f'/structures/{crystals["copper"]}/similar')
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [one['uuid'] for one in told] == [crystals[name] for name in ('turned', 'silver', 'salt')]
    # a turned supercell is the same crystal
    assert told[0]['distance'] == pytest.approx(0, abs=1e-6)
    one, other = (
        np.array(alice.http('GET', f'/ml/features/structure/{crystals[name]}').json()['embedding'])
        for name in ('copper', 'salt')
    )
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert told[2]['distance'] == pytest.approx(1 - cosine)
    assert told[0]['distance'] < 1e-3 * told[1]['distance'] < 1e-3 * told[2]['distance']
    few = alice.http('GET', f'/structures/{crystals["copper"]}/similar', params={'limit': 1})
    assert [one['uuid'] for one in few.json()] == [crystals['turned']]


def test_without_features_it_says_how_to_compute_them(
    alice: Person, crystals: dict[str, str], made: dict[str, Any]
) -> None:
    answer = alice.http('GET', f'/structures/{crystals["bare"]}/similar')
    assert is_problem(answer, 409)
    assert f'POST /api/ml/features/structure/{crystals["bare"]}' in answer.json()['detail']


def test_nothing_of_another_tenant_is_found_or_used(
    alice: Person, bob: Person, crystals: dict[str, str], made: dict[str, Any]
) -> None:
    for method, path in (
        ('GET', '/ml/features/structure/{}'),
        ('POST', '/ml/features/structure/{}'),
        ('GET', '/structures/{}/similar'),
    ):
        answer = bob.http(method, path.format(crystals['copper']))
        assert is_problem(answer, 404)
        other = str(uuid4())
        nowhere = bob.http(method, path.format(other)).json()['detail']
        assert answer.json()['detail'].replace(crystals['copper'], other) == nowhere
    several = {'structures': [crystals['copper']]}
    assert is_problem(bob.http('POST', '/ml/features', json=several), 404)
    assert batches(bob) == 0
    # the same crystal of his has no features for him
    his = stored(bob, bulk('Cu', a=3.61))
    assert is_problem(bob.http('GET', f'/ml/features/structure/{his}'), 404)
    # what she shares opens neither the others that were in the same batch, nor what it made of them
    with acting_as(alice.user):
        share(orm.load_node(crystals['copper']), bob.user)
    assert bob.http('GET', f'/structures/{crystals["copper"]}').status_code == 200
    for one in (his, crystals['copper']):
        assert is_problem(bob.http('GET', f'/structures/{one}/similar'), 409)
    assert is_problem(bob.http('GET', f'/structures/{crystals["silver"]}'), 404)
    # features are shared for themselves
    with acting_as(alice.user):
        for name in ('copper', 'silver', 'salt'):
            share(features_of(crystals[name]), bob.user)
        share(orm.load_node(crystals['silver']), bob.user)
    assert bob.http('POST', f'/ml/features/structure/{his}').status_code == 200
    told = bob.http('GET', f'/structures/{his}/similar').json()
    assert [one['uuid'] for one in told] == [crystals['silver']]
    assert batches(bob) == 0


def test_a_key_gives_one_job(alice: Person, crystals: dict[str, str], made: dict[str, Any]) -> None:
    key = {'Idempotency-Key': uuid4().hex}
    path = f'/ml/features/structure/{crystals["bare"]}'
    before = batches(alice)
    body = {'pretrained': 'chgnet-r2scan'}
    first, again = (alice.http('POST', path, json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()['uuid'] == again.json()['uuid']
    assert is_problem(alice.http('POST', path, headers=key), 409)
    assert batches(alice) == before + 1
    alice.http('POST', f'/jobs/{first.json()["uuid"]}/kill')


@pytest.mark.parametrize(
    ('body', 'status'),
    [
        ({'pretrained': 'megnet'}, 422),
        ({'code': str(uuid4())}, 404),
        ({'options': {'prepend_text': 'rm -rf /'}}, 422),
        ({'structures': []}, 422),
    ],
)
def test_what_may_not_be_asked_for_is_refused(
    alice: Person, crystals: dict[str, str], body: dict[str, Any], status: int
) -> None:
    before = count(alice)
    given = {'structures': [crystals['bare']], **body}
    assert is_problem(alice.http('POST', '/ml/features', json=given), status)
    assert count(alice) == before
