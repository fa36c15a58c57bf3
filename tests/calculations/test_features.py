"""Features of a batch of structures become nodes, also beside a structure that can have none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk
from pymatgen.core import Lattice, Structure

from nanoos_plugins.calculations.features import label_of
from nanoos_plugins.data.features import Features, content_of
from nanoos_plugins.launch import run
from nanoos_plugins.ml.descriptors import OF_CRYSTAL
from nanoos_plugins.ml.feature_settings import VERSION, FeatureSettings
from nanoos_plugins.ml.models.inputs import inputs_of
from nanoos_plugins.parsers.features import FeaturesParser
from nanoos_plugins.parsers.runner import InvalidResultsError
from nanoos_plugins.runners import features as runner

#: What single precision leaves of features of order one.
CLOSE = 2e-4


def shared_sites() -> orm.StructureData:
    alloy = Structure(Lattice.cubic(3.0), [{'Cu': 0.5, 'Au': 0.5}], [[0, 0, 0]])
    return orm.StructureData(pymatgen=alloy).store()


#: What can have no features, by what is told of it.
BAD: dict[str, Callable[[], orm.StructureData]] = {
    'isolated atom': lambda: orm.StructureData(ase=Atoms('Ar', cell=[20] * 3, pbc=True)).store(),
    'its sites are shared': shared_sites,
    'elements up to Pu': lambda: orm.StructureData(ase=Atoms('Am', cell=[3] * 3, pbc=True)).store(),
    'cell has no volume': lambda: orm.StructureData(
        ase=Atoms('H2', [[0, 0, 0], [0, 0, 1]], cell=[0, 0, 5], pbc=[False, False, True])
    ).store(),
    'two atoms at one place': lambda: orm.StructureData(
        ase=Atoms('Cu2', [[0, 0, 0], [0, 0, 0]], cell=[3] * 3, pbc=True)
    ).store(),
}


def batch_of(structures: list[orm.StructureData], code: orm.AbstractCode, **settings: Any) -> orm.ProcessNode:
    given = {
        'code': code,
        'structures': {label_of(one): one for one in structures},
        'parameters': orm.Dict(settings),
    }
    return run('nanoos.features', given)


@pytest.fixture(scope='module')
def good(profile: object) -> list[orm.StructureData]:
    """Return crystals, a supercell of the first of them, and a sheet that goes on in two directions."""
    copper = bulk('Cu', a=3.61)
    sheet = Atoms('C2', [[0, 0, 5], [0, 1.42, 5]], cell=[[2.46, 0, 0], [1.23, 2.13, 0], [0, 0, 10]])
    sheet.pbc = [True, True, False]
    atoms = [copper, bulk('NaCl', 'rocksalt', a=5.64), copper.repeat((2, 1, 3)), sheet]
    return [orm.StructureData(ase=one).store() for one in atoms]


@pytest.fixture(scope='module')
def bad(profile: object) -> dict[str, orm.StructureData]:
    """Return structures that can have no features, by what is told of them."""
    return {reason: make() for reason, make in BAD.items()}


@pytest.fixture(scope='module')
def made(
    good: list[orm.StructureData],
    bad: dict[str, orm.StructureData],
    engine_code: Callable[[str], orm.AbstractCode],
) -> orm.ProcessNode:
    """Return the finished batch of all of them."""
    node = batch_of([*bad.values(), *good], engine_code('mlip'))
    assert node.is_finished_ok, node.exit_message
    return node


def test_each_structure_has_its_features(made: orm.ProcessNode, good: list[orm.StructureData]) -> None:
    expected = inputs_of([one.get_pymatgen_structure() for one in good]).features
    for row, structure in enumerate(good):
        features = made.outputs.features[label_of(structure)]
        assert isinstance(features, Features)
        assert features.base.attributes.get('structure') == structure.uuid
        assert features.base.attributes.get('key').endswith(f':chgnet-0.3.0:{VERSION}')
        assert features.problem is None
        assert set(features.blocks) == set(expected)
        for name, block in features.blocks.items():
            assert block == pytest.approx(expected[name][row], abs=CLOSE, rel=CLOSE, nan_ok=True), name
        pooled = features.base.attributes.get('pooled')
        assert np.array(pooled, dtype=np.float32).tolist() == features.blocks['mean'][-64:].tolist()
    assert len(expected['descriptors'][0]) == len(OF_CRYSTAL)


@pytest.mark.parametrize('reason', BAD)
def test_what_can_have_none_says_why(
    made: orm.ProcessNode, bad: dict[str, orm.StructureData], reason: str
) -> None:
    features = made.outputs.features[label_of(bad[reason])]
    assert reason in features.problem
    assert made.outputs.summary['left_out'][label_of(bad[reason])] == features.problem
    assert features.base.attributes.get('pooled') == []
    with pytest.raises(ValueError, match='has none: '):
        _ = features.blocks


def test_features_lead_back_to_their_structure(made: orm.ProcessNode, good: list[orm.StructureData]) -> None:
    label = label_of(good[1])
    query = orm.QueryBuilder().append(orm.StructureData, filters={'id': good[1].pk}, tag='structure')
    inside = {'label': f'structures__{label}'}
    query.append(orm.CalcJobNode, with_incoming='structure', edge_filters=inside, tag='batch')
    query.append(Features, with_incoming='batch', edge_filters={'label': f'features__{label}'}, project='id')
    assert query.all(flat=True) == [made.outputs.features[label].pk]


def test_the_content_is_what_the_structure_is(good: list[orm.StructureData]) -> None:
    contents = [content_of(one.base.attributes.all) for one in good]
    assert len(set(contents)) == len(good)
    again = orm.StructureData(ase=bulk('Cu', a=3.61))
    assert content_of(again.base.attributes.all) == contents[0]
    again.base.attributes.set('origin', 'uploaded')
    again.label = 'mine'
    assert content_of(again.base.attributes.all) == contents[0]
    other = orm.StructureData(ase=bulk('Cu', a=3.61 + 1e-6))
    assert content_of(other.base.attributes.all) != contents[0]
    # kinds of other names, of the same element
    marked = orm.StructureData(cell=good[0].cell)
    marked.append_atom(position=(0, 0, 0), symbols='Cu', name='Cu1')
    assert content_of(marked.base.attributes.all) == contents[0]


def test_features_of_another_version_are_refused(tmp_path: Path) -> None:
    """ERROR_REFUSED."""
    job = {'settings': {'version': VERSION + 1}, 'structures': []}
    with pytest.raises(ValueError, match=f'this package makes version {VERSION}'):
        runner.run(job, tmp_path)


@pytest.mark.parametrize(
    ('structures', 'settings', 'said'),
    [(0, {}, 'expected 1 to 1000 structures'), (1, {'pretrained': 'megnet'}, 'pretrained: Input should be')],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    good: list[orm.StructureData],
    engine_code: Callable[[str], orm.AbstractCode],
    structures: int,
    settings: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(ValueError, match=said):
        batch_of(good[:structures], engine_code('mlip'), **settings)


@pytest.mark.parametrize(
    ('left_out', 'changes', 'said'),
    [
        ({'another': 'a'}, {}, 'left_out names another'),
        ({}, {'descriptors': None}, 'no descriptors or no means'),
        ({}, {'mean': np.zeros((1, 320))}, r'mean has the shape \(1, 320\), expected 4 rows'),
        ({}, {'mean': np.full((4, 320), np.nan)}, 'mean has values that are not finite'),
    ],
)
def test_results_that_are_not_of_the_batch_are_refused(
    made: orm.ProcessNode, left_out: dict[str, str], changes: dict[str, Any], said: str
) -> None:
    """ERROR_INVALID_RESULTS."""
    told = made.outputs.summary.get_dict()
    summary = {**told, 'left_out': {**told['left_out'], **left_out}}
    arrays = {'mean': np.zeros((4, 320)), 'descriptors': np.zeros((4, 38)), **changes}
    given = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(InvalidResultsError, match=said):
        FeaturesParser(made).check(summary, given)


def test_features_need_blocks_or_a_reason(good: list[orm.StructureData]) -> None:
    with pytest.raises(ValueError, match='either blocks or the reason'):
        Features(good[0], FeatureSettings())
