"""Names, values, units and uncertainties out of the dictionaries that jobs give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: How a unit ends a key of results (`volume_A3`) and how people write it; the longest comes first.
UNITS = {
    'eV_per_atom_ps': 'eV/(atom ps)',
    'J_per_K_mol': 'J/(K mol)',
    'eV_per_atom': 'eV/atom',
    'mol_per_m2_s': 'mol/(m² s)',
    'mol_per_m3': 'mol/m³',
    'W_per_m_K': 'W/(m K)',
    'W_per_m2': 'W/m²',
    'J_per_m3': 'J/m³',
    'J_per_m2': 'J/m²',
    'm2_per_s': 'm²/s',
    'm_per_s': 'm/s',
    'per_eV': '1/eV',
    'per_ns': '1/ns',
    'per_A': '1/Å',
    'per_K': '1/K',
    'per_s': '1/s',
    'meV': 'meV',
    'GPa': 'GPa',
    'THz': 'THz',
    'A2': 'Å²',
    'A3': 'Å³',
    'eV': 'eV',
    'fs': 'fs',
    'ps': 'ps',
    'm2': 'm²',
    'Pa': 'Pa',
    'A': 'Å',
    'K': 'K',
    'J': 'J',
    'm': 'm',
    's': 's',
}


@dataclass(frozen=True)
class Quantity:
    """One line of results; `unit` is empty for what has none."""

    name: str
    value: Any
    unit: str = ''
    uncertainty: Any = None


def quantities(document: Mapping[str, Any], prefix: str = '', unit: str = '') -> Iterator[Quantity]:
    """Yield what a results dictionary holds, nested dictionaries with their path as name.

    A value is `{value, unit, uncertainty}` or stands under a key that ends in its unit, at any depth.
    """
    for key, value in document.items():
        stem, own = name_and_unit(key)
        name = f'{prefix}{stem}'
        if isinstance(value, Mapping) and {'value', 'unit'} <= set(value):
            yield Quantity(f'{prefix}{key}', value['value'], str(value['unit']), value.get('uncertainty'))
        elif isinstance(value, Mapping):
            yield from quantities(value, f'{name}.', own or unit)
        elif value is not None and value != []:
            yield Quantity(name, value, own or unit)


def name_and_unit(key: str) -> tuple[str, str]:
    """Return what a key says apart from its unit, and the unit, empty for none."""
    for ending, unit in UNITS.items():
        if key.endswith(f'_{ending}') and len(key) > len(ending) + 1:
            return key[: -len(ending) - 1], unit
    # Elastic constants in Voigt's notation: C11.
    return key, 'GPa' if re.fullmatch('C[1-6][1-6]', key) else ''
