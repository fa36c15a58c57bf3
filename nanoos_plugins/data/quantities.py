"""Names, values, units and uncertainties out of the dictionaries that jobs give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: How a unit ends a key of a results dictionary (`volume_A3`) and how people write it.
UNITS = {
    'A': 'Å',
    'A2': 'Å²',
    'A3': 'Å³',
    'eV': 'eV',
    'meV': 'meV',
    'GPa': 'GPa',
    'K': 'K',
    'fs': 'fs',
    'ps': 'ps',
    'THz': 'THz',
}


@dataclass(frozen=True)
class Quantity:
    """One line of results; `unit` is empty for what has none."""

    name: str
    value: Any
    unit: str = ''
    uncertainty: Any = None


def quantities(document: Mapping[str, Any], prefix: str = '') -> Iterator[Quantity]:
    """Yield what a results dictionary holds, nested dictionaries with their path as name.

    A value is `{value, unit, uncertainty}` or stands under a key that ends in its unit.
    """
    for key, value in document.items():
        name = f'{prefix}{key}'
        if isinstance(value, Mapping) and {'value', 'unit'} <= set(value):
            yield Quantity(name, value['value'], str(value['unit']), value.get('uncertainty'))
        elif isinstance(value, Mapping):
            yield from quantities(value, f'{name}.')
        elif value is not None and value != []:
            stem, _, unit = name.rpartition('_')
            known = bool(stem) and unit in UNITS
            yield Quantity(stem if known else name, value, UNITS[unit] if known else '')
