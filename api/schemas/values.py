"""Texts and JSON values that every database takes."""

from __future__ import annotations

import json
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, StringConstraints

#: Largest JSON value of a request [bytes]; what is larger is a file.
MOST_BYTES = 100_000
#: PostgreSQL has no NUL in its texts.
NO_NUL = r'^[^\x00]*$'

Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]


def check_object(value: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object that can be stored.

    :raises ValueError: when it is too large or too deep, or has numbers or texts that a database refuses.
    """
    try:
        text = orjson.dumps(value)
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f'expected a JSON object with finite numbers of up to 64 bits: {error}') from None
    if len(text) > MOST_BYTES:
        raise ValueError(f'expected at most {MOST_BYTES} bytes of JSON, got {len(text)}')
    if b'\\u0000' in text:
        raise ValueError('texts must not have the character NUL')
    return value


Object = Annotated[dict[str, Any], AfterValidator(check_object)]
