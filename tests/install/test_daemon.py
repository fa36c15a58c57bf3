"""The daemon: its workers can be lost at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest
from aiida import orm
from aiida.common.datastructures import CalcJobState

from nanoos_plugins import launch
from nanoos_plugins.install.daemon import ensure_daemon, is_running, worker_pids

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


@pytest.mark.parametrize('lost', [1, 2])
def test_a_run_survives_the_loss_of_workers(finish: Finish, bash: orm.InstalledCode, lost: int) -> None:
    """`kill -9` in mid-calculation: the run finishes, on the workers that are left or on new ones."""
    inputs = {
        'code': bash,
        'x': orm.Int(20),
        'y': orm.Int(lost),
        'metadata': {'options': {'sleep': 4}},
    }
    node = launch.submit('core.arithmetic.add', inputs)
    assert isinstance(node, orm.CalcJobNode)
    until(lambda: node.get_state() is CalcJobState.WITHSCHEDULER, 'running')
    killed = worker_pids()[:lost]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(psutil.pid_exists(pid) for pid in killed), 'dead')
    start = time.monotonic()
    finish(node, 60)
    print(f'{lost} of 2 workers killed: finished {time.monotonic() - start:.1f} s later')
    assert node.is_finished_ok
    assert node.outputs.sum.value == 20 + lost
    until(lambda: len(worker_pids()) == 2, 'two workers again')
    assert not set(killed) & set(worker_pids())
