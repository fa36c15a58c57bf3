"""The nearest embeddings, only among those that may be seen, and as soon as they are there.

On PostgreSQL the database finds them, else the process in its own memory; see `test_nearest` for both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.tools import delete_nodes
from ase.build import bulk

from nanoos_plugins.data.features import Features, pooled
from nanoos_plugins.graph import nearest as nearest_module
from nanoos_plugins.graph.features import PROCESS_TYPE
from nanoos_plugins.graph.nearest import index_of
from nanoos_plugins.graph.similar import MORE, NoFeaturesError, distance, similar
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import revoke, share
from tests.graph.conftest import output, process, viewer_of

#: Settings of no other test's features.
SETTINGS = FeatureSettings(version=1000)
_SIZES = count(1)


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process look in its own memory, as on servers without pgvector."""
    monkeypatch.setattr(nearest_module, 'has_embeddings', lambda opened: False)


def structure_of(owner: orm.User, a: float | None = None) -> orm.StructureData:
    with acting_as(owner):
        return orm.StructureData(ase=bulk('Ni', a=a or 2 + 0.001 * next(_SIZES))).store()


def at_angle(angle: float, plane: int) -> list[float]:
    """Return an embedding at an angle [°] in one of the planes of its space."""
    numbers = np.zeros(64)
    numbers[2 * plane : 2 * plane + 2] = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return pooled({'mean': 7 * numbers})


def describe(structure: orm.StructureData, owner: orm.User, **attributes: Any) -> Features:
    """Return stored features with these attributes."""
    with acting_as(owner):
        made = Features(structure, SETTINGS, {'mean': np.ones(320)})
        made.base.attributes.set_many(attributes)
        batch = process(
            orm.CalcJobNode, 'FeaturesCalculation', process_type=PROCESS_TYPE, structures__a=structure
        )
        output(batch, 'features__a', made)
    return made


def embedded(owner: orm.User, angle: float, plane: int = 0, a: float | None = None) -> orm.StructureData:
    """Return a structure whose embedding is at an angle [°] in one of the planes."""
    structure = structure_of(owner, a)
    describe(structure, owner, pooled=at_angle(angle, plane))
    return structure


def features_of(structure: orm.StructureData) -> Features:
    query = orm.QueryBuilder().append(Features, filters={'attributes.structure': structure.uuid})
    return query.one()[0]  # type: ignore[no-any-return]


def found(structure: orm.StructureData, viewer: Any, limit: int = 10) -> dict[int, float]:
    assert structure.pk is not None
    return {row['pk']: row['distance'] for row in similar(structure.pk, limit, SETTINGS, viewer)}


def test_the_nearest_come_first_with_their_distance(alice: orm.User) -> None:
    start, far, near, opposite = (embedded(alice, angle) for angle in (0, 60, 10, 180))
    told = found(start, viewer_of(alice))
    assert list(told) == [near.pk, far.pk, opposite.pk]
    expected = [1 - np.cos(np.radians(angle)) for angle in (10, 60, 180)]
    assert list(told.values()) == pytest.approx(expected, abs=1e-7)
    assert list(found(start, viewer_of(alice), limit=2)) == [near.pk, far.pk]


def test_what_is_new_is_found_and_what_is_deleted_is_not(alice: orm.User) -> None:
    start, first = embedded(alice, 0, 1), embedded(alice, 20, 1)
    assert list(found(start, viewer_of(alice))) == [first.pk]
    second = embedded(alice, 5, 1)
    assert list(found(start, viewer_of(alice))) == [second.pk, first.pk]
    delete_nodes([second.pk], dry_run=False)
    assert list(found(start, viewer_of(alice))) == [first.pk]
    # SQLite gives the keys of what was deleted to other nodes
    third = embedded(alice, 30, 1)
    assert list(found(start, viewer_of(alice))) == [first.pk, third.pk]


@pytest.mark.usefixtures('in_memory')
def test_only_what_is_new_is_read(alice: orm.User, monkeypatch: pytest.MonkeyPatch) -> None:
    start = embedded(alice, 0, 2)
    found(start, viewer_of(alice))
    read: list[int] = []
    whole = nearest_module._read

    def spy(*arguments: Any) -> Any:
        for part in whole(*arguments):
            read.append(len(part.keys))
            yield part

    monkeypatch.setattr(nearest_module, '_read', spy)
    new = embedded(alice, 1, 2)
    assert list(found(start, viewer_of(alice))) == [new.pk]
    found(start, viewer_of(alice))
    assert read == [1]
    assert len(index_of(SETTINGS).embeddings().keys) > 1


def test_what_is_changed_is_found_where_it_is(alice: orm.User) -> None:
    start, one, other = (embedded(alice, angle, 7) for angle in (0, 10, 20))
    assert list(found(start, viewer_of(alice))) == [one.pk, other.pk]
    node = tables().node
    features = features_of(one)
    attributes = features.base.attributes.all | {'pooled': at_angle(30, 7)}
    this = sa.update(node).where(node.c.id == features.pk)
    with connection() as opened, opened.begin():
        opened.execute(this.values(attributes=attributes, mtime=datetime.now(UTC)))
    assert list(found(start, viewer_of(alice))) == [other.pk, one.pk]


def test_whatever_an_archive_brought_disturbs_nobody(
    alice: orm.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, other = embedded(alice, 0, 8), embedded(alice, 5, 8)
    wild: list[dict[str, Any]] = [
        {'pooled': value} for value in ([], [1.0], 'words', ['1'] * 64, [None] * 64, [0.0] * 64, [1e300] * 64)
    ]
    for one in (*wild, {'version': 'newest', 'pooled': at_angle(1, 8)}):
        describe(structure_of(alice), alice, **one)
    assert list(found(start, viewer_of(alice))) == [other.pk]
    told = structure_of(alice)
    describe(told, alice, pooled=[1.0])
    with pytest.raises(ValueError, match='expected 64 numbers'):
        found(told, viewer_of(alice))
    monkeypatch.setattr(nearest_module, 'has_embeddings', lambda opened: False)
    assert list(found(start, viewer_of(alice))) == [other.pk]


def test_of_many_that_are_as_near_the_newest_comes_first(alice: orm.User) -> None:
    """The newest features are those of the oldest structures: some are found at first, and not the right."""
    start = embedded(alice, 0, 9)
    alike = [structure_of(alice) for _ in range(3 * MORE)]
    for structure in reversed(alike):
        describe(structure, alice, pooled=at_angle(10, 9))
    embedded(alice, 20, 9)
    assert list(found(start, viewer_of(alice), limit=2)) == [alike[-1].pk, alike[-2].pk]


def test_one_sees_of_others_what_they_share(alice: orm.User, bob: orm.User) -> None:
    his, hers = embedded(bob, 0, 3), embedded(alice, 3, 3)
    mine = embedded(bob, 40, 3)
    assert list(found(his, viewer_of(bob))) == [mine.pk]
    with pytest.raises(LookupError):
        similar(hers.pk, 5, SETTINGS, viewer_of(bob))
    with acting_as(alice):
        share(hers, bob)
    assert list(found(his, viewer_of(bob))) == [mine.pk]
    with acting_as(alice):
        share(features_of(hers), bob)
    assert list(found(his, viewer_of(bob))) == [hers.pk, mine.pk]
    assert list(found(hers, viewer_of(bob))) == [his.pk, mine.pk]
    # what one may read of others shows them nothing of one's own
    assert found(hers, viewer_of(alice)) == {}
    with acting_as(alice):
        revoke(hers, bob)
    assert list(found(his, viewer_of(bob))) == [mine.pk]


def test_features_that_are_shared_do_not_show_their_structure(alice: orm.User, bob: orm.User) -> None:
    his, hers = embedded(bob, 0, 4), [embedded(alice, angle, 4) for angle in (1, 2, 3)]
    mine = embedded(bob, 9, 4)
    with acting_as(alice):
        for one in hers:
            share(features_of(one), bob)
    assert list(found(his, viewer_of(bob), limit=1)) == [mine.pk]


def test_a_group_shows_no_more_than_its_nodes(alice: orm.User) -> None:
    start, inside, outside = (embedded(alice, angle, 5) for angle in (0, 5, 4))
    assert list(found(start, viewer_of(alice))) == [outside.pk, inside.pk]
    with acting_as(alice):
        group = orm.Group(label='similar').store()
        for one in (start, inside):
            group.add_nodes([one, features_of(one)])
    assert list(found(start, viewer_of(alice, group))) == [inside.pk]


def test_nodes_of_the_same_content_are_one_entry(alice: orm.User) -> None:
    start, twin = (embedded(alice, 0, 6, a=1.9) for _ in range(2))
    copies = [embedded(alice, 10, 6, a=1.8) for _ in range(6)]
    other = embedded(alice, 20, 6)
    assert twin.uuid != start.uuid
    assert list(found(start, viewer_of(alice), limit=2)) == [copies[-1].pk, other.pk]


def test_without_features_there_is_a_reason(alice: orm.User) -> None:
    with acting_as(alice):
        bare, bad = (orm.StructureData(ase=bulk('Ni', a=a)).store() for a in (1.1, 1.2))
        batch = process(orm.CalcJobNode, 'FeaturesCalculation', structures__a=bad)
        output(batch, 'features__a', Features(bad, SETTINGS, problem='it is bad'))
    with pytest.raises(NoFeaturesError, match='do that first'):
        similar(bare.pk, 5, SETTINGS, viewer_of(alice))
    with pytest.raises(ValueError, match='it has no features: it is bad'):
        similar(bad.pk, 5, SETTINGS, viewer_of(alice))


def test_the_distance_is_that_of_the_angle() -> None:
    one, other = np.array([1.0, 0, 0]), np.array([1.0, 1, 0])
    assert distance(one, 3 * one) == 0
    assert distance(one, other) == pytest.approx(1 - 1 / np.sqrt(2))
    assert distance(one, -one) == 2
