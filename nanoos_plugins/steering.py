"""Pause a job, let it go on, or kill it with all that it called: messages to the workers that run it.

AiiDA passes a kill on to what a process called, once: a child that no worker has taken up yet never hears of
it, and runs although its caller is dead. So a kill is sent again, to whatever below the job is still alive.
"""

from __future__ import annotations

from typing import Literal

from aiida import orm
from aiida.common.log import override_log_level
from aiida.engine.processes import control

from nanoos_plugins.graph.jobs import Job
from nanoos_plugins.graph.progress import alive
from nanoos_plugins.graph.status import JobStatus

Action = Literal['pause', 'play', 'kill']

#: [s] After which a message that has had no effect is sent again. A second kill makes AiiDA begin anew.
RESEND_AFTER = 5.0
WANTED: dict[Action, frozenset[JobStatus]] = {
    'pause': frozenset({JobStatus.PAUSED}),
    'play': frozenset(JobStatus) - {JobStatus.PAUSED},
    'kill': frozenset({JobStatus.KILLED}),
}
_MESSAGES = {
    'pause': control.pause_processes,
    'play': control.play_processes,
    'kill': control.kill_processes,
}


def send(action: Action, pk: int) -> None:
    """Send the message to a job, without waiting for what comes of it: `is_done` tells.

    The daemon must run. A message to a process that no worker has taken up yet is lost: send it again.
    """
    receivers = [pk]
    if action == 'kill' and (left := alive(pk)):
        # The uppermost: AiiDA passes it on from there.
        receivers = [process for process, caller in left.items() if caller not in left]
    nodes = orm.QueryBuilder().append(orm.ProcessNode, filters={'id': {'in': receivers}}).all(flat=True)
    with override_log_level():
        _MESSAGES[action]([node for node in nodes if not node.is_terminated], timeout=0)


def is_done(action: Action, job: Job) -> bool:
    """Return whether a job is what the action asks for; a killed one, with all that it called."""
    return job.status in WANTED[action] and (action != 'kill' or not alive(job.pk))


def is_too_late(action: Action, job: Job) -> bool:
    """Return whether a job has ended, so that the action can have no effect."""
    return job.status.is_final and (action != 'kill' or not alive(job.pk))
