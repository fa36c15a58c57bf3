"""`nanoos doctor`: check this instance and say how to mend what is broken."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from rich.markup import escape
from rich.table import Table

from nanoos_plugins.cli.output import emit, json_option
from nanoos_plugins.install.doctor import Finding, examine

MARKS = {'ok': '[green]ok[/]', 'warning': '[yellow]warning[/]', 'broken': '[bold red]broken[/]'}


@click.command()
@json_option
def doctor(json: bool) -> None:
    """Check profile, daemon, engines, data and disk; exit code 1 when something required is broken."""
    findings = list(examine())
    emit([asdict(one) for one in findings], json, lambda: _table(findings))
    if any(one.state == 'broken' for one in findings):
        sys.exit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table('checked', 'state', 'found', 'how to mend it')
    for one in findings:
        table.add_row(escape(one.subject), MARKS[one.state], escape(one.found), escape(one.mend))
    return table
