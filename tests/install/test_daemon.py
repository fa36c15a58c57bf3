"""The daemon: its workers can be lost at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiida import orm
from aiida.common.datastructures import CalcJobState
from aiida.engine.daemon.client import DaemonClient

from nanoos_plugins import launch
from nanoos_plugins.install.daemon import _client, broker_files, ensure_daemon, is_running, worker_pids
from tests.killed import kill_family

Finish = Callable[[orm.ProcessNode, float], None]


def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> float:
    """Wait until a condition holds and return how long that took [s]."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f'not {what} after {seconds} s'
        time.sleep(0.05)
    return time.monotonic() - start


def test_the_daemon_has_two_workers(daemon: None) -> None:
    assert is_running()
    assert len(worker_pids()) == 2
    ensure_daemon(2)
    assert len(worker_pids()) == 2


def test_a_daemon_needs_a_worker(daemon: None) -> None:
    with pytest.raises(ValueError, match='at least 1 worker, got 0'):
        ensure_daemon(0)


def test_runs_survive_the_loss_of_a_worker(finish: Finish, bash: orm.InstalledCode) -> None:
    """`kill -9` in mid-calculation: what the lost worker ran finishes too, on the other or on a new one."""
    inputs = {'code': bash, 'x': orm.Int(20), 'metadata': {'options': {'sleep': 4}}}
    nodes = [launch.submit('core.arithmetic.add', {**inputs, 'y': orm.Int(number)}) for number in range(4)]
    until(lambda: all(node.get_state() is CalcJobState.WITHSCHEDULER for node in nodes), 'running')
    killed = worker_pids()[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(killed), 'dead')
    start = time.monotonic()
    for number, node in enumerate(nodes):
        finish(node, 90)
        assert node.is_finished_ok
        assert node.outputs.sum.value == 20 + number
    print(f'a worker of 2 killed: all finished {time.monotonic() - start:.1f} s later')
    until(lambda: len(worker_pids()) == 2, 'two workers again')
    assert killed not in worker_pids()


def test_all_of_it_killed_at_once_leaves_no_address_behind(
    finish: Finish, bash: orm.InstalledCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that read the address of the killed broker would wait at it for ever."""
    inputs = {'code': bash, 'x': orm.Int(21), 'y': orm.Int(21), 'metadata': {'options': {'sleep': 4}}}
    node = launch.submit('core.arithmetic.add', inputs)
    until(lambda: node.get_state() is CalcJobState.WITHSCHEDULER, 'running')
    kill_family(_client().get_daemon_pid())
    sockets = broker_files().sockets_file
    killed = sockets.read_text()
    left: list[bool] = []
    start_daemon = DaemonClient.start_daemon

    def start(*args: Any, **kwargs: Any) -> Any:
        left.append(sockets.exists() or broker_files().pid_file.exists())
        return start_daemon(*args, **kwargs)

    monkeypatch.setattr(DaemonClient, 'start_daemon', start)
    ensure_daemon(2)
    assert left == [False]
    assert not Path(killed).exists()
    finish(node, 90)
    assert node.outputs.sum.value == 42
    # this process was connected to the killed broker
    later = launch.submit('core.arithmetic.add', {**inputs, 'metadata': {}})
    finish(later, 90)
    assert later.is_finished_ok
