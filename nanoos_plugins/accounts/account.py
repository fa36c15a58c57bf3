"""Accounts: a password and a role for one of AiiDA's users."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from nanoos_plugins.accounts.caller import NotAuthenticatedError, Role
from nanoos_plugins.accounts.passwords import hash_password, is_password
from nanoos_plugins.storage.accounts import ACCOUNTS, SESSIONS, TOKENS
from nanoos_plugins.storage.shares import USERS

LONGEST_EMAIL = 254
#: The same for an unknown address and a wrong password: nobody learns who has an account.
REFUSED = 'e-mail address or password is wrong, or the account is closed'


@dataclass(frozen=True)
class Account:
    """An account as others may see it; `created` in seconds since 1970."""

    user_pk: int
    email: str
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    created: float


def normal_email(email: str) -> str:
    """Return an e-mail address in the form in which users are kept.

    :raises ValueError: when it is none.
    """
    found = email.strip().lower()
    if not re.fullmatch(r'[^@\s]+@[^@\s]+', found) or len(found) > LONGEST_EMAIL:
        raise ValueError(f'{email!r:.80} is no e-mail address: expected name@host')
    return found


def open_account(connection: sa.Connection, user_pk: int, password: str | None, role: Role = 'user') -> None:
    """Open the account of a user.

    :param password: None for an account that signs in elsewhere.
    :raises ValueError: for a password that is too short or too long, or a user who has an account.
    """
    if find_account(connection, user_pk) is not None:
        raise ValueError('this user has an account already')
    values: dict[str, Any] = {
        'user_id': user_pk,
        'password_hash': None if password is None else hash_password(password),
        'role': role,
        'is_active': True,
        'created': time.time(),
    }
    connection.execute(sa.insert(ACCOUNTS).values(values))


def find_account(connection: sa.Connection, user_pk: int) -> Account | None:
    """Return the account of a user, None when there is none."""
    row = connection.execute(_select().where(ACCOUNTS.c.user_id == user_pk)).first()
    return None if row is None else _account(row)


def account_of(connection: sa.Connection, email: str) -> Account:
    """Return the account with an e-mail address.

    :raises LookupError: when there is none.
    """
    row = connection.execute(_select().where(USERS.c.email == email.strip().lower())).first()
    if row is None:
        raise LookupError(f'{email!r:.80} has no account; the list of users shows who has')
    return _account(row)


def list_accounts(connection: sa.Connection) -> list[Account]:
    """Return all accounts, oldest first."""
    return [_account(row) for row in connection.execute(_select().order_by(ACCOUNTS.c.created))]


def has_admin(connection: sa.Connection) -> bool:
    """Return whether somebody administers the instance."""
    admins = sa.select(ACCOUNTS.c.user_id).where(ACCOUNTS.c.role == 'admin', ACCOUNTS.c.is_active)
    return connection.execute(admins.limit(1)).first() is not None


def authenticate(connection: sa.Connection, email: str, password: str) -> Account:
    """Return the account that e-mail address and password open; it takes as long when there is none.

    :raises NotAuthenticatedError: when they open none.
    """
    statement = _select().add_columns(ACCOUNTS.c.password_hash).where(USERS.c.email == email.strip().lower())
    row = connection.execute(statement).first()
    right = is_password(password, None if row is None else row.password_hash)
    if row is None or not right or not row.is_active:
        raise NotAuthenticatedError(REFUSED)
    return _account(row)


def set_password(connection: sa.Connection, user_pk: int, password: str) -> None:
    """Give an account a new password, and end all its sessions: whoever had the old one is out.

    :raises ValueError: for a password that is too short or too long.
    """
    _update(connection, user_pk, password_hash=hash_password(password))
    _revoke(connection, SESSIONS, user_pk)


def set_role(connection: sa.Connection, user_pk: int, role: Role) -> None:
    """Give an account another role; its sessions have it at once, its tokens never more scopes than it."""
    _update(connection, user_pk, role=role)


def close_account(connection: sa.Connection, user_pk: int) -> None:
    """Close an account and end its sessions and tokens; the user's nodes stay."""
    _update(connection, user_pk, is_active=False)
    _revoke(connection, SESSIONS, user_pk)
    _revoke(connection, TOKENS, user_pk)


def reopen_account(connection: sa.Connection, user_pk: int) -> None:
    """Open a closed account again."""
    _update(connection, user_pk, is_active=True)


def _select() -> sa.Select[Any]:
    columns = (ACCOUNTS.c.role, ACCOUNTS.c.is_active, ACCOUNTS.c.created)
    names = (USERS.c.first_name, USERS.c.last_name)
    return sa.select(USERS.c.id, USERS.c.email, *names, *columns).join(
        ACCOUNTS, ACCOUNTS.c.user_id == USERS.c.id
    )


def _account(row: sa.Row[Any]) -> Account:
    role = cast('Role', row.role)
    return Account(row.id, row.email, row.first_name, row.last_name, role, row.is_active, row.created)


def _update(connection: sa.Connection, user_pk: int, **values: Any) -> None:
    done = connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.user_id == user_pk).values(values))
    if not done.rowcount:
        raise LookupError(f'user {user_pk} has no account; `nanoos user list` shows those there are')


def _revoke(connection: sa.Connection, table: sa.Table, user_pk: int) -> None:
    statement = sa.update(table).where(table.c.user_id == user_pk, table.c.revoked.is_(None))
    connection.execute(statement.values(revoked=time.time()))
