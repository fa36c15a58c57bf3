"""Features that are there are found, by content and settings and only by those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import ProcessState
from aiida.tools import delete_nodes
from aiida.tools.archive import create_archive, import_archive
from ase.build import bulk

from nanoos_plugins.calculations.features import label_of
from nanoos_plugins.data.features import Features
from nanoos_plugins.feature_batches import batches
from nanoos_plugins.graph.features import PROCESS_TYPE, look_up
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import revoke, share
from tests.graph.conftest import output, process, viewer_of

SETTINGS = FeatureSettings()


def crystal(owner: orm.User, a: float, **attributes: Any) -> orm.StructureData:
    """Return a stored crystal of somebody's."""
    with acting_as(owner):
        node = orm.StructureData(ase=bulk('Cu', a=a))
        node.base.attributes.set_many(attributes)
        return node.store()


def features_of(
    structure: orm.StructureData, owner: orm.User, settings: FeatureSettings = SETTINGS, **made: Any
) -> Features:
    """Return stored features of a structure, as somebody's batch makes them."""
    blocks = {'mean': np.arange(320, dtype=np.float32) + 1, 'descriptors': np.zeros(3)}
    with acting_as(owner):
        batch = process(
            orm.CalcJobNode, 'FeaturesCalculation', process_type=PROCESS_TYPE, structures__a=structure
        )
        data = Features(structure, settings, **(made or {'blocks': blocks}))
        return output(batch, f'features__{label_of(structure)}', data)


def test_they_are_found_for_every_node_of_the_same_content(alice: orm.User) -> None:
    one, other = crystal(alice, 3.01), crystal(alice, 3.02)
    again = crystal(alice, 3.01, origin='uploaded')
    made = features_of(one, alice)
    found = look_up([other.pk, again.pk, one.pk], SETTINGS, viewer_of(alice))
    assert {pk: entry.uuid for pk, entry in found.found.items()} == {one.pk: made.uuid, again.pk: made.uuid}
    assert found.missing == found.to_compute() == [other.pk]


def test_of_those_that_are_missing_each_content_is_computed_once(alice: orm.User) -> None:
    twice = [crystal(alice, 3.03, origin=origin) for origin in ('uploaded', 'generated')]
    other = crystal(alice, 3.04)
    found = look_up([other.pk, *(one.pk for one in twice)], SETTINGS, viewer_of(alice))
    assert found.missing == [other.pk, *(one.pk for one in twice)]
    assert found.to_compute() == [other.pk, twice[0].pk]


def test_other_settings_have_other_features(alice: orm.User) -> None:
    one = crystal(alice, 3.05)
    features_of(one, alice)
    for other in (FeatureSettings(pretrained='chgnet-r2scan'), FeatureSettings(version=99)):
        assert look_up([one.pk], other, viewer_of(alice)).missing == [one.pk]


def test_why_there_are_none_is_found_as_well(alice: orm.User) -> None:
    one = crystal(alice, 3.06)
    features_of(one, alice, problem='no reason')
    assert look_up([one.pk], SETTINGS).found[one.pk].problem == 'no reason'


def test_a_batch_that_runs_is_found_until_it_has_ended(alice: orm.User) -> None:
    one, again = crystal(alice, 3.07), crystal(alice, 3.07, origin='uploaded')
    with acting_as(alice):
        parameters = orm.Dict(SETTINGS.model_dump()).store()
    made: dict[ProcessState, orm.ProcessNode] = {}
    for state in (ProcessState.EXCEPTED, ProcessState.RUNNING):
        with acting_as(alice):
            made[state] = process(
                orm.CalcJobNode,
                'FeaturesCalculation',
                state=state,
                process_type=PROCESS_TYPE,
                structures__a=one,
                parameters=parameters,
            )
    found = look_up([one.pk, again.pk], SETTINGS, viewer_of(alice))
    assert found.running == {one.pk: made[ProcessState.RUNNING].uuid}
    # the other node has the same content: there is nothing to compute for it
    assert (found.missing, found.to_compute()) == ([again.pk], [])
    other = FeatureSettings(pretrained='chgnet-r2scan')
    assert look_up([one.pk], other, viewer_of(alice)).running == {}


def test_what_others_have_is_found_while_they_share_it(alice: orm.User, bob: orm.User) -> None:
    hers, his = crystal(alice, 3.08), crystal(bob, 3.08)
    made = features_of(hers, alice)
    assert look_up([his.pk], SETTINGS, viewer_of(bob)).missing == [his.pk]
    with pytest.raises(LookupError, match=f'no structure {hers.pk}'):
        look_up([hers.pk], SETTINGS, viewer_of(bob))
    with acting_as(alice):
        share(hers, bob)
    # a batch has other structures, too: features are shared for themselves
    assert look_up([hers.pk], SETTINGS, viewer_of(bob)).missing == [hers.pk]
    with acting_as(alice):
        share(made, bob)
    assert look_up([his.pk], SETTINGS, viewer_of(bob)).found[his.pk].uuid == made.uuid
    own = features_of(his, bob)
    features_of(hers, alice)
    found = look_up([his.pk, hers.pk], SETTINGS, viewer_of(bob)).found
    assert {entry.uuid for entry in found.values()} == {own.uuid}
    with acting_as(alice):
        revoke(hers, bob)
        revoke(made, bob)
    assert look_up([his.pk], SETTINGS, viewer_of(bob)).found[his.pk].uuid == own.uuid


def test_a_group_shows_no_more_than_its_nodes(alice: orm.User) -> None:
    one = crystal(alice, 3.09)
    made = features_of(one, alice)
    with acting_as(alice):
        group = orm.Group(label='features').store()
        group.add_nodes(one)
        assert look_up([one.pk], SETTINGS, viewer_of(alice, group)).missing == [one.pk]
        group.add_nodes(made)
    assert look_up([one.pk], SETTINGS, viewer_of(alice, group)).found[one.pk].uuid == made.uuid


def test_they_are_found_after_an_archive_brought_them(alice: orm.User, tmp_path: Path) -> None:
    one = crystal(alice, 3.10)
    made = features_of(one, alice)
    blocks, uuid = made.blocks, made.uuid
    made.creator.seal()
    create_archive([made], filename=tmp_path / 'a.aiida')
    delete_nodes([one.pk], dry_run=False)
    again = crystal(alice, 3.10)
    assert look_up([again.pk], SETTINGS).missing == [again.pk]
    import_archive(tmp_path / 'a.aiida')
    assert look_up([again.pk], SETTINGS).found[again.pk].uuid == uuid
    kept = orm.load_node(uuid)
    assert {name: block.tolist() for name, block in kept.blocks.items()} == {
        name: block.tolist() for name, block in blocks.items()
    }


def test_many_are_made_by_few_batches(
    alice: orm.User, bash: orm.AbstractCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('nanoos_plugins.feature_batches.MOST', 2)
    nodes = [crystal(alice, 3.2 + 0.01 * number) for number in range(5)]
    made = batches([one.pk for one in nodes], SETTINGS, bash)
    assert [len(one['structures']) for one in made] == [2, 2, 1]
    given = {label: one.pk for batch in made for label, one in batch['structures'].items()}
    assert given == {label_of(one): one.pk for one in nodes}
    assert [one['metadata']['label'] for one in made] == [*['features of 2 structures'] * 2, 'features of Cu']


def test_a_look_up_follows_indexes(alice: orm.User, explained: Callable[[], list[str]]) -> None:
    """Whatever else is in the graph, the plan reads no table as a whole."""
    one = crystal(alice, 3.3)
    features_of(one, alice)
    look_up([one.pk], SETTINGS, viewer_of(alice))
    plans = explained()
    assert plans
    assert not [line for line in plans if 'SCAN db_dbnode' in line or 'SCAN nanoos_property' in line]
