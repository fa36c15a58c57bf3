"""The rows of an archive that was read: as `runners.read_archive` wrote them, a table at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def read_tables(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield each table with its rows, which are to be taken before the next table."""
    with path.open(encoding='utf-8') as lines:
        for table, rows in groupby(map(json.loads, lines), key=lambda line: str(line[0])):
            yield table, (row for _, row in rows)


def read_table(path: Path, wanted: str) -> Iterator[Row]:
    """Yield the rows of one table."""
    for table, rows in read_tables(path):
        if table == wanted:
            yield from rows
