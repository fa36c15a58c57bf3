"""What a user may see of what belongs to others."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.common.links import LinkType
from aiida.engine import calcfunction
from aiida.manage import get_manager
from aiida.tools import delete_nodes

from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import SHARES, Share, is_visible, revoke, share, shares_of
from tests.storage.oracle import shared_nodes


@calcfunction
def add(x: orm.Int, y: orm.Int) -> orm.Int:
    return x + y


def make(owner: orm.User, value: int = 1) -> orm.Int:
    with acting_as(owner):
        return orm.Int(value).store()


def derive(owner: orm.User, x: orm.Int, y: orm.Int) -> orm.Int:
    with acting_as(owner):
        return add(x, y)


def open_to(
    owner: orm.User, root: orm.Node | orm.Group, grantee: orm.User | None, access: str = 'read'
) -> None:
    with acting_as(owner):
        share(root, grantee, access)  # type: ignore[arg-type]


def test_own_and_system_nodes_are_visible_others_are_not(alice: orm.User, bob: orm.User) -> None:
    mine, provided = make(alice), make(system_user())
    assert is_visible(mine, alice)
    assert not is_visible(mine, bob)
    assert is_visible(provided, alice)
    assert is_visible(provided, bob)


def test_a_share_covers_present_and_future_descendants(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    before = derive(alice, root, make(alice))
    open_to(alice, root, bob)
    after = derive(alice, before, make(alice))
    process = after.creator
    assert all(is_visible(node, bob) for node in (root, before, before.creator, process, after))


def test_a_share_covers_direct_inputs_but_no_further_ancestors(alice: orm.User, bob: orm.User) -> None:
    first = make(alice)
    second = derive(alice, first, make(alice))
    root = make(alice)
    derive(alice, root, second)
    open_to(alice, root, bob)
    assert is_visible(second, bob)
    assert not is_visible(second.creator, bob)
    assert not is_visible(first, bob)


def test_inputs_of_a_third_party_stay_closed(alice: orm.User, bob: orm.User, carol: orm.User) -> None:
    lent = make(carol)
    open_to(carol, lent, alice)
    root = make(alice)
    result = derive(alice, root, lent)
    open_to(alice, root, bob)
    assert is_visible(result, bob)
    assert not is_visible(lent, bob)


def test_what_a_reader_makes_is_the_readers_own(alice: orm.User, bob: orm.User, carol: orm.User) -> None:
    root = make(alice)
    open_to(alice, root, bob)
    open_to(alice, root, carol)
    result = derive(bob, root, make(bob))
    assert is_visible(result, bob)
    assert not is_visible(result, alice)
    assert not is_visible(result, carol)


def test_what_a_writer_makes_is_seen_by_owner_and_readers(
    alice: orm.User, bob: orm.User, carol: orm.User
) -> None:
    root = make(alice)
    open_to(alice, root, bob, 'write')
    open_to(alice, root, carol)
    result = derive(bob, root, make(bob))
    assert result.user.pk == bob.pk
    assert is_visible(result, alice)
    assert is_visible(result, carol)


def test_revoking_closes_at_once(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    result = derive(alice, root, root)
    open_to(alice, root, bob)
    assert is_visible(result, bob)
    with acting_as(alice):
        revoke(root, bob)
    assert not is_visible(root, bob)
    assert not is_visible(result, bob)


def test_a_share_with_everybody(alice: orm.User, bob: orm.User, carol: orm.User) -> None:
    root = make(alice)
    open_to(alice, root, None)
    open_to(alice, root, bob)
    assert is_visible(root, carol)
    with acting_as(alice):
        revoke(root, None)
    assert not is_visible(root, carol)
    assert is_visible(root, bob)


def test_everybody_may_write(alice: orm.User, bob: orm.User, carol: orm.User) -> None:
    root = make(alice)
    open_to(alice, root, None, 'write')
    assert is_visible(derive(bob, root, root), carol)
    with acting_as(alice):
        revoke(root, None)


def test_sharing_again_replaces_the_access(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    open_to(alice, root, bob)
    open_to(alice, root, bob, 'write')
    found = shares_of(root)
    assert [(one.grantee.pk if one.grantee else None, one.access) for one in found] == [(bob.pk, 'write')]
    assert isinstance(found[0], Share)


def test_a_group_shares_its_owners_nodes_only(alice: orm.User, bob: orm.User, carol: orm.User) -> None:
    lent, own = make(carol), make(alice)
    with acting_as(alice):
        group = orm.Group(f'shared with {bob.email}').store()
        group.add_nodes([lent, own])
    open_to(alice, group, bob)
    assert is_visible(own, bob)
    assert not is_visible(lent, bob)
    later = make(alice)
    group.add_nodes(later)
    assert is_visible(later, bob)
    assert is_visible(derive(alice, later, later), bob)
    group.remove_nodes(later)
    assert not is_visible(later, bob)


def test_a_workflow_opens_what_it_made_not_what_others_made_of_its_inputs(
    alice: orm.User, bob: orm.User
) -> None:
    """A workflow that hands an input on as an output does not open everything computed from that input."""
    data = make(alice)
    elsewhere = derive(alice, data, data)
    with acting_as(alice):
        workflow = orm.WorkflowNode()
        workflow.base.links.add_incoming(data, LinkType.INPUT_WORK, 'data')
        workflow.store()
        data.base.links.add_incoming(workflow, LinkType.RETURN, 'data')
        called = orm.CalcFunctionNode()
        called.base.links.add_incoming(workflow, LinkType.CALL_CALC, 'called')
        called.store()
        made = orm.Int(2)
        made.base.links.add_incoming(called, LinkType.CREATE, 'made')
        made.store()
        called.seal()
        workflow.seal()
    open_to(alice, workflow, bob)
    assert is_visible(data, bob)
    assert is_visible(made, bob)
    assert is_visible(derive(alice, made, made), bob)
    assert not is_visible(elsewhere, bob)


def test_only_the_owner_shares(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    with acting_as(bob), pytest.raises(PermissionError, match=f'belongs to {alice.email}'):
        share(root, bob)
    open_to(alice, root, bob)
    with acting_as(bob), pytest.raises(PermissionError, match='may not share'):
        revoke(root, bob)


def test_mistakes_are_named(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    with acting_as(alice):
        with pytest.raises(ValueError, match="'read' or 'write', got 'own'"):
            share(root, bob, 'own')  # type: ignore[arg-type]
        with pytest.raises(ValueError, match='is not shared with'):
            revoke(root, bob)
        with pytest.raises(ValueError, match='is not stored'):
            share(orm.Int(1), bob)
        with pytest.raises(ValueError, match=r'new@nanoos\.test is not stored'):
            share(root, orm.User('new@nanoos.test'))


def test_deleting_a_root_deletes_its_shares(alice: orm.User, bob: orm.User) -> None:
    root = make(alice)
    open_to(alice, root, bob)
    delete_nodes([root.pk], dry_run=False)
    session = get_manager().get_profile_storage().get_session()  # type: ignore[attr-defined]
    assert session.scalars(sa.select(SHARES.c.id).where(SHARES.c.grantee_id == bob.pk)).all() == []


def test_paths_do_not_multiply(alice: orm.User, bob: orm.User) -> None:
    """Twenty diamonds in a row have 2²⁰ paths: every node is visited once all the same."""
    with acting_as(alice):
        root = node = orm.Int(1).store()
        for _ in range(20):
            process = orm.CalcFunctionNode()
            process.base.links.add_incoming(node, LinkType.INPUT_CALC, 'x')
            process.base.links.add_incoming(node, LinkType.INPUT_CALC, 'y')
            process.store()
            node = orm.Int(1)
            node.base.links.add_incoming(process, LinkType.CREATE, 'result')
            node.store()
            process.seal()
    open_to(alice, root, bob)
    session = get_manager().get_profile_storage().get_session()  # type: ignore[attr-defined]
    found = session.scalars(shared_nodes(bob.pk)).all()
    assert len(found) == 41
    assert is_visible(node, bob)
