"""`nanoos profile`: the AiiDA profile of this instance."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.install import profile as profiles


@click.group()
def profile() -> None:
    """Create, list, show and delete the profile of this instance."""


@profile.group()
def create() -> None:
    """Create a profile."""


@create.command()
@click.option('--email', help='E-mail address of the default user.  [default: <login name>@localhost]')
@click.option('--first-name', default='', help='First name of the default user.')
@click.option('--last-name', default='', help='Last name of the default user.')
@json_option
def embedded(email: str | None, first_name: str, last_name: str, json: bool) -> None:
    """Create the profile that needs no service and no root: SQLite and ZeroMQ on this machine.

    What is there already is kept.
    """
    try:
        profiles.create_embedded(email, first_name, last_name)
    except ValueError as error:
        raise CliError(str(error)) from None
    _show(profiles.describe(), json)


@profile.command('list')
@json_option
def list_profiles(json: bool) -> None:
    """List the profiles of this instance."""
    found = [profiles.describe(name) for name in profiles.profile_names()]
    cells = [(one.name, one.storage, one.broker, one.default_user, one.storage_path) for one in found]
    emit(
        [one.as_dict() for one in found],
        json,
        lambda: rows(('name', 'storage', 'broker', 'default user', 'stored in'), cells),
    )


@profile.command()
@json_option
def show(json: bool) -> None:
    """Show what the profile is made of."""
    try:
        summary = profiles.describe()
    except profiles.NoProfileError as error:
        raise CliError(str(error)) from None
    _show(summary, json)


@profile.command()
@click.option('--yes', is_flag=True, help='Do not ask.')
@json_option
def delete(yes: bool, json: bool) -> None:
    """Stop the daemon and delete the profile with all its data."""
    try:
        summary = profiles.describe()
        if not yes:
            click.confirm(f'Delete all data in {summary.storage_path}?', abort=True, err=True)
        profiles.delete()
    except profiles.NoProfileError as error:
        raise CliError(str(error)) from None
    emit({'deleted': summary.name}, json, lambda: f'deleted profile {summary.name}')


def _show(summary: profiles.ProfileSummary, json: bool) -> None:
    def table() -> Table:
        values: dict[str, Any] = summary.as_dict()
        options = values.pop('options')
        return rows(('setting', 'value'), [*values.items(), *options.items()])

    emit(summary.as_dict(), json, table)
