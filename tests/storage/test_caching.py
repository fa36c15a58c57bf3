"""A calculation is taken from the cache only if its owner lets the one who asks see it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from aiida import orm
from aiida.engine import calcfunction, run_get_node
from aiida.manage.caching import enable_caching
from aiida.plugins import CalculationFactory

from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import revoke, share

_values = count(1000)


@calcfunction
def square(x: orm.Int) -> orm.Int:
    return orm.Int(x.value**2)


@pytest.fixture(autouse=True)
def caching() -> Iterator[None]:
    with enable_caching():
        yield


@pytest.fixture
def value() -> int:
    """Return a number that no other test squares."""
    return next(_values)


def squared(owner: orm.User, value: int) -> orm.CalcFunctionNode:
    """Return the node of a calculation of `owner`, whose input was not there before."""
    with acting_as(owner):
        node: orm.CalcFunctionNode = run_get_node(square, x=orm.Int(value)).node
    assert node.outputs.result.value == value**2
    return node


def test_own_calculations_are_hit(alice: orm.User, value: int) -> None:
    first, second = squared(alice, value), squared(alice, value)
    assert second.base.caching.get_cache_source() == first.uuid


def test_unshared_calculations_of_others_are_never_hit(alice: orm.User, bob: orm.User, value: int) -> None:
    squared(alice, value)
    node = squared(bob, value)
    assert not node.base.caching.is_created_from_cache
    with acting_as(bob):
        assert node.base.caching.get_all_same_nodes() == [node]


def test_a_hit_on_a_shared_calculation_belongs_to_who_asked(
    alice: orm.User, bob: orm.User, value: int
) -> None:
    original = squared(alice, value)
    with acting_as(alice):
        share(original, bob)
    hit = squared(bob, value)
    assert hit.base.caching.get_cache_source() == original.uuid
    assert {hit.user.pk, hit.inputs.x.user.pk, hit.outputs.result.user.pk} == {bob.pk}
    assert original.outputs.result.user.pk == alice.pk


def test_a_revoked_share_is_not_hit_any_more(alice: orm.User, bob: orm.User, value: int) -> None:
    original = squared(alice, value)
    with acting_as(alice):
        share(original, bob)
        revoke(original, bob)
    assert not squared(bob, value).base.caching.is_created_from_cache


def test_calculations_of_the_system_are_hit_by_all(bob: orm.User, value: int) -> None:
    original = squared(system_user(), value)
    hit = squared(bob, value)
    assert hit.base.caching.get_cache_source() == original.uuid
    assert hit.outputs.result.user.pk == bob.pk


def test_a_query_by_hash_is_answered_for_who_asks_now(alice: orm.User, bob: orm.User, value: int) -> None:
    """The query builder keeps a built query; it may not be kept across users."""
    with acting_as(alice):
        node = orm.Int(value).store()
    builder = orm.QueryBuilder().append(orm.Int, filters={'extras._aiida_hash': node.base.caching.get_hash()})
    counts = []
    for user in (alice, bob, alice):
        with acting_as(user):
            counts.append(builder.count())
    assert counts == [1, 0, 1]


def test_a_hit_on_a_shared_calculation_job(
    alice: orm.User, bob: orm.User, bash: orm.InstalledCode, value: int
) -> None:
    """All that a job made is cloned for the one who asked: folders, remote folder and parsed results."""
    calculation = CalculationFactory('core.arithmetic.add')

    def run(owner: orm.User) -> orm.CalcJobNode:
        with acting_as(owner):
            inputs = {'code': bash, 'x': orm.Int(value), 'y': orm.Int(1)}
            node: orm.CalcJobNode = run_get_node(calculation, **inputs).node
        assert node.is_finished_ok
        assert node.outputs.sum.value == value + 1
        return node

    original, own = run(alice), run(bob)
    assert not own.base.caching.is_created_from_cache
    own.base.caching.is_valid_cache = False
    with acting_as(alice):
        share(original.inputs.x, bob)
    hit = run(bob)
    assert hit.base.caching.get_cache_source() == original.uuid
    made = hit.base.links.get_outgoing().all_nodes()
    assert {type(node).__name__ for node in made} == {'FolderData', 'RemoteData', 'Int'}
    assert {node.user.pk for node in [hit, *made]} == {bob.pk}
