"""Check single values of an archive: nothing in it has to be what AiiDA would have written."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

#: What a label of a link may be: it becomes the name of an input or output.
LINK_LABEL = re.compile(r'[A-Za-z0-9_]{1,255}')
LARGEST_KEY = 2**63


class ArchiveFileError(ValueError):
    """A file is no archive that can be imported; the message is one line: where, and what is wrong."""


def text(value: object, where: str, most: int = 255) -> str:
    """Return a text without NUL, which PostgreSQL does not take, of up to `most` characters."""
    if not isinstance(value, str) or len(value) > most or '\x00' in value or not _is_utf8(value):
        raise ArchiveFileError(f'{where}: expected a text of up to {most} characters, got {value!r:.40}')
    return value


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def key(value: object, where: str) -> int:
    """Return the key of a row."""
    if not isinstance(value, int) or not 0 <= value < LARGEST_KEY:
        raise ArchiveFileError(f'{where}: expected the number of a row, got {value!r:.40}')
    return value


def uuid(value: object, where: str) -> str:
    """Return a UUID in the one form that AiiDA writes."""
    try:
        return str(UUID(text(value, where, 40)))
    except ValueError:
        raise ArchiveFileError(f'{where}: expected a UUID, got {value!r:.40}') from None


def time(value: object, where: str) -> str:
    """Return a time in ISO format with its offset; one in the future is now: lists go by it."""
    try:
        found = datetime.fromisoformat(text(value, where, 40))
    except ValueError:
        raise ArchiveFileError(f'{where}: expected a time, got {value!r:.40}') from None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    if not 1970 <= found.year <= 9998:
        raise ArchiveFileError(f'{where}: expected a time from 1970 on, got {value!r:.40}')
    return min(found.astimezone(UTC), datetime.now(UTC)).isoformat()


def json_object(value: object, where: str) -> dict[str, Any]:
    """Return a JSON object with finite numbers of up to 64 bits, as every database takes it."""
    if value is None:
        return {}
    if not isinstance(value, str) or '\\u0000' in value:
        raise ArchiveFileError(f'{where}: expected a JSON object without NUL, got {value!r:.40}')
    try:
        found = json.loads(value, parse_constant=_no_number, parse_int=_integer)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ArchiveFileError(f'{where}: expected a JSON object: {error!s:.80}') from None
    if not isinstance(found, dict):
        raise ArchiveFileError(f'{where}: expected a JSON object, got {type(found).__name__}')
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f'{name} is no number')


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise ValueError(f'{digits:.40} has more than 64 bits')
    return int(digits)
