"""Jobs while they run: a live table on a terminal, a line at every new state elsewhere; on standard error."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nanoos_plugins.graph.progress import Progress, progress
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.recovery import Recovery, close_interrupted

STYLES = {
    JobStatus.PENDING: 'dim',
    JobStatus.QUEUED: 'cyan',
    JobStatus.RUNNING: 'bold yellow',
    JobStatus.PAUSED: 'magenta',
    JobStatus.COMPLETED: 'green',
    JobStatus.FAILED: 'bold red',
    JobStatus.KILLED: 'red',
}
INTERVAL = 0.5


@dataclass(frozen=True)
class Row:
    """A line of the view; `progress` is None for what has not begun, where `state` says why."""

    title: str
    progress: Progress | None
    state: str = ''

    @property
    def shown_state(self) -> Text:
        """State with its colour."""
        if self.progress is None:
            return Text(self.state, style='dim')
        return Text(self.progress.job.status.value, style=STYLES[self.progress.job.status])


def seconds(entry: Progress) -> float:
    """Return how long the job has been running, or ran [s]."""
    job = entry.job
    return ((job.modified if job.status.is_final else datetime.now(UTC)) - job.created).total_seconds()


def duration(length: float) -> str:
    """Return a length of time [s] as minutes and seconds."""
    return f'{int(length) // 60}:{int(length) % 60:02d}'


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for name, options in (
        ('step', {}),
        ('pk', {'justify': 'right'}),
        ('state', {}),
        ('time', {'justify': 'right'}),
    ):
        table.add_column(name, no_wrap=True, **options)  # type: ignore[arg-type]
    table.add_column('calculations', justify='right', no_wrap=True)
    table.add_column('last report', no_wrap=True, overflow='ellipsis', ratio=1)
    for row in rows:
        entry = row.progress
        if entry is None:
            table.add_row(row.title, '', row.shown_state, '', '', '')
            continue
        counted = f'{entry.calculations_ended}/{entry.calculations}' if entry.calculations else ''
        report = Text(entry.report.strip().splitlines()[0] if entry.report.strip() else '', style='dim')
        table.add_row(
            row.title, str(entry.job.pk), row.shown_state, duration(seconds(entry)), counted, report
        )
    return table


class ProgressView:
    """Shows rows until it is left; use as a context manager and call `update`."""

    def __init__(self, console: Console | None = None) -> None:
        """Show on standard error unless told otherwise."""
        self._console = console or Console(stderr=True)
        self._live = Live(console=self._console, refresh_per_second=4) if self._console.is_terminal else None
        self._said: set[tuple[int, str]] = set()

    def __enter__(self) -> ProgressView:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def say(self, line: str) -> None:
        """Print a line above the view."""
        self._console.print(line, highlight=False, markup=False)

    def update(self, rows: Sequence[Row]) -> None:
        """Show these rows instead of the last ones."""
        if self._live:
            self._live.update(_table(rows))
            return
        for row in rows:
            state = row.shown_state.plain
            if row.progress is not None and (row.progress.job.pk, state) not in self._said:
                self._said.add((row.progress.job.pk, state))
                length = duration(seconds(row.progress))
                self.say(f'{row.title}: {state} (pk {row.progress.job.pk}, {length})')


def follow(titles: dict[int, str], console: Console | None = None) -> list[Progress]:
    """Show the processes {pk: title} until all have ended, and return them in that order.

    :raises LookupError: when there is no such process.
    """
    recovery = Recovery()
    with ProgressView(console) as view:
        while True:
            entries = progress(list(titles))
            view.update([Row(titles[entry.job.pk], entry) for entry in entries])
            if all(entry.job.status.is_final for entry in entries):
                close_interrupted([entry.job.pk for entry in entries])
                return entries
            recovery.revive([entry.job.pk for entry in entries if not entry.job.status.is_final])
            time.sleep(INTERVAL)
