"""AiiDA's daemon on the profile of this instance: start it with enough workers, stop it."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from nanoos_plugins.install.home import home
from nanoos_plugins.install.profile import NAME, load

if TYPE_CHECKING:
    from aiida.brokers.zeromq.service import ZeromqBrokerService
    from aiida.engine.daemon.client import DaemonClient

START_TIMEOUT = 60
STOP_TIMEOUT = 30


def ensure_daemon(workers: int = 2) -> None:
    """Start the daemon, or add workers to the one that runs until it has `workers`; wait for its broker.

    :raises ValueError: for less than one worker.
    :raises aiida.engine.daemon.client.DaemonException: when it does not start; the daemon's log says why.
    :raises TimeoutError: when the broker does not start; its log, which is named, says why.
    """
    if workers < 1:
        raise ValueError(f'a daemon needs at least 1 worker, got {workers}')
    client = _client()
    if not is_running():
        _forget_dead_broker()
        client.start_daemon(number_workers=workers, timeout=START_TIMEOUT)
    else:
        missing = workers - client.get_numprocesses(timeout=START_TIMEOUT)['numprocesses']
        if missing > 0:
            client.increase_workers(missing, timeout=START_TIMEOUT, wait=True)
    _await_broker()


def is_running() -> bool:
    """Return whether the daemon's process is alive (a PID file alone proves nothing)."""
    pid = _client().get_daemon_pid()
    if pid is None:
        return False
    try:
        return any('circus' in word for word in psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return False


def worker_pids() -> list[int]:
    """Return the process ids of the daemon's workers; none when it is not running."""
    if not is_running():
        return []
    return sorted(int(pid) for pid in _client().get_worker_info(timeout=START_TIMEOUT).get('info', {}))


def stop_daemon() -> None:
    """Stop the daemon, its workers and its broker, and wait until they are gone.

    A process that has not ended after `STOP_TIMEOUT` seconds is killed.
    """
    from aiida.engine.daemon.client import DaemonTimeoutException

    client = _client()
    if not is_running():
        return
    pid = client.get_daemon_pid()
    circus = psutil.Process(pid)
    family = [circus, *circus.children(recursive=True)]
    # On a busy machine it may not answer in time; it is ended below all the same.
    with suppress(DaemonTimeoutException):
        client.stop_daemon(wait=True, timeout=STOP_TIMEOUT)
    _, alive = psutil.wait_procs(family, timeout=STOP_TIMEOUT)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=STOP_TIMEOUT)


def broker_files() -> ZeromqBrokerService.FilepathLayout:
    """Return the places of the files of the embedded profile's broker."""
    from aiida.brokers.zeromq.service import ZeromqBrokerService
    from aiida.manage import get_manager
    from aiida.manage.configuration import get_config

    profile = get_manager().get_profile()
    assert profile is not None
    paths = get_config().filepaths(profile)['broker_service']
    return ZeromqBrokerService.FilepathLayout(paths['dir'], paths['log'])


def _forget_dead_broker() -> None:
    """Remove the address that a killed broker has left.

    Workers start beside the new broker. One that is quicker would find that address, connect to it, and never
    be given a process to run.
    """
    from aiida.manage import get_manager

    broker = get_manager().get_broker()
    if broker is None or broker.check_service_reachable():
        return
    files = broker_files()
    if files.sockets_file.exists():
        # Its folder of sockets goes with it: the new broker would look for it there.
        shutil.rmtree(files.sockets_file.read_text().strip(), ignore_errors=True)
        files.sockets_file.unlink()
    files.pid_file.unlink(missing_ok=True)


def _await_broker() -> None:
    """Wait until the broker, which the daemon starts beside its workers, takes messages."""
    from aiida.manage import get_manager

    broker = get_manager().get_broker()
    end = time.monotonic() + START_TIMEOUT
    while broker is not None and not broker.check_service_reachable():
        if time.monotonic() > end:
            raise TimeoutError(
                f'{broker} did not start within {START_TIMEOUT} s: see the logs in {home()}/.aiida'
            )
        time.sleep(0.1)


def _client() -> DaemonClient:
    """Return AiiDA's client of the daemon of this home's profile."""
    load()
    from aiida.engine.daemon.client import get_daemon_client

    return get_daemon_client(NAME)
