"""Crystals and rows that the tests of learning share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models.inputs import Inputs


@pytest.fixture(scope='session')
def crystals() -> dict[str, Structure]:
    """Make crystals that everybody knows, by name."""
    return {
        'copper': Structure.from_spacegroup('Fm-3m', Lattice.cubic(3.61), ['Cu'], [[0, 0, 0]]),
        'iron': Structure.from_spacegroup('Im-3m', Lattice.cubic(2.87), ['Fe'], [[0, 0, 0]]),
        'silicon': Structure.from_spacegroup('Fd-3m', Lattice.cubic(5.43), ['Si'], [[0, 0, 0]]),
        'salt': Structure.from_spacegroup(
            'Fm-3m', Lattice.cubic(5.64), ['Na', 'Cl'], [[0, 0, 0], [0.5, 0.5, 0.5]]
        ),
        'rutile': Structure.from_spacegroup(
            'P4_2/mnm', Lattice.tetragonal(4.594, 2.959), ['Ti', 'O'], [[0, 0, 0], [0.305, 0.305, 0]]
        ),
    }


@pytest.fixture
def rows() -> Callable[..., Inputs]:
    """Make rows of features, all of the elements Na and Cl; the descriptors say nothing."""

    def make(features: np.ndarray) -> Inputs:
        blocks = {'mean': np.asarray(features, dtype=float), 'descriptors': np.zeros((len(features), 0))}
        return Inputs([frozenset({'Na', 'Cl'})] * len(features), blocks)

    return make
