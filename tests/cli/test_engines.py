"""`nanoos engines` as people call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiida import orm
from click.testing import CliRunner

from nanoos_plugins.cli import engines as commands
from nanoos_plugins.cli.root import nanoos
from nanoos_plugins.engines.contract import engine_names
from nanoos_plugins.install.engines import Check
from nanoos_plugins.install.environment import InstallError


def nanoos_elsewhere(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `nanoos` on another home, in a process of its own."""
    environment = {**os.environ, 'NANOOS_HOME': str(folder)}
    command = [str(Path(sys.executable).parent / 'nanoos'), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_list_names_every_engine(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    engine_code('qe')
    result = CliRunner().invoke(nanoos, ['engines', 'list', '--json'])
    assert result.exit_code == 0, result.output
    listed = {one['name']: one for one in json.loads(result.stdout)}
    assert sorted(listed) == engine_names()
    assert listed['qe']['code'] == 'qe-pw@localhost'
    assert Path(listed['qe']['executable']).is_file()
    assert listed['mock']['executable'] is None
    table = CliRunner().invoke(nanoos, ['engines', 'list'])
    assert 'Quantum ESPRESSO' in table.stdout


def test_install_again_keeps_what_is_there(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    code = engine_code('qe')
    result = CliRunner().invoke(nanoos, ['engines', 'install', 'qe', 'mock', '--json'])
    assert result.exit_code == 0, result.output
    done = {one['name']: one for one in json.loads(result.stdout)}
    assert done['qe']['registered']
    assert done['qe']['executable'] == str(code.filepath_executable)
    assert done['mock'] == {'name': 'mock', 'origin': 'built-in', 'executable': None, 'registered': False}


def test_an_unknown_engine_is_one_line() -> None:
    result = CliRunner().invoke(nanoos, ['engines', 'install', 'vasp'])
    assert result.exit_code == 1
    assert "unknown engine 'vasp'" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_failed_installation_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise InstallError('qe: no wheel.\nPut pw.x on PATH')

    monkeypatch.setattr(commands, 'provide', fail)
    result = CliRunner().invoke(nanoos, ['engines', 'install', 'qe', '--json'])
    assert result.exit_code == 1
    assert result.stderr.strip() == 'Error: qe: no wheel. Put pw.x on PATH'


def test_check_compares_with_the_reference() -> None:
    result = CliRunner().invoke(nanoos, ['engines', 'check', 'mock', '--json'])
    assert result.exit_code == 0, result.output
    [one] = json.loads(result.stdout)
    assert one['passed']
    assert one['value'] == pytest.approx(one['reference'], abs=one['tolerance'])
    assert one['source']


def test_a_check_outside_its_tolerance_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Check('mock', 'energy', 1.0, 2.0, 0.5, 'eV', 'nowhere', 0.1)
    monkeypatch.setattr(commands, 'check', lambda engine: wrong)
    result = CliRunner().invoke(nanoos, ['engines', 'check', 'mock'])
    assert result.exit_code == 1
    assert 'FAILED' in result.stdout
    assert 'mock is outside its tolerance' in result.stderr


def test_a_check_that_cannot_be_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(engine: object) -> Check:
        raise InstallError('qe is not installed')

    monkeypatch.setattr(commands, 'check', fail)
    result = CliRunner().invoke(nanoos, ['engines', 'check', 'qe', '--json'])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [{'engine': 'qe', 'passed': False, 'error': 'qe is not installed'}]
    assert 'qe is not installed' in result.stderr


def test_without_a_profile_programs_are_listed_but_not_checked(tmp_path: Path) -> None:
    listed = nanoos_elsewhere(tmp_path, 'engines', 'list', '--json')
    assert listed.returncode == 0, listed.stderr
    assert {one['code'] for one in json.loads(listed.stdout)} == {None}
    checked = nanoos_elsewhere(tmp_path, 'engines', 'check', 'mock')
    assert checked.returncode == 1
    assert 'nanoos profile create embedded' in checked.stderr
    installed = nanoos_elsewhere(tmp_path, 'engines', 'install', 'mock', '--json')
    assert installed.returncode == 0, installed.stderr
    assert not json.loads(installed.stdout)[0]['registered']
    assert 'nanoos profile create embedded' in installed.stderr
