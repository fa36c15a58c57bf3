"""`nanoos demo`: from a CIF to DFT, MD and a provenance graph, in minutes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click
from aiida.engine.daemon.client import DaemonException
from rich.console import Console, Group

from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.cli.progress_view import ProgressView, Row
from nanoos_plugins.demo.steps import ALL_ENGINES, ENGINES, Step, steps_of
from nanoos_plugins.graph.progress import Progress


@click.command()
@click.option(
    '--output',
    type=click.Path(file_okay=False, path_type=Path),
    default=Path('demo-output'),
    show_default=True,
    help='Folder for the provenance graph and the archive.',
)
@click.option(
    '--engine',
    'engines',
    type=click.Choice(ALL_ENGINES),
    multiple=True,
    default=ENGINES,
    show_default=True,
    help='Run only the steps of these engines; can be given several times.',
)
@json_option
def demo(output: Path, engines: tuple[str, ...], json: bool) -> None:
    """Take copper from a CIF file through DFT, an embedded-atom potential and a machine-learned one.

    Sets up what it needs. Kill it at any point and start it again: it goes on where it was.
    """
    from nanoos_plugins.demo.report import summary_table
    from nanoos_plugins.demo.run import run_demo
    from nanoos_plugins.demo.runner import DemoError
    from nanoos_plugins.install.environment import InstallError

    chosen = tuple(dict.fromkeys(engines))
    steps = steps_of(chosen)
    try:
        with ProgressView(Console(stderr=True)) as view:
            result = run_demo(chosen, output, view.say, lambda entries: view.update(_rows(steps, entries)))
    except (DemoError, InstallError, DaemonException, OSError, RuntimeError, ValueError) as error:
        raise CliError(str(error)) from None
    emit(
        result.summary.as_dict(), json, lambda: Group(summary_table(result.summary), '', *_next(result.files))
    )


def _rows(steps: list[Step], entries: Mapping[str, Progress]) -> list[Row]:
    return [
        Row(step.title, entries.get(step.key), f'after {step.after}' if step.after else 'waiting')
        for step in steps
    ]


def _next(files: list[Path]) -> list[str]:
    """Return which files there are and what to try next."""
    return [
        *(f'wrote {path}' for path in files),
        'Try next:',
        f'  eval "$({sys.argv[0]} env)"  # nanoos and plain verdi on this instance',
        '  verdi process list -a -p 1     # every process of the last day',
        '  nanoos job list                # the jobs of the demo; nanoos job show <pk>',
        '  verdi node graph generate <pk> # provenance as AiiDA draws it (needs graphviz)',
        f'  verdi archive info {files[-1]}',
        '  nanoos structure import <your.cif>',
        '  nanoos job submit <structure> --workflow eos --template mlip --wait --plot eos.png',
    ]
