"""`nanoos job`: submit, follow, look at and control jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from aiida import orm
from rich.console import Group

from nanoos_plugins.cli import job_control
from nanoos_plugins.cli.job_words import cursor_text, find_job, job_dict, load_job, outputs_of, parse_cursor
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.quantities import quantity_table
from nanoos_plugins.graph.drawing import MOST_NODES, draw_provenance
from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.jobs import list_jobs, load_jobs
from nanoos_plugins.graph.progress import calculations_below, reports
from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.install.profile import NoProfileError, load
from nanoos_plugins.job_inputs import WORKFLOWS


@click.group()
def job() -> None:
    """Submit, follow and control simulations."""
    try:
        load()
    except NoProfileError as error:
        raise CliError(str(error)) from None


for command in (
    job_control.submit,
    job_control.wait,
    job_control.pause,
    job_control.play,
    job_control.kill,
):
    job.add_command(command)


@job.command('list')
@click.option('--limit', type=click.IntRange(1, 1000), default=20, show_default=True, help='Most jobs shown.')
@click.option('--after', metavar='CURSOR', help='Continue behind a page: the cursor that it ended with.')
@click.option('--status', type=click.Choice([entry.value for entry in JobStatus], case_sensitive=False))
@click.option('--workflow', type=click.Choice(WORKFLOWS), help='Only jobs of this kind.')
@click.option('--owner', metavar='EMAIL', help='Only jobs of this user.')
@json_option
def list_command(
    limit: int, after: str | None, status: str | None, workflow: str | None, owner: str | None, json: bool
) -> None:
    """List the jobs, newest first."""
    page = list_jobs(
        limit,
        after=parse_cursor(after) if after else None,
        status=JobStatus(status.upper()) if status else None,
        workflow=f'nanoos.{workflow}' if workflow else None,
        owner=owner,
    )
    cells = [
        (one.pk, one.workflow, one.label, one.status, _local(one.created), one.owner) for one in page.jobs
    ]
    cursor = cursor_text(page.after) if page.after else None
    emit(
        {'jobs': [job_dict(one) for one in page.jobs], 'after': cursor},
        json,
        lambda: rows(('pk', 'workflow', 'label', 'status', 'created', 'owner'), cells),
    )
    if cursor and not json:
        click.echo(f'older ones: nanoos job list --after {cursor}', err=True)


@job.command()
@click.argument('job_id', metavar='JOB')
@json_option
def show(job_id: str, json: bool) -> None:
    """Show a job: its inputs, its results with units, and why it failed if it did."""
    pk = find_job(job_id)
    node, found, failure = load_job(pk), load_jobs([pk])[0], find_failure(pk)
    inputs = {link.link_label: _name(link.node) for link in node.base.links.get_incoming(orm.Data).all()}
    outputs = outputs_of(node)
    data = {
        **job_dict(found),
        'inputs': inputs,
        'outputs': {key: {'pk': data.pk, 'type': type(data).__name__} for key, data in outputs.items()},
        'results': {key: data.get_dict() for key, data in outputs.items() if isinstance(data, orm.Dict)},
        'failure': asdict(failure) if failure else None,
    }
    facts = [(key, data[key]) for key in ('pk', 'uuid', 'workflow', 'label', 'status', 'owner', 'created')]
    facts += [(f'input {key}', value) for key, value in inputs.items()]
    facts += [(f'output {key}', _name(value)) for key, value in outputs.items()]
    tables = [quantity_table(key, document) for key, document in data['results'].items()]
    emit(data, json, lambda: Group(rows(('', 'job'), facts), *tables))
    if failure and not json:
        job_control.tell_failure(failure)


@job.command()
@click.argument('job_id', metavar='JOB')
@json_option
def status(job_id: str, json: bool) -> None:
    """Print the status of a job: PENDING, QUEUED, RUNNING, PAUSED, COMPLETED, FAILED or KILLED."""
    found = load_jobs([find_job(job_id)])[0]
    keys = ('pk', 'status', 'exit_status', 'exit_message')
    emit({key: job_dict(found)[key] for key in keys}, json, lambda: found.status.value)


@job.command()
@click.argument('job_id', metavar='JOB')
@json_option
def report(job_id: str, json: bool) -> None:
    """Print what a job and everything it called reported, oldest first."""
    lines = reports(find_job(job_id))
    emit(
        [{**asdict(line), 'time': line.time.isoformat()} for line in lines],
        json,
        lambda: rows(
            ('time', 'pk', 'level', 'message'),
            [(_local(line.time), line.pk, line.level, line.message) for line in lines],
        ),
    )


@job.command()
@click.argument('job_id', metavar='JOB')
@click.argument('path', required=False)
@json_option
def files(job_id: str, path: str | None, json: bool) -> None:
    """List the files that the job's calculations were given and brought back, or print the one at PATH."""
    pk = find_job(job_id)
    found = {name: (folder, inner) for name, folder, inner in _files(pk)}
    if path is None:
        names = [{'path': name, 'node': folder.pk} for name, (folder, _) in found.items()]
        emit(names, json, lambda: rows(('path', 'node'), [tuple(entry.values()) for entry in names]))
        return
    if path not in found:
        raise CliError(f'job {pk} has no file {path!r}; `nanoos job files {pk}` lists them')
    folder, inner = found[path]
    content = folder.base.repository.get_object_content(inner, 'rb')
    if json:
        emit({'path': path, 'content': content.decode('utf-8', 'replace')}, json, lambda: None)
    else:
        click.get_binary_stream('stdout').write(content)


@job.command()
@click.argument('job_ids', metavar='JOB…', nargs=-1, required=True)
@click.option('--output', type=click.Path(dir_okay=False, path_type=Path), required=True, help='SVG file.')
@click.option('--depth', type=click.IntRange(0, 10), default=1, show_default=True, help='Calls shown.')
@click.option('--most', type=click.IntRange(1, 1000), default=MOST_NODES, show_default=True, help='Nodes.')
@click.option('--internals', is_flag=True, help='Also remote folders and retrieved files.')
@json_option
def graph(job_ids: tuple[str, ...], output: Path, depth: int, most: int, internals: bool, json: bool) -> None:
    """Draw the provenance of jobs as an SVG picture."""
    pks = [find_job(job_id) for job_id in job_ids]
    try:
        picture = draw_provenance(pks, depth, internals, most, f'Provenance of {", ".join(map(str, pks))}')
        output.write_text(picture, encoding='utf-8')
    except (ValueError, OSError) as error:
        raise CliError(str(error)) from None
    emit({'jobs': pks, 'output': str(output)}, json, lambda: f'wrote {output}')


def _files(job_pk: int) -> Iterator[tuple[str, orm.Node, str]]:
    """Yield (path for people, node, path in it) of the files calculations were given and brought back."""
    for pk in calculations_below(job_pk):
        calculation = load_job(pk)
        sides = {'inputs': calculation, 'outputs': outputs_of(calculation).get('retrieved')}
        for side, folder in sides.items():
            if folder is None:
                continue
            for root, _, names in folder.base.repository.walk():
                for name in sorted(names):
                    inner = root / name
                    yield f'{pk}/{side}/{inner}', folder, str(inner)


def _name(node: orm.Node) -> str:
    told = node.base.attributes.get('name', None) or node.label
    return f'{type(node).__name__} {node.pk}' + (f' ({told})' if told else '')


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime('%Y-%m-%d %H:%M:%S')
