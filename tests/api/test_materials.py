"""Materials over HTTP: made, revised, found; seen by those who may and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.accounts.tokens import make_token
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem


def make(person: Person, **body: Any) -> dict[str, Any]:
    answer = person.http('POST', '/materials', json={'name': 'silica', **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def nodes() -> int:
    return int(orm.QueryBuilder().append(orm.Node).count())


def names(person: Person, query: str = '') -> list[str]:
    answer = person.http('GET', f'/materials?{query}')
    assert answer.status_code == 200, answer.text
    return [row['name'] for row in answer.json()['items']]


def test_a_material_from_creation_to_archive(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    body = {'formula': 'SiO2', 'description': 'glass', 'tags': ['oxide'], 'metadata': {'supplier': {'a': 1}}}
    made = make(person, **body)
    assert made['revision'] == 1
    assert made['owner'] == person.email
    assert made['metadata'] == {'supplier': {'a': 1}}
    path = f'/materials/{made["material_id"]}'
    assert person.http('GET', path).json() == made
    changed = person.http('PATCH', path, json={'revision': 1, 'formula': None, 'tags': ['ü', 'b']}).json()
    assert changed['revision'] == 2
    assert changed['formula'] is None
    assert changed['description'] == 'glass'
    assert changed['tags'] == ['ü', 'b']
    assert changed['metadata'] == {'supplier': {'a': 1}}
    revisions = person.http('GET', f'{path}/revisions').json()
    assert [row['revision'] for row in revisions['items']] == [2, 1]
    assert revisions['after'] is None
    assert names(person) == ['silica']
    assert person.http('PATCH', path, json={'revision': 2, 'archived': True}).status_code == 200
    assert names(person) == []
    assert names(person, 'archived=true') == ['silica']
    assert person.http('GET', f'{path}/structures').json() == {'items': [], 'after': None}


def test_what_is_looked_for_is_found(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    make(person, name='calcium oxide', formula='CaO', tags=['Äther', 'a"b'])
    make(person, name='carbon', formula='C', description='Graphit % _')
    make(person, name='cuprate', formula='YBa2(Cu3O7)')
    assert names(person, 'text=GRAPHIT') == ['carbon']
    assert names(person, 'text=%25%20_') == ['carbon']
    assert names(person, 'tag=%C3%84ther') == ['calcium oxide']
    assert names(person, 'tag=a%22b') == ['calcium oxide']
    assert names(person, 'tag=ther') == []
    assert names(person, 'formula=C') == ['carbon']
    assert names(person, 'elements=C') == ['carbon']
    assert names(person, 'elements=O') == ['cuprate', 'calcium oxide']
    assert names(person, 'elements=O,Cu') == ['cuprate']
    assert names(person, 'elements=Cu,C&elements_match=only') == ['carbon']
    assert names(person, 'elements=O,Ca,C&elements_match=only') == ['carbon', 'calcium oxide']
    assert names(person, 'elements=Cu,O,Ba,Y&elements_match=only') == ['cuprate']
    assert names(person, 'tag=%C3%84ther&tag=a%22b') == ['calcium oxide']
    assert names(person, 'tag=%C3%84ther&tag=other') == []
    assert is_problem(person.http('GET', '/materials?elements=O,Xx'), 422)
    assert is_problem(person.http('GET', '/materials?tag='), 422)
    assert is_problem(person.http('GET', '/materials?text=a%00b'), 422)


def test_pages_have_every_material_once(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    made = [make(person, name=f'material {number}')['material_id'] for number in range(5)]
    found, after = [], ''
    while after is not None:
        page = person.http('GET', f'/materials?limit=2{after and "&after=" + after}').json()
        found += [row['material_id'] for row in page['items']]
        after = page['after']
    assert found == made[::-1]
    assert is_problem(person.http('GET', '/materials?limit=0'), 422)
    assert is_problem(person.http('GET', '/materials?after=nonsense'), 422)


def test_by_name_they_come_in_the_order_of_letters_each_once(sign_up: Callable[..., Person]) -> None:
    person, other = sign_up(), sign_up()
    of_other = make(other, name='cobalt')
    share = {'email': person.email, 'access': 'write'}
    assert other.http('PUT', f'/materials/{of_other["material_id"]}/shares', json=share).status_code == 200
    make(other, name='argon')
    for name in ('dysprosium', 'boron', 'aluminium', 'boron', 'europium'):
        make(person, name=name)
    body = {'revision': 1, 'name': 'copper'}
    assert person.http('PATCH', f'/materials/{of_other["material_id"]}', json=body).status_code == 200
    found, after = [], ''
    while after is not None:
        page = person.http('GET', f'/materials?sort=name&limit=2{after and "&after=" + after}').json()
        found += [row['name'] for row in page['items']]
        after = page['after']
    assert found == ['aluminium', 'boron', 'boron', 'copper', 'dysprosium', 'europium']
    assert names(person, 'sort=name&mine=true&text=o') == ['boron', 'boron', 'dysprosium', 'europium']
    # Whoever revised it last: it is still of whom made it.
    assert names(other, 'sort=name&mine=true') == ['argon', 'copper']
    cursor = other.http('GET', '/materials?sort=name&limit=1').json()['after']
    assert is_problem(person.http('GET', f'/materials?sort=name&after={cursor}'), 422)


def test_a_material_says_what_one_may_do_with_it(sign_up: Callable[..., Person]) -> None:
    owner, other = sign_up(), sign_up()
    path = f'/materials/{make(owner)["material_id"]}'
    assert owner.http('GET', path).json()['access'] == 'own'
    for access in ('read', 'write', 'read'):
        body = {'email': other.email, 'access': access}
        assert owner.http('PUT', f'{path}/shares', json=body).status_code == 200
        assert other.http('GET', path).json()['access'] == access
    assert owner.http('DELETE', f'{path}/shares?email={other.email}').status_code == 204
    assert other.http('GET', path).status_code == 404


def test_revisions_tell_their_metadata(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    path = f'/materials/{make(person, metadata={"purity": 99})["material_id"]}'
    person.http('PATCH', path, json={'revision': 1, 'metadata': {'purity': 99.9}})
    found = person.http('GET', f'{path}/revisions').json()['items']
    assert [row['metadata'] for row in found] == [{'purity': 99.9}, {'purity': 99}]


def test_a_revision_of_what_is_not_the_newest_is_a_conflict(sign_up: Callable[..., Person]) -> None:
    person = sign_up()
    path = f'/materials/{make(person)["material_id"]}'
    assert person.http('PATCH', path, json={'revision': 1, 'name': 'quartz'}).status_code == 200
    before = nodes()
    assert is_problem(person.http('PATCH', path, json={'revision': 1, 'name': 'glass'}), 409)
    assert is_problem(person.http('PATCH', path, json={'revision': 3, 'name': 'glass'}), 409)
    assert is_problem(person.http('PATCH', path, json={'revision': 2, 'name': 'quartz'}), 422)
    assert is_problem(person.http('PATCH', path, json={'revision': 2}), 422)
    assert is_problem(person.http('PATCH', path, json={'name': 'glass'}), 422)
    assert nodes() == before
    assert person.http('GET', path).json()['name'] == 'quartz'


@pytest.mark.parametrize(
    'body',
    [
        {},
        {'name': ''},
        {'name': '   '},
        {'name': 'a\x00b'},
        {'name': 'n' * 201},
        {'name': 'a', 'formula': 'Xx'},
        {'name': 'a', 'tags': 'word'},
        {'name': 'a', 'tags': ['']},
        {'name': 'a', 'metadata': []},
        {'name': 'a', 'metadata': {'n': 2**70}},
        {'name': 'a', 'metadata': {'n': 'a\x00'}},
        {'name': 'a', 'metadata': {'n': 'x' * 100_001}},
        {'name': 'a', 'material_id': 'mine'},
    ],
    ids=lambda body: repr(body)[:40],
)
def test_bad_materials_are_refused_and_leave_no_node(alice: Person, body: dict[str, Any]) -> None:
    before = nodes()
    assert is_problem(alice.http('POST', '/materials', json=body), 422)
    assert nodes() == before


@pytest.mark.parametrize('text', ['{"a": NaN}', '{"a": -Infinity}', '{"a": "\\ud800"}', '{"a": 1e999}'])
def test_values_that_no_database_takes_are_refused(alice: Person, text: str) -> None:
    before = nodes()
    content = f'{{"name": "a", "metadata": {text}}}'
    headers = {'Content-Type': 'application/json'}
    assert is_problem(alice.http('POST', '/materials', content=content, headers=headers), 422)
    assert nodes() == before


def test_what_is_not_seen_and_what_does_not_exist_look_the_same(alice: Person, bob: Person) -> None:
    made = make(alice, name='secret')['material_id']
    none = '0' * 8 + made[8:]
    change = {'json': {'revision': 1, 'name': 'mine'}}
    for method, below, options in [
        ('GET', '', {}),
        ('GET', '/revisions', {}),
        ('GET', '/structures', {}),
        ('GET', '/shares', {}),
        ('PUT', '/shares', {'json': {'everybody': True}}),
        ('DELETE', '/shares?everybody=true', {}),
        ('PATCH', '', change),
    ]:
        hidden = bob.http(method, f'/materials/{made}{below}', **options)
        missing = bob.http(method, f'/materials/{none}{below}', **options)
        assert is_problem(hidden, 404), (method, below, hidden.text)
        assert is_problem(missing, 404)
        assert hidden.json()['detail'].replace(made, none) == missing.json()['detail']
    assert 'secret' not in names(bob)
    assert names(bob, 'text=secret') == []
    assert is_problem(alice.http('GET', '/materials/nothing'), 404)


def test_who_may_only_read_makes_nothing(client: Any, alice: Person) -> None:
    token = alice.http('POST', '/auth/tokens', json={'name': 'r', 'scopes': ['read']}).json()['token']
    headers = {'Authorization': f'Bearer {token}'}
    path = f'/api/materials/{make(alice)["material_id"]}'
    assert is_problem(client.post('/api/materials', json={'name': 'a'}, headers=headers), 403)
    assert is_problem(client.patch(path, json={'revision': 1, 'name': 'b'}, headers=headers), 403)
    assert is_problem(client.put(f'{path}/shares', json={'everybody': True}, headers=headers), 403)
    assert client.get(path, headers=headers).status_code == 200
    assert is_problem(client.get(path), 401)


def test_a_token_for_one_group_shows_what_is_in_it_and_makes_nothing(
    client: Any, sign_up: Callable[..., Person]
) -> None:
    person = sign_up()
    inside, outside = make(person, name='inside'), make(person, name='outside')
    with acting_as(person.user):
        group = orm.Group(label=f'of {person.email}').store()
        group.add_nodes(orm.load_node(inside['uuid']))
    assert person.user.pk is not None
    scopes = ['read', 'write']
    with connection() as opened, opened.begin():
        _, token = make_token(opened, person.user.pk, 'user', 'group', scopes, None, group.pk)
    headers = {'Authorization': f'Bearer {token}'}
    listed = client.get('/api/materials', headers=headers).json()['items']
    assert [row['name'] for row in listed] == ['inside']
    assert is_problem(client.get(f'/api/materials/{outside["material_id"]}', headers=headers), 404)
    before = nodes()
    assert is_problem(client.post('/api/materials', json={'name': 'new'}, headers=headers), 403)
    change = {'revision': 1, 'name': 'new'}
    path = f'/api/materials/{inside["material_id"]}'
    assert is_problem(client.patch(path, json=change, headers=headers), 403)
    assert nodes() == before
