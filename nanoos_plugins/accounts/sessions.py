"""Sessions: a short-lived access token that is signed, and a refresh token that works once.

A refresh token that comes a second time has been stolen, or its thief came first: the whole session ends
(OAuth 2.0 Security Best Current Practice, RFC 9700, §4.14.2). A browser is given some seconds: a page that is
left while it refreshes never sees the answer, and two tabs may ask at once; both get the same next token.
"""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import jwt
import sqlalchemy as sa

from nanoos_plugins.accounts.caller import ROLE_SCOPES, Caller, NotAuthenticatedError, Role
from nanoos_plugins.accounts.secret import digest, is_secret, new_id, new_secret
from nanoos_plugins.storage.accounts import ACCOUNTS, SESSIONS
from nanoos_plugins.storage.shares import USERS

ALGORITHM = 'HS256'
ISSUER = 'nanoos'
#: [s] How long an access token is valid, and a session without being refreshed.
ACCESS_SECONDS = 15 * 60
REFRESH_SECONDS = 30 * 24 * 3600

ENDED = 'the session has ended: sign in again'


@dataclass(frozen=True)
class SessionTokens:
    """What a session shows: `access` with every request, for `expires_in` seconds, then `refresh`, once."""

    access: str
    refresh: str
    expires_in: int


def begin_session(connection: sa.Connection, user_pk: int, key: bytes) -> SessionTokens:
    """Begin a session of a user and return its first tokens."""
    now, session_id, secret = time.time(), new_id(), new_secret()
    values = {
        'id': session_id,
        'user_id': user_pk,
        'refresh_hash': digest(secret),
        'created': now,
        'expires': now + REFRESH_SECONDS,
    }
    connection.execute(sa.insert(SESSIONS).values(values))
    return _tokens(session_id, secret, user_pk, key)


def refresh_session(
    connection: sa.Connection, refresh: str, key: bytes, leeway: float = 0.0
) -> SessionTokens | None:
    """Return new tokens for a refresh token, which is used up by that.

    :param leeway: [s] in which the token before the newest still gives the newest, and ends nothing.
    :return: None for a token that was used before: the session has been ended, which is to be committed.
    :raises NotAuthenticatedError: for one that belongs to no open session.
    """
    session_id, _, secret = refresh.partition('.')
    row = _session(connection, session_id)
    if row is None or not _is_open(row) or not secret:
        raise NotAuthenticatedError(ENDED)
    following, now = _following(secret, key), time.time()
    if is_secret(secret, row.refresh_hash):
        # The old hash is part of the condition, so that of two requests at the same moment only one succeeds.
        unused = sa.and_(SESSIONS.c.id == session_id, SESSIONS.c.refresh_hash == row.refresh_hash)
        values = {'refresh_hash': digest(following), 'expires': now + REFRESH_SECONDS}
        if connection.execute(sa.update(SESSIONS).where(unused).values(values)).rowcount:
            return _tokens(session_id, following, row.user_id, key)
        row = _session(connection, session_id)
    if row and now - (row.expires - REFRESH_SECONDS) < leeway and is_secret(following, row.refresh_hash):
        return _tokens(session_id, following, row.user_id, key)
    end_session(connection, session_id)
    return None


def _following(secret: str, key: bytes) -> str:
    """Return the secret after this one: the same each time it is asked for, and only here."""
    code = hmac.digest(key, b'refresh:' + secret.encode(), 'sha256')
    return base64.urlsafe_b64encode(code).rstrip(b'=').decode()


def end_session(connection: sa.Connection, session_id: str) -> None:
    """End a session: its access and refresh tokens are worth nothing from now on."""
    ended = sa.update(SESSIONS).where(SESSIONS.c.id == session_id, SESSIONS.c.revoked.is_(None))
    connection.execute(ended.values(revoked=time.time()))


def session_of(access: str, key: bytes) -> str:
    """Return the session that an access token is signed for, without asking the database.

    :raises NotAuthenticatedError: for a token that is forged, expired or of another kind.
    """
    session_id, expires = _signed(access, key)
    if expires <= time.time():
        raise NotAuthenticatedError('the access token has expired: refresh it')
    return session_id


@lru_cache(maxsize=4096)
def _signed(access: str, key: bytes) -> tuple[str, float]:
    """Return the session that a token is signed for and its end; that a signature is right stays so."""
    try:
        claims = jwt.decode(
            access,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={'require': ['exp', 'iat', 'iss', 'sid', 'sub']},
        )
    except jwt.ExpiredSignatureError as error:
        raise NotAuthenticatedError('the access token has expired: refresh it') from error
    except jwt.InvalidTokenError as error:
        raise NotAuthenticatedError('the access token is not valid: sign in again') from error
    return str(claims['sid']), float(claims['exp'])


def caller_of_session(connection: sa.Connection, session_id: str) -> Caller:
    """Return who asks in a session, with the scopes of the account's role now.

    :raises NotAuthenticatedError: when the session or the account is closed.
    """
    row = _session(connection, session_id)
    if row is None or not _is_open(row):
        raise NotAuthenticatedError(ENDED)
    return Caller(row.user_id, row.email, ROLE_SCOPES[cast('Role', row.role)], session_id=session_id)


#: Built once: to build it takes longer than to run it.
_SESSION = (
    sa.select(
        SESSIONS.c.user_id,
        SESSIONS.c.refresh_hash,
        SESSIONS.c.expires,
        SESSIONS.c.revoked,
        USERS.c.email,
        ACCOUNTS.c.role,
        ACCOUNTS.c.is_active,
    )
    .join(ACCOUNTS, ACCOUNTS.c.user_id == SESSIONS.c.user_id)
    .join(USERS, USERS.c.id == SESSIONS.c.user_id)
    .where(SESSIONS.c.id == sa.bindparam('session_id'))
)


def _session(connection: sa.Connection, session_id: str) -> sa.Row[Any] | None:
    return connection.execute(_SESSION, {'session_id': session_id}).first()


def _is_open(row: sa.Row[Any]) -> bool:
    return bool(row.is_active) and row.revoked is None and row.expires > time.time()


def _tokens(session_id: str, secret: str, user_pk: int, key: bytes) -> SessionTokens:
    now = int(time.time())
    claims = {'iss': ISSUER, 'sub': str(user_pk), 'sid': session_id, 'iat': now, 'exp': now + ACCESS_SECONDS}
    access = jwt.encode(claims, key, algorithm=ALGORITHM)
    return SessionTokens(access, f'{session_id}.{secret}', ACCESS_SECONDS)
