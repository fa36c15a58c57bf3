"""The demo's loop: begin what can begin, go on with what an earlier run began, until every step is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from aiida import orm

from nanoos_plugins.data.template import load_template
from nanoos_plugins.demo.memory import adopt, find_process, step_label
from nanoos_plugins.demo.steps import Cell, Step
from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.progress import Progress, progress
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.install.daemon import ensure_daemon, is_running
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.launch import submit
from nanoos_plugins.recovery import Recovery

#: Jobs at a time: each of them has several calculations, and there may be two cores.
MOST_AT_ONCE = 3
WORKERS = 2
INTERVAL = 0.5
Show = Callable[[Mapping[str, Progress]], None]


class DemoError(Exception):
    """A step of the demo failed twice; the message says where and what to try."""


class Runner:
    """Brings every step to its end. `processes` has the pk of each step's process by its key."""

    def __init__(self, steps: Sequence[Step], cells: Mapping[Cell, orm.StructureData], show: Show) -> None:
        """Take over what is there already; nothing is begun before `run`."""
        self._steps = steps
        self._cells = cells
        self._show = show
        self._submitted: set[str] = set()
        self._recovery = Recovery()
        self.processes: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        """Return the pks of the completed processes by the keys of their steps.

        :raises DemoError: when a step fails that was begun here and now.
        """
        while True:
            if not is_running():
                ensure_daemon(WORKERS)
            entries = self._look()
            self._show(entries)
            done = {key for key, entry in entries.items() if entry.job.status is JobStatus.COMPLETED}
            if len(done) == len(self._steps):
                return self.processes
            self._raise_failure(entries)
            self._revive(entries)
            self._begin(entries, done)
            time.sleep(INTERVAL)

    def _look(self) -> dict[str, Progress]:
        """Return the progress of every step that has a process, by key."""
        for step in self._steps:
            if step.key not in self.processes:
                self._find(step)
        keys = list(self.processes)
        return dict(zip(keys, progress([self.processes[key] for key in keys]), strict=True))

    def _find(self, step: Step) -> None:
        """Take over the process that an earlier run began for this step."""
        structure = self._structure(step)
        if structure is None:
            return
        node = find_process(step_label(step, structure, load_template(step.template)))
        if node is not None and node.pk is not None:
            adopt(node, step.key)
            self.processes[step.key] = node.pk

    def _structure(self, step: Step) -> orm.StructureData | None:
        """Return what the step starts from; None while the step before is not completed."""
        if step.after is None:
            return self._cells[step.cell]
        pk = self.processes.get(step.after)
        if pk is None or progress([pk])[0].job.status is not JobStatus.COMPLETED:
            return None
        before: orm.ProcessNode = orm.load_node(pk)  # type: ignore[assignment]
        structure: orm.StructureData = before.outputs.structure
        return structure

    def _begin(self, entries: Mapping[str, Progress], done: set[str]) -> None:
        """Submit what can begin, failed and killed steps of an earlier run included."""
        active = sum(not entry.job.status.is_final for entry in entries.values())
        for step in self._steps:
            if active >= MOST_AT_ONCE:
                return
            if step.key in done or (step.key in entries and not entries[step.key].job.status.is_final):
                continue
            structure = self._structure(step)
            if structure is not None:
                self._submit(step, structure)
                active += 1

    def _submit(self, step: Step, structure: orm.StructureData) -> None:
        template = load_template(step.template)
        label = step_label(step, structure, template)
        inputs = job_inputs(step.workflow, structure, template, step.protocol, step.settings, label)
        node = submit(f'nanoos.{step.workflow}', inputs)
        adopt(node, step.key)
        if node.pk is not None:
            self.processes[step.key] = node.pk
        self._submitted.add(step.key)

    def _revive(self, entries: Mapping[str, Progress]) -> None:
        """Tell the daemon of processes that it was never told of."""
        self._recovery.revive([entry.job.pk for entry in entries.values() if not entry.job.status.is_final])

    def _raise_failure(self, entries: Mapping[str, Progress]) -> None:
        for step in self._steps:
            entry = entries.get(step.key)
            if entry is None or step.key not in self._submitted:
                continue
            failure = find_failure(entry.job.pk)
            if failure is not None:
                status = '' if failure.exit_status is None else f', exit status {failure.exit_status}'
                raise DemoError(
                    f'{step.title} failed in {failure.process} (pk {failure.pk}){status}: {failure.message}; '
                    f'try: {"; ".join(failure.try_next)}; then start the demo again: it goes on from here'
                )
