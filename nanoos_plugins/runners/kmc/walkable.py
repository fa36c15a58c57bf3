"""What can be walked: the lattice of a job, its rates, and what is refused; compiles nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanoos_plugins.runners.kmc.lattice import Floats, Lattice, build, recognise
from nanoos_plugins.runners.kmc.rates import by_neighbours, five, solute_hops

#: Samples of a window, and hops between them of each defect: windows of 1000 hops outlast the correlations.
POINTS, STRIDE = 20, 50

#: Fewer windows of a walk give no mean square displacement.
FEWEST_WINDOWS = 10


def defects_of(settings: Mapping[str, Any]) -> int:
    """Return how many defects are in the cell."""
    return 1 if settings['task'] == 'impurity' else int(settings['defects'])


def lattice_of(structure: Mapping[str, Any], settings: Mapping[str, Any]) -> Lattice:
    """Return the periodic cell on which the defects walk.

    :raises ValueError: for a structure without one, or adatoms on anything but fcc.
    """
    name, parameter = recognise(structure)
    if settings['task'] == 'adatom':
        if name != 'fcc':
            raise ValueError(f'adatoms hop on surfaces of fcc crystals, got {name}: give an fcc structure')
        name = f'fcc({settings["surface"]})'
    return build(name, parameter, settings['supercell'])


def table_of(settings: Mapping[str, Any], lattice: Lattice, temperature: float) -> Floats:
    """Return the rates [THz]: w0 … w4 of a solute, else those by the change of the number of neighbours.

    :raises ValueError: for a barrier, attempt frequency or temperature that gives none.
    """
    if settings['task'] == 'impurity':
        return five(solute_hops(settings), temperature)
    frequency, barrier = settings.get('attempt_frequency'), settings.get('migration_barrier')
    pair_energy = settings['pair_energy'] if defects_of(settings) > 1 else 0.0
    return by_neighbours(frequency, barrier, pair_energy, lattice.coordination, temperature)


def check(settings: Mapping[str, Any], lattice: Lattice) -> None:
    """Refuse what no walk can be made of.

    :raises ValueError: says what to give instead.
    """
    n = defects_of(settings)
    if n >= lattice.sites / 2:
        raise ValueError(
            f'{n} defects on {lattice.sites} sites: give fewer than half as many, or a larger supercell'
        )
    fewest = FEWEST_WINDOWS * POINTS * STRIDE * n
    if settings['hops'] < fewest:
        raise ValueError(f'{n} defects need at least {fewest} hops, got {settings["hops"]}')
    if settings['task'] == 'impurity':
        rotates = settings.get('rotation_barrier') is not None
        if rotates != (lattice.name == 'fcc'):
            raise ValueError(
                'rotation_barrier is of the hop between two neighbours of the solute, which only fcc '
                f'has: {"leave it out" if rotates else "give it"} for {lattice.name}'
            )
    for temperature in settings['temperatures']:
        table_of(settings, lattice, temperature)
