"""Results for people: tables of what jobs give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from nanoos_plugins.data.quantities import Quantity, quantities


def _number(value: Any) -> str:
    return f'{value:.6g}' if isinstance(value, float) else str(value)


def _cell(entry: Quantity) -> str:
    value = entry.value
    if isinstance(value, list) and value and isinstance(value[0], list):
        return '\n'.join('  '.join(f'{_number(cell):>9}' for cell in row) for row in value)
    if isinstance(value, list):
        return ', '.join(_number(cell) for cell in value)
    return _number(value)


def quantity_table(title: str, document: Mapping[str, Any]) -> Table:
    """Return the results dictionary as a table with units."""
    table = Table('quantity', 'value', 'unit', title=title, title_justify='left')
    table.columns[1].justify = 'right'
    for entry in quantities(document):
        spread = '' if entry.uncertainty is None else f' ± {_number(entry.uncertainty)}'
        table.add_row(*map(escape, (entry.name, _cell(entry) + spread, entry.unit)))
    return table
