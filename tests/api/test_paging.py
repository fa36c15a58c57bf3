"""Cursors: given back as they were, and nothing else taken for one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from api.paging import decode, encode


def test_a_cursor_comes_back() -> None:
    cursor = (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), 17)
    assert decode(encode(cursor)) == cursor
    assert encode(None) is None
    assert decode(None) is None


@pytest.mark.parametrize(
    'text',
    [
        '',
        'x',
        '2026-01-01T00:00:00+00:00 -1',
        f'2026-01-01T00:00:00+00:00 {2**63}',
        '0001-01-01T00:00:00+14:00 1',
        '9999-12-31T23:59:59-14:00 1',
        '2026-01-01T00:00:00+00:00 \N{ARABIC-INDIC DIGIT ONE}x',
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='expected the `after` of a page before'):
        decode(base64.urlsafe_b64encode(text.encode()).decode().rstrip('='))
    with pytest.raises(ValueError, match='expected the `after` of a page before'):
        decode('no base64: \N{SNOWMAN}')
