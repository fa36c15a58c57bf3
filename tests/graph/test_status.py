"""Every state of a process gives the status that the design defines."""

from __future__ import annotations

import pytest

from nanoos_plugins.graph.status import JobStatus, job_status


@pytest.mark.parametrize(
    ('state', 'exit_status', 'paused', 'started', 'status'),
    [
        (None, None, False, False, JobStatus.PENDING),
        ('created', None, False, False, JobStatus.PENDING),
        ('waiting', None, False, False, JobStatus.QUEUED),
        ('waiting', None, False, True, JobStatus.RUNNING),
        ('running', None, False, False, JobStatus.RUNNING),
        ('created', None, True, False, JobStatus.PAUSED),
        ('waiting', None, True, True, JobStatus.PAUSED),
        ('running', None, True, False, JobStatus.PAUSED),
        ('finished', 0, False, False, JobStatus.COMPLETED),
        ('finished', 0, True, True, JobStatus.COMPLETED),
        ('finished', 410, False, False, JobStatus.FAILED),
        ('finished', None, False, False, JobStatus.FAILED),
        ('excepted', None, True, False, JobStatus.FAILED),
        ('killed', None, False, True, JobStatus.KILLED),
    ],
)
def test_status_follows_from_the_process(
    state: str | None, exit_status: int | None, paused: bool, started: bool, status: JobStatus
) -> None:
    assert job_status(state, exit_status, paused, started) is status


def test_final_statuses_are_those_of_ended_processes() -> None:
    assert [entry.value for entry in JobStatus if entry.is_final] == ['COMPLETED', 'FAILED', 'KILLED']


def test_a_state_that_aiida_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match='sleeping'):
        job_status('sleeping')
