"""The status of a job, derived from the state of its process and never stored."""

from __future__ import annotations

from enum import StrEnum

from aiida.engine import ProcessState


class JobStatus(StrEnum):
    """What a job can be: seven states, of which the last three are final."""

    PENDING = 'PENDING'
    QUEUED = 'QUEUED'
    RUNNING = 'RUNNING'
    PAUSED = 'PAUSED'
    COMPLETED = 'COMPLETED'
    FAILED = 'FAILED'
    KILLED = 'KILLED'

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.KILLED)


FINAL_STATES = (ProcessState.FINISHED.value, ProcessState.EXCEPTED.value, ProcessState.KILLED.value)
# sub-states of a CalcJob and states of its scheduler job that come after the scheduler's queue
PAST_QUEUE_STATES = ('stashing', 'unstashing', 'retrieving', 'parsing')
PAST_QUEUE_SCHEDULER = ('running', 'suspended', 'done')


def job_status(
    process_state: str | None, exit_status: int | None = None, paused: bool = False, started: bool = False
) -> JobStatus:
    """Return the status of a job.

    :param process_state: value of AiiDA's `ProcessState`; None for a node whose process was never made.
    :param exit_status: of a finished process.
    :param paused: the process's paused flag; a process that has ended is never paused.
    :param started: whether a CalcJob below (or the process itself) is past its scheduler's queue.
    :raises ValueError: for a state that AiiDA does not have.
    """
    state = ProcessState(process_state or ProcessState.CREATED.value)
    if state is ProcessState.FINISHED:
        return JobStatus.COMPLETED if exit_status == 0 else JobStatus.FAILED
    if state is ProcessState.EXCEPTED:
        return JobStatus.FAILED
    if state is ProcessState.KILLED:
        return JobStatus.KILLED
    if paused:
        return JobStatus.PAUSED
    if state is ProcessState.CREATED:
        return JobStatus.PENDING
    return JobStatus.QUEUED if state is ProcessState.WAITING and not started else JobStatus.RUNNING
