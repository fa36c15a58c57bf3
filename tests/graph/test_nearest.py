"""PostgreSQL's own search and that in memory find the same, which is what one finds by looking at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from aiida import orm
from aiida.manage.configuration import Profile
from aiida.tools import delete_nodes

from nanoos_plugins.data.features import Features, pooled
from nanoos_plugins.graph import nearest as nearest_module
from nanoos_plugins.graph.nearest import nearest
from nanoos_plugins.graph.similar import distance
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install import doctor
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.embeddings import has_embeddings
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import Viewer, is_visible, revoke, share
from tests.graph.conftest import viewer_of
from tests.graph.test_similar import structure_of

SETTINGS, OTHER = FeatureSettings(version=1001), FeatureSettings(version=1002)


@dataclass(frozen=True)
class World:
    """Features of alice, bob and the system by their keys, and the keys of those that each viewer sees."""

    features: dict[int, npt.NDArray[np.float64]]
    seen: dict[Viewer | None, set[int]]

    def expected(self, vector: npt.NDArray[np.float64], viewer: Viewer | None, count: int) -> list[int]:
        """Return the keys of the nearest of those that are seen, by looking at each."""
        # What single precision tells apart, and of those as near the newest.
        order = sorted((round(distance(vector, self.features[pk]), 5), -pk) for pk in self.seen[viewer])
        return [-key for _, key in order][:count]


def is_seen(node: orm.Node, viewer: Viewer | None) -> bool:
    if viewer is None:
        return True
    is_inside = viewer.group_pk is None or node in list(orm.load_group(viewer.group_pk).nodes)
    return is_inside and is_visible(node, orm.User.collection.get(id=viewer.user_pk))


@pytest.fixture
def world(alice: orm.User, bob: orm.User) -> World:
    """Return a world with ties, nodes that are shared, were shared and are gone, and a group."""
    with connection() as opened:
        if opened.dialect.name == 'sqlite':
            pytest.skip('SQLite has no vectors')
    random = np.random.default_rng(5)
    owners = [alice, bob, system_user()] * 5
    features = [described(owner, random.normal(size=64)) for owner in owners]
    features += [
        described(owner, np.array(features[0].base.attributes.get('pooled'))) for owner in owners[:6]
    ]
    described(alice, random.normal(size=64), OTHER)
    with acting_as(alice):
        group = orm.Group(label='some').store()
        group.add_nodes([*features[:6], features[-1]])
        for one in (features[0], features[3], features[6]):
            share(one, bob)
        share(features[9], None)
        revoke(features[6], bob)
        both = orm.Group(label='shared').store()
        both.add_nodes([features[12], features[15]])
        share(both, bob)
    delete_nodes([features.pop(4).pk], dry_run=False)
    viewers = [None, viewer_of(alice), viewer_of(bob), viewer_of(alice, group), viewer_of(bob, both)]
    return World(
        {one.pk: np.array(one.base.attributes.get('pooled')) for one in features},
        {viewer: {one.pk for one in features if is_seen(one, viewer)} for viewer in viewers},
    )


def described(owner: orm.User, numbers: npt.NDArray[np.float64], settings: Any = SETTINGS) -> Features:
    structure = structure_of(owner)
    with acting_as(owner):
        made = Features(structure, settings, {'mean': numbers})
        assert made.base.attributes.get('pooled') == pooled({'mean': numbers})
        return made.store()


def test_both_find_what_is_nearest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = list(world.features.values())[::4]
    asked = [(vector, viewer, count) for vector in vectors for viewer in world.seen for count in (1, 3, 40)]
    expected = [world.expected(*one) for one in asked]
    assert len({len(one) for one in expected}) > 5

    def all_of_them() -> list[list[int]]:
        return [nearest(vector, SETTINGS, count, viewer) for vector, viewer, count in asked]

    with connection() as opened:
        assert has_embeddings(opened)
    assert all_of_them() == expected
    monkeypatch.setattr(nearest_module, 'has_embeddings', lambda opened: False)
    assert all_of_them() == expected


def test_the_doctor_says_who_searches(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    if profile.storage_backend != 'nanoos.psql_dos':
        assert list(doctor.examine_vectors()) == []
        return
    (found,) = doctor.examine_vectors()
    assert (found.state, 'pgvector' in found.found) == ('ok', True)
    monkeypatch.setattr(doctor, 'has_embeddings', lambda opened: False)
    (found,) = doctor.examine_vectors()
    assert (found.state, 'CREATE EXTENSION vector' in found.mend) == ('warning', True)
