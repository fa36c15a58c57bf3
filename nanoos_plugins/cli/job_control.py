"""`nanoos job submit | wait | pause | play | kill`: the commands that start work or steer it."""

from __future__ import annotations

import json as json_module
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine.daemon.client import DaemonException
from rich.console import Group
from rich.table import Table

from nanoos_plugins.cli.job_words import find_job, find_structure, job_dict, load_job, outputs_of, stored_pk
from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.cli.progress_view import follow
from nanoos_plugins.cli.quantities import quantity_table
from nanoos_plugins.data.template import load_template, system_templates
from nanoos_plugins.graph.failure import Failure, find_failure
from nanoos_plugins.graph.jobs import Job, load_jobs
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.job_inputs import WORKFLOWS, job_inputs
from nanoos_plugins.launch import submit as launch_submit
from nanoos_plugins.plots import PLOTS, Plot
from nanoos_plugins.steering import RESEND_AFTER, WANTED, Action, is_done, is_too_late, send

#: [s] How long the daemon may take to pause, play or kill a job.
STEER_TIMEOUT = 60.0


@click.command()
@click.argument('structure', required=False)
@click.option('--workflow', type=click.Choice(WORKFLOWS), required=True, help='What to compute.')
@click.option('--template', required=True, help='Engine and its parameters: name, pk or UUID.')
@click.option('--protocol', help='fast, moderate or precise.  [default: moderate]')
@click.option(
    '--set', 'settings', multiple=True, metavar='KEY=VALUE', help='A setting; VALUE is JSON or text.'
)
@click.option('--label', help='Name of the job.')
@click.option('--wait', is_flag=True, help='Follow the job until it has ended.')
@click.option(
    '--plot', type=click.Path(dir_okay=False, path_type=Path), help='PNG file of the result; waits for it.'
)
@json_option
def submit(
    structure: str | None,
    workflow: str,
    template: str,
    protocol: str | None,
    settings: tuple[str, ...],
    label: str | None,
    wait: bool,
    plot: Path | None,
    json: bool,
) -> None:
    """Submit a job for STRUCTURE (pk or UUID; an engine for a continuum takes none)."""
    chosen = None if structure is None else find_structure(structure)
    values = dict(parse_setting(one) for one in settings)
    plotter = _plotter(workflow) if plot else None
    system_templates()
    try:
        found = load_template(template)
        inputs = job_inputs(workflow, chosen, found, protocol, values, label)
        ensure_daemon()
        pk = stored_pk(launch_submit(f'nanoos.{workflow}', inputs))
    except (NotExistent, ValueError, TypeError, TimeoutError, DaemonException) as error:
        raise CliError(str(error)) from None
    if wait or plotter:
        finish(pk, json, plotter, plot)
    else:
        emit(job_dict(load_jobs([pk])[0]), json, lambda: f'submitted job {pk}: nanoos job wait {pk}')


@click.command()
@click.argument('job_id', metavar='JOB')
@json_option
def wait(job_id: str, json: bool) -> None:
    """Follow a job until it has ended; the exit code is 0 only if it was completed."""
    pk = find_job(job_id)
    if not load_jobs([pk])[0].status.is_final:
        ensure_daemon()
    finish(pk, json)


@click.command()
@click.argument('job_id', metavar='JOB')
@json_option
def pause(job_id: str, json: bool) -> None:
    """Pause a job; calculations that run go on to their end."""
    _steer(job_id, json, 'pause')


@click.command()
@click.argument('job_id', metavar='JOB')
@json_option
def play(job_id: str, json: bool) -> None:
    """Let a paused job go on."""
    _steer(job_id, json, 'play')


@click.command()
@click.argument('job_id', metavar='JOB')
@json_option
def kill(job_id: str, json: bool) -> None:
    """Kill a job and everything it called."""
    _steer(job_id, json, 'kill')


def finish(
    pk: int,
    json: bool,
    plotter: Plot | None = None,
    plot: Path | None = None,
) -> None:
    """Follow the job, print its results and plot them; exit with 1 when it was not completed."""
    found = load_jobs([pk])[0]
    entry = follow({pk: found.label or found.workflow})[0]
    node, failure = load_job(pk), find_failure(pk)
    outputs = outputs_of(node)
    documents = {key: data.get_dict() for key, data in outputs.items() if isinstance(data, orm.Dict)}
    data = {**job_dict(entry.job), 'results': documents, 'failure': asdict(failure) if failure else None}
    if failure is None and plotter and plot:
        try:
            plotter(node, plot)
        except (OSError, ValueError) as error:
            raise CliError(f'cannot write the plot {plot}: {error}') from None
        data['plot'] = str(plot)
    tables: Sequence[Table] = [quantity_table(key, document) for key, document in documents.items()]
    emit(data, json, lambda: Group(*tables))
    if failure:
        if not json:
            tell_failure(failure)
        raise SystemExit(1)


def tell_failure(failure: Failure) -> None:
    """Say on standard error where a job went wrong and what to try next."""
    status = '' if failure.exit_status is None else f', exit status {failure.exit_status}'
    click.echo(f'failed in {failure.process} (pk {failure.pk}){status}: {failure.message}', err=True)
    for hint in failure.try_next:
        click.echo(f'  try: {hint}', err=True)


def parse_setting(text: str) -> tuple[str, Any]:
    """Return key and value of KEY=VALUE, the value as JSON where it is that.

    :raises CliError: for another form.
    """
    key, equals, value = text.partition('=')
    if not equals or not key.isidentifier():
        raise CliError(f'--set {text!r}: expected KEY=VALUE, e.g. --set temperature=300')
    try:
        return key, json_module.loads(value)
    except ValueError:
        return key, value


def _plotter(workflow: str) -> Plot:
    entry_point = f'nanoos.{workflow}'
    if entry_point not in PLOTS:
        known = ', '.join(sorted(name.removeprefix('nanoos.') for name in PLOTS))
        raise CliError(f'there is no plot of {workflow}; --plot draws {known}')
    return PLOTS[entry_point]


def _steer(job_id: str, json: bool, action: Action) -> None:
    """Send the message to the daemon, again and again, until the job is what it asks for."""
    pk = find_job(job_id)
    found = load_jobs([pk])[0]
    if is_too_late(action, found):
        raise CliError(f'job {pk} has already ended: {found.status}')
    end = time.monotonic() + STEER_TIMEOUT
    while not is_done(action, found):
        if time.monotonic() > end:
            raise CliError(f'job {pk} is {found.status}, and {action} has not ended; try `nanoos doctor`')
        try:
            ensure_daemon()
            send(action, pk)
        except (DaemonException, ConnectionError, TimeoutError) as error:
            raise CliError(f'no daemon for job {pk}: {error}; try `nanoos doctor`') from None
        found = _changed(pk, action)
        if found.status.is_final and found.status not in WANTED[action]:
            raise CliError(f'job {pk} has ended before: {found.status}')
    emit(job_dict(found), json, lambda: f'job {pk}: {found.status}')


def _changed(pk: int, action: Action) -> Job:
    """Return the job as soon as it is what is asked for or has ended, or as it is after some seconds."""
    end = time.monotonic() + RESEND_AFTER
    while True:
        found = load_jobs([pk])[0]
        if is_done(action, found) or is_too_late(action, found) or time.monotonic() > end:
            return found
        time.sleep(0.2)
