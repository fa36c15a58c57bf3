"""The header `Idempotency-Key`: a client's name for a request, by which it is answered once only."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import Header

from nanoos_plugins.accounts.secret import new_id

Key = Annotated[
    str | None,
    Header(
        alias='Idempotency-Key',
        pattern=r'^[!-~]{1,200}$',
        description='any text without blanks, a new one for each new job: when the answer is lost, the same '
        'request with the same key gives the same job, for 7 days',
    ),
]


def key_of(given: str | None) -> str:
    """Return the key, or a new one for a client that does not care."""
    return given if given is not None else f'none-given-{new_id()}'


def digest_of(kind: str, body: dict[str, Any]) -> str:
    """Return the SHA-256 of a request, the same for the same values in another order.

    :raises ValueError: for what the database could not keep: integers beyond 64 bit, broken characters, NUL.
    """
    try:
        text = orjson.dumps([kind, body], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise ValueError(f'the request has a value that cannot be kept: {error}') from None
    if b'\\u0000' in text:
        raise ValueError('the request has a NUL character, which cannot be kept')
    return hashlib.sha256(text).hexdigest()
