"""Processes that nobody runs are found, and only those; interrupted functions are closed."""

from __future__ import annotations

import pytest
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState

from nanoos_plugins.graph.progress import orphans, unclaimed
from nanoos_plugins.recovery import close_interrupted


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
