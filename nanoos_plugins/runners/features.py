"""Make features of structures: `python -m nanoos_plugins.runners.features input.json`.

The input is JSON: `settings` (`ml.feature_settings.FeatureSettings`) and `structures`, a list of `label`,
`species` (the part of each element on a site, site by site), `positions` [Å], `cell` [Å] and `pbc`. The
arrays are the blocks of features (`ml.features.WIDTHS`) of those that have any, in the order of the input;
the summary has `left_out`, why each of the others has none, by label. While it runs it tells how many are
done.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.feature_settings import VERSION, FeatureSettings
from nanoos_plugins.ml.features import WIDTHS, features_of
from nanoos_plugins.runners.job import Live, Outcome, main

#: Structures whose features are made between two lines of what is told.
TOLD = 64


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return features and reasons, see above.

    :raises ValueError: when features of another version are asked for than this package makes.
    """
    settings = FeatureSettings.model_validate(job['settings'])
    if settings.version != VERSION:
        raise ValueError(
            f'features of version {settings.version} are asked for, this package makes version {VERSION}: '
            'install the same nanoos on both computers'
        )
    entries = job['structures']
    blocks: dict[str, list[Any]] = {name: [np.empty((0, width))] for name, width in WIDTHS.items()}
    left_out: dict[str, str] = {}
    with Live(folder, ['structures', 'of']) as live:
        for first in range(0, len(entries), TOLD):
            _add(entries[first : first + TOLD], settings.pretrained, blocks, left_out)
            live.tell(min(first + TOLD, len(entries)), len(entries))
    return Outcome(
        arrays={name: np.concatenate(parts) for name, parts in blocks.items()},
        summary={'left_out': left_out},
        warnings=[f'{label}: {reason}' for label, reason in left_out.items()],
    )


def _add(
    entries: Sequence[Mapping[str, Any]],
    pretrained: str,
    blocks: Mapping[str, list[Any]],
    left_out: dict[str, str],
) -> None:
    """Add the features of some structures to the blocks, and what is wrong with the others to `left_out`."""
    structures, labels = [], []
    for entry in entries:
        try:
            structures.append(structure_of(entry))
            labels.append(entry['label'])
        except ValueError as error:
            left_out[entry['label']] = str(error)
    found = features_of(structures, pretrained)
    left_out.update({labels[row]: reason for row, reason in found.problems.items()})
    for name, block in found.blocks.items():
        blocks[name].append(block)


def structure_of(entry: Mapping[str, Any]) -> Structure:
    """Return a structure of the input.

    :raises ValueError: when its cell has no volume, or a site has an element that there is not.
    """
    cell = np.array(entry['cell'])
    if abs(np.linalg.det(cell)) < 1e-6:
        raise ValueError('its cell has no volume: put it into a box first')
    if any('X' in site for site in entry['species']):
        raise ValueError('it has sites of no element (X)')
    lattice = Lattice(cell, pbc=tuple(entry['pbc']))
    return Structure(lattice, entry['species'], entry['positions'], coords_are_cartesian=True)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['numpy', 'torch', 'chgnet']))
