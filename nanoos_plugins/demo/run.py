"""The whole demo, from an empty home to its summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nanoos_plugins.data.template import system_templates
from nanoos_plugins.demo.keepsakes import write_keepsakes
from nanoos_plugins.demo.report import Summary, summarise
from nanoos_plugins.demo.runner import WORKERS, Runner, Show
from nanoos_plugins.demo.steps import steps_of
from nanoos_plugins.demo.structures import copper, makers
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.graph.provenance import extent
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.install.engines import provide
from nanoos_plugins.install.environment import exclusive
from nanoos_plugins.install.home import home
from nanoos_plugins.install.profile import create_embedded
from nanoos_plugins.recovery import close_interrupted
from nanoos_plugins.storage.owner import SYSTEM_EMAIL


@dataclass(frozen=True)
class DemoResult:
    """What came out, and the files that were written."""

    summary: Summary
    files: list[Path]


def run_demo(engines: Sequence[str], output: Path, say: Callable[[str], None], show: Show) -> DemoResult:
    """Set up what is missing, run the steps of these engines, and sum up; a second demo waits for the first.

    :param output: folder for the graph and the archive.
    :param say: is called with a line whenever a part of the set-up begins.
    :param show: is called with the progress of every step that has begun, by key, twice a second.
    :raises DemoError: when a step fails.
    :raises InstallError: when an engine cannot be installed.
    """
    with exclusive(home() / 'demo'):
        create_embedded()
        for engine in engines:
            provide(load_engine(engine), say)
        system_templates()
        ensure_daemon(WORKERS)
        cells = copper()
        processes = Runner(steps_of(engines), cells, show).run()
        pks = [*makers(cells.values()), *processes.values()]
        close_interrupted(pks)
        say('writing the provenance graph and the archive')
        files = write_keepsakes(output, pks)
        size = extent(pks, SYSTEM_EMAIL)
    return DemoResult(summarise(engines, processes, size.nodes, ', '.join(size.owners)), files)
