"""Personal access tokens: for scripts and agents, with chosen scopes, until they expire or are revoked."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from nanoos_plugins.accounts.caller import (
    ROLE_SCOPES,
    Caller,
    NotAuthenticatedError,
    Role,
    Scope,
    check_scopes,
)
from nanoos_plugins.accounts.secret import digest, is_secret, new_id, new_secret
from nanoos_plugins.storage.accounts import ACCOUNTS, TOKENS
from nanoos_plugins.storage.shares import GROUPS, USERS

#: By which people, and scanners for leaked secrets, know such a token.
PREFIX = 'nanoos_'
REFUSED = 'the personal access token is not valid, has expired or was revoked: make a new one'


@dataclass(frozen=True)
class PersonalToken:
    """A token as its owner sees it afterwards, without the secret; times in seconds since 1970."""

    id: str
    name: str
    scopes: list[Scope]
    group_pk: int | None
    created: float
    expires: float | None
    revoked: float | None


def make_token(
    connection: sa.Connection,
    user_pk: int,
    role: Role,
    name: str,
    scopes: Iterable[str],
    seconds: float | None = None,
    group_pk: int | None = None,
) -> tuple[PersonalToken, str]:
    """Make a token; return it and the text to show, which nobody can read again.

    :param seconds: how long it is valid; None for ever.
    :param group_pk: restrict it to the nodes of this group.
    :raises ValueError: for no name, scopes that do not exist or that role or group do not have, or no time.
    """
    given = check_scopes(scopes, role)
    if group_pk is not None and 'admin' in given:
        raise ValueError('scopes: a token for one group cannot administer the instance, leave out admin')
    if not name.strip() or len(name) > 200:
        raise ValueError(f'name of a token: expected 1 to 200 characters, got {name!r:.80}')
    if seconds is not None and seconds <= 0:
        raise ValueError(f'a token is valid for more than 0 s, got {seconds}')
    now, token_id, secret = time.time(), new_id(), new_secret()
    values: dict[str, Any] = {
        'id': token_id,
        'user_id': user_pk,
        'name': name,
        'token_hash': digest(secret),
        'scopes': ' '.join(sorted(given)),
        'group_id': group_pk,
        'created': now,
        'expires': None if seconds is None else now + seconds,
    }
    connection.execute(sa.insert(TOKENS).values(values))
    made = PersonalToken(token_id, name, sorted(given), group_pk, now, values['expires'], None)
    return made, f'{PREFIX}{token_id}_{secret}'


def list_tokens(connection: sa.Connection, user_pk: int) -> list[PersonalToken]:
    """Return the tokens of a user, revoked and expired ones included, newest first."""
    statement = sa.select(TOKENS).where(TOKENS.c.user_id == user_pk).order_by(TOKENS.c.created.desc())
    return [
        PersonalToken(
            row.id,
            row.name,
            cast('list[Scope]', row.scopes.split()),
            row.group_id,
            row.created,
            row.expires,
            row.revoked,
        )
        for row in connection.execute(statement)
    ]


def revoke_token(connection: sa.Connection, user_pk: int, token_id: str) -> None:
    """Revoke a token of a user; nothing happens to one that was revoked before.

    :raises LookupError: when the user has no such token.
    """
    mine = sa.and_(TOKENS.c.id == token_id, TOKENS.c.user_id == user_pk)
    if connection.execute(sa.select(TOKENS.c.id).where(mine)).first() is None:
        raise LookupError(f'no token {token_id!r:.40}')
    statement = sa.update(TOKENS).where(mine, TOKENS.c.revoked.is_(None))
    connection.execute(statement.values(revoked=time.time()))


def caller_of_token(connection: sa.Connection, token: str) -> Caller:
    """Return who asks with a personal access token; never more scopes than the account's role has now.

    :raises NotAuthenticatedError: when the token is not valid, or the account is closed.
    """
    token_id, _, secret = token.removeprefix(PREFIX).partition('_')
    row = connection.execute(_TOKEN, {'token_id': token_id}).first()
    is_known = row is not None and is_secret(secret, row.token_hash)
    if row is None or not is_known or not row.is_active or row.revoked is not None:
        raise NotAuthenticatedError(REFUSED)
    # A token goes with its group; this is for a database that does not see to it.
    if row.group_id is not None and row.is_group_gone:
        raise NotAuthenticatedError(REFUSED)
    if row.expires is not None and row.expires <= time.time():
        raise NotAuthenticatedError(REFUSED)
    scopes = frozenset(cast('list[Scope]', row.scopes.split())) & ROLE_SCOPES[cast('Role', row.role)]
    return Caller(row.user_id, row.email, scopes, group_pk=row.group_id)


#: Built once: to build it takes longer than to run it.
_TOKEN = (
    sa.select(
        TOKENS,
        USERS.c.email,
        ACCOUNTS.c.role,
        ACCOUNTS.c.is_active,
        GROUPS.c.id.is_(None).label('is_group_gone'),
    )
    .join(ACCOUNTS, ACCOUNTS.c.user_id == TOKENS.c.user_id)
    .join(USERS, USERS.c.id == TOKENS.c.user_id)
    .outerjoin(GROUPS, GROUPS.c.id == TOKENS.c.group_id)
    .where(TOKENS.c.id == sa.bindparam('token_id'))
)
