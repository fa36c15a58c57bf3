"""The box of the parameters as a grid, and whether it can hold an interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanoos_plugins.runners.phase_field.grid import Grid
from nanoos_plugins.runners.phase_field.material import Material

#: Cells across an interface: with fewer it is refused, or warned of.
FEWEST_CELLS, FEW_CELLS = 2.0, 4.0

#: Most cells of a box.
MOST_CELLS = 4_194_304


def box(settings: Mapping[str, Any], unit: float) -> Grid:
    """Return the grid with lengths in `unit` [m]."""
    along = 'xyz'[: settings['dimension']]
    return Grid(
        [settings[f'size_{axis}'] / unit for axis in along],
        [settings[f'cells_{axis}'] for axis in along],
        settings['boundary'] == 'periodic',
    )


def check(settings: Mapping[str, Any], what: Material) -> None:
    """Refuse a box that has too many cells, or too few across an interface.

    :raises ValueError: says what to give instead.
    """
    along = 'xyz'[: settings['dimension']]
    count = 1
    for axis in along:
        count *= settings[f'cells_{axis}']
    if count > MOST_CELLS:
        raise ValueError(f'the box has {count} cells, at most {MOST_CELLS} are taken; lower cells_x …')
    across = across_interface(settings, what)
    if across < FEWEST_CELLS:
        width = what.interface_width()
        raise ValueError(
            f'an interface is {width:.3g} m wide, {across:.2g} cells; at least {FEWEST_CELLS:g} are '
            'expected: raise cells_x …, or make the box smaller'
        )


def across_interface(settings: Mapping[str, Any], what: Material) -> float:
    """Return how many of its widest cells an interface is wide."""
    along = 'xyz'[: settings['dimension']]
    widest = max(settings[f'size_{axis}'] / settings[f'cells_{axis}'] for axis in along)
    return float(what.interface_width() / widest)
