"""Random words that open doors, and the key that this instance signs with."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from nanoos_plugins.install.home import home


def new_id() -> str:
    """Return a public identifier, 128 random bits."""
    return secrets.token_hex(16)


def new_secret() -> str:
    """Return a secret, 256 random bits; only its `digest` is kept."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret. Enough, and fast: the secret is random, so nobody guesses it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, kept: str) -> bool:
    """Return, in constant time, whether `kept` is the digest of `secret`."""
    return secrets.compare_digest(digest(secret), kept)


def signing_key() -> bytes:
    """Return the key of this instance, made once; it is in a file that only its owner can read."""
    path = home() / 'signing.key'
    if path.exists():
        return _read(path)
    partial = path.with_name(f'.{path.name}.{os.getpid()}')
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, 'wb') as handle:
        handle.write(secrets.token_bytes(64))
    # Unlike a renaming, this fails when another process was first.
    with suppress(FileExistsError):
        path.hardlink_to(partial)
    partial.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) < 32:
        raise ValueError(f'{path} holds {len(key)} bytes, expected at least 32: delete it to get a new one')
    return key
