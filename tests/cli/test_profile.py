"""`nanoos profile` and `nanoos env`, each in a home of its own and in processes of their own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

BIN = Path(sys.executable).parent


def run(home: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment on the instance in `home`, as a user with a bare shell would."""
    environment = {
        'HOME': str(home.parent / 'user'),
        'NANOOS_HOME': str(home),
        'PATH': os.environ['PATH'],
        'OMP_NUM_THREADS': '1',
    }
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]], env=environment, text=True, capture_output=True, check=check
    )


@pytest.fixture(scope='module')
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of an instance with an embedded profile of researcher@example.org."""
    home = tmp_path_factory.mktemp('instance') / 'home'
    run(home, 'nanoos', 'profile', 'create', 'embedded', '--email', 'researcher@example.org')
    return home


def test_creating_again_keeps_what_is_there(instance: Path) -> None:
    first = json.loads(run(instance, 'nanoos', 'profile', 'show', '--json').stdout)
    again = json.loads(run(instance, 'nanoos', 'profile', 'create', 'embedded', '--json').stdout)
    assert again == first
    assert first['name'] == 'nanoos'
    assert first['storage'] == 'nanoos.sqlite_dos'
    assert first['broker'] == 'core.zeromq'
    assert first['default_user'] == 'researcher@example.org'
    assert Path(first['storage_path']).is_relative_to(instance)


def test_a_profile_is_not_handed_to_somebody_else(instance: Path) -> None:
    result = run(
        instance, 'nanoos', 'profile', 'create', 'embedded', '--email', 'other@example.org', check=False
    )
    assert result.returncode == 1
    assert 'belongs to researcher@example.org, not to other@example.org' in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    result = run(
        tmp_path / 'home', 'nanoos', 'profile', 'create', 'embedded', '--email', 'nobody', check=False
    )
    assert result.returncode == 1
    assert "'nobody' is no e-mail address" in result.stderr


def test_the_default_user_needs_no_answer(tmp_path: Path) -> None:
    home = tmp_path / 'home'
    summary = json.loads(run(home, 'nanoos', 'profile', 'create', 'embedded', '--json').stdout)
    assert summary['default_user'].endswith('@localhost')
    deleted = json.loads(run(home, 'nanoos', 'profile', 'delete', '--yes', '--json').stdout)
    assert deleted == {'deleted': 'nanoos'}
    assert not (home / 'storage').exists()
    assert json.loads(run(home, 'nanoos', 'profile', 'list', '--json').stdout) == []


def test_an_interrupted_creation_is_completed(tmp_path: Path) -> None:
    """Stop at the worst moments: a storage without a profile, then a profile without its user."""
    home = tmp_path / 'home'
    (home / 'storage').mkdir(parents=True)
    (home / 'storage' / 'database.sqlite').touch()
    run(home, 'nanoos', 'profile', 'create', 'embedded', '--email', 'first@example.org')
    assert len(list(home.glob('storage-*/database.sqlite'))) == 1
    config = home / '.aiida' / 'config.json'
    content = json.loads(config.read_text())
    del content['profiles']['nanoos']['default_user_email']
    config.write_text(json.dumps(content))
    run(home, 'nanoos', 'profile', 'create', 'embedded', '--email', 'first@example.org')
    summary = json.loads(run(home, 'nanoos', 'profile', 'show', '--json').stdout)
    assert summary['default_user'] == 'first@example.org'


def test_deleting_stops_the_daemon(tmp_path: Path) -> None:
    home = tmp_path / 'home'
    run(home, 'nanoos', 'profile', 'create', 'embedded')
    code = 'from nanoos_plugins.install.daemon import *; ensure_daemon(1); print(*worker_pids())'
    started = run(home, 'python', '-c', code).stdout.split()
    assert len(started) == 1
    assert psutil.pid_exists(int(started[0]))
    run(home, 'nanoos', 'profile', 'delete', '--yes')
    assert not psutil.pid_exists(int(started[0]))
    left = [
        process for process in psutil.process_iter(['cmdline']) if str(home) in str(process.info['cmdline'])
    ]
    assert left == []


def test_deleting_asks_first(instance: Path) -> None:
    environment = {**os.environ, 'NANOOS_HOME': str(instance)}
    result = subprocess.run(
        [str(BIN / 'nanoos'), 'profile', 'delete'],
        env=environment,
        text=True,
        input='n\n',
        capture_output=True,
        check=False,
    )
    assert result.returncode == 1
    assert 'Delete all data in' in result.stderr
    assert (instance / 'storage').exists()


@pytest.mark.parametrize('command', [['show'], ['delete', '--yes']])
def test_without_a_profile_the_way_to_one_is_named(tmp_path: Path, command: list[str]) -> None:
    result = run(tmp_path / 'home', 'nanoos', 'profile', *command, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith('Error: no profile')
    assert len(result.stderr.strip().splitlines()) == 1


def test_tables_for_people(instance: Path) -> None:
    assert 'nanoos.sqlite_dos' in run(instance, 'nanoos', 'profile', 'list').stdout
    assert 'researcher@example.org' in run(instance, 'nanoos', 'profile', 'show').stdout


def test_env_makes_plain_verdi_work(instance: Path) -> None:
    """As in a user's shell: evaluate what is printed, then call verdi."""
    script = (
        f'eval "$({shlex.quote(str(BIN / "nanoos"))} env)" && verdi process list -a && verdi profile list'
    )
    environment = {'NANOOS_HOME': str(instance), 'PATH': os.environ['PATH'], 'HOME': str(instance.parent)}
    result = subprocess.run(
        ['bash', '-c', script], env=environment, text=True, capture_output=True, check=True
    )
    assert 'Total results: 0' in result.stdout
    assert 'nanoos' in result.stdout


def test_env_as_json(instance: Path) -> None:
    variables = json.loads(run(instance, 'nanoos', 'env', '--json').stdout)
    assert variables['AIIDA_PATH'] == variables['NANOOS_HOME'] == str(instance)
    assert variables['PATH'].split(os.pathsep)[0] == str(BIN)


def test_the_users_own_aiida_is_not_touched(instance: Path) -> None:
    run(instance, 'nanoos', 'profile', 'list')
    assert not (instance.parent / 'user' / '.aiida').exists()


def test_help_needs_no_aiida() -> None:
    code = "import sys, nanoos_plugins.cli.root as root; root.nanoos(['--help'], standalone_mode=False); "
    code += "sys.exit('aiida' in sys.modules)"
    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, check=True)
    for noun in ('demo', 'doctor', 'engines', 'env', 'job', 'material', 'profile', 'structure', 'template'):
        assert f'  {noun} ' in result.stdout
