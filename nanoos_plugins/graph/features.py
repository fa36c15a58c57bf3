"""Features of structures that are in the graph already, those that a batch is making, and those missing.

Features are found by the content of a structure and the settings, in an index that has the owner first: what
this costs grows with the structures that are asked about, not with the graph.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from nanoos_plugins.data.features import FILE, content_of
from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.repository import open_file
from nanoos_plugins.graph.status import FINAL_STATES
from nanoos_plugins.graph.structures import STRUCTURE_TYPE
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.embeddings import FEATURES_TYPE
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.properties import PROPERTIES, owners_seen
from nanoos_plugins.storage.shares import Viewer, seen_by

PROCESS_TYPE = 'aiida.calculations:nanoos.features'
#: Structures whose atoms are in memory at the same time.
AT_ONCE = 500


@dataclass(frozen=True)
class Found:
    """Features of a structure: key and UUID of their node, or why the structure has none."""

    pk: int
    uuid: str
    problem: str | None


@dataclass
class LookUp:
    """What there is for structures, by their keys.

    `contents`: what each is, see `data.features.content_of`; `found`; `running`: UUID of the batch that is
    making them; `missing`: the others, in the order in which they were asked for.
    """

    contents: dict[int, str] = field(default_factory=dict)
    found: dict[int, Found] = field(default_factory=dict)
    running: dict[int, str] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)

    def to_compute(self) -> list[int]:
        """Return one structure of each content that is missing, and that no batch is making."""
        made = {self.contents[pk] for pk in self.running}
        first = {self.contents[pk]: pk for pk in reversed(self.missing)}
        return [pk for pk in self.missing if first[self.contents[pk]] == pk and self.contents[pk] not in made]


def look_up(structures: Sequence[int], settings: FeatureSettings, viewer: Viewer | None = None) -> LookUp:
    """Return which of the structures (their keys) have features of these settings that the viewer sees.

    Features of another node with the same content count as well; one's own come first.

    :raises LookupError: for a structure that the viewer does not see.
    """
    answer = LookUp()
    asked = list(dict.fromkeys(structures))
    with connection(viewer) as opened:
        for few in _parts(asked):
            contents = _contents(opened, few, viewer)
            found = _found(opened, {settings.key(one) for one in contents.values()}, viewer)
            answer.contents |= contents
            answer.found |= {
                pk: found[settings.key(one)] for pk, one in contents.items() if settings.key(one) in found
            }
            answer.running |= _running(opened, [pk for pk in few if pk not in answer.found], settings, viewer)
    answer.missing = [pk for pk in asked if pk not in answer.found and pk not in answer.running]
    return answer


def read_features(uuid: str, viewer: Viewer | None = None) -> dict[str, npt.NDArray[Any]]:
    """Return the blocks of features of a node, (width,) by name.

    :raises LookupError: when there is no such node that the viewer sees, or it has no features.
    """
    content = open_file(viewer, uuid, FILE)
    try:
        file = io.BytesIO(content.stream.read())
    finally:
        content.close()
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def _parts(pks: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(pks), AT_ONCE):
        yield pks[first : first + AT_ONCE]


def _contents(opened: sa.Connection, pks: list[int], viewer: Viewer | None) -> dict[int, str]:
    """Return the content of each structure.

    :raises LookupError: for one that the viewer does not see.
    """
    node = tables().node
    statement = sa.select(node.c.id, node.c.attributes).where(
        among(node.c.id, 'pks'), node.c.node_type == STRUCTURE_TYPE, seen_by(viewer, node.c)
    )
    rows = opened.execute(statement, {'pks': pks})
    contents = {row.id: content_of(row.attributes) for row in rows}
    unseen = [pk for pk in pks if pk not in contents]
    if unseen:
        raise LookupError(f'no structure {unseen[0]}')
    return contents


def _found(opened: sa.Connection, keys: set[str], viewer: Viewer | None) -> dict[str, Found]:
    """Return the features by their keys: of several one's own, then the system's, and of these the newest."""
    node, user = tables().node, tables().user
    statement = (
        sa.select(PROPERTIES.c.text.label('key'), node.c.id, node.c.uuid)
        .add_columns(node.c.attributes['problem'].as_string().label('problem'))
        .join(node, node.c.id == PROPERTIES.c.node_id)
        .join(user, user.c.id == node.c.user_id)
        .where(
            PROPERTIES.c.name == 'key',
            PROPERTIES.c.user_id.in_(owners_seen(viewer)),
            among(PROPERTIES.c.text, 'keys'),
            node.c.node_type == FEATURES_TYPE,
            seen_by(viewer, node.c),
        )
        # The last one counts.
        .order_by(
            node.c.user_id == (0 if viewer is None else viewer.user_pk),
            user.c.email == SYSTEM_EMAIL,
            node.c.id,
        )
    )
    rows = opened.execute(statement, {'keys': sorted(keys)})
    return {row.key: Found(row.id, str(row.uuid), row.problem) for row in rows}


def _running(
    opened: sa.Connection, pks: list[int], settings: FeatureSettings, viewer: Viewer | None
) -> Mapping[int, str]:
    """Return the batches that have not ended, by the structures that they are making features of."""
    link, process, dictionary = tables().link, tables().node.alias(), tables().node.alias()
    given = link.alias()
    statement = (
        sa.select(link.c.input_id, process.c.uuid)
        .join(process, process.c.id == link.c.output_id)
        .join(given, sa.and_(given.c.output_id == process.c.id, given.c.label == 'parameters'))
        .join(dictionary, dictionary.c.id == given.c.input_id)
        .where(
            among(link.c.input_id, 'pks'),
            link.c.type == 'input_calc',
            process.c.process_type == PROCESS_TYPE,
            sa.func.coalesce(process.c.attributes['process_state'].as_string(), 'created').not_in(
                FINAL_STATES
            ),
            dictionary.c.attributes['pretrained'].as_string() == settings.pretrained,
            dictionary.c.attributes['version'].as_integer() == settings.version,
            *(seen_by(viewer, one.c) for one in (process, dictionary)),
        )
        .order_by(process.c.id)
    )
    return {row.input_id: str(row.uuid) for row in opened.execute(statement, {'pks': pks})}
