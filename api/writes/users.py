"""Make users: AiiDA's, who may submit to this machine, and their accounts."""

from __future__ import annotations

from typing import Any

from api.errors import RequestError
from nanoos_plugins.accounts.account import find_account, normal_email, open_account
from nanoos_plugins.accounts.caller import Role
from nanoos_plugins.accounts.invites import use_invite
from nanoos_plugins.accounts.passwords import check_password
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.profile import add_user
from nanoos_plugins.storage.owner import SYSTEM_EMAIL


def make_user(
    email: str,
    password: str | None,
    first_name: str = '',
    last_name: str = '',
    role: Role = 'user',
    invite: str | None = None,
    needs_invite: bool = False,
) -> dict[str, Any]:
    """Make a user with an account; return their primary key and e-mail.

    An AiiDA user without an account gets one only by `nanoos user add`: who can read their nodes must not be
    decided by whoever signs up first under their address.

    :param password: None for an account that signs in elsewhere.
    :raises RequestError: 409 when the address is taken; 403 when the invite is not valid.
    """
    from aiida import orm

    address = normal_email(email)
    if password is not None:
        check_password(password)
    if address == SYSTEM_EMAIL or orm.QueryBuilder().append(orm.User, filters={'email': address}).count():
        raise RequestError(409, f'{address} is taken: sign in, or ask the administrator for a new password')
    with connection() as opened, opened.begin():
        if needs_invite:
            use_invite(opened, invite or '', address)
    user = add_user(address, first_name, last_name)
    assert user.pk is not None
    with connection() as opened, opened.begin():
        if find_account(opened, user.pk) is None:
            open_account(opened, user.pk, password, role)
    return {'user_pk': user.pk, 'email': address}
