"""Invites: a code that lets one person open an account where sign-up is by invitation."""

from __future__ import annotations

import time

import sqlalchemy as sa

from nanoos_plugins.accounts.secret import digest, is_secret, new_id, new_secret
from nanoos_plugins.storage.accounts import INVITES

#: [s] How long an invite is valid by default.
WEEK = 7 * 24 * 3600
REFUSED = 'the invite is not valid, was used or has expired: ask for a new one'


def make_invite(
    connection: sa.Connection, user_pk: int, email: str | None = None, seconds: float = WEEK
) -> str:
    """Return the code of a new invite.

    :param user_pk: who invites.
    :param email: the only address that may use it; None for whoever has the code.
    """
    invite_id, secret = new_id(), new_secret()
    values = {
        'id': invite_id,
        'user_id': user_pk,
        'code_hash': digest(secret),
        'email': email,
        'expires': time.time() + seconds,
    }
    connection.execute(sa.insert(INVITES).values(values))
    return f'{invite_id}.{secret}'


def use_invite(connection: sa.Connection, code: str, email: str) -> None:
    """Use an invite up.

    :raises PermissionError: when it is not valid for this address.
    """
    invite_id, _, secret = code.partition('.')
    row = connection.execute(sa.select(INVITES).where(INVITES.c.id == invite_id)).first()
    if row is None or not is_secret(secret, row.code_hash) or row.expires <= time.time():
        raise PermissionError(REFUSED)
    if row.email not in (None, email):
        raise PermissionError(REFUSED)
    unused = sa.and_(INVITES.c.id == invite_id, INVITES.c.used.is_(None))
    if not connection.execute(sa.update(INVITES).where(unused).values(used=time.time())).rowcount:
        raise PermissionError(REFUSED)
