"""The nearest of all embeddings as the database finds them, exactly: owner by owner, it reads all of them.

A search costs what those have of whose nodes the viewer sees some, and no process keeps anything in memory.
The statement says what its viewer may see, and row-level security repeats it below.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.embeddings import EMBEDDINGS, Vector
from nanoos_plugins.storage.properties import owners_seen
from nanoos_plugins.storage.shares import GROUP_NODES, Viewer, seen_by

_EMBEDDING = EMBEDDINGS.c
#: Minus the cosine of the angle, of vectors of length 1.
_DISTANCE: sa.ColumnElement[float] = _EMBEDDING.direction.op('<#>', return_type=sa.Double())(
    sa.bindparam('wanted', type_=Vector())
)
_COUNT = sa.bindparam('count', type_=sa.Integer())


def nearest_in(
    opened: sa.Connection,
    wanted: npt.NDArray[np.float32],
    settings: FeatureSettings,
    count: int,
    viewer: Viewer | None,
) -> list[int]:
    """Return the keys of up to `count` features, those with the smallest angle to a vector first.

    Of those that are as near the newest comes first.

    :param opened: connection of the viewer to a database that keeps embeddings.
    :param wanted: the vector, (64,), of length 1.
    """
    values = {'wanted': wanted.tolist(), 'pretrained': settings.pretrained, 'version': str(settings.version)}
    return list(opened.scalars(_statement(viewer), values | {'count': count}))


def _statement(viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of keys and distances, with the parameters that `nearest_in` gives it."""
    distance = _DISTANCE.label('distance')
    found = (
        sa.select(_EMBEDDING.node_id, distance)
        .where(
            _EMBEDDING.pretrained == sa.bindparam('pretrained', type_=sa.String()),
            _EMBEDDING.version == sa.bindparam('version', type_=sa.String()),
            seen_by(viewer, SimpleNamespace(id=_EMBEDDING.node_id, user_id=_EMBEDDING.user_id)),
        )
        .order_by(distance, _EMBEDDING.node_id.desc())
        .limit(_COUNT)
    )
    if viewer is None:
        return found
    if viewer.group_pk is not None:
        # From the members on: a group has few of all embeddings.
        member = GROUP_NODES.alias()
        inside = sa.and_(member.c.dbnode_id == _EMBEDDING.node_id, member.c.dbgroup_id == viewer.group_pk)
        return found.join(member, inside)
    # Owner by owner: else PostgreSQL asks of the embeddings of all whether they are seen.
    owner = owners_seen(viewer).subquery()
    of_one = found.where(_EMBEDDING.user_id == owner.c.id).correlate(owner).lateral()
    keys = sa.select(of_one).select_from(owner.join(of_one, sa.true()))
    return keys.order_by(of_one.c.distance, of_one.c.node_id.desc()).limit(_COUNT)
