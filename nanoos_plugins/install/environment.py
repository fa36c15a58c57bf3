"""A virtual environment of its own for a program that comes as wheels, pinned by a lock file."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

Report = Callable[[str], None]

_STAMP = 'nanoos-stamp'


class InstallError(Exception):
    """An installation that could not be completed; the message says why and what to do next."""


def read_profile_file(name: str) -> str:
    """Return the text of the file `name` of `profiles/engines/`."""
    return files('profiles').joinpath('engines', name).read_text(encoding='utf-8')


def is_ready(prefix: Path, lock: str) -> bool:
    """Return whether `prefix` holds the complete environment of this very lock text and Python."""
    stamp = prefix / _STAMP
    return stamp.is_file() and stamp.read_text(encoding='ascii') == _digest(lock)


def build(prefix: Path, lock: str, report: Report) -> None:
    """Make the environment `prefix` from the lock text; return at once when it is ready.

    The stamp is written last, so that an interrupted build is started over. A second process that wants the
    same environment waits for the first.

    :raises InstallError: when pip cannot install the pinned wheels.
    """
    with exclusive(prefix):
        if is_ready(prefix, lock):
            return
        report(f'making the environment {prefix}')
        run([sys.executable, '-m', 'venv', '--clear', str(prefix)])
        python = str(prefix / 'bin' / 'python')
        run([python, '-m', 'pip', 'install', '--quiet', '--upgrade', 'pip'])
        requirements = prefix / 'requirements.lock'
        requirements.write_text(lock, encoding='utf-8')
        report('installing ' + ', '.join(_pins(lock)))
        run([python, '-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '-r', str(requirements)])
        write_atomically(prefix / _STAMP, _digest(lock))


def run(command: list[str]) -> None:
    """Run a step of an installation.

    :raises InstallError: when it fails, with the last lines that it wrote.
    """
    environment = {**os.environ, 'PIP_DISABLE_PIP_VERSION_CHECK': '1', 'PIP_NO_INPUT': '1'}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        said = ' | '.join(lines[-3:]) or 'no output'
        python = f'{sys.version_info.major}.{sys.version_info.minor}'
        raise InstallError(f'`{" ".join(command)}` failed (Python {python}): {said}')


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file beside `path`, so that one process at a time installs there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f'.{path.name}.lock').open('w') as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f'.{path.name}.{os.getpid()}')
    partial.write_text(text, encoding='utf-8')
    partial.chmod(mode)
    partial.replace(path)


def _digest(lock: str) -> str:
    python = f'{sys.implementation.cache_tag} {sys.base_prefix}'
    return hashlib.sha256(f'{python}\n{lock}'.encode()).hexdigest()


def _pins(lock: str) -> list[str]:
    return [line.split()[0] for line in lock.splitlines() if line.strip() and not line.startswith('#')]
