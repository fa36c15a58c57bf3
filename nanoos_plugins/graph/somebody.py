"""A viewer who is known only when a statement is executed: for statements that are built once, and kept.

To build the condition of what somebody sees costs more than to run it.
"""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from nanoos_plugins.storage.shares import Viewer


def somebody(viewer: Viewer | None) -> Viewer | None:
    """Return a viewer like this one, with parameters of the statement in the place of the keys.

    Who looks is given with each execution, by `parameters_of`; without that it is refused.
    """
    return None if viewer is None else _SOMEBODY[viewer.group_pk is not None]


def parameters_of(viewer: Viewer | None) -> dict[str, int]:
    """Return the values that make a statement for `somebody` one for this viewer."""
    if viewer is None:
        return {}
    group = {} if viewer.group_pk is None else {'viewer_group_pk': viewer.group_pk}
    return {'viewer_pk': viewer.user_pk, **group}


def _parameter(name: str) -> int:
    return cast('int', sa.bindparam(name, type_=sa.Integer))


_SOMEBODY = (
    Viewer(_parameter('viewer_pk')),
    Viewer(_parameter('viewer_pk'), _parameter('viewer_group_pk')),
)
