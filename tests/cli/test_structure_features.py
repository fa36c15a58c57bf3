"""`nanoos structure features | similar`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk

Ask = Callable[..., Any]


def test_features_are_computed_once_and_tell_what_is_similar(
    asked: Ask, invoke: Ask, daemon: None, engine_code: Callable[[str], orm.AbstractCode]
) -> None:
    engine_code('mlip')
    atoms = [bulk('Pd', a=3.89), bulk('Pd', a=3.89).repeat((1, 1, 2)), bulk('Pt', a=3.92), Atoms('Xe')]
    one, cell, platinum, alone = (orm.StructureData(ase=each).store() for each in atoms)
    missing = invoke('structure', 'similar', one.pk)
    assert missing.exit_code == 1
    assert f'nanoos structure features {one.pk}' in missing.stderr
    told = asked('structure', 'features', one.uuid, cell.pk, platinum.pk, alone.pk)
    assert len(told['jobs']) == 1
    by_structure = {entry['structure']: entry for entry in told['features']}
    assert list(by_structure) == [one.pk, cell.pk, platinum.pk, alone.pk]
    assert 'cell has no volume' in by_structure[alone.pk]['problem']
    assert orm.load_node(by_structure[one.pk]['features']).base.attributes.get('structure') == one.uuid
    assert asked('structure', 'features', one.pk, alone.pk) == {
        'features': [by_structure[one.pk], by_structure[alone.pk]],
        'jobs': [],
    }
    found = asked('structure', 'similar', one.pk, '--limit', '2')['similar']
    assert [entry['pk'] for entry in found] == [cell.pk, platinum.pk]
    assert found[0]['distance'] == pytest.approx(0, abs=1e-6)
    assert 'its features' not in invoke('structure', 'similar', one.pk).stdout
    bad = invoke('structure', 'similar', alone.pk)
    assert bad.exit_code == 1
    assert 'it has no features: its cell has no volume' in bad.stderr


def test_either_some_or_all(invoke: Ask, profile: object) -> None:
    for arguments in ((), ('1', '--all')):
        result = invoke('structure', 'features', *arguments)
        assert result.exit_code == 1
        assert 'either which structures or --all' in result.stderr
