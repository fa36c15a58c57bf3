"""What the writer can do: one function a write, called by its name with JSON, answering with JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.writes import users

WRITES: dict[str, Callable[..., Any]] = {
    'make_user': users.make_user,
}
