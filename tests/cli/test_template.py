"""`nanoos template` and `verdi data nanoos.template`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from nanoos_plugins.cli.template import EngineName, verdi_data_template

Ask = Callable[..., Any]


def test_the_systems_templates_are_there(asked: Ask) -> None:
    listed = asked('template', 'list', '--origin', 'system', '--limit', 1000)['templates']
    assert {row['name'] for row in listed} >= {'qe', 'lammps-eam-cu', 'mlip', 'mock'}
    assert {row['engine'] for row in asked('template', 'list', '--engine', 'mlip')['templates']} == {'mlip'}


def test_create_and_show_with_units(asked: Ask) -> None:
    made = asked(
        'template', 'create', 'hot', '--engine', 'mock', '--set', 'task=md', '--set', 'temperature=900'
    )
    assert made['parameters'] == {'task': 'md', 'temperature': 900}
    assert made['origin'] == 'user'
    shown = asked('template', 'show', 'hot')
    parameters = {one['name']: one for one in shown['all_parameters']}
    assert (parameters['temperature']['value'], parameters['temperature']['unit']) == (900, 'K')
    assert parameters['temperature']['set'] and not parameters['time_step']['set']
    assert (parameters['time_step']['value'], parameters['time_step']['unit']) == (1.0, 'fs')


def test_from_another_template(asked: Ask, invoke: Ask) -> None:
    asked('template', 'create', 'base', '--engine', 'mock', '--set', 'task=md')
    made = asked('template', 'create', 'derived', '--engine', 'mock', '--from', 'base', '--set', 'steps=5')
    assert made['parameters'] == {'task': 'md', 'steps': 5}
    result = invoke('template', 'create', 'other', '--engine', 'mlip', '--from', 'base')
    assert result.exit_code == 1
    assert "template 'base' is for engine mock, not for mlip" in result.stderr


@pytest.mark.parametrize(
    ('setting', 'reason'),
    [
        ('colour=red', 'engine mock: colour: Extra inputs are not permitted'),
        ('temperature=-1', 'temperature: Input should be greater than 0'),
        ('temperature', 'expected KEY=VALUE'),
    ],
)
def test_parameters_that_the_engine_does_not_take(invoke: Ask, setting: str, reason: str) -> None:
    result = invoke('template', 'create', 'a', '--engine', 'mock', '--set', setting)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_unknown_template(invoke: Ask) -> None:
    result = invoke('template', 'show', 'nothing of the kind')
    assert result.exit_code == 1
    assert 'nanoos template list' in result.stderr


def test_engines_complete_in_the_shell() -> None:
    found = EngineName().shell_complete(None, None, 'm')  # type: ignore[arg-type]
    assert {'mlip', 'mock'} <= {item.value for item in found}
    assert 'qe' not in {item.value for item in found}


def test_tables(invoke: Ask) -> None:
    assert 'lammps-eam-cu' in invoke('template', 'list', '--limit', 1000).stdout
    assert 'engine' in invoke('template', 'show', 'mlip').stdout


def test_verdi_lists_and_shows(asked: Ask) -> None:
    made = asked('template', 'create', 'seen by verdi', '--engine', 'mock')
    listed = CliRunner().invoke(verdi_data_template, ['list', '--json', '--limit', '1000'])
    assert made['pk'] in [row['pk'] for row in json.loads(listed.stdout)['templates']]
    shown = CliRunner().invoke(verdi_data_template, ['show', 'seen by verdi', '--json'])
    assert json.loads(shown.stdout)['engine'] == 'mock'
