"""Data sets as nodes: out of a file, out of results, and what they keep."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from aiida import orm
from pymatgen.core import Lattice, Structure

from nanoos_plugins.calculations.dataset import collect_dataset, import_dataset
from nanoos_plugins.data.dataset import Dataset


def rock_salt(a: float, metal: str = 'Mg') -> Structure:
    return Structure.from_spacegroup('Fm-3m', Lattice.cubic(a), [metal, 'O'], [[0, 0, 0], [0.5, 0, 0]])


def test_it_keeps_structures_targets_and_splits(profile: object) -> None:
    given = [rock_salt(4.2), rock_salt(4.8, 'Ca').get_primitive_structure()]
    made = Dataset('oxides', 'bulk modulus', 'GPa', given, [160.0, 110.0], splits={'fold': [0, 1]}).store()
    found = orm.load_node(made.uuid)
    assert isinstance(found, Dataset)
    assert (found.name, found.target, found.unit, len(found)) == ('oxides', 'bulk modulus', 'GPa', 2)
    assert found.base.attributes.get('elements') == ['Ca', 'Mg', 'O']
    assert found.targets.tolist() == [160.0, 110.0]
    assert found.split('fold').tolist() == [0, 1]
    for one, other in zip(found.structures(), given, strict=True):
        assert one.lattice.matrix == pytest.approx(other.lattice.matrix)
        assert one.cart_coords == pytest.approx(other.cart_coords)
        assert one.atomic_numbers == other.atomic_numbers
    with pytest.raises(ValueError, match="has no split 'random'; it has fold"):
        found.split('random')


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'targets': [1.0]}, 'targets: expected one for each of 2 structures, got 1'),
        ({'targets': [1.0, np.nan]}, 'the target of row 2 is nan'),
        ({'structures': [], 'targets': []}, 'at least one structure'),
        ({'name': ' '}, 'name of a data set'),
        ({'splits': {'fold': [1]}}, 'split_fold: expected one for each'),
    ],
)
def test_what_is_no_data_set_is_refused(change: dict, said: str) -> None:
    given = {'name': 'a', 'target': 'K', 'unit': 'GPa', 'structures': [rock_salt(4), rock_salt(5)]}
    with pytest.raises(ValueError, match=said):
        Dataset(**{**given, 'targets': [1.0, 2.0], **change})


def test_a_file_becomes_a_data_set_and_says_what_was_left_out(profile: object) -> None:
    rows = [
        {'structure': rock_salt(4 + k / 10).as_dict(), 'K': value} for k, value in enumerate((1, 2, None))
    ]
    file = orm.SinglefileData(io.BytesIO(json.dumps(rows).encode()), filename='k.json')
    settings = orm.Dict({'name': 'from a file', 'target': 'K', 'unit': 'GPa'})
    made, node = import_dataset.run_get_node(file=file, settings=settings)
    assert node.is_finished_ok, node.exit_message
    assert made['dataset'].targets.tolist() == [1.0, 2.0]
    assert made['dataset'].base.attributes.get('left_out') == 1
    assert made['left_out']['rows'] == [{'row': 3, 'reason': 'K is no number, got None'}]
    bad = orm.SinglefileData(io.BytesIO(b'[]'), filename='k.json')
    _, node = import_dataset.run_get_node(file=bad, settings=settings)
    assert (node.exit_status, node.exit_message) == (310, 'k.json has no rows')


def test_results_in_the_graph_become_a_data_set_that_leads_back_to_them(profile: object) -> None:
    nodes: dict[str, orm.Data] = {}
    entries = [
        {'energy': {'value': -5.0, 'unit': 'eV'}},
        {'energy': {'value': -6.0, 'unit': 'eV'}},
        {'energy': {'value': -0.4, 'unit': 'Ry'}},
        {},
    ]
    for number, entry in enumerate(entries):
        nodes[f'structure_{number}'] = orm.StructureData(pymatgen=rock_salt(4 + number / 5))
        nodes[f'results_{number}'] = orm.Dict(entry)
    settings = {'name': 'energies', 'quantity': 'energy', 'target': 'energy', 'unit': 'eV'}
    made, node = collect_dataset.run_get_node(settings=orm.Dict(settings), **nodes)
    assert node.is_finished_ok, node.exit_message
    dataset = made['dataset']
    assert dataset.targets.tolist() == [-5.0, -6.0]
    assert dataset.table['uuids'].tolist() == [nodes[f'structure_{number}'].uuid for number in range(2)]
    reasons = {one['row']: one['reason'] for one in made['left_out']['rows']}
    assert '[Ry], but [eV] is expected' in reasons[2]
    assert "no quantity 'energy'" in reasons[3]
    above = orm.QueryBuilder().append(Dataset, filters={'id': dataset.pk}, tag='set')
    above.append(orm.Dict, with_descendants='set', project='uuid')
    assert {nodes['results_0'].uuid, nodes['results_1'].uuid} <= {row[0] for row in above.all()}
