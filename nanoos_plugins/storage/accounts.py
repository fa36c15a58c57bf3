"""The tables of accounts: who may sign in, with what, and which requests have been answered.

They stand beside AiiDA's, are part of backups and never of archives. No secret is kept: passwords as Argon2
hashes, everything else that opens a door as its SHA-256 (all of it is random and 256 bits long).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.storage.shares import METADATA, reference


def _user(**options: Any) -> sa.Column[int]:
    return sa.Column('user_id', reference('db_dbuser'), nullable=False, **options)


def _time(name: str, nullable: bool = True) -> sa.Column[float]:
    """Return a column for a time [s since 1970, UTC]; numbers compare alike in every database."""
    return sa.Column(name, sa.Float, nullable=nullable)


ACCOUNTS = sa.Table(
    'nanoos_account',
    METADATA,
    _user(primary_key=True),
    sa.Column('password_hash', sa.String, comment='NULL: signs in elsewhere (OpenID Connect)'),
    sa.Column('role', sa.Enum('user', 'admin', native_enum=False), nullable=False),
    sa.Column('is_active', sa.Boolean, nullable=False),
    _time('created', nullable=False),
    sa.CheckConstraint("role IN ('user', 'admin')", name='ck_nanoos_account_role'),
)
SESSIONS = sa.Table(
    'nanoos_session',
    METADATA,
    sa.Column('id', sa.String(32), primary_key=True),
    _user(index=True),
    sa.Column(
        'refresh_hash', sa.String(64), nullable=False, comment='of the one refresh token that is valid'
    ),
    _time('created', nullable=False),
    _time('expires', nullable=False),
    _time('revoked'),
)
TOKENS = sa.Table(
    'nanoos_token',
    METADATA,
    sa.Column('id', sa.String(32), primary_key=True),
    _user(index=True),
    sa.Column('name', sa.String, nullable=False),
    sa.Column('token_hash', sa.String(64), nullable=False),
    sa.Column('scopes', sa.String, nullable=False, comment='words separated by blanks'),
    sa.Column('group_id', reference('db_dbgroup'), comment='NULL: not restricted to a group'),
    _time('created', nullable=False),
    _time('expires'),
    _time('revoked'),
)
INVITES = sa.Table(
    'nanoos_invite',
    METADATA,
    sa.Column('id', sa.String(32), primary_key=True),
    _user(),
    sa.Column('code_hash', sa.String(64), nullable=False),
    sa.Column('email', sa.String, comment='NULL: for whoever has the code'),
    _time('expires', nullable=False),
    _time('used'),
)
IDEMPOTENCY = sa.Table(
    'nanoos_idempotency',
    METADATA,
    _user(primary_key=True),
    sa.Column('key', sa.String(200), primary_key=True),
    sa.Column('digest', sa.String(64), nullable=False, comment='of the request that the key was used for'),
    sa.Column('node_id', reference('db_dbnode'), comment='what the request made'),
    _time('created', nullable=False),
)
IDENTITIES = sa.Table(
    'nanoos_identity',
    METADATA,
    sa.Column('issuer', sa.String, primary_key=True, comment='of an OpenID Connect provider'),
    sa.Column('subject', sa.String, primary_key=True, comment='who they are there, for ever'),
    _user(index=True),
)
SIGN_INS = sa.Table(
    'nanoos_sign_in',
    METADATA,
    sa.Column('id', sa.String(32), primary_key=True, comment='state: goes through the provider and back'),
    sa.Column('secret_hash', sa.String(64), nullable=False, comment='of what the browser keeps'),
    sa.Column('nonce', sa.String, nullable=False),
    sa.Column('verifier', sa.String, nullable=False),
    _time('expires', nullable=False),
)
sa.Index('ix_nanoos_idempotency_created', IDEMPOTENCY.c.created)
TABLES = (ACCOUNTS, SESSIONS, TOKENS, INVITES, IDEMPOTENCY, IDENTITIES, SIGN_INS)
