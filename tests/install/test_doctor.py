"""What `nanoos doctor` sees, and that it sees what is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiida import orm
from aiida.common.exceptions import CorruptStorage, IncompatibleStorageSchema

from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.install import doctor
from nanoos_plugins.install.engines import Installation
from nanoos_plugins.install.profile import NoProfileError


def test_a_complete_instance_has_nothing_broken(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    for name in ('qe', 'lammps', 'mlip', 'kmc', 'phase-field', 'fem', 'cfd'):
        engine_code(name)
    findings = {one.subject: one for one in doctor.examine()}
    assert [one for one in findings.values() if one.state == 'broken'] == []
    assert {'profile', 'computer', 'daemon', 'broker', 'pseudopotentials', 'graphviz'} < set(findings)
    assert {'engine qe', 'engine lammps', 'engine mlip', 'engine mock'} < set(findings)
    assert all(one.mend for one in findings.values() if one.state != 'ok')


def test_a_running_daemon_and_its_broker_are_seen(daemon: None) -> None:
    assert doctor.examine_daemon().state == 'ok'
    assert doctor.examine_broker().state == 'ok'


@pytest.mark.parametrize(
    ('error', 'mend'),
    [
        (NoProfileError('no profile'), 'profile create'),
        (IncompatibleStorageSchema('old'), 'storage migrate'),
        (CorruptStorage('torn'), 'restore'),
    ],
)
def test_a_profile_that_does_not_load(monkeypatch: pytest.MonkeyPatch, error: Exception, mend: str) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(doctor, 'load', fail)
    found = doctor.examine_profile()
    assert found.state == 'broken'
    assert mend in found.mend
    subjects = {one.subject for one in doctor.examine()}
    assert 'computer' not in subjects
    assert 'engine qe' in subjects


def test_a_missing_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, 'COMPUTER', 'nowhere')
    found = doctor.examine_computer()
    assert (found.state, 'nowhere' in found.found) == ('broken', True)


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, '_can_write', lambda folder: False)
    assert 'cannot write' in doctor.examine_computer().found
    monkeypatch.undo()
    blocked = tmp_path / 'file'
    blocked.write_text('', encoding='utf-8')
    assert not doctor._can_write(blocked / 'folder')


def test_a_daemon_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, 'is_running', lambda: True)
    monkeypatch.setattr(doctor, 'worker_pids', list)
    assert doctor.examine_daemon().state == 'broken'


def test_a_daemon_that_is_stopped_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, 'is_running', lambda: False)
    assert doctor.examine_daemon().state == 'warning'
    assert doctor.examine_broker().state == 'warning'


def test_a_broker_that_is_missing_or_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = SimpleNamespace(probe_service_status=lambda: {'connected': False})
    monkeypatch.setattr(doctor, 'is_running', lambda: True)
    for broker in (None, silent):
        manager = SimpleNamespace(get_broker=lambda broker=broker: broker)
        monkeypatch.setattr(doctor, 'get_manager', lambda manager=manager: manager)
        assert doctor.examine_broker().state == 'broken'


def test_pseudopotentials_missing_or_incomplete(
    engine_code: Callable[[str], orm.AbstractCode], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_code('qe')
    complete: Any = doctor.find_pseudos()
    elements = [element for element in complete.elements if element != 'Cu']
    monkeypatch.setattr(doctor, 'find_pseudos', lambda: SimpleNamespace(elements=elements))
    assert 'lacks Cu' in doctor.examine_pseudos().found
    monkeypatch.setattr(doctor, 'find_pseudos', lambda: None)
    assert doctor.examine_pseudos().state == 'broken'


def test_an_engine_not_installed_not_runnable_or_not_registered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = load_engine('qe')
    plain = tmp_path / 'pw.x'
    plain.write_text('', encoding='utf-8')
    monkeypatch.setattr(doctor, 'find', lambda engine: None)
    assert doctor.examine_engine(engine, True).found == 'not installed'
    monkeypatch.setattr(doctor, 'find', lambda engine: Installation('path', plain))
    assert 'cannot be executed' in doctor.examine_engine(engine, True).found
    plain.chmod(0o755)
    assert doctor.examine_engine(engine, has_profile=False).state == 'ok'
    monkeypatch.setattr(doctor, 'find_code', lambda engine: None)
    assert 'not registered' in doctor.examine_engine(engine, True).found
    gone = SimpleNamespace(full_label='qe-pw@localhost', filepath_executable=str(tmp_path / 'gone'))
    monkeypatch.setattr(doctor, 'find_code', lambda engine: gone)
    found = doctor.examine_engine(engine, True)
    assert found.state == 'broken'
    assert found.mend == 'nanoos engines install qe'


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: SimpleNamespace(free=1e9))
    found = doctor.examine_disk(tmp_path / 'not' / 'yet')
    assert (found.state, found.found) == ('broken', '1.0 GB free')


def test_graphviz_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, 'which', lambda name: None)
    assert doctor.examine_dot().state == 'warning'
    monkeypatch.setattr(shutil, 'which', lambda name: '/usr/bin/dot')
    assert doctor.examine_dot().state == 'ok'
