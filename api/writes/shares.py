"""Share what one has, and find the material that somebody may write to."""

from __future__ import annotations

from typing import Any, cast

from aiida import orm
from aiida.common.exceptions import NotExistent

from nanoos_plugins.accounts.account import normal_email
from nanoos_plugins.data.material import Material
from nanoos_plugins.graph.materials import find_material
from nanoos_plugins.graph.shares import Kind, access_to_material, find_root
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Access, Viewer, check_owner, revoke, share


def share_root(kind: Kind, identifier: str, email: str | None, access: Access) -> dict[str, Any]:
    """Share a material (all its revisions), a group or a data node, and what is made from them.

    :param identifier: id of the material, UUID of the others.
    :param email: None: with everybody.
    :raises LookupError: when the caller sees nothing like that.
    :raises PermissionError: when it is not theirs.
    :raises ValueError: for an address without an account, that of the caller or of the system, all the same;
        for a node that is no data.
    """
    root = _root(kind, identifier)
    if isinstance(root, orm.Node) and not isinstance(root, orm.Data):
        raise ValueError(
            f'node {identifier} is a process: share a data node that it is made from, or a group'
        )
    check_owner(root)
    grantee = None if email is None else _grantee(email)
    share(root, grantee, access)
    return {'email': None if grantee is None else grantee.email, 'access': access}


def revoke_root(kind: Kind, identifier: str, email: str | None) -> None:
    """Take a share of a material, a group or a data node back, at once.

    :param email: None: the share with everybody.
    :raises LookupError: when the caller sees nothing like that, or it is not shared like that.
    :raises PermissionError: when it is not theirs.
    """
    root = _root(kind, identifier)
    check_owner(root)
    not_shared = LookupError(f'{kind} {identifier!r} is not shared like that')
    try:
        grantee = None if email is None else orm.User.collection.get(email=normal_email(email))
        revoke(root, grantee)
    except (NotExistent, ValueError):
        raise not_shared from None


def acting_user() -> orm.User:
    """Return the user for whom this write is done."""
    user = orm.User.collection.get_default()
    if user is None or user.pk is None:
        raise PermissionError('nobody is acting')
    return user


def acting_viewer() -> Viewer:
    """Return as whom this write looks at the graph."""
    pk = acting_user().pk
    assert pk is not None
    return Viewer(pk)


def writable_material(material_id: str) -> Material:
    """Return the newest revision of a material that the acting user sees and may write to.

    :raises LookupError: when they see none.
    :raises PermissionError: when they may only read it.
    """
    newest = find_material(material_id, acting_viewer())
    if not may_write(material_id, acting_user()):
        raise PermissionError(f'material {newest["name"]!r} is shared with you for reading only')
    return cast(Material, orm.load_node(newest['pk']))


def may_write(material_id: str, user: orm.User) -> bool:
    """Return whether a user may revise a material and make things under it."""
    assert user.pk is not None
    return access_to_material(material_id, Viewer(user.pk)) in ('own', 'write')


def _root(kind: Kind, identifier: str) -> orm.Node | orm.Group:
    """Return the root of the shares of something that the acting user sees.

    :raises LookupError: when they see nothing like that.
    """
    root = find_root(kind, identifier, acting_viewer())
    return orm.load_group(pk=root.pk) if root.is_group else orm.load_node(pk=root.pk)


def _grantee(email: str) -> orm.User:
    """Return the user to share with.

    :raises ValueError: when there is none to share with, whatever the reason.
    """
    nobody = ValueError(f'email: there is nobody to share with at {email!r:.80}')
    try:
        user: orm.User = orm.User.collection.get(email=normal_email(email))
    except (NotExistent, ValueError):
        raise nobody from None
    if user.email == SYSTEM_EMAIL or user.pk == acting_user().pk:
        raise nobody
    return user
