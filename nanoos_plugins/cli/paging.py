"""Lists in pages: the options they share, and the instance they read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from nanoos_plugins.cli.job_words import cursor_text, parse_cursor
from nanoos_plugins.cli.output import CliError
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.install.profile import NoProfileError, load

F = TypeVar('F', bound=Callable[..., Any])


def _cursor(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Cursor | None:
    return parse_cursor(value) if value else None


def page_options(function: F) -> F:
    """Add `--limit` and `--after` to a command; `after` arrives as a cursor of `graph.keyset`."""
    after = click.option(
        '--after',
        metavar='CURSOR',
        callback=_cursor,
        help='Continue behind a page: the cursor it ended with.',
    )
    limit = click.option(
        '--limit', type=click.IntRange(1, 1000), default=20, show_default=True, help='Most entries shown.'
    )
    return limit(after(function))


def page(name: str, found: list[dict[str, Any]], after: Cursor | None) -> dict[str, Any]:
    """Return a page as a dictionary that can be written as JSON."""
    return {name: [plain(row) for row in found], 'after': cursor_text(after) if after else None}


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a list as a dictionary that can be written as JSON: times as ISO 8601."""
    return {**row, 'uuid': str(row['uuid']), 'created': row['created'].isoformat()}


def tell_rest(command: str, after: Cursor | None, json: bool) -> None:
    """Say on standard error how to see the entries behind a page."""
    if after and not json:
        click.echo(f'older ones: {command} --after {cursor_text(after)}', err=True)


def use_profile() -> None:
    """Load the profile of this instance.

    :raises CliError: when there is none.
    """
    try:
        load()
    except NoProfileError as error:
        raise CliError(str(error)) from None
