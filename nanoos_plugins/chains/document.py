"""A chain of somebody's own: the document that they send, as YAML or JSON, and how large it may be."""

from __future__ import annotations

import json
from typing import Any

import yaml

from nanoos_plugins.chains.chain import Chain, parse_chain

MOST_TEXT = 100_000
MOST_DEPTH = 20
MOST_STRUCTURES = 20


def read_chain(document: str | dict[str, Any]) -> Chain:
    """Return the chain that a document describes.

    :param document: YAML as text, or the object that JSON has made of it.
    :raises ValueError: in one line, for what is no chain, or is too large for one.
    """
    chain = parse_chain(_parsed(document) if isinstance(document, str) else document)
    if len(chain.structures) > MOST_STRUCTURES:
        raise ValueError(f'structures: {len(chain.structures)} of at most {MOST_STRUCTURES}')
    try:
        # As it was given: in JSON, which is what is kept, a number that is not finite would become null.
        size = len(json.dumps(chain.model_dump(by_alias=True), allow_nan=False, default=str))
    except ValueError as error:
        raise ValueError(f'this is no chain: a value of it cannot be kept: {error}') from None
    if size > MOST_TEXT:
        raise ValueError(f'a chain has at most {MOST_TEXT} characters, got {size}')
    return chain


def _parsed(text: str) -> Any:
    """Return what a text of YAML says.

    :raises ValueError: for what is no YAML, or means more than it says: aliases grow without bound.
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f'a chain has at most {MOST_TEXT} characters, got {len(text)}')
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise ValueError(f'this is no chain: the alias *{event.anchor} must be written out')
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise ValueError(f'this is no chain: more than {MOST_DEPTH} levels')
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f'this is no YAML: {" ".join(str(error).split())}') from None
