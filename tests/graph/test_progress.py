"""Progress, reports and failures are those of everything below a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.engine import ProcessState

from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.progress import alive, calculations_below, progress, reports
from nanoos_plugins.graph.status import JobStatus

MakeProcess = Callable[..., orm.ProcessNode]


def test_calculations_are_counted_through_all_levels(
    eos_graph: Callable[..., Any], process_node: MakeProcess
) -> None:
    graph = eos_graph(3)
    running = process_node(
        orm.CalcJobNode, 'PwCalculation', graph.simulations[0], state=ProcessState.RUNNING, exit_status=None
    )
    entry = progress([graph.job.pk])[0]
    assert (entry.calculations_ended, entry.calculations) == (3, 4)
    assert calculations_below(graph.job.pk) == [*(one.pk for one in graph.calculations), running.pk]


def test_the_last_report_of_any_descendant_shows_without_its_prefix(eos_graph: Callable[..., Any]) -> None:
    graph = eos_graph(2)
    graph.job.logger.report(f'[{graph.job.pk}|EOS|run]: five volumes [Å³]')
    graph.simulations[1].logger.report('[9|Simulation|run]: launching')
    assert progress([graph.job.pk])[0].report == 'launching'
    assert [line.message for line in reports(graph.job.pk)] == ['five volumes [Å³]', 'launching']


def test_alive_is_what_a_worker_may_still_run(process_node: MakeProcess) -> None:
    job = process_node(orm.WorkChainNode, 'Md', state=ProcessState.KILLED, exit_status=None)
    child = process_node(orm.WorkChainNode, 'Simulation', job, state=ProcessState.CREATED, exit_status=None)
    grandchild = process_node(orm.CalcJobNode, 'Pw', child, state=ProcessState.WAITING, exit_status=None)
    function = process_node(orm.CalcFunctionNode, 'f', child, state=ProcessState.RUNNING, exit_status=None)
    ended = process_node(orm.CalcJobNode, 'Pw', child, state=ProcessState.FINISHED, exit_status=0)
    for node in (job, child, grandchild, ended):
        node.base.attributes.set('checkpoints', 'where to go on')
    assert alive(job.pk) == {child.pk: job.pk, grandchild.pk: child.pk}
    assert function.pk not in alive(child.pk)


def test_progress_keeps_the_order_asked_for(eos_graph: Callable[..., Any]) -> None:
    first, second = eos_graph(1).job.pk, eos_graph(1).job.pk
    assert [entry.job.pk for entry in progress([second, first])] == [second, first]
    assert progress([]) == []


def test_the_deepest_failure_is_named(process_node: MakeProcess) -> None:
    job = process_node(orm.WorkChainNode, 'Eos', exit_status=320)
    simulation = process_node(orm.WorkChainNode, 'Simulation', job, exit_status=402)
    calculation = process_node(orm.CalcJobNode, 'PwCalculation', simulation, exit_status=305)
    calculation.set_exit_message('no output')
    process_node(orm.CalcFunctionNode, 'later', job)
    failure = find_failure(job.pk or 0)
    assert failure is not None
    assert (failure.pk, failure.exit_status, failure.message) == (calculation.pk, 305, 'no output')
    assert f'nanoos job files {calculation.pk}' in failure.try_next


def test_an_exception_shows_its_last_line(process_node: MakeProcess) -> None:
    job = process_node(orm.WorkChainNode, 'Eos', state=ProcessState.EXCEPTED)
    job.set_exception('Traceback …\n  File …\nValueError: no such thing\n')
    failure = find_failure(job.pk or 0)
    assert failure is not None
    assert failure.message == 'ValueError: no such thing'


def test_a_killed_job_says_so(process_node: MakeProcess) -> None:
    failure = find_failure(process_node(orm.WorkChainNode, 'Eos', state=ProcessState.KILLED).pk or 0)
    assert failure is not None
    assert failure.message == 'it was killed'


@pytest.mark.parametrize('state', [ProcessState.FINISHED, ProcessState.RUNNING])
def test_what_has_not_failed_has_no_failure(process_node: MakeProcess, state: ProcessState) -> None:
    node = process_node(orm.WorkChainNode, 'Eos', state=state)
    assert find_failure(node.pk or 0) is None
    assert progress([node.pk or 0])[0].job.status in (JobStatus.COMPLETED, JobStatus.RUNNING)
