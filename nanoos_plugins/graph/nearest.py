"""The nearest of all embeddings of the instance, exactly.

A database that keeps embeddings as vectors finds them itself, see `nearest_sql`. Else each process keeps one
matrix in memory: of 100 000 structures it takes 28 MB, and a search some milliseconds. It is read once, and
then only what is new or different, by the order of changes that the database keeps. It knows the embeddings
of all tenants: of which of them a viewer is told is asked anew with each search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.nearest_sql import nearest_in
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.changes import CHANGES
from nanoos_plugins.storage.embeddings import FEATURES_TYPE, has_embeddings, is_embedding
from nanoos_plugins.storage.properties import PROPERTIES, owners_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Nodes of which the embeddings are numbers of Python at the same time.
AT_ONCE = 2000
#: By which a cosine of two vectors of length 1 is wrong at most: 64 products are added in single precision.
PRECISION = 1e-5

Vectors = npt.NDArray[np.float32]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Embeddings:
    """Keys of features, keys of their owners, and their embeddings of length 1, (n, width)."""

    keys: Keys
    owners: Keys
    vectors: Vectors

    def renewed(self, new: Embeddings) -> Embeddings:
        """Return these with the new ones, in the place of those with the same keys."""
        kept = ~np.isin(self.keys, new.keys)
        return Embeddings(
            np.concatenate([self.keys[kept], new.keys]),
            np.concatenate([self.owners[kept], new.owners]),
            np.concatenate([self.vectors[kept].reshape(-1, new.vectors.shape[1]), new.vectors]),
        )


class Index:
    """The embeddings of some settings, as new as the database whenever one asks."""

    def __init__(self, settings: FeatureSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._change = -1
        none = np.empty(0, np.int64)
        self._known = Embeddings(none, none, np.empty((0, 0), np.float32))

    def embeddings(self) -> Embeddings:
        """Return all that there are now; those of deleted nodes may be among them."""
        with self._lock, connection() as opened:
            # What was committed with this number or an earlier one is seen by the statements that follow.
            newest = opened.scalar(sa.select(sa.func.max(CHANGES.c.number))) or 0
            if newest != self._change:
                parts = list(_read(opened, self._settings, self._change))
                if parts:
                    self._known = self._known.renewed(_together(parts))
                self._change = newest
            return self._known


def _together(parts: Sequence[Embeddings]) -> Embeddings:
    columns = zip(*((part.keys, part.owners, part.vectors) for part in parts), strict=True)
    return Embeddings(*(np.concatenate(column) for column in columns))


def nearest(
    vector: npt.NDArray[np.float64], settings: FeatureSettings, count: int, viewer: Viewer | None
) -> list[int]:
    """Return the keys of up to `count` features, those with the smallest angle to a vector first.

    In single precision, which may be wrong by `PRECISION`. Of those that are as near the newest comes first.

    :param viewer: only what they may see; what has been deleted since may be among it.
    """
    wanted = (vector / np.linalg.norm(vector)).astype(np.float32)
    with connection(viewer) as opened:
        if has_embeddings(opened):
            return nearest_in(opened, wanted, settings, count, viewer)
    return _nearest_known(wanted, settings, count, viewer)


def _nearest_known(
    wanted: Vectors, settings: FeatureSettings, count: int, viewer: Viewer | None
) -> list[int]:
    """Return what `nearest` does, of the embeddings in memory; `wanted` is of length 1."""
    known = index_of(settings).embeddings()
    allowed = np.flatnonzero(_allowed(known, viewer))
    if not len(allowed):
        return []
    cosines, keys = (known.vectors @ wanted)[allowed], known.keys[allowed]
    if len(keys) > count:
        last = np.partition(cosines, -count)[-count]
        keys, cosines = keys[cosines >= last], cosines[cosines >= last]
    return [int(key) for key in keys[np.lexsort((-keys, -cosines))][:count]]


def index_of(settings: FeatureSettings) -> Index:
    """Return the index of the loaded profile; the same one whenever one asks."""
    return _index(tables().node, settings)


@lru_cache(maxsize=8)
def _index(node: sa.Table, settings: FeatureSettings) -> Index:
    """Return a new index; `node` tells one profile from another."""
    return Index(settings)


def _read(opened: sa.Connection, settings: FeatureSettings, change: int) -> Iterator[Embeddings]:
    """Yield the embeddings that changed after this number; all when there is none yet."""
    node = tables().node
    # As text, which is read here for many at once.
    statement = sa.select(node.c.id, node.c.user_id, node.c.attributes['pooled'].as_string()).where(
        # Added to a text, the type is not looked up by its index when it is known which nodes are new.
        (node.c.node_type if change < 0 else node.c.node_type + '') == FEATURES_TYPE,
        node.c.attributes['problem'].as_string().is_(None),
        node.c.attributes['pretrained'].as_string() == settings.pretrained,
        # As text: what an archive brought may be no number.
        sa.cast(node.c.attributes['version'].as_string(), sa.String) == str(settings.version),
    )
    values: dict[str, Any] = {}
    if change >= 0:
        values['new'] = list(opened.scalars(sa.select(CHANGES.c.node_id).where(CHANGES.c.number > change)))
        statement = statement.where(among(node.c.id, 'new'))
    for rows in opened.execution_options(yield_per=AT_ONCE).execute(statement, values).partitions():
        if part := _parsed(rows):
            yield part


def _parsed(rows: Sequence[sa.Row[Any]]) -> Embeddings | None:
    """Return the embeddings of rows of key, owner and text; None when there are none among them."""
    read = [(key, owner, _numbers(text)) for key, owner, text in map(tuple, rows)]
    found = [(key, owner, numbers) for key, owner, numbers in read if numbers is not None]
    if not found:
        return None
    keys, owners, numbers = zip(*found, strict=True)
    matrix = np.array(numbers, dtype=np.float64)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return Embeddings(np.array(keys, np.int64), np.array(owners, np.int64), matrix.astype(np.float32))


def _numbers(text: str | None) -> list[float] | None:
    """Return the numbers of an embedding; None when it is none, whatever an archive brought."""
    try:
        numbers = orjson.loads(text or '')
    except orjson.JSONDecodeError:
        return None
    return numbers if is_embedding(numbers) else None


def _allowed(known: Embeddings, viewer: Viewer | None) -> npt.NDArray[np.bool_]:
    """Return which of the embeddings a viewer may see.

    One's own and the system's are known by their owners; what others share is asked for.
    """
    if viewer is None:
        return np.ones(len(known.keys), dtype=bool)
    with connection(viewer) as opened:
        if viewer.group_pk is not None:
            return np.isin(known.keys, _shown(opened, viewer, list(opened.scalars(owners_seen(viewer)))))
        mine = list(opened.scalars(owners_seen(viewer, with_shares=False)))
        others = set(opened.scalars(owners_seen(viewer))).difference(mine)
        shared = _shown(opened, viewer, sorted(others)) if others else []
    return np.isin(known.owners, mine) | np.isin(known.keys, shared)


def _shown(opened: sa.Connection, viewer: Viewer, owners: list[int]) -> list[int]:
    """Return the keys of the features of some owners that a viewer sees."""
    node = tables().node
    statement = (
        sa.select(node.c.id)
        .join(PROPERTIES, PROPERTIES.c.node_id == node.c.id)
        .where(
            PROPERTIES.c.name == 'key',
            among(PROPERTIES.c.user_id, 'owners'),
            node.c.node_type == FEATURES_TYPE,
            seen_by(viewer, node.c),
        )
    )
    return list(opened.scalars(statement, {'owners': owners}))
