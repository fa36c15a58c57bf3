"""Pages of lists: an opaque cursor in, up to `limit` items and the cursor behind them out."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from nanoos_plugins.graph.keyset import Cursor

Item = TypeVar('Item')
#: What no primary key reaches.
LARGEST = 2**63

Limit = Annotated[int, Query(ge=1, le=200, description='most items of a page')]
After = Annotated[
    str | None, Query(max_length=200, description='`after` of the page before; without it the first page')
]


class Page(BaseModel, Generic[Item]):
    """A page of a list, newest first."""

    items: list[Item]
    after: str | None = Field(description='cursor of the next page; null at the end of the list')


def encode(cursor: Cursor | None) -> str | None:
    """Return a cursor as text that is opaque to clients."""
    if cursor is None:
        return None
    return base64.urlsafe_b64encode(f'{cursor[0].isoformat()} {cursor[1]}'.encode()).decode().rstrip('=')


def decode(after: str | None) -> Cursor | None:
    """Return the cursor that a client gave back.

    :raises ValueError: when it is none of ours.
    """
    if after is None:
        return None
    try:
        text = base64.urlsafe_b64decode(after + '=' * (-len(after) % 4)).decode('ascii')
        time, _, number = text.partition(' ')
        created, pk = datetime.fromisoformat(time).astimezone(UTC), int(number)
    except (ValueError, OverflowError, binascii.Error):
        created, pk = None, 0
    if created is None or not 0 < pk < LARGEST:
        raise ValueError(f'after: expected the `after` of a page before, got {after!r:.80}')
    return created, pk
