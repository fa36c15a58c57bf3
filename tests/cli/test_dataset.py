"""`nanoos dataset`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk
from pymatgen.core import Lattice, Structure
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run

Ask = Callable[..., Any]


def written(path: Path) -> Path:
    """Return a file of three rows, of which the last has no target."""
    rows = [
        {'structure': Structure(Lattice.cubic(3 + k / 4), ['Po'], [[0, 0, 0]]).as_dict(), 'K': value}
        for k, value in enumerate((30.0, 20.0, None))
    ]
    path.write_text(json.dumps(rows), encoding='utf-8')
    return path


def test_a_file_is_imported_listed_and_shown(asked: Ask, invoke: Ask, tmp_path: Path) -> None:
    file = written(tmp_path / 'polonium.json')
    made = asked('dataset', 'import', file, '--target', 'K', '--unit', 'GPa')
    assert (made['name'], made['count'], made['left_out']) == ('polonium', 2, 1)
    assert made['rows_left_out'] == [{'row': 3, 'reason': 'K is no number, got None'}]
    listed = asked('dataset', 'list')['datasets'][0]
    assert (listed['pk'], listed['unit'], listed['count']) == (made['pk'], 'GPa', 2)
    shown = asked('dataset', 'show', made['uuid'])
    assert (shown['mean'], shown['least'], shown['greatest']) == (25.0, 20.0, 30.0)
    told = invoke('dataset', 'import', file, '--target', 'K', '--name', 'again')
    assert 'row 3 left out: K is no number' in told.stderr
    assert '2 structures' in told.stdout


def test_results_of_jobs_become_a_data_set(asked: Ask, invoke: Ask) -> None:
    template = Template(name='for a data set', engine='mock').store()
    crystals = [orm.StructureData(ase=bulk('Cu', a=a)).store() for a in (3.5, 3.7)]
    crystals.append(crystals[0])
    for crystal in crystals:
        node = run('nanoos.simulation', {'structure': crystal, 'template': template})
        assert node.is_finished_ok, node.exit_message
    made = asked(
        *('dataset', 'create', 'energies', '--workflow', 'simulation', '--engine', 'mock'),
        *('--quantity', 'results.energy', '--unit', 'eV', '--split-by', 'time'),
    )
    dataset = orm.load_node(made['pk'])
    # the newest is the test
    assert dataset.split('time')[dataset.times.argmax()] == 'test'
    assert set(dataset.split('time')) == {'train', 'test'}
    rows = dict(zip(dataset.table['uuids'].tolist(), dataset.targets.tolist(), strict=True))
    # Jobs that other tests have left are among them, with structures that were made from others.
    behind = orm.QueryBuilder().append(orm.Node, filters={'id': dataset.pk}, tag='dataset')
    behind.append(orm.StructureData, with_descendants='dataset', project='uuid').distinct()
    structures = set(behind.all(flat=True))
    assert structures >= {crystal.uuid for crystal in crystals}
    assert asked('dataset', 'show', made['pk'])['lineage']['structures'] == len(structures)
    # the newest run of a structure counts, another one of it is told
    assert rows[crystals[0].uuid] == pytest.approx(node.outputs.results['energy']['value'])
    assert crystals[1].uuid in rows
    assert any('its structure is that of row' in one['reason'] for one in made['rows_left_out'])


def test_energies_and_forces_of_simulations_become_a_data_set(asked: Ask) -> None:
    """Of a relaxation its last structure, whose forces are small; those within another job count, too."""
    template = Template(name='for forces', engine='mock').store()
    atoms = bulk('Cu', a=3.6, cubic=True)
    atoms.positions[0] += [0.2, 0.1, -0.15]
    crystal = orm.StructureData(ase=atoms).store()
    ended = {}
    for task in ('static', 'relax', 'static'):
        given = {'structure': crystal, 'template': template, 'parameters': orm.Dict({'task': task})}
        ended[task] = run('nanoos.simulation', given)
        assert ended[task].is_finished_ok, ended[task].exit_message
    fcc = orm.StructureData(ase=bulk('Cu', a=3.61)).store()
    eos = run('nanoos.eos', {'structure': fcc, 'template': template, 'relax_positions': False, 'points': 5})
    assert eos.is_finished_ok, eos.exit_message
    made = asked('dataset', 'create', 'with forces', '--forces', '--engine', 'mock')
    assert (made['target'], made['unit']) == ('energy_per_atom', 'eV/atom')
    assert made['derivatives'] == ['forces', 'stresses']
    dataset = orm.load_node(made['pk'])
    uuids = dataset.table['uuids'].tolist()
    relaxed = ended['relax'].outputs.structure
    for task, structure in (('static', crystal), ('relax', relaxed)):
        outputs, row = ended[task].outputs, uuids.index(structure.uuid)
        assert dataset.targets[row] == pytest.approx(outputs.results['energy']['value'] / 4)
        assert (dataset.forces[row] == outputs.arrays.get_array('forces')).all()
        assert (dataset.stresses[row] == outputs.arrays.get_array('stress')).all()
    largest = [np.abs(dataset.forces[uuids.index(one.uuid)]).max() for one in (crystal, relaxed)]
    assert largest[0] > 0.5 and largest[1] <= 0.01
    strained = {one.inputs.structure.uuid for one in eos.called if 'structure' in one.inputs}
    assert len(strained & set(uuids)) >= 4
    # an earlier run for the same structure is no further row
    assert any('its structure is that of row' in one['reason'] for one in made['rows_left_out'])
    assert asked('dataset', 'show', made['pk'])['derivatives'] == ['forces', 'stresses']


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('create', 'a', '--workflow', 'bands', '--quantity', 'summary.gap', '--unit', 'eV'), 'no job bands'),
        (('create', 'a', '--forces', '--unit', 'eV'), '--forces: expected no --workflow'),
        (('create', 'a', '--forces', '--engine', 'cfd'), 'no simulation by cfd has ended well'),
        (('create', 'a', '--workflow', 'eos'), 'expected --workflow, --quantity and --unit, or --forces'),
        (
            ('create', 'a', '--workflow', 'eos', '--quantity', 'gap', '--unit', 'eV'),
            'expected OUTPUT.QUANTITY',
        ),
        (('show', '999999999'), 'No result was found'),
    ],
)
def test_what_cannot_be_made_is_told_in_a_line(invoke: Ask, arguments: tuple[str, ...], said: str) -> None:
    result = invoke('dataset', *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_data_set_that_could_not_be_split_is_named(invoke: Ask, tmp_path: Path) -> None:
    result = invoke('dataset', 'import', written(tmp_path / 'k.json'), '--target', 'K', '--split-by', 'time')
    assert result.exit_code == 1
    made = orm.QueryBuilder().append(Dataset, project='id', tag='made').order_by({'made': {'id': 'desc'}})
    assert f'data set {made.first(flat=True)} was made, but not split: its rows have no' in result.stderr


def test_a_file_without_the_column_is_told(invoke: Ask, tmp_path: Path) -> None:
    result = invoke('dataset', 'import', written(tmp_path / 'k.json'), '--target', 'G')
    assert result.exit_code == 1
    assert "has no column 'G'; it has structure, K" in result.stderr


def oxide(a: float, metal: str, lattice: str) -> Structure:
    return AseAtomsAdaptor.get_structure(bulk(f'{metal}O', lattice, a=a))


def oxides(path: Path) -> Path:
    """Return a file of ten rows with published folds; two of them are one crystal in two volumes."""
    rows = [
        {
            'structure': oxide(a, metal, lattice).as_dict(),
            'K': a * 10,
            'fold': number % 5,
            'formula': f'{metal}O',
        }
        for number, (metal, lattice, a) in enumerate(
            (metal, lattice, a)
            for metal, a in (('Mg', 4.2), ('Ca', 4.8), ('Sr', 5.1), ('Ba', 5.5), ('Mn', 4.4))
            for lattice in ('rocksalt', 'cesiumchloride')
        )
    ]
    rows[9] = {**rows[9], 'structure': oxide(4.2 * 1.03, 'Mg', 'rocksalt').as_dict(), 'formula': 'MgO'}
    path.write_text(json.dumps(rows), encoding='utf-8')
    return path


def test_what_cannot_be_learnt_from_is_told_row_by_row(invoke: Ask, asked: Ask, tmp_path: Path) -> None:
    rows = json.loads(oxides(tmp_path / 'good.json').read_text())
    for row, change in enumerate(
        ({}, {'K': float('nan')}, {'unit': 'Mbar'}, {'structure': rows[0]['structure']}, {'fold': None})
    ):
        rows[row] = {'unit': 'GPa', **rows[row], **change}
    path = tmp_path / 'bad.json'
    path.write_text(json.dumps(rows), encoding='utf-8')
    result = invoke('dataset', 'import', path, '--target', 'K', '--split', 'fold')
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines() == [
        'row 2 left out: K is nan',
        'row 3 left out: its K is in [Mbar], that of the first row in [GPa]',
        'row 4 left out: its structure is that of row 1',
        'row 5 left out: fold names no part, got None',
    ]
    assert '6 structures' in result.stdout


def test_published_folds_come_along(asked: Ask, invoke: Ask, tmp_path: Path) -> None:
    file = oxides(tmp_path / 'oxides.json')
    made = asked('dataset', 'import', file, '--target', 'K', '--split', 'fold')
    assert orm.load_node(made['pk']).split('fold').tolist() == [str(number % 5) for number in range(10)]
    shown = asked('dataset', 'show', made['pk'])
    assert shown['splits'] == {'fold': {str(number): 2 for number in range(5)}}
    assert shown['lineage'] == {'sources': 2, 'structures': 0, 'calculations': {}}
    result = invoke('dataset', 'import', file, '--target', 'K', '--split', 'part')
    assert "has no column 'part'" in result.stderr


def test_a_split_is_another_data_set_and_tells_what_leaks(asked: Ask, invoke: Ask, tmp_path: Path) -> None:
    file = oxides(tmp_path / 'oxides.json')
    first = asked('dataset', 'import', file, '--target', 'K', '--names', 'formula')
    assert first['count'] == 10
    # with this seed the two volumes of MgO fall into two folds
    made = asked('dataset', 'split', first['pk'], 'folds', '--by', 'random', '--folds', '2', '--seed', '0')
    assert made['leaks']['same'] == 1
    assert made['leaks']['groups'] == [[1, 10]]
    assert made['leaks']['names'] == [['MgO', 'MgO']]
    assert made['parts'] == {'0': 5, '1': 5}
    told = invoke('dataset', 'split', first['pk'], 'folds', '--by', 'random', '--folds', '2', '--seed', '0')
    assert 'leak: rows 1 (MgO), 10 (MgO) are one crystal in several parts' in told.stderr
    assert '--by composition keeps such rows together' in told.stderr
    old, new = orm.load_node(first['pk']), orm.load_node(made['pk'])
    assert old.base.attributes.get('splits') == []
    assert new.creator.inputs.dataset.pk == old.pk
    assert all((new.table[name] == old.table[name]).all() for name in old.table)
    whole = asked('dataset', 'split', made['pk'], 'metals', '--by', 'first-element', '--folds', '2')
    assert whole['splits'] == ['folds', 'metals']
    assert whole['leaks']['groups'] == []
    again = invoke('dataset', 'split', made['pk'], 'folds', '--by', 'composition')
    assert "has a split 'folds' already" in again.stderr
    assert again.exit_code == 1
    kept = asked('dataset', 'import', file, '--target', 'K', '--split-by', 'composition')
    assert kept['splits'] == ['composition']
    assert kept['leaks'] == {'same': 1, 'groups': [], 'names': []}


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('by-time', '--by', 'time'), 'its rows have no times'),
        (('by-metal', '--by', 'first-element'), "row 1 is named '1'; to split by its first element"),
        (('many', '--by', 'prototype', '--folds', '9'), '9 folds of 1 groups'),
        (('1st', '--by', 'random'), 'name: String should match pattern'),
        (('a', '--by', 'random', '--folds', '1'), 'folds: Input should be greater than or equal to 2'),
    ],
)
def test_a_split_that_cannot_be_made_is_told(
    asked: Ask, invoke: Ask, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    made = asked('dataset', 'import', written(tmp_path / 'polonium.json'), '--target', 'K')
    result = invoke('dataset', 'split', made['pk'], *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
