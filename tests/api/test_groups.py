"""Groups: whose they are, what is in them, and what sharing one opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiida import orm

from nanoos_plugins.storage.owner import acting_as, system_user
from tests.api.conftest import Person
from tests.api.test_auth import is_problem

NOWHERE = '00000000-0000-4000-8000-000000000000'


def make(person: Person, name: str = 'alloys', **body: Any) -> str:
    answer = person.http('POST', '/groups', json={'name': name, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()['uuid'])


def store(person: Person, count: int = 1) -> list[str]:
    with acting_as(person.user):
        return [orm.Int(number).store().uuid for number in range(count)]


def change(person: Person, group: str, add: list[str] | None = None, remove: list[str] | None = None) -> Any:
    body = {'add': add or [], 'remove': remove or []}
    return person.http('PATCH', f'/groups/{group}/nodes', json=body)


def put(person: Person, group: str, *uuids: str) -> None:
    answer = change(person, group, add=list(uuids))
    assert answer.status_code == 204, answer.text


def members(person: Person, group: str, **query: Any) -> list[str]:
    answer = person.http('GET', f'/groups/{group}/nodes', params=query)
    assert answer.status_code == 200, answer.text
    return [node['uuid'] for node in answer.json()['items']]


def groups(person: Person, **query: Any) -> list[str]:
    answer = person.http('GET', '/groups', params={'limit': 200, **query})
    return [group['name'] for group in answer.json()['items']]


def test_a_group_is_made_renamed_and_deleted(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    answer = ada.http('POST', '/groups', json={'name': 'alloys', 'description': 'of copper'})
    made = answer.json()
    assert (made['name'], made['description'], made['type']) == ('alloys', 'of copper', 'core')
    assert (made['owner'], made['writable']) == (ada.email, True)
    path = f'/groups/{made["uuid"]}'
    assert ada.http('GET', path).json() == made
    changed = ada.http('PATCH', path, json={'name': 'old alloys'}).json()
    assert (changed['name'], changed['description']) == ('old alloys', 'of copper')
    assert ada.http('PATCH', path, json={'description': ''}).json()['description'] == ''
    # As `verdi group list` shows it.
    assert orm.load_group(made['uuid']).label == f'{ada.email}/old alloys'
    node = store(ada)[0]
    put(ada, made['uuid'], node)
    assert ada.http('DELETE', path).status_code == 204
    assert is_problem(ada.http('GET', path), 404)
    assert ada.http('GET', f'/nodes/{node}').status_code == 200


def test_a_name_is_taken_among_ones_own_groups_only(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    make(ada)
    make(bob)
    assert is_problem(ada.http('POST', '/groups', json={'name': 'alloys'}), 409)
    other = make(ada, 'others')
    assert is_problem(ada.http('PATCH', f'/groups/{other}', json={'name': 'alloys'}), 409)
    assert groups(ada, mine=True) == ['others', 'alloys']
    # The session of the writer still works.
    make(ada, 'third')


def test_wrong_bodies_are_refused(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    for body in ({}, {'name': ''}, {'name': ' '}, {'name': 'a/b'}, {'name': 'a\x00'}, {'name': 'a', 'x': 1}):
        assert is_problem(ada.http('POST', '/groups', json=body), 422)
    group, node = make(ada), store(ada)[0]
    assert is_problem(ada.http('PATCH', f'/groups/{group}', json={}), 422)
    assert is_problem(change(ada, group), 422)
    assert is_problem(change(ada, group, [node], [node]), 422)
    assert is_problem(ada.http('PATCH', f'/groups/{group}/nodes', json={'add': ['x']}), 422)


def test_many_members_come_and_go_at_once_or_not_at_all(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    group, nodes, foreign = make(ada), store(ada, 5), store(bob)[0]
    put(ada, group, *nodes[:4])
    put(ada, group, nodes[0])
    assert members(ada, group) == nodes[3::-1]
    for unseen in (foreign, NOWHERE):
        answer = change(ada, group, [nodes[4], unseen], nodes[:1])
        assert is_problem(answer, 404)
        assert answer.json()['detail'] == f'there is no node {unseen}'
    assert members(ada, group) == nodes[3::-1]
    assert change(ada, group, nodes[4:], nodes[:2]).status_code == 204
    assert members(ada, group) == [nodes[4], nodes[3], nodes[2]]
    first = ada.http('GET', f'/groups/{group}/nodes?limit=2').json()
    rest = members(ada, group, limit=2, after=first['after'])
    assert [node['uuid'] for node in first['items']] + rest == [nodes[4], nodes[3], nodes[2]]


def test_groups_are_listed_page_by_page(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    for number in range(5):
        make(ada, f'group {number}')
    sizes, found, query = [], [], {'mine': True, 'limit': 2}
    while query:
        page = ada.http('GET', '/groups', params=query).json()
        sizes.append(len(page['items']))
        found += [group['name'] for group in page['items']]
        query = {**query, 'after': page['after']} if page['after'] else {}
    assert (sizes, found) == ([2, 2, 1], [f'group {number}' for number in (4, 3, 2, 1, 0)])


def test_the_systems_groups_are_for_all_to_see_and_for_none_to_change(sign_up: Callable[..., Person]) -> None:
    ada, label = sign_up('ada'), f'provided {uuid4()}'
    with acting_as(system_user()):
        group = orm.Group(label=label).store()
        node = orm.Int(1).store()
        group.add_nodes(node)
    assert label in groups(ada)
    assert members(ada, group.uuid) == [node.uuid]
    assert is_problem(change(ada, group.uuid, store(ada)), 403)
    assert is_problem(ada.http('DELETE', f'/groups/{group.uuid}'), 403)


def test_what_one_does_not_see_looks_like_what_is_not_there(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    hidden, node = make(bob), store(ada)[0]
    share = {'email': bob.email}

    def answers(uuid: str) -> list[tuple[int, str]]:
        asked = (
            ada.http('GET', f'/groups/{uuid}'),
            ada.http('GET', f'/groups/{uuid}/nodes'),
            ada.http('PATCH', f'/groups/{uuid}', json={'name': 'mine'}),
            ada.http('DELETE', f'/groups/{uuid}'),
            change(ada, uuid, [node]),
            ada.http('GET', f'/groups/{uuid}/shares'),
            ada.http('PUT', f'/groups/{uuid}/shares', json=share),
            ada.http('DELETE', f'/groups/{uuid}/shares?everybody=true'),
        )
        return [(one.status_code, one.json()['detail'].replace(uuid, '…')) for one in asked]

    assert answers(hidden) == answers(NOWHERE)
    assert {status for status, _ in answers(hidden)} == {404}
    assert 'alloys' not in groups(ada)


def test_a_share_of_a_group_covers_present_and_future_members(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    group, nodes = make(ada), store(ada, 3)
    put(ada, group, nodes[0])
    assert ada.http('PUT', f'/groups/{group}/shares', json={'email': bob.email}).status_code == 200
    put(ada, group, nodes[1])
    assert members(bob, group) == [nodes[1], nodes[0]]
    assert [bob.http('GET', f'/nodes/{uuid}').status_code for uuid in nodes] == [200, 200, 404]
    assert 'alloys' in groups(bob)
    assert groups(bob, mine=True) == []
    shown = bob.http('GET', f'/groups/{group}').json()
    assert (shown['owner'], shown['writable']) == (ada.email, False)
    assert is_problem(change(bob, group, store(bob)), 403)
    assert change(ada, group, remove=nodes[:1]).status_code == 204
    assert is_problem(bob.http('GET', f'/nodes/{nodes[0]}'), 404)
    assert ada.http('DELETE', f'/groups/{group}/shares?email={bob.email}').status_code == 204
    assert is_problem(bob.http('GET', f'/groups/{group}'), 404)
    assert is_problem(bob.http('GET', f'/nodes/{nodes[1]}'), 404)
    assert 'alloys' not in groups(bob)


def test_deleting_a_shared_group_closes_what_it_opened(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    group, node = make(ada), store(ada)[0]
    put(ada, group, node)
    ada.http('PUT', f'/groups/{group}/shares', json={'email': bob.email})
    assert bob.http('GET', f'/nodes/{node}').status_code == 200
    ada.http('DELETE', f'/groups/{group}')
    assert is_problem(bob.http('GET', f'/nodes/{node}'), 404)


def test_a_group_shared_for_writing_takes_members_from_those_who_may_write(
    sign_up: Callable[..., Person],
) -> None:
    ada, bob, cid = sign_up('ada'), sign_up('bob'), sign_up('cid')
    group, (of_ada,), (of_bob,) = make(ada), store(ada), store(bob)
    put(ada, group, of_ada)
    ada.http('PUT', f'/groups/{group}/shares', json={'email': bob.email, 'access': 'write'})
    ada.http('PUT', f'/groups/{group}/shares', json={'email': cid.email})
    assert bob.http('GET', f'/groups/{group}').json()['writable']
    put(bob, group, of_bob)
    # What a writer puts in is seen by all whom the group is shared with, and stays the writer's.
    for person in (ada, cid):
        assert members(person, group) == [of_bob, of_ada]
        assert person.http('GET', f'/nodes/{of_bob}').json()['owner'] == bob.email
    # A writer takes out what is theirs, the owner anything.
    assert is_problem(change(bob, group, remove=[of_ada]), 403)
    assert is_problem(bob.http('PATCH', f'/groups/{group}', json={'name': 'ours'}), 403)
    assert is_problem(bob.http('DELETE', f'/groups/{group}'), 403)
    assert is_problem(bob.http('PUT', f'/groups/{group}/shares', json={'everybody': True}), 403)
    assert change(bob, group, remove=[of_bob]).status_code == 204
    put(bob, group, of_bob)
    assert change(ada, group, remove=[of_bob]).status_code == 204
    assert is_problem(ada.http('GET', f'/nodes/{of_bob}'), 404)


def test_nobody_gives_away_what_belongs_to_others_by_a_group(sign_up: Callable[..., Person]) -> None:
    ada, bob, cid = sign_up('ada'), sign_up('bob'), sign_up('cid')
    (node,), group = store(ada), make(bob)
    ada.http('PUT', f'/nodes/{node}/shares', json={'email': bob.email})
    put(bob, group, node)
    bob.http('PUT', f'/groups/{group}/shares', json={'email': cid.email})
    assert members(bob, group) == [node]
    assert members(cid, group) == []
    assert is_problem(cid.http('GET', f'/nodes/{node}'), 404)
    # What is no longer shared with the owner of a group is not shown in it either.
    ada.http('DELETE', f'/nodes/{node}/shares?email={bob.email}')
    assert members(bob, group) == []


def test_a_node_is_shared_by_its_uuid_and_shares_are_listed(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    (node,), group = store(ada), make(ada)
    material = ada.http('POST', '/materials', json={'name': 'silica'}).json()
    paths = (f'/nodes/{node}', f'/groups/{group}', f'/materials/{material["material_id"]}')
    for path in paths:
        made = ada.http('PUT', f'{path}/shares', json={'email': bob.email})
        assert made.json() == {'email': bob.email, 'access': 'read'}
        assert bob.http('GET', f'{path}/shares').json() == [made.json()]
    theirs = ada.http('GET', '/shares?direction=by_me').json()['items']
    assert [(row['kind'], row['uuid'], row['name']) for row in theirs] == [
        ('material', material['uuid'], 'silica'),
        ('group', group, 'alloys'),
        ('node', node, ''),
    ]
    assert theirs[0]['material_id'] == material['material_id']
    received = [row for row in bob.http('GET', '/shares').json()['items'] if row['email'] is not None]
    assert received == theirs
    assert {row['owner'] for row in received} == {ada.email}
    ages = [datetime.now(UTC) - datetime.fromisoformat(row['created']) for row in received]
    assert all(timedelta(seconds=-2) < age < timedelta(minutes=5) for age in ages)
    assert bob.http('GET', '/shares?direction=by_me').json()['items'] == []
    first = ada.http('GET', '/shares?direction=by_me&limit=2').json()
    second = ada.http('GET', '/shares', params={'direction': 'by_me', 'after': first['after']}).json()
    assert first['items'] + second['items'] == theirs
    for path in paths:
        assert ada.http('DELETE', f'{path}/shares?email={bob.email}').status_code == 204
        assert is_problem(bob.http('GET', f'{path}/shares'), 404)
    assert ada.http('GET', '/shares?direction=by_me').json()['items'] == []
    assert is_problem(ada.http('DELETE', f'/nodes/{node}/shares?email={bob.email}'), 404)


def test_only_the_owner_shares_a_node_and_only_data(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    (node,) = store(ada)
    everybody = {'everybody': True}
    assert is_problem(bob.http('PUT', f'/nodes/{node}/shares', json=everybody), 404)
    ada.http('PUT', f'/nodes/{node}/shares', json={'email': bob.email, 'access': 'write'})
    # Whether an address has an account is not told to those who may not share.
    answers = [
        bob.http('PUT', f'/nodes/{node}/shares', json={'email': email})
        for email in (ada.email, 'nobody@nanoos.test')
    ]
    assert all(is_problem(answer, 403) for answer in answers)
    assert is_problem(bob.http('DELETE', f'/nodes/{node}/shares?email={bob.email}'), 403)
    with acting_as(ada.user):
        process = orm.CalcFunctionNode().store().uuid
    assert is_problem(ada.http('PUT', f'/nodes/{process}/shares', json=everybody), 422)


def token_for(person: Person, group: str, scopes: tuple[str, ...] = ('read', 'write', 'submit')) -> Any:
    body = {'name': 'for one group', 'scopes': list(scopes), 'group': group}
    return person.http('POST', '/auth/tokens', json=body)


def test_a_token_for_a_group_sees_and_makes_nothing_outside(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    group, other, (inside, outside) = make(ada), make(ada, 'other'), store(ada, 2)
    put(ada, group, inside)
    put(ada, other, outside)
    made = token_for(ada, group).json()
    assert made['group'] == group
    assert ada.http('GET', '/auth/tokens').json()[0]['group'] == group
    headers = {'Authorization': f'Bearer {made["token"]}'}

    def http(method: str, path: str, **options: Any) -> Any:
        return ada.http(method, path, headers=headers, **options)

    assert [one['uuid'] for one in http('GET', '/groups').json()['items']] == [group]
    assert [one['uuid'] for one in http('GET', '/nodes').json()['items']] == [inside]
    for path in (
        f'/groups/{other}',
        f'/groups/{other}/nodes',
        f'/nodes/{outside}',
        f'/nodes/{outside}/shares',
    ):
        assert is_problem(http('GET', path), 404)
    ada.http('PUT', f'/nodes/{outside}/shares', json={'everybody': True})
    assert http('GET', '/shares?direction=by_me').json()['items'] == []
    ada.http('DELETE', f'/nodes/{outside}/shares?everybody=true')
    attempts = (
        http('POST', '/groups', json={'name': 'new'}),
        http('PATCH', f'/groups/{group}/nodes', json={'add': [outside]}),
        http('DELETE', f'/groups/{group}'),
        http('PUT', f'/groups/{group}/shares', json={'everybody': True}),
        http('POST', '/materials', json={'name': 'new'}),
        token_for(Person(ada.email, ada.user, {}, http), group),
    )
    assert all(is_problem(answer, 403) for answer in attempts)


def test_a_token_for_a_group_ends_with_it(sign_up: Callable[..., Person]) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    group, (node,) = make(ada), store(ada)
    put(ada, group, node)
    assert is_problem(token_for(bob, group), 404)
    ada.http('PUT', f'/groups/{group}/shares', json={'email': bob.email})
    headers = [{'Authorization': f'Bearer {token_for(who, group).json()["token"]}'} for who in (ada, bob)]
    of_ada, of_bob = headers
    assert bob.http('GET', f'/nodes/{node}', headers=of_bob).status_code == 200
    # What is revoked is closed for tokens as well.
    ada.http('DELETE', f'/groups/{group}/shares?email={bob.email}')
    assert is_problem(bob.http('GET', f'/nodes/{node}', headers=of_bob), 404)
    assert bob.http('GET', '/nodes', headers=of_bob).json()['items'] == []
    ada.http('DELETE', f'/groups/{group}')
    # A group that is made later does not revive them.
    make(ada, 'later')
    for header in (of_ada, of_bob):
        assert is_problem(ada.http('GET', '/nodes', headers=header), 401)
        assert is_problem(ada.http('GET', '/groups', headers=header), 401)
