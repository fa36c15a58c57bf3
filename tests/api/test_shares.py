"""Sharing a material: what it opens, to whom, and that it closes at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiida import orm

from api.rate import RateLimit
from api.routes import shares
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Access
from nanoos_plugins.storage.shares import share as share_root
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_materials import make, names, nodes

BULK = {'parameters': {'formula': 'Cu'}}


def share(owner: Person, material_id: str, **body: Any) -> Any:
    return owner.http('PUT', f'/materials/{material_id}/shares', json=body)


def build(person: Person, builder: str = 'bulk', **body: Any) -> Any:
    return person.http('POST', f'/structures/build/{builder}', json={**BULK, **body})


def revise(person: Person, material_id: str, revision: int, name: str) -> Any:
    return person.http('PATCH', f'/materials/{material_id}', json={'revision': revision, 'name': name})


def test_a_share_covers_later_revisions_and_structures_until_it_is_revoked(
    sign_up: Callable[..., Person],
) -> None:
    owner, friend, other = sign_up(), sign_up(), sign_up()
    made = make(owner)['material_id']
    before = build(owner, material_id=made).json()['uuid']
    assert share(owner, made, email=friend.email.upper()).json() == {'email': friend.email, 'access': 'read'}
    assert revise(owner, made, 1, 'quartz').status_code == 200
    after = build(owner, material_id=made, parameters={'formula': 'Ag'}).json()['uuid']
    assert friend.http('GET', f'/materials/{made}').json()['revision'] == 2
    assert names(friend) == ['quartz']
    assert [
        row['revision'] for row in friend.http('GET', f'/materials/{made}/revisions').json()['items']
    ] == [
        2,
        1,
    ]
    below = friend.http('GET', f'/materials/{made}/structures').json()['items']
    assert [row['uuid'] for row in below] == [after, before]
    assert friend.http('GET', f'/structures/{after}').json()['material_id'] == made
    assert names(other) == []
    assert is_problem(other.http('GET', f'/structures/{after}'), 404)
    revoked = owner.http('DELETE', f'/materials/{made}/shares?email={friend.email}')
    assert revoked.status_code == 204
    assert names(friend) == []
    for path in (f'/materials/{made}', f'/structures/{before}', f'/structures/{after}/export'):
        assert is_problem(friend.http('GET', path), 404)
    assert friend.http('GET', f'/structures?material_id={made}').json()['items'] == []


def test_a_reader_changes_nothing_and_makes_nothing_under_it(sign_up: Callable[..., Person]) -> None:
    owner, reader = sign_up(), sign_up()
    made = make(owner)['material_id']
    start = build(owner, material_id=made).json()['uuid']
    share(owner, made, email=reader.email)
    before = nodes()
    assert is_problem(revise(reader, made, 1, 'mine'), 403)
    assert is_problem(build(reader, material_id=made), 403)
    upload = {'filename': 'a.xyz', 'content': '1\n\nCu 0 0 0\n', 'material_id': made}
    assert is_problem(reader.http('POST', '/structures', json=upload), 403)
    assert is_problem(share(reader, made, everybody=True), 403)
    assert nodes() == before
    # What they make from what they see is of a material of their own, and stays theirs.
    supercell = build(reader, 'supercell', structure=start, parameters={'repeat': [2, 1, 1]})
    assert supercell.status_code == 201, supercell.text
    assert supercell.json()['owner'] == reader.email
    assert is_problem(owner.http('GET', f'/structures/{supercell.json()["uuid"]}'), 404)
    below = owner.http('GET', f'/materials/{made}/structures').json()['items']
    assert [row['uuid'] for row in below] == [start]


def test_a_writer_makes_things_under_it_that_its_owner_sees(sign_up: Callable[..., Person]) -> None:
    owner, writer = sign_up(), sign_up()
    made = make(owner)['material_id']
    share(owner, made, email=writer.email, access='write')
    structure = build(writer, material_id=made).json()
    assert structure['owner'] == writer.email
    assert owner.http('GET', f'/structures/{structure["uuid"]}').status_code == 200
    assert revise(writer, made, 1, 'better').json()['owner'] == writer.email
    assert owner.http('GET', f'/materials/{made}').json()['name'] == 'better'
    assert is_problem(share(writer, made, everybody=True), 403)
    # Less access again: the same share with another one.
    share(owner, made, email=writer.email, access='read')
    assert is_problem(revise(writer, made, 2, 'worse'), 403)


def test_without_the_writer_the_owner_is_back_at_their_own_revision(sign_up: Callable[..., Person]) -> None:
    owner, writer = sign_up(), sign_up()
    made = make(owner)['material_id']
    share(owner, made, email=writer.email, access='write')
    assert revise(writer, made, 1, 'theirs').status_code == 200
    assert revise(owner, made, 2, 'ours').status_code == 200
    assert names(owner) == ['ours']
    assert owner.http('DELETE', f'/materials/{made}/shares?email={writer.email}').status_code == 204
    # The revision between is no longer seen: the material is in the list once all the same.
    assert names(owner) == ['ours']
    numbers = [row['revision'] for row in owner.http('GET', f'/materials/{made}/revisions').json()['items']]
    assert numbers == [3, 1]
    assert revise(owner, made, 3, 'mine').status_code == 200


def test_a_revision_that_is_no_longer_seen_is_in_nobodys_way(sign_up: Callable[..., Person]) -> None:
    owner, writer = sign_up(), sign_up()
    made = make(owner)['material_id']
    share(owner, made, email=writer.email, access='write')
    hidden = revise(writer, made, 1, 'theirs').json()
    owner.http('DELETE', f'/materials/{made}/shares?email={writer.email}')
    # Its number is not given again, and its maker keeps it, but can no longer write.
    answer = revise(owner, made, 1, 'ours')
    assert answer.json()['revision'] == 3, answer.text
    assert hidden['uuid'] not in answer.text
    assert writer.email not in answer.text
    assert writer.http('GET', f'/materials/{made}').json()['revision'] == 2
    before = nodes()
    assert is_problem(revise(writer, made, 2, 'mine'), 403)
    assert is_problem(build(writer, material_id=made), 403)
    assert nodes() == before
    # Seen again, it is one of the old ones.
    share(owner, made, email=writer.email, access='write')
    for person in (owner, writer):
        assert names(person) == ['ours']
        numbers = [
            row['revision'] for row in person.http('GET', f'/materials/{made}/revisions').json()['items']
        ]
        assert sorted(numbers) == [1, 2, 3]
        assert person.http('GET', f'/materials/{made}').json()['name'] == 'ours'
    assert is_problem(revise(writer, made, 2, 'mine'), 409)
    assert revise(writer, made, 3, 'all of ours').json()['revision'] == 4


def test_everybody_is_everybody_until_it_is_revoked(sign_up: Callable[..., Person]) -> None:
    owner, other = sign_up(), sign_up()
    made = make(owner)['material_id']
    assert share(owner, made, everybody=True).json() == {'email': None, 'access': 'read'}
    assert names(other) == ['silica']
    assert owner.http('DELETE', f'/materials/{made}/shares?everybody=true').status_code == 204
    assert names(other) == []
    assert is_problem(owner.http('DELETE', f'/materials/{made}/shares?everybody=true'), 404)


def test_the_owner_sees_all_shares_and_others_those_for_them(sign_up: Callable[..., Person]) -> None:
    owner, one, two = sign_up(), sign_up(), sign_up()
    made = make(owner)['material_id']
    share(owner, made, email=one.email, access='write')
    share(owner, made, email=two.email)
    share(owner, made, everybody=True)

    def listed(person: Person) -> list[tuple[str | None, str]]:
        found = person.http('GET', f'/materials/{made}/shares').json()
        return [(row['email'], row['access']) for row in found]

    assert listed(owner) == [(one.email, 'write'), (two.email, 'read'), (None, 'read')]
    assert listed(two) == [(two.email, 'read'), (None, 'read')]
    # Other tests have other people, who would see it.
    owner.http('DELETE', f'/materials/{made}/shares?everybody=true')
    assert listed(two) == [(two.email, 'read')]


def test_addresses_are_not_told_apart_more_than_needed(
    sign_up: Callable[..., Person], monkeypatch: Any
) -> None:
    owner, friend = sign_up(), sign_up()
    made = make(owner)['material_id']
    refused = []
    for email in ('nobody@nanoos.test', 'system@nanoos.localhost', owner.email, 'no address'):
        answer = share(owner, made, email=email)
        assert is_problem(answer, 422)
        refused.append(answer.json()['detail'].replace(email, '…'))
    assert len(set(refused)) == 1
    # It is not shared with either; only one of them has an account.
    path = f'/materials/{made}/shares?email='
    unknown = owner.http('DELETE', f'{path}nobody@nanoos.test')
    known = owner.http('DELETE', f'{path}{friend.email}')
    assert is_problem(unknown, 404)
    assert known.json()['detail'] == unknown.json()['detail']
    monkeypatch.setattr(shares, 'TRIES', RateLimit(2))
    answers = [share(owner, made, email=email) for email in (friend.email, 'a@b.test', friend.email)]
    assert [answer.status_code for answer in answers] == [200, 422, 429]


def test_a_share_says_with_whom(alice: Person) -> None:
    made = make(alice)['material_id']
    for body in ({}, {'email': 'a@b.test', 'everybody': True}, {'everybody': True, 'access': 'admin'}):
        assert is_problem(share(alice, made, **body), 422)
    assert is_problem(alice.http('DELETE', f'/materials/{made}/shares'), 422)


def test_a_shared_group_of_the_owner_opens_its_materials_for_writing(sign_up: Callable[..., Person]) -> None:
    owner, writer, third = sign_up(), sign_up(), sign_up()
    made = make(owner)
    node = orm.load_node(made['uuid'])

    def share_group(person: Person, access: Access) -> None:
        with acting_as(person.user):
            group, _ = orm.Group.collection.get_or_create(label=f'{person.email} {made["uuid"]}')
            group.add_nodes(node)
            share_root(group, writer.user, access)

    # Whoever has a group cannot open in it what belongs to others.
    share_group(third, 'write')
    assert is_problem(revise(writer, made['material_id'], 1, 'taken'), 404)
    share_group(owner, 'read')
    assert is_problem(revise(writer, made['material_id'], 1, 'taken'), 403)
    share_group(owner, 'write')
    assert revise(writer, made['material_id'], 1, 'better').status_code == 200
