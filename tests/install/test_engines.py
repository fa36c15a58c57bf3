"""Finding, installing, registering and checking programs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.engines.contract import Program, Reference
from nanoos_plugins.engines.mock import Mock
from nanoos_plugins.engines.qe import QuantumEspresso
from nanoos_plugins.install import environment
from nanoos_plugins.install.engines import (
    check,
    find,
    find_code,
    install,
    own_python,
    register_code,
    starts,
)
from nanoos_plugins.install.environment import InstallError, build, is_ready, run
from nanoos_plugins.storage.owner import SYSTEM_EMAIL

LOCK = '# a lock file\nnothing==1.0\n'


class Adder(Mock):
    """An engine with a program of its own."""

    name = 'adder'
    code_plugin = 'core.arithmetic.add'
    code_label = 'adder'
    program = Program(executables=('adder',), lock='qe.lock', command='/bin/echo {prefix}')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for engines."""
    monkeypatch.setenv('NANOOS_ENGINES', str(tmp_path / 'engines'))
    return tmp_path / 'engines'


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the commands that an installation would have run; none is."""
    seen: list[list[str]] = []

    def record(command: list[str]) -> None:
        seen.append(command)
        if 'venv' in command:
            Path(command[-1]).mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(environment, 'run', record)
    return seen


def script(path: Path, text: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n{text}\n', encoding='utf-8')
    path.chmod(0o755)
    return path


def test_a_program_on_path_comes_first(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]
) -> None:
    executable = script(tmp_path / 'bin' / 'adder', 'echo version 1')
    monkeypatch.setenv('PATH', str(executable.parent), prepend=':')
    installation = install(Adder())
    assert (installation.origin, installation.executable) == ('path', executable)
    assert commands == []


@pytest.mark.parametrize('text', ['exit 127', 'true', 'kill -SEGV $$'])
def test_a_program_on_path_that_does_not_start_is_passed_over(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    executable = script(tmp_path / 'bin' / 'adder', text)
    monkeypatch.setenv('PATH', str(executable.parent), prepend=':')
    assert not starts(executable)
    assert find(Adder()) is None


def test_a_file_that_cannot_be_run_does_not_start(tmp_path: Path) -> None:
    assert not starts(tmp_path / 'missing')


def test_wheels_are_installed_once_and_the_wrapper_passes_arguments(
    folder: Path, commands: list[list[str]]
) -> None:
    lines: list[str] = []
    installation = install(Adder(), lines.append)
    assert installation.origin == 'wheels'
    assert installation.executable == folder / 'bin' / 'adder'
    said = subprocess.run([installation.executable, '-a', 'b c'], capture_output=True, text=True, check=True)
    assert said.stdout == f'{folder / "adder"} -a b c\n'
    assert any('qepy==7.2.0' in line for line in lines)
    count = len(commands)
    assert install(Adder()) == installation
    assert len(commands) == count


def test_pip_is_upgraded_before_the_pinned_wheels_come(folder: Path, commands: list[list[str]]) -> None:
    install(Adder())
    assert [command[1:4] for command in commands] == [
        ['-m', 'venv', '--clear'],
        ['-m', 'pip', 'install'],
        ['-m', 'pip', 'install'],
    ]
    assert commands[1][-1] == 'pip'
    assert '--only-binary=:all:' in commands[2]


def test_an_interrupted_build_is_started_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def interrupted(command: list[str]) -> None:
        calls.append(command)
        Path(tmp_path / 'env').mkdir(exist_ok=True)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(environment, 'run', interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / 'env', LOCK, print)
    assert not is_ready(tmp_path / 'env', LOCK)
    build(tmp_path / 'env', LOCK, print)
    assert is_ready(tmp_path / 'env', LOCK)
    assert '--clear' in calls[3]


def test_another_lock_needs_another_build(tmp_path: Path, commands: list[list[str]]) -> None:
    build(tmp_path / 'env', LOCK, print)
    assert not is_ready(tmp_path / 'env', LOCK.replace('1.0', '1.1'))


def test_a_step_that_fails_says_what_it_wrote() -> None:
    with pytest.raises(InstallError, match='no such wheel'):
        run([sys.executable, '-c', 'import sys; sys.exit("no such wheel")'])


def test_an_engine_that_cannot_be_installed_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str]) -> None:
        raise InstallError('no such wheel')

    monkeypatch.setattr(environment, 'run', fail)
    with pytest.raises(InstallError, match='adder: no such wheel. Mend that, or put adder on PATH'):
        install(Adder())


def test_a_wrapper_that_does_not_start_is_an_error(folder: Path, commands: list[list[str]]) -> None:
    class Broken(Adder):
        program = Program(executables=('adder',), lock='qe.lock', command='{prefix}/missing')

    with pytest.raises(InstallError, match='does not start'):
        install(Broken())


def test_programs_of_this_environment_and_none_at_all() -> None:
    class Own(Mock):
        program = Program(executables=('python',), lock=None, command=None)

    own = find(Own())
    assert own is not None
    assert (own.origin, own.executable) == ('package', own_python())
    none = find(Mock())
    assert none is not None
    assert (none.origin, none.executable) == ('built-in', None)


def test_a_code_belongs_to_the_system_and_is_made_once(
    folder: Path, commands: list[list[str]], profile: Any
) -> None:
    with pytest.raises(InstallError, match='nanoos engines install adder'):
        register_code(Adder())
    install(Adder())
    code = register_code(Adder())
    assert code.user.email == SYSTEM_EMAIL
    assert code.full_label == 'adder@localhost'
    assert code.default_calc_job_plugin == 'core.arithmetic.add'
    assert 'OMP_NUM_THREADS=1' in code.prepend_text
    assert register_code(Adder()).uuid == code.uuid


def test_a_program_that_moved_gets_a_new_code(
    folder: Path, commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(Adder())
    old = register_code(Adder())
    executable = script(tmp_path / 'bin' / 'adder', 'echo version 2')
    monkeypatch.setenv('PATH', str(executable.parent), prepend=':')
    new = register_code(Adder())
    assert str(new.filepath_executable) == str(executable)
    found = find_code(Adder())
    assert found is not None
    assert found.uuid == new.uuid
    assert old.is_hidden
    assert old.label.startswith('adder-')


def test_an_engine_without_program_has_no_code(profile: Any) -> None:
    with pytest.raises(InstallError, match='inside AiiDA'):
        register_code(Mock())


class WrongMock(Mock):
    """The mock engine with a reference it cannot meet."""

    def reference(self) -> Reference:
        right = super().reference()
        return Reference(**{**vars(right), 'value': right.value + 1, 'source': 'wrong on purpose'})


class NoTemperature(Mock):
    """The mock engine with a reference for what a static run does not give."""

    def reference(self) -> Reference:
        return Reference(**{**vars(super().reference()), 'quantity': 'temperature'})


def test_a_check_compares_with_the_reference(profile: Any) -> None:
    right, wrong = check(Mock()), check(WrongMock())
    assert right.passed
    assert right.value == pytest.approx(right.reference, abs=right.tolerance)
    assert not wrong.passed
    assert wrong.value == right.value


def test_a_check_of_a_quantity_that_is_not_there_is_an_error(profile: Any) -> None:
    with pytest.raises(InstallError, match='temperature'):
        check(NoTemperature())


def test_a_check_whose_program_does_nothing_is_an_error(
    engine_code: Callable[[str], orm.AbstractCode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hollow(QuantumEspresso):
        code_label = 'hollow'

        def reference(self) -> Reference:
            small = {'ecutwfc': 12.0, 'kpoints_mesh': (1, 1, 1)}
            return Reference(**{**vars(super().reference()), 'structure': bulk('Si'), 'parameters': small})

    engine_code('qe')
    executable = script(tmp_path / 'bin' / 'pw.x', 'echo hollow')
    monkeypatch.setenv('PATH', str(executable.parent), prepend=':')
    with pytest.raises(InstallError, match='verdi process report'):
        check(Hollow())
