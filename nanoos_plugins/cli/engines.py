"""`nanoos engines`: list, install and check the programs that compute."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.engines.contract import Engine, engine_names, load_engine
from nanoos_plugins.install.engines import Check, check, find, find_code, provide
from nanoos_plugins.install.environment import InstallError, Report
from nanoos_plugins.install.profile import NoProfileError, load, profile_names

ORIGINS = {
    'path': 'on PATH',
    'wheels': 'own environment',
    'package': 'part of NANO-OS',
    'built-in': 'none needed',
}


@click.group()
def engines() -> None:
    """List, install and check the programs that compute."""


@engines.command('list')
@json_option
def list_engines(json: bool) -> None:
    """List the engines and where their programs are."""
    has_profile = bool(profile_names())
    if has_profile:
        load()
    found = [_describe(load_engine(name), has_profile) for name in engine_names()]
    columns = ('name', 'engine', 'scale', 'tasks', 'program', 'code')
    cells = [
        (one['name'], one['label'], one['scale'], ', '.join(one['tasks']), one['program'], one['code'])
        for one in found
    ]
    emit(found, json, lambda: rows(columns, cells))


@engines.command('install')
@click.argument('names', nargs=-1)
@json_option
def install_engines(names: tuple[str, ...], json: bool) -> None:
    """Install engines (all without NAMES), their codes and data; what is there already is kept."""
    chosen = _chosen(names)
    has_profile = bool(profile_names())
    if has_profile:
        load()
    done = []
    with _steps(len(chosen), json) as begin:
        for engine in chosen:
            report = begin(engine.label)
            try:
                found = provide(engine, report)
            except InstallError as error:
                raise CliError(str(error)) from error
            done.append(
                {
                    'name': engine.name,
                    'origin': found.origin,
                    'executable': None if found.executable is None else str(found.executable),
                    'registered': has_profile and engine.code_plugin is not None,
                }
            )
    cells = [(one['name'], ORIGINS[str(one['origin'])], one['executable'] or '') for one in done]
    emit(done, json, lambda: rows(('name', 'program', 'executable'), cells))
    if not has_profile:
        click.echo(
            'no profile yet, so none is registered as a code: `nanoos profile create embedded`, then '
            '`nanoos engines install` once more, does that',
            err=True,
        )


@engines.command('check')
@click.argument('names', nargs=-1)
@json_option
def check_engines(names: tuple[str, ...], json: bool) -> None:
    """Run a tiny case with a known answer on each engine (all without NAMES) and compare."""
    chosen = _chosen(names)
    try:
        load()
    except NoProfileError as error:
        raise CliError(str(error)) from error
    checks, errors = [], {}
    with _steps(len(chosen), json) as begin, _quiet_aiida():
        for engine in chosen:
            begin(engine.label)('running the reference case')
            try:
                checks.append(check(engine))
            except (InstallError, ValueError) as error:
                errors[engine.name] = str(error)
    data = [{**asdict(one), 'passed': one.passed} for one in checks]
    data += [{'engine': name, 'passed': False, 'error': error} for name, error in errors.items()]
    emit(data, json, lambda: _check_table(checks))
    wrong = [one.engine for one in checks if not one.passed]
    failures = [*errors.values(), *(f'{name} is outside its tolerance' for name in wrong)]
    if failures:
        raise CliError('; '.join(failures))


def _chosen(names: Sequence[str]) -> list[Engine[Any]]:
    try:
        return [load_engine(name) for name in (names or engine_names())]
    except ValueError as error:
        raise CliError(str(error)) from error


def _describe(engine: Engine[Any], has_profile: bool) -> dict[str, Any]:
    found = find(engine)
    code = find_code(engine) if has_profile and engine.code_plugin is not None else None
    return {
        'name': engine.name,
        'label': engine.label,
        'scale': engine.scale,
        'tasks': sorted(engine.tasks),
        'installed': found is not None,
        'program': 'not installed' if found is None else ORIGINS[found.origin],
        'executable': str(found.executable) if found is not None and found.executable is not None else None,
        'code': None if code is None else code.full_label,
    }


def _check_table(checks: Sequence[Check]) -> Any:
    columns = ('engine', 'quantity', 'value', 'reference', 'unit', '', 'seconds', 'source')
    cells = [
        (
            one.engine,
            one.quantity,
            f'{one.value:.4f}',
            f'{one.reference:g} ± {one.tolerance:g}',
            one.unit,
            'passed' if one.passed else 'FAILED',
            f'{one.seconds:.1f}',
            one.source,
        )
        for one in checks
    ]
    return rows(columns, cells)


@contextmanager
def _steps(total: int, json: bool) -> Iterator[Any]:
    """Show what is being done on standard error: a live line on a terminal, a line a step elsewhere.

    Gives a function that begins the next of `total` parts by its title and returns its `Report`.
    """
    console = Console(file=sys.stderr, quiet=json)  # this very stream, also while others are kept off it
    columns = (SpinnerColumn(), TextColumn('[progress.description]{task.description}'), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task('', total=total)

        def begin(title: str) -> Report:
            progress.update(task, description=title)

            def report(line: str) -> None:
                progress.update(task, description=f'{title}: {line}')
                if not console.is_terminal:
                    console.print(f'{title}: {line}', highlight=False)

            return report

        yield begin


@contextmanager
def _quiet_aiida() -> Iterator[None]:
    """Keep the reports of processes that run here off the terminal; the database still records them.

    AiiDA's handler that is there already is turned down; those it makes while a process runs write to where
    standard error points then.
    """
    streams = [one for one in logging.getLogger('aiida').handlers if type(one) is logging.StreamHandler]
    levels = [stream.level for stream in streams]
    for stream in streams:
        stream.setLevel(logging.CRITICAL)
    try:
        with redirect_stderr(io.StringIO()):
            yield
    finally:
        for stream, level in zip(streams, levels, strict=True):
            stream.setLevel(level)
