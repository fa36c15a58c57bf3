"""How a benchmark reports: a readable table, then one line of JSON."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


def end_on_sigterm() -> None:
    """Let SIGTERM end a benchmark as Ctrl-C does: with what it started stopped and deleted."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def report(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: Mapping[str, Any],
    targets: Mapping[str, str],
    holds: bool,
    quiet: bool = False,
) -> None:
    """Print `rows` as a table and, last, `{"name": …, "figures": …, "targets": …, "holds": …}`.

    :param quiet: print the last line only.
    """
    table = Table(title=name)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    if not quiet:
        Console().print(table)
    print(json.dumps({'name': name, 'figures': figures, 'targets': targets, 'holds': holds}))
