"""What models read of structures: nothing but the crystal, and gaps are gaps."""

from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Structure

from nanoos_plugins.ml.models.inputs import Inputs, inputs_of
from nanoos_plugins.ml.models.scaling import Scaling


def test_supercells_are_the_same_to_models(crystals: dict[str, Structure]) -> None:
    structures = list(crystals.values())
    one, two = inputs_of(structures), inputs_of([structure * (1, 2, 1) for structure in structures])
    assert one.elements == two.elements
    for name, block in one.features.items():
        assert two.features[name] == pytest.approx(block, abs=2e-4, rel=2e-4), name


def test_rows_are_taken_with_all_that_is_theirs(crystals: dict[str, Structure]) -> None:
    structures = [crystals['copper'], crystals['salt'], crystals['iron']]
    some = inputs_of(structures).take(np.array([2, 1]))
    assert list(some.elements) == [{'Fe'}, {'Na', 'Cl'}]
    assert list(some.structures) == [crystals['iron'], crystals['salt']]
    assert some.features['energy'] == pytest.approx(
        inputs_of(structures[::-1]).features['energy'][:2], abs=1e-4
    )


def test_what_is_not_known_is_as_usual() -> None:
    values = np.array([[1.0, 5.0, np.nan], [3.0, np.nan, np.nan], [5.0, 7.0, np.nan]])
    scaled = Scaling.of(values).scale(values)
    assert scaled[:, 0] == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])
    assert scaled[:, 1].tolist() == [-1, 0, 1]
    assert scaled[:, 2].tolist() == [0, 0, 0]


def test_rows_of_which_nothing_is_known_are_named() -> None:
    features = np.ones((12, 2))
    features[3, 0] = np.nan  # a gap
    features[5] = np.nan
    features[7, 1] = np.inf
    rows = Inputs([frozenset({'Cu'})] * 12, {'mean': features})
    with pytest.raises(ValueError, match='features of rows 5, 7 are not finite'):
        rows.blocks(['mean'])
