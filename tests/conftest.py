"""What all tests share: one temporary instance, its daemon, the engines and small structures."""

from __future__ import annotations

import atexit
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aiida import orm
    from aiida.manage.configuration import Profile

    from tests.postgres import Postgres

# AiiDA reads its configuration's folder when it is imported, and test modules import it: so the temporary
# home is made before any of them is collected.
_HOME = tempfile.TemporaryDirectory(prefix='nanoos-tests-')
atexit.register(_HOME.cleanup)
os.environ['NANOOS_HOME'] = _HOME.name
os.environ.setdefault('OMP_NUM_THREADS', '1')

from nanoos_plugins.install.home import use_home  # noqa: E402

use_home()

from tests.exit_codes import pytest_sessionfinish, pytest_testnodedown, remember  # noqa: E402

__all__ = ['pytest_sessionfinish', 'pytest_testnodedown']

OWNER = 'owner@nanoos.test'


@pytest.fixture(scope='session')
def nanoos_home() -> Path:
    """Return the home of the temporary instance."""
    return Path(_HOME.name)


@pytest.fixture(scope='session', autouse=True)
def profile(request: pytest.FixtureRequest) -> Iterator[Profile]:
    """Create the profile, load it, and delete it at the end: the embedded one if not told otherwise."""
    from aiida.manage import get_manager

    from nanoos_plugins.install.daemon import stop_daemon
    from nanoos_plugins.install.profile import create_embedded, create_server, delete
    from tests.postgres import STORAGE

    if os.environ.get(STORAGE) != 'postgresql':
        yield create_embedded(email=OWNER)
        remember()
        delete()
        return
    postgres: Postgres = request.getfixturevalue('postgres')
    config = postgres.create_database() | {'repository_uri': f'file://{_HOME.name}/repository'}
    yield create_server(config, email=OWNER)
    stop_daemon()
    get_manager().unload_profile()


@pytest.fixture(scope='session')
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL of the tests' own."""
    from tests.postgres import running

    with running() as server:
        yield server


@pytest.fixture(scope='session')
def daemon(profile: Profile) -> Iterator[None]:
    """Run a daemon with two workers; nothing of it is left at the end."""
    from nanoos_plugins.install.daemon import ensure_daemon, stop_daemon

    ensure_daemon(workers=2)
    yield
    stop_daemon()


@pytest.fixture(scope='session')
def finish(daemon: None) -> Callable[[orm.ProcessNode, float], None]:
    """Return a function that waits until the daemon has ended a process, so many seconds at most."""
    from nanoos_plugins.recovery import NOTICE_AFTER, notice_lost_workers

    def wait(node: orm.ProcessNode, seconds: float = 120) -> None:
        start = noticed = time.monotonic()
        while not node.is_terminated:
            now = time.monotonic()
            assert now < start + seconds, f'{node} is {node.process_state} after {seconds} s'
            if now > noticed + NOTICE_AFTER:
                # as the API does
                notice_lost_workers()
                noticed = now
            time.sleep(0.2)

    return wait


@pytest.fixture(scope='session')
def bash(profile: Profile) -> orm.InstalledCode:
    """Return the shell as a code that every user may run: AiiDA's own example calculations need no more."""
    from aiida import orm

    from nanoos_plugins.install.profile import COMPUTER
    from nanoos_plugins.storage.owner import acting_as, system_user

    with acting_as(system_user()):
        computer = orm.load_computer(COMPUTER)
        return orm.InstalledCode(label='bash', computer=computer, filepath_executable='/bin/bash').store()


@pytest.fixture(scope='session')
def sleeper(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> orm.InstalledCode:
    """Return a code of the system that the engine mlip takes for its own, and that only sleeps."""
    from aiida import orm

    from nanoos_plugins.install.profile import COMPUTER
    from nanoos_plugins.storage.owner import acting_as, system_user

    script = tmp_path_factory.mktemp('sleeper') / 'sleep.sh'
    script.write_text('#!/bin/sh\nexec sleep 600\n')
    script.chmod(0o755)
    with acting_as(system_user()):
        return orm.InstalledCode(
            label='sleeper',
            computer=orm.load_computer(COMPUTER),
            filepath_executable=str(script),
            default_calc_job_plugin='nanoos.mlip',
        ).store()


@pytest.fixture(scope='session')
def engine_code(profile: Profile) -> Callable[[str], orm.AbstractCode]:
    """Return the factory of codes: name of an engine → its code, installed and registered."""
    from nanoos_plugins.engines.contract import load_engine
    from nanoos_plugins.install.engines import install, register_code
    from nanoos_plugins.install.pseudos import install_pseudos

    codes: dict[str, orm.AbstractCode] = {}

    def code(name: str) -> orm.AbstractCode:
        if name not in codes:
            engine = load_engine(name)
            install(engine)
            codes[name] = register_code(engine)
            if name == 'qe':
                install_pseudos()
        return codes[name]

    return code


@pytest.fixture(scope='session')
def copper(profile: Profile) -> Callable[[], orm.StructureData]:
    """Return the factory of a stored primitive cell of fcc copper, a = 3.615 Å."""
    return lambda: _stored('Cu', 'fcc', 3.615)


@pytest.fixture(scope='session')
def silicon(profile: Profile) -> Callable[[], orm.StructureData]:
    """Return the factory of a stored primitive cell of diamond silicon, a = 5.431 Å."""
    return lambda: _stored('Si', 'diamond', 5.431)


def _stored(symbol: str, lattice: str, a: float) -> orm.StructureData:
    from aiida import orm
    from ase.build import bulk

    return orm.StructureData(ase=bulk(symbol, lattice, a=a)).store()
