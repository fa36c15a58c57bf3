"""Processes that nobody runs any more: handed to the daemon once more, or closed.

A process is stored before its task is sent to the broker. Whatever ends in between (a client that is killed,
a worker or broker that is stopped) leaves a process that nobody runs and that its caller waits for forever.
A function that its worker was running at that moment is run again by its caller, as a new process; the old
one would stay open, and AiiDA exports no open processes.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiida import orm
from aiida.engine import ProcessState
from aiida.engine.processes.control import revive_processes

from nanoos_plugins.graph.progress import orphans, unclaimed

#: [s] A daemon that runs takes a new process up in seconds.
UNCLAIMED_AFTER = 30.0


class Recovery:
    """Revives each lost process once: a second task for one that runs already would run it twice."""

    def __init__(self, unclaimed_after: float = UNCLAIMED_AFTER) -> None:
        """Revive what nobody has taken up after so long [s]."""
        self._unclaimed_after = unclaimed_after
        self._revived: set[int] = set()

    def revive(self, pks: Sequence[int]) -> list[int]:
        """Tell the daemon, which must run, of the lost ones among `pks` and all that they called.

        :return: the pks of the processes that were revived now.
        """
        lost = [pk for pk in unclaimed(pks, self._unclaimed_after) if pk not in self._revived]
        if lost:
            self._revived.update(lost)
            query = orm.QueryBuilder().append(orm.ProcessNode, filters={'id': {'in': lost}})
            revive_processes(query.all(flat=True))
        return lost


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
