"""Crystals as a few plain arrays, and back: what files of data sets hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pymatgen.core import Structure

Array = npt.NDArray[Any]
NAMES = ('counts', 'numbers', 'positions', 'cells')


def pack(structures: Sequence[Structure]) -> dict[str, Array]:
    """Return `counts` (n,), `numbers` and `positions` [Å] of all atoms in turn, `cells` (n, 3, 3) [Å]."""
    return {
        'counts': np.array([len(one) for one in structures]),
        'numbers': np.concatenate([one.atomic_numbers for one in structures]),
        'positions': np.concatenate([one.cart_coords for one in structures]),
        'cells': np.array([one.lattice.matrix for one in structures]),
    }


def of_each(values: Array, counts: Array) -> list[Array]:
    """Return the values of the atoms of each structure, (count, …) each, out of those of all atoms."""
    return np.split(values, np.cumsum(counts)[:-1])


def unpack(arrays: Mapping[str, Array]) -> list[Structure]:
    """Return the structures of which `pack` made the arrays."""
    ends = np.cumsum(arrays['counts'])
    return [
        Structure(
            cell,
            arrays['numbers'][end - count : end],
            arrays['positions'][end - count : end],
            coords_are_cartesian=True,
        )
        for end, count, cell in zip(ends, arrays['counts'], arrays['cells'], strict=True)
    ]
