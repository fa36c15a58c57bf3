"""Data sets as nodes: out of a file, out of results, and what they keep."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk
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


def test_derivatives_of_the_energy_stay_with_their_rows(profile: object) -> None:
    given = [rock_salt(4.2), rock_salt(4.8, 'Ca').get_primitive_structure()]
    random = np.random.default_rng(0)
    forces = [random.normal(size=(len(one), 3)) for one in given]
    stresses = [np.diag([1.0, 2.0, 3.0]), np.full((3, 3), np.nan)]
    made = Dataset('oxides', 'energy', 'eV/atom', given, [1.0, 2.0], forces=forces, stresses=stresses)
    made.store()
    found = orm.load_node(made.uuid).with_split('fold', [0, 1]).store()
    assert found.base.attributes.get('derivatives') == ['forces', 'stresses']
    for one, other in zip(found.forces, forces, strict=True):
        assert (one == other).all()
    assert (found.stresses[0] == stresses[0]).all() and np.isnan(found.stresses[1]).all()
    bare = Dataset('oxides', 'energy', 'eV/atom', given, [1.0, 2.0])
    assert (bare.forces, bare.stresses) == (None, None)
    assert bare.base.attributes.get('derivatives') == []


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'targets': [1.0]}, 'targets: expected one for each of 2 structures, got 1'),
        ({'targets': [1.0, np.nan]}, 'the target of row 2 is nan'),
        ({'structures': [], 'targets': []}, 'at least one structure'),
        ({'name': ' '}, 'name of a data set'),
        ({'splits': {'fold': [1]}}, 'split_fold: expected one for each'),
        ({'forces': [np.zeros((8, 3))]}, 'forces: expected one for each of 2 structures, got 1'),
        ({'forces': [np.zeros((8, 3)), np.zeros((7, 3))]}, r'forces of row 2 have the shape \(7, 3\)'),
        ({'forces': [np.zeros((8, 3)), np.full((8, 3), np.inf)]}, 'forces of row 2 are not finite'),
        ({'stresses': [np.zeros((3, 3)), np.zeros(6)]}, r'stresses of row 2 have the shape \(6,\)'),
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


def simulated(number: int, atoms: Atoms, **more: Any) -> dict[str, orm.Data]:
    """Return structure, results and arrays of a simulation, as the inputs of a data set have them."""
    results = {'energy': {'value': -8.0 * len(atoms), 'unit': 'eV'}, 'engine': 'qe', 'task': 'static'}
    arrays = orm.ArrayData()
    given = {'forces': np.full((len(atoms), 3), 0.1 * number), 'stress': number * np.eye(3)}
    for name, array in {**given, **more.pop('arrays', {})}.items():
        if array is not None:
            arrays.set_array(name, array)
    return {
        f'structure_{number}': orm.StructureData(ase=atoms),
        f'results_{number}': orm.Dict({**results, **more}),
        f'arrays_{number}': arrays,
    }


def test_energies_an_atom_come_with_forces_and_what_lacks_them_is_left_out(profile: object) -> None:
    """Atoms that are a little displaced are another row; the momentum of atoms in motion is no stress."""
    cells = [bulk('Si', a=5.4) for _ in range(9)]
    for number, cell in enumerate(cells):
        cell.positions[1, 0] += 0.02 * number
    slab = cells[5].copy()
    slab.pbc = [True, True, False]
    rows = [
        simulated(1, cells[1]),
        simulated(2, cells[2], task='md'),
        simulated(3, cells[3], energy={'value': -1.0, 'unit': 'Ry'}),
        simulated(4, cells[4], engine='lammps'),
        simulated(5, slab),
        simulated(6, cells[6], arrays={'forces': None}),
        simulated(7, cells[7], arrays={'forces': np.zeros((3, 3))}),
        simulated(8, cells[8], arrays={'forces': np.full((2, 3), np.nan)}),
        simulated(9, cells[1]),
        simulated(10, bulk('Si', a=5.6, cubic=True), arrays={'stress': None}),
    ]
    nodes = {name: node for row in rows for name, node in row.items()}
    del nodes['arrays_6']
    settings = {'name': 'forces', 'target': 'energy_per_atom', 'unit': 'eV/atom', 'forces': True}
    made, node = collect_dataset.run_get_node(settings=orm.Dict(settings), **nodes)
    assert node.is_finished_ok, node.exit_message
    found = made['dataset']
    assert (found.target, found.unit) == ('energy_per_atom', 'eV/atom')
    assert found.targets.tolist() == [-8.0, -8.0, -8.0]
    assert found.table['uuids'].tolist() == [nodes[f'structure_{number}'].uuid for number in (1, 2, 10)]
    assert [len(forces) for forces in found.forces] == [2, 2, 8]
    assert [forces[0, 0] for forces in found.forces] == pytest.approx([0.1, 0.2, 1.0])
    assert (found.stresses[0] == np.eye(3)).all() and np.isnan(found.stresses[1:]).all()
    reasons = {one['row']: one['reason'] for one in made['left_out']['rows']}
    said = {
        3: '[Ry], but [eV] is expected',
        4: 'by lammps, those of earlier rows by qe',
        5: 'expected all three directions',
        6: 'no forces',
        7: 'its forces have the shape (3, 3), expected (2, 3)',
        8: 'not finite',
        9: 'its structure is that of row 1',
    }
    assert set(reasons) == set(said)
    for number, words in said.items():
        assert words in reasons[number], reasons[number]
