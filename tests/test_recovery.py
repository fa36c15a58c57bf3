"""Processes that nobody runs are found, and only those; interrupted functions are closed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from aiida import orm
from aiida.brokers.zeromq.server import ZeromqBrokerServer
from aiida.brokers.zeromq.service import ZeromqBrokerService
from aiida.common import LinkType
from aiida.engine import ProcessState

from nanoos_plugins import recovery
from nanoos_plugins.graph.progress import orphans, unclaimed
from nanoos_plugins.recovery import close_interrupted, notice_lost_workers


def stored(node: orm.ProcessNode, state: ProcessState, caller: orm.ProcessNode | None = None) -> int:
    """Store the node in this state below its caller and return its pk."""
    node.set_process_state(state)
    if caller is not None:
        kind = LinkType.CALL_WORK if isinstance(node, orm.WorkflowNode) else LinkType.CALL_CALC
        node.base.links.add_incoming(caller, kind, f'CALL_{len(caller.called)}')
    return node.store().pk or 0


@pytest.fixture
def job(profile: object) -> orm.WorkChainNode:
    """Return a stored work chain that waits."""
    node = orm.WorkChainNode()
    stored(node, ProcessState.WAITING)
    return node


def test_only_what_was_created_and_has_a_checkpoint_is_unclaimed(job: orm.WorkChainNode) -> None:
    lost = orm.WorkChainNode()
    lost.set_checkpoint('a checkpoint')
    running = orm.WorkChainNode()
    running.set_checkpoint('a checkpoint')
    lost_pk = stored(lost, ProcessState.CREATED, job)
    stored(running, ProcessState.RUNNING, job)
    stored(orm.CalcFunctionNode(), ProcessState.CREATED, job)
    assert unclaimed([job.pk or 0], seconds=0) == [lost_pk]
    assert unclaimed([job.pk or 0], seconds=60) == []
    assert unclaimed([], seconds=0) == []


def test_an_interrupted_function_is_closed_once_its_caller_has_ended(job: orm.WorkChainNode) -> None:
    interrupted = stored(orm.CalcFunctionNode(), ProcessState.RUNNING, job)
    child = stored(orm.WorkChainNode(), ProcessState.RUNNING, job)
    pk = job.pk or 0
    assert close_interrupted([pk]) == []
    job.set_process_state(ProcessState.FINISHED)
    assert orphans([pk]) == [interrupted, child]
    assert close_interrupted([pk]) == [interrupted]
    node = orm.load_node(interrupted)
    assert isinstance(node, orm.CalcFunctionNode)
    assert node.is_sealed
    assert node.is_excepted
    assert close_interrupted([pk]) == []


class WatchedBroker(ZeromqBrokerServer):
    """AiiDA's broker, which tells when it looks for dead workers."""

    looked: threading.Event

    def _probe_workers(self) -> None:
        super()._probe_workers()
        self.looked.set()


def test_the_broker_is_made_to_look_for_lost_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = ZeromqBrokerService.FilepathLayout(tmp_path)
    monkeypatch.setattr(recovery, 'broker_files', lambda: layout)
    notice_lost_workers()  # without a broker there is nothing to do
    broker = WatchedBroker(tmp_path / 'storage', tmp_path / 'sockets')
    broker.looked, ended = threading.Event(), threading.Event()
    layout.sockets_file.write_text(str(tmp_path / 'sockets'))

    def serve() -> None:
        broker.start()
        while not ended.is_set():
            broker.run_once(0.05)
        broker.stop()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        notice_lost_workers()
        assert broker.looked.wait(10)
    finally:
        ended.set()
        serving.join()


def test_who_waits_for_a_job_looks_for_lost_workers(
    job: orm.WorkChainNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[None] = []
    monkeypatch.setattr(recovery, 'notice_lost_workers', lambda: looked.append(None))
    monkeypatch.setattr(recovery, 'NOTICE_AFTER', 0.0)
    recovery.Recovery().revive([job.pk or 0])
    assert len(looked) == 1
