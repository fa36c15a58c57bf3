"""`nanoos structure`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.cli.structure_build import KINDS
from nanoos_plugins.install.home import profiles_path

Ask = Callable[..., Any]
COPPER = profiles_path() / 'embedded' / 'copper.cif'


def nodes() -> int:
    return orm.QueryBuilder().append(orm.Node).count()


def test_import_makes_a_material_and_puts_the_structure_below_it(asked: Ask) -> None:
    made = asked('structure', 'import', COPPER, '--name', 'imported copper')
    assert (made['formula'], made['number_of_atoms'], made['origin']) == ('Cu', 4, 'uploaded')
    assert (made['format'], made['dimensionality'], made['space_group']) == ('CIF', 3, 'Fm-3m (225)')
    material = asked('material', 'show', 'imported copper')
    assert material['material_id'] == made['material_id']
    assert [row['pk'] for row in material['structures']] == [made['pk']]
    shown = asked('structure', 'show', made['pk'])
    assert shown['made_by'] == {'pk': made['process'], 'process': 'import_structure'}
    assert shown['volume_A3'] == pytest.approx(3.61496**3)
    assert len(shown['positions']) == len(shown['symbols']) == 4


def test_a_second_structure_of_the_same_material(asked: Ask, invoke: Ask) -> None:
    first = asked('structure', 'import', COPPER, '--name', 'two of one')
    revised = asked('material', 'revise', first['material_id'], '--description', 'a')
    second = asked('structure', 'import', COPPER, '--material', 'two of one')
    assert second['material_id'] == first['material_id'] == revised['material_id']
    listed = asked('structure', 'list', '--material', 'two of one')['structures']
    assert [row['pk'] for row in listed] == [second['pk'], first['pk']]
    both = invoke('structure', 'import', COPPER, '--material', 'two of one', '--name', 'three')
    assert both.exit_code == 1
    assert 'either --material or --name' in both.stderr


def test_what_is_built_from_a_structure_is_below_the_same_material(asked: Ask) -> None:
    bulk = asked('structure', 'build', 'bulk', '--formula', 'Ag', '--cubic', '--name', 'silver')
    cell = asked('structure', 'build', 'supercell', bulk['pk'], '--repeat', '2,1,1')
    doped = asked('structure', 'build', 'substitution', cell['pk'], '--sites', '0', '--element', 'Au')
    assert doped['formula'] == 'Ag7Au'
    assert doped['material_id'] == cell['material_id'] == bulk['material_id']
    listed = asked('structure', 'list', '--material', 'silver')['structures']
    assert [row['pk'] for row in listed] == [doped['pk'], cell['pk'], bulk['pk']]
    assert [row['pk'] for row in asked('structure', 'list', '--formula', 'Ag7Au')['structures']] == [
        doped['pk']
    ]


def test_lists_by_dimensionality_and_origin(asked: Ask) -> None:
    tube = asked('structure', 'build', 'nanotube', '--n', 4)
    particle = asked(
        'structure',
        'build',
        'nanoparticle',
        '--element',
        'Pt',
        '--surface-energies',
        '111=1,100=1.2',
        '--atoms',
        38,
    )
    wires = asked('structure', 'list', '--dimensionality', 1, '--origin', 'generated', '--limit', 1000)
    assert tube['pk'] in [row['pk'] for row in wires['structures']]
    assert particle['pk'] not in [row['pk'] for row in wires['structures']]


@pytest.mark.parametrize('kind', KINDS)
def test_every_builder_explains_itself(invoke: Ask, kind: str) -> None:
    result = invoke('structure', 'build', kind, '--help')
    assert result.exit_code == 0
    assert '--material' in result.stdout
    assert kind in invoke('structure', 'build', '--help').stdout


@pytest.mark.parametrize('format', ['cif', 'poscar', 'xyz', 'json'])
def test_export_and_import_again(asked: Ask, invoke: Ask, tmp_path: Path, format: str) -> None:
    made = asked('structure', 'import', COPPER)
    path = tmp_path / f'out.{format}'
    assert asked('structure', 'export', made['pk'], '--format', format, '--output', path)['path'] == str(path)
    assert path.read_text() == invoke('structure', 'export', made['pk'], '--format', format).stdout
    again = asked('structure', 'import', path)
    assert (again['formula'], again['number_of_atoms'], again['space_group']) == ('Cu', 4, 'Fm-3m (225)')
    refused = invoke('structure', 'export', made['pk'], '--format', format, '--output', path)
    assert refused.exit_code == 1
    assert '--force overwrites it' in refused.stderr


def test_a_note_is_no_error(invoke: Ask, tmp_path: Path) -> None:
    path = tmp_path / 'plain.cif'
    text = COPPER.read_text()
    start, end = text.index('_symmetry_space_group'), text.index('loop_\n_atom_site_label')
    path.write_text(text[:start] + text[end:])
    result = invoke('structure', 'import', path)
    assert result.exit_code == 0
    assert 'note: the file states no symmetry' in result.stderr
    assert ', 1 atoms' in result.stdout


@pytest.mark.parametrize(
    'arguments',
    [
        ('structure', 'show', '999999'),
        ('structure', 'list', '--material', 'nothing of the kind'),
        ('structure', 'build', 'slab', '999999', '--miller', '1,1,1'),
        ('structure', 'build', 'strain', '999999', '--strain', 'a,b,c'),
        ('structure', 'import', COPPER, '--material', 'nothing of the kind'),
        ('structure', 'import', COPPER, '--format', 'nonsense'),
        ('structure', 'import', COPPER, '--index', '3'),
    ],
    ids=str,
)
def test_refused_in_one_line_with_nothing_stored(invoke: Ask, arguments: tuple[Any, ...]) -> None:
    before = nodes()
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert nodes() == before
