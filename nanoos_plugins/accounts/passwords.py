"""Passwords: hashed by Argon2id (RFC 9106), checked in constant time whether or not the account exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 10, 1000

# RFC 9106's second recommendation (64 MiB, three passes), with one lane: cores are shared with the database.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


def check_password(password: str) -> None:
    """Check that a password may be used.

    Length is all that is asked for (NIST SP 800-63B, §5.1.1.2).

    :raises ValueError: says how long it may be.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f'password: expected {SHORTEST} to {LONGEST} characters, got {len(password)}')


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt."""
    check_password(password)
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password is the one; without a hash it takes as long and is not."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash('nobody has this password')
