"""How commands speak: a table for people, JSON for programs, one line for an error."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

json_option = click.option('--json', 'json', is_flag=True, help='Print JSON instead of a table.')


class CliError(click.ClickException):
    """An error that ends a command: one line on standard error, exit code 1."""

    def __init__(self, message: str) -> None:
        super().__init__(' '.join(str(message).split()))


def emit(data: Any, json: bool, table: Callable[[], Any]) -> None:
    """Print `data` as JSON, else what `table` returns (anything rich can print; None prints nothing)."""
    if json:
        click.echo(json_module.dumps(data, indent=2, ensure_ascii=False))
        return
    shown = table()
    if shown is not None:
        console().print(shown)


def rows(columns: Sequence[str], values: Sequence[Sequence[Any]], title: str | None = None) -> Table:
    """Return a table with one row for each sequence in `values`; None shows as an empty cell."""
    table = Table(*columns, title=title)
    for row in values:
        table.add_row(*('' if cell is None else escape(str(cell)) for cell in row))
    return table


def console() -> Console:
    """Return the console of standard output; wide where the output is no terminal, so that nothing is cut."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=200)
