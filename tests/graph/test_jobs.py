"""Jobs are listed by key, newest first, in two statements a page, with the right status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.engine import ProcessState
from aiida.manage import get_manager

from nanoos_plugins.graph.jobs import Page, list_jobs, load_jobs
from nanoos_plugins.graph.status import JobStatus

MakeProcess = Callable[..., orm.ProcessNode]


@pytest.fixture
def owner(profile: object) -> orm.User:
    """Return a user of this test alone, so that its jobs can be told from those of others."""
    name = f'lists-{orm.User.collection.count()}@nanoos.test'
    return orm.User(email=name).store()


@pytest.fixture
def make(process_node: MakeProcess, owner: orm.User) -> MakeProcess:
    """Return the factory of processes that belong to `owner`."""
    from nanoos_plugins.storage.owner import acting_as

    def made(**options: Any) -> orm.ProcessNode:
        with acting_as(owner):
            return process_node(orm.WorkChainNode, 'Simulation', **options)

    return made


def pks(page: Page) -> list[int]:
    return [job.pk for job in page.jobs]


def test_pages_join_without_gap_or_double(make: MakeProcess, owner: orm.User) -> None:
    made = [make().pk for _ in range(7)]
    found: list[int] = []
    after = None
    for size in (3, 3, 1):
        page = list_jobs(limit=3, after=after, owner=owner.email)
        assert len(page.jobs) == size
        found += pks(page)
        after = page.after
    assert found == made[::-1]
    assert after is None


def test_a_full_last_page_has_no_cursor(make: MakeProcess, owner: orm.User) -> None:
    for _ in range(3):
        make()
    assert list_jobs(limit=3, owner=owner.email).after is None


def test_called_processes_and_other_programs_are_no_jobs(make: MakeProcess, owner: orm.User) -> None:
    job = make(process_type='aiida.workflows:nanoos.eos')
    make(caller=job)
    make(process_type='aiida.workflows:quantumespresso.pw.base')
    assert pks(list_jobs(owner=owner.email)) == [job.pk]


def test_each_status_is_found_by_its_filter(
    make: MakeProcess, owner: orm.User, process_node: MakeProcess
) -> None:
    waiting = {'state': ProcessState.WAITING, 'exit_status': None}
    made = {
        JobStatus.PENDING: make(state=ProcessState.CREATED),
        JobStatus.QUEUED: make(**waiting),
        JobStatus.RUNNING: make(**waiting),
        JobStatus.PAUSED: make(**waiting),
        JobStatus.COMPLETED: make(),
        JobStatus.FAILED: make(exit_status=402),
        JobStatus.KILLED: make(state=ProcessState.KILLED),
    }
    for job, scheduler in ((JobStatus.QUEUED, 'queued'), (JobStatus.RUNNING, 'running')):
        calculation = process_node(orm.CalcJobNode, 'PwCalculation', made[job], **waiting)
        calculation.base.attributes.set('state', 'withscheduler')
        calculation.base.attributes.set('scheduler_state', scheduler)
    made[JobStatus.PAUSED].pause()
    excepted = make(state=ProcessState.EXCEPTED)
    for status, node in made.items():
        assert node.pk in pks(list_jobs(owner=owner.email, status=status))
        expected = [excepted.pk, node.pk] if status is JobStatus.FAILED else [node.pk]
        assert pks(list_jobs(owner=owner.email, status=status)) == expected
    statuses = [job.status for job in load_jobs([node.pk or 0 for node in made.values()])]
    assert statuses == list(made)


def test_a_filter_that_only_python_can_tell_fills_its_pages(
    make: MakeProcess, owner: orm.User, process_node: MakeProcess
) -> None:
    """QUEUED jobs behind many RUNNING ones are found, though both share a condition in SQL."""
    waiting = {'state': ProcessState.WAITING, 'exit_status': None}
    queued = make(**waiting)
    for _ in range(5):
        process_node(orm.CalcJobNode, 'PwCalculation', make(**waiting))
    page = list_jobs(limit=1, owner=owner.email, status=JobStatus.QUEUED)
    assert pks(page) == [queued.pk]
    assert page.after is None


def test_a_page_takes_two_statements_whatever_its_size(make: MakeProcess, owner: orm.User) -> None:
    for _ in range(6):
        make(state=ProcessState.WAITING, exit_status=None)
    engine = get_manager().get_profile_storage().get_session().get_bind()  # type: ignore[attr-defined]
    statements: list[str] = []
    email = owner.email
    listener = lambda _c, _k, statement, *_: statements.append(statement)  # noqa: E731
    sa.event.listen(engine, 'before_cursor_execute', listener)
    try:
        list_jobs(limit=5, owner=email)
    finally:
        sa.event.remove(engine, 'before_cursor_execute', listener)
    read = [statement for statement in statements if 'PRAGMA' not in statement]
    assert len(read) == 2, read
    assert not any('count(' in statement.lower() for statement in read)


def test_what_is_no_process_is_no_job(profile: object) -> None:
    data = orm.Int(1).store()
    with pytest.raises(LookupError, match=f'no process has pk {data.pk}'):
        load_jobs([data.pk or 0])
