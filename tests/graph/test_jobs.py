"""Jobs are listed by key, newest first, in two statements a page, with the right status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.engine import ProcessState
from aiida.manage import get_manager

from nanoos_plugins.graph.caching import caching
from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.jobs import Page, find_job, list_jobs, load_jobs
from nanoos_plugins.graph.progress import calculations_below, progress, report_page
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Viewer, share

MakeProcess = Callable[..., orm.ProcessNode]


@pytest.fixture
def owner(profile: object) -> orm.User:
    """Return a user of this test alone, so that its jobs can be told from those of others."""
    name = f'lists-{orm.User.collection.count()}@nanoos.test'
    return orm.User(email=name).store()


@pytest.fixture
def make(process_node: MakeProcess, owner: orm.User) -> MakeProcess:
    """Return the factory of processes that belong to `owner`."""

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
    # its worker was stopped between the two
    without_status = make(exit_status=None)
    for status, node in made.items():
        assert node.pk in pks(list_jobs(owner=owner.email, status=status))
        failed = status is JobStatus.FAILED
        expected = [without_status.pk, excepted.pk, node.pk] if failed else [node.pk]
        assert pks(list_jobs(owner=owner.email, status=status)) == expected
    statuses = [job.status for job in load_jobs([node.pk or 0 for node in made.values()])]
    assert statuses == list(made)
    failure = find_failure(without_status.pk or 0)
    assert failure is not None
    assert (failure.pk, failure.message) == (without_status.pk, 'it ended without an exit status')


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


@pytest.fixture
def stranger(profile: object) -> orm.User:
    """Return a user who owns nothing."""
    return orm.User(email=f'stranger-{orm.User.collection.count()}@nanoos.test').store()


def seen_as(user: orm.User) -> Viewer:
    return Viewer(user.pk or 0)


def test_a_viewer_sees_own_jobs_only(make: MakeProcess, owner: orm.User, stranger: orm.User) -> None:
    made = [make().pk for _ in range(3)]
    assert pks(list_jobs(viewer=seen_as(owner))) == made[::-1]
    page = list_jobs(viewer=seen_as(owner), limit=2)
    assert pks(list_jobs(viewer=seen_as(owner), limit=2, after=page.after)) == made[:1]
    assert pks(list_jobs(viewer=seen_as(stranger))) == []
    assert pks(list_jobs(viewer=seen_as(stranger), owner=owner.email)) == []


def test_what_a_viewer_does_not_see_is_not_there(
    make: MakeProcess, owner: orm.User, stranger: orm.User
) -> None:
    job = make(exit_status=402)
    pk, uuid = job.pk or 0, UUID(job.uuid)
    assert find_job(uuid, seen_as(owner)) == find_job(uuid, None) == load_jobs([pk])[0]
    told = set()
    for call in (
        lambda: find_job(uuid, seen_as(stranger)),
        lambda: find_job(UUID(int=7), seen_as(stranger)),
    ):
        with pytest.raises(LookupError) as raised:
            call()
        told.add(str(raised.value).replace(str(uuid), '…').replace(str(UUID(int=7)), '…'))
    assert len(told) == 1
    with pytest.raises(LookupError):
        load_jobs([pk], seen_as(stranger))
    with pytest.raises(LookupError):
        find_failure(pk, seen_as(stranger))
    assert find_failure(pk, seen_as(owner)) == find_failure(pk)


def test_calculations_and_reports_of_others_below_a_job_are_not_told(
    make: MakeProcess, owner: orm.User, stranger: orm.User, process_node: MakeProcess
) -> None:
    job = make(state=ProcessState.WAITING, exit_status=None)
    with acting_as(owner):
        own = process_node(orm.CalcJobNode, 'PwCalculation', job)
    with acting_as(stranger):
        foreign = process_node(orm.CalcJobNode, 'PwCalculation', job)
    for index, node in enumerate((own, foreign, job)):
        node.logger.report(f'line {index}')
    pk = job.pk or 0
    everything, seen = progress([pk])[0], progress([pk], seen_as(owner))[0]
    assert (everything.calculations, seen.calculations) == (2, 1)
    assert calculations_below(pk) == [own.pk, foreign.pk]
    assert calculations_below(pk, seen_as(owner)) == [own.pk]
    assert [taken.pk for taken in caching(pk, seen_as(owner))] == [own.pk]
    lines, after = report_page(pk, 1, None, seen_as(owner))
    more, end = report_page(pk, 1, after, seen_as(owner))
    assert [line.message for line in lines + more] == ['line 0', 'line 2']
    assert end is None
    assert [line.message for line in report_page(pk, 9, None, None)[0]] == ['line 0', 'line 1', 'line 2']


def test_the_source_of_a_hit_is_named_to_those_who_see_it(
    make: MakeProcess, owner: orm.User, stranger: orm.User, process_node: MakeProcess
) -> None:
    job = make()
    with acting_as(stranger):
        source = process_node(orm.CalcJobNode, 'PwCalculation')
    with acting_as(owner):
        hit = process_node(orm.CalcJobNode, 'PwCalculation', job)
        computed = process_node(orm.CalcJobNode, 'PwCalculation', job)
    hit.base.extras.set('_aiida_cached_from', source.uuid)
    pk = job.pk or 0
    assert [(taken.uuid, taken.from_cache, taken.source) for taken in caching(pk)] == [
        (hit.uuid, True, source.uuid),
        (computed.uuid, False, None),
    ]
    assert [taken.source for taken in caching(pk, seen_as(owner))] == [None, None]
    with acting_as(stranger):
        share(source, owner)
    assert [taken.source for taken in caching(pk, seen_as(owner))] == [source.uuid, None]
