"""Processes that nobody runs any more: handed to the daemon once more, or closed.

A process is stored before its task is sent to the broker. Whatever ends in between (a client that is killed,
a worker or broker that is stopped) leaves a process that nobody runs and that its caller waits for forever.
A function that its worker was running at that moment is run again by its caller, as a new process; the old
one would stay open, and AiiDA exports no open processes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from aiida import orm
from aiida.brokers.zeromq.communicator import ZeromqCommunicator
from aiida.engine import ProcessState
from aiida.engine.processes.control import revive_processes

from nanoos_plugins.graph.progress import orphans, unclaimed
from nanoos_plugins.install.daemon import broker_files

#: [s] A daemon that runs takes a new process up in seconds.
UNCLAIMED_AFTER = 30.0
#: [s] How long the processes of a lost worker wait at most, while somebody looks after them.
NOTICE_AFTER = 15.0
#: [s] How long the broker may take to answer.
ANSWER_TIMEOUT = 10.0


class Recovery:
    """Revives each lost process once: a second task for one that runs already would run it twice."""

    def __init__(self, unclaimed_after: float = UNCLAIMED_AFTER) -> None:
        """Revive what nobody has taken up after so long [s]."""
        self._unclaimed_after = unclaimed_after
        self._revived: set[int] = set()
        self._noticed = time.monotonic()

    def revive(self, pks: Sequence[int]) -> list[int]:
        """Tell the daemon, which must run, of the lost ones among `pks` and all that they called.

        What a lost worker was running is given to another by its broker, which is made to look.

        :return: the pks of the processes that were revived now.
        """
        if time.monotonic() - self._noticed > NOTICE_AFTER:
            notice_lost_workers()
            self._noticed = time.monotonic()
        lost = [pk for pk in unclaimed(pks, self._unclaimed_after) if pk not in self._revived]
        if lost:
            self._revived.update(lost)
            query = orm.QueryBuilder().append(orm.ProcessNode, filters={'id': {'in': lost}})
            revive_processes(query.all(flat=True))
        return lost


def notice_lost_workers() -> None:
    """Make the broker, if it runs, look which of its workers have died; it gives their tasks to others.

    ZeroMQ's looks when a connection ends. A worker that has only just been killed may still seem to be there
    then, so its processes would wait until another connection ends: one is opened and closed here.
    RabbitMQ's notices by itself.
    """
    with suppress(FileNotFoundError, TimeoutError):
        address = f'ipc://{broker_files().sockets_file.read_text().strip()}/router.sock'
        with ZeromqCommunicator(address) as passing:
            # It is only connected when it has been answered: that there is nobody.
            passing.rpc_send('nanoos: nobody', {}).exception(timeout=ANSWER_TIMEOUT)


def close_interrupted(pks: Sequence[int]) -> list[int]:
    """Close the functions below `pks` that were interrupted and whose caller has ended without them.

    :return: their pks; they are excepted now.
    """
    found = orphans(pks)
    if not found:
        return []
    # Only functions: a work chain or a CalcJob that outlives its caller may still be running.
    kinds = (orm.CalcFunctionNode, orm.WorkFunctionNode)
    query = orm.QueryBuilder().append(kinds, filters={'id': {'in': found}})
    closed: list[int] = []
    for node in query.all(flat=True):
        node.set_exception('interrupted: its worker ended; its caller ran the function again')
        node.set_process_state(ProcessState.EXCEPTED)
        node.seal()
        closed.append(node.pk)
    return closed
