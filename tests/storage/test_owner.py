"""Whom new nodes belong to, when nodes are made by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import calcfunction, run_get_node
from aiida.manage import get_manager
from aiida.manage.configuration import Profile

from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import USERS


def test_nodes_belong_to_the_default_user() -> None:
    assert orm.Int(1).store().user.email == 'owner@nanoos.test'


def test_nodes_and_groups_belong_to_the_acting_user(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        mine = orm.Int(1).store()
        group = orm.Group('of alice').store()
        with acting_as(bob):
            inner = orm.Int(1).store()
        again = orm.Int(1).store()
    after = orm.Int(1).store()
    owners = [node.user.email for node in (mine, inner, again, after)]
    assert owners == [alice.email, bob.email, alice.email, 'owner@nanoos.test']
    assert group.user.email == alice.email


def test_acting_as_nobody_changes_nothing(alice: orm.User) -> None:
    with acting_as(alice), acting_as(None):
        assert orm.Int(1).store().user.pk == alice.pk


def test_an_unstored_user_cannot_act() -> None:
    with (
        pytest.raises(ValueError, match=r'nobody@nanoos\.test is not stored'),
        acting_as(orm.User('nobody@nanoos.test')),
    ):
        pass


def test_the_acting_user_is_back_after_an_error(alice: orm.User) -> None:
    with pytest.raises(KeyError), acting_as(alice):
        raise KeyError
    assert orm.Int(1).store().user.email == 'owner@nanoos.test'


def test_the_system_user_is_one() -> None:
    assert system_user().pk == system_user().pk


def test_threads_get_the_owner_in_their_own_session(alice: orm.User, bob: orm.User) -> None:
    """An ORM user kept from another thread would fail with `already attached to session`."""

    def store() -> str:
        owners = {orm.Int(number).store().user.email for number in range(5)}
        return ','.join(owners)

    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = []
        for user in (alice, bob, None, alice, bob):
            with acting_as(user):
                futures.append(pool.submit(copy_context().run, store))
        owners = [future.result() for future in futures]
    assert owners == [alice.email, bob.email, 'owner@nanoos.test', alice.email, bob.email]


def test_copies_belong_to_who_copies(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        original = orm.Dict({'a': [1, 2]}).store()
    with acting_as(bob):
        copy = original.clone().store()
    assert copy.user.pk == bob.pk
    assert copy.get_dict() == {'a': [1, 2]}
    assert original.user.pk == alice.pk


@calcfunction
def successor(x: orm.Int) -> orm.Int:
    return orm.Int(x.value + 1)


def test_what_a_process_makes_belongs_to_its_owner_without_provenance_too(alice: orm.User) -> None:
    """Such a process has no row in the database that could name its owner."""
    with acting_as(alice):
        x = orm.Int(1).store()
    result, node = run_get_node(successor, x=x, metadata={'store_provenance': False})
    assert node.pk is None
    assert result.user.email == node.user.email == 'owner@nanoos.test'


def test_a_deleted_user_cannot_act(profile: Profile) -> None:
    leaver = orm.User('leaver@nanoos.test').store()
    with acting_as(leaver):
        session = get_manager().get_profile_storage().get_session()  # type: ignore[attr-defined]
        session.execute(sa.delete(USERS).where(USERS.c.id == leaver.pk))
        session.commit()
        with pytest.raises(NotExistent, match=r'acting user \d+ does not exist'):
            orm.Int(1)
