"""`nanoos dataset`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from ase.build import bulk
from pymatgen.core import Lattice, Structure

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
        *('--quantity', 'results.energy', '--unit', 'eV'),
    )
    dataset = orm.load_node(made['pk'])
    rows = dict(zip(dataset.table['uuids'].tolist(), dataset.targets.tolist(), strict=True))
    # the newest run of a structure counts, another one of it is told
    assert rows[crystals[0].uuid] == pytest.approx(node.outputs.results['energy']['value'])
    assert crystals[1].uuid in rows
    assert any('its structure is that of row' in one['reason'] for one in made['rows_left_out'])


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('create', 'a', '--workflow', 'bands', '--quantity', 'summary.gap', '--unit', 'eV'), 'no job bands'),
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


def test_a_file_without_the_column_is_told(invoke: Ask, tmp_path: Path) -> None:
    result = invoke('dataset', 'import', written(tmp_path / 'k.json'), '--target', 'G')
    assert result.exit_code == 1
    assert "has no column 'G'; it has structure, K" in result.stderr
