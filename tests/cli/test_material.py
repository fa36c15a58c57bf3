"""`nanoos material` and `verdi data nanoos.material`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from nanoos_plugins.cli.material import verdi_data_material

Ask = Callable[..., Any]


def test_a_material_from_creation_to_archive(asked: Ask) -> None:
    created = asked(
        'material', 'create', 'Magnesia', '--formula', 'MgO', '--tag', 'oxide', '--metadata', '{"a": 1}'
    )
    identity = created['material_id']
    assert (created['revision'], created['tags'], created['metadata']) == (1, ['oxide'], {'a': 1})
    revised = asked('material', 'revise', identity, '--description', 'burnt', '--tag', 'x', '--tag', 'y')
    assert (revised['revision'], revised['description'], revised['tags']) == (2, 'burnt', ['x', 'y'])
    assert identity in [row['material_id'] for row in asked('material', 'search', 'BURNT')['materials']]
    asked('material', 'archive', identity)
    assert asked('material', 'list', '--tag', 'x')['materials'] == []
    assert [row['name'] for row in asked('material', 'list', '--archived', '--tag', 'x')['materials']] == [
        'Magnesia'
    ]
    asked('material', 'archive', identity, '--undo')
    shown = asked('material', 'show', identity)
    assert (shown['revision'], shown['archived']) == (4, False)
    assert [row['revision'] for row in shown['revisions']] == [1, 2, 3, 4]


def test_revising_an_old_revision_is_a_conflict(asked: Ask, invoke: Ask) -> None:
    first = asked('material', 'create', 'to be revised')
    second = asked('material', 'revise', first['pk'], '--description', 'a')
    result = invoke('material', 'revise', first['uuid'], '--description', 'b')
    assert result.exit_code == 1
    assert f'revise revision 2 ({second["uuid"]}) instead' in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_revising_nothing_is_refused(asked: Ask, invoke: Ask) -> None:
    made = asked('material', 'create', 'the same', '--description', 'a')
    for arguments in ((), ('--description', 'a')):
        result = invoke('material', 'revise', made['pk'], *arguments)
        assert result.exit_code == 1
        assert 'nothing to revise' in result.stderr


def test_pages(asked: Ask, invoke: Ask) -> None:
    made = [asked('material', 'create', f'page {n}', '--tag', 'in-pages')['pk'] for n in range(3)]
    first = asked('material', 'list', '--tag', 'in-pages', '--limit', 2)
    second = asked('material', 'list', '--tag', 'in-pages', '--limit', 2, '--after', first['after'])
    assert [row['pk'] for row in first['materials'] + second['materials']] == made[::-1]
    assert second['after'] is None
    assert first['after'] in invoke('material', 'list', '--tag', 'in-pages', '--limit', 2).stderr
    assert invoke('material', 'list', '--after', 'nonsense').exit_code == 1


def test_verdi_lists_and_shows(asked: Ask) -> None:
    made = asked('material', 'create', 'seen by verdi')
    listed = CliRunner().invoke(verdi_data_material, ['list', '--json', '--limit', '1000'])
    assert made['pk'] in [row['pk'] for row in json.loads(listed.stdout)['materials']]
    shown = CliRunner().invoke(verdi_data_material, ['show', str(made['pk']), '--json'])
    assert json.loads(shown.stdout)['name'] == 'seen by verdi'


@pytest.mark.parametrize('arguments', [('list',), ('search', 'table'), ('show', 'for the table')])
def test_tables(asked: Ask, invoke: Ask, arguments: tuple[str, ...]) -> None:
    name = f'for the table of {arguments[0]}'
    made = asked('material', 'create', name, '--tag', 'metal')
    given = ('show', made['pk']) if arguments[0] == 'show' else arguments
    result = invoke('material', *given)
    assert result.exit_code == 0, result.output
    assert name in result.stdout
