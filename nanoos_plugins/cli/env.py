"""`nanoos env`: what to export so that plain `verdi` works on this instance."""

from __future__ import annotations

import shlex

import click

from nanoos_plugins.cli.output import emit, json_option
from nanoos_plugins.install.home import environment


@click.command()
@json_option
def env(json: bool) -> None:
    """Print what to export so that plain `verdi` works on this instance: `eval "$(nanoos env)"`."""
    variables = environment()
    emit(variables, json, lambda: None)
    if not json:
        for name, value in variables.items():
            click.echo(f'export {name}={shlex.quote(value)}')
