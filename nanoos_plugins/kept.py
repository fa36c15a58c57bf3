"""The values that were used last, up to a number of them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar('Key')
Value = TypeVar('Value')


class Kept(OrderedDict[Key, Value], Generic[Key, Value]):
    """A dictionary with room for `most` values."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def use(self, key: Key) -> Value | None:
        """Return a value, None when it is not kept."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value; the one that was used least recently goes for it when there is no room."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self.most:
            self.popitem(last=False)
