"""A data set of rock salts and models that learn their volume, made through the API: small and quick."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

METALS = ('Mg', 'Ca', 'Sr', 'Mn', 'Fe', 'Co', 'Ni', 'Cd')
#: [Å] Of the cubic cells.
LENGTHS = tuple(4.0 + 0.15 * step for step in range(10))
TARGET, UNIT = 'volume_per_atom', 'Å³'


def salt(metal: str, a: float, anion: str = 'O') -> str:
    """Return the CIF of a rock salt with a cubic cell of length a [Å], as its primitive cell."""
    edge = a / math.sqrt(2)
    return '\n'.join(
        [
            f'data_{metal}{anion}',
            *(f'_cell_length_{name} {edge:.6f}' for name in 'abc'),
            *(f'_cell_angle_{name} 60' for name in ('alpha', 'beta', 'gamma')),
            'loop_',
            '_atom_site_label',
            '_atom_site_type_symbol',
            '_atom_site_fract_x',
            '_atom_site_fract_y',
            '_atom_site_fract_z',
            f'{metal}1 {metal} 0 0 0',
            f'{anion}1 {anion} 0.5 0.5 0.5',
            '',
        ]
    )


def volume(a: float) -> float:
    """Return the volume an atom of a rock salt [Å³]."""
    return a**3 / 8


def rows() -> list[dict[str, Any]]:
    """Return records of a file: rock salts with their volume, one of them twice and one without a number."""
    good = [
        {'structure': salt(metal, a), TARGET: volume(a), 'unit': UNIT} for metal in METALS for a in LENGTHS
    ]
    return [*good, good[3], {'structure': salt('Ba', 5.5), TARGET: None, 'unit': UNIT}]


def upload(post: Callable[[str, dict[str, Any]], Any], name: str) -> str:
    """Make the data set; return its UUID.

    :param post: of a path of the API and a body, returns the answer.
    """
    body = {'filename': 'salts.json', 'content': json.dumps(rows()), 'target': TARGET, 'name': name}
    return str(post('/ml/datasets/upload', body)['uuid'])


def submit(post: Callable[[str, dict[str, Any]], Any], dataset: str, name: str, **settings: Any) -> str:
    """Submit the training of a model on it; return the UUID of the job."""
    given = {'test': 0.3, 'calibration': 0.3, **settings}
    return str(post('/ml/train', {'dataset': dataset, 'name': name, 'settings': given})['uuid'])
