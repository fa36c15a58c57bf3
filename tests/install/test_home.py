"""Where an instance lives."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nanoos_plugins.install.home import engines_path, environment, home, profiles_path, use_home


def test_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('NANOOS_HOME', str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv('NANOOS_HOME')
    assert home() == Path.home() / '.nanoos'


def test_engines_are_beside_the_python_they_run_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv('NANOOS_ENGINES', raising=False)
    monkeypatch.setenv('NANOOS_HOME', str(tmp_path))
    monkeypatch.setattr(sys, 'prefix', '/somewhere/venv')
    assert engines_path() == Path('/somewhere/venv/engines')
    monkeypatch.setattr(sys, 'prefix', sys.base_prefix)
    assert engines_path() == tmp_path / 'engines'
    monkeypatch.setenv('NANOOS_ENGINES', str(tmp_path / 'other'))
    assert engines_path() == tmp_path / 'other'


def test_profiles_are_part_of_the_installation() -> None:
    assert (profiles_path() / 'embedded' / 'settings.yaml').is_file()


def test_own_programs_come_first_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = str(Path(sys.executable).parent)
    monkeypatch.setenv('PATH', os.pathsep.join(['/bin', own, '/usr/bin']))
    assert environment()['PATH'].split(os.pathsep) == [own, '/bin', '/usr/bin']


def test_another_instance_needs_another_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ('AIIDA_PATH', 'NANOOS_HOME', 'PATH'):
        monkeypatch.setenv(name, os.environ[name])
    monkeypatch.setenv('NANOOS_HOME', str(tmp_path))
    with pytest.raises(RuntimeError, match="profile 'nanoos' of the AiiDA instance .* start a new process"):
        use_home()
