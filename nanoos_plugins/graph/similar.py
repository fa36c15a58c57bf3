"""Similar materials: the structures whose embeddings make the smallest angle with that of a structure.

The embedding is the mean over the atoms after CHGNet's last pass of messages, the same for whatever cell,
rotation and order of atoms describes a crystal. The distance is 1 - cosine: 0 for the same, about 0.4 for two
crystals at random. It depends on the two structures alone. To standardise each number of an embedding first
finds hardly better neighbours, and would make what one tenant is told depend on what others have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.features import look_up
from nanoos_plugins.graph.nearest import PRECISION, nearest
from nanoos_plugins.graph.structures import rows_of_structures
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.embeddings import FEATURES_TYPE, WIDTH, is_embedding
from nanoos_plugins.storage.shares import Viewer, seen_by

#: How many more than wanted are looked at: some are of the same content.
MORE = 4


class NoFeaturesError(Exception):
    """A structure whose features have not been computed."""


@dataclass(frozen=True)
class Embedded:
    """Features that are seen: UUID and content of the structure they are of, and distance from it [-]."""

    structure: str
    content: str
    distance: float


def similar(
    structure: int, limit: int, settings: FeatureSettings, viewer: Viewer | None = None
) -> list[dict[str, Any]]:
    """Return the rows of up to `limit` structures, the most similar first, each with its `distance` [-].

    Of nodes with the same content the newest; those with the content of the structure itself are none.

    :param structure: its key.
    :raises LookupError: when the viewer does not see it.
    :raises NoFeaturesError: when its features have not been computed.
    :raises ValueError: when it can have none.
    """
    asked = look_up([structure], settings, viewer)
    found = asked.found.get(structure)
    if found is None:
        raise NoFeaturesError('its features have not been computed: do that first')
    if found.problem is not None:
        raise ValueError(f'it has no features: {found.problem}')
    content, vector = asked.contents[structure], _vector(found.pk, viewer)
    count = MORE * (limit + 1)
    while True:
        keys = nearest(vector, settings, count, viewer)
        near = _embedded(keys, vector, viewer)
        rows = _folded(near, content, viewer)
        if len(keys) < count or _are_settled(rows[:limit], limit, near):
            return rows[:limit]
        count *= MORE


def _are_settled(rows: Sequence[dict[str, Any]], limit: int, found: Sequence[Embedded]) -> bool:
    """Return whether there are enough rows, and none of what was not found could come before the last."""
    furthest = max((one.distance for one in found), default=0.0)
    return len(rows) == limit and rows[-1]['distance'] < furthest - 2 * PRECISION


def _vector(pk: int, viewer: Viewer | None) -> npt.NDArray[np.float64]:
    """Return the embedding of features.

    :raises ValueError: when they have none, as an archive may have brought them.
    """
    node = tables().node
    statement = sa.select(node.c.attributes['pooled']).where(node.c.id == pk, seen_by(viewer, node.c))
    with connection(viewer) as opened:
        numbers = opened.scalar(statement)
    if not is_embedding(numbers):
        raise ValueError(f'features {pk} have no embedding: expected {WIDTH} numbers; compute them anew')
    return np.array(numbers, dtype=np.float64)


def _embedded(keys: Sequence[int], vector: npt.NDArray[np.float64], viewer: Viewer | None) -> list[Embedded]:
    """Return those of the features that the viewer sees, with distances in double precision.

    So the answers are the same whoever found the keys, and however.
    """
    node = tables().node
    texts = [node.c.attributes[key].as_string().label(key) for key in ('structure', 'content')]
    statement = sa.select(*texts, node.c.attributes['pooled'].label('pooled')).where(
        among(node.c.id, 'keys'), node.c.node_type == FEATURES_TYPE, seen_by(viewer, node.c)
    )
    statement = statement.order_by(node.c.id)
    with connection(viewer) as opened:
        rows = opened.execute(statement, {'keys': list(keys)}).all()
    return [
        Embedded(row.structure, row.content, distance(vector, np.array(row.pooled)))
        for row in rows
        if is_embedding(row.pooled)
    ]


def distance(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return 1 - cosine of the angle between two vectors, from 0 to 2."""
    cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return max(0.0, 1 - cosine)


def _folded(found: Sequence[Embedded], content: str, viewer: Viewer | None) -> list[dict[str, Any]]:
    """Return the structures that the viewer sees, the nearest first, one of each other content."""
    by_uuid = {one.structure: one for one in found if one.content != content}
    newest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows_of_structures(list(by_uuid), viewer), key=lambda row: row['pk']):
        one = by_uuid[str(row['uuid'])]
        newest[one.content] = {**row, 'distance': one.distance}
    return sorted(newest.values(), key=lambda row: (row['distance'], -row['pk']))
