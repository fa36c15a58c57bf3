"""Descriptors of crystals whose values are in every table."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.descriptors import DESCRIPTORS, describe


def described(structure: Structure) -> dict[str, float]:
    return dict(zip(DESCRIPTORS, describe([structure])[0], strict=True))


@pytest.mark.parametrize(
    ('name', 'density', 'space_group', 'coordination'),
    # Densities [kg/m³] from the cells and the masses of the elements; the groups are those of the types.
    [('copper', 8970, 225, 12), ('silicon', 2330, 227, 4), ('salt', 2164, 225, 6), ('iron', 7846, 229, 14)],
)
def test_known_crystals(
    crystals: dict[str, Structure], name: str, density: float, space_group: int, coordination: float
) -> None:
    found = described(crystals[name])
    assert found['density'] == pytest.approx(density, rel=3e-3)
    assert found['space_group'] == space_group
    assert found['coordination'] == coordination


def test_statistics_are_over_the_atoms(crystals: dict[str, Structure]) -> None:
    found = described(crystals['rutile'])
    titanium, oxygen = 1.54, 3.44  # Pauling
    assert found['electronegativity_mean'] == pytest.approx((titanium + 2 * oxygen) / 3)
    assert found['electronegativity_spread'] == pytest.approx((oxygen - titanium) * math.sqrt(2) / 3)
    assert found['electronegativity_smallest'] == titanium
    assert found['electronegativity_largest'] == oxygen
    assert (found['atoms'], found['elements']) == (6, 2)


def test_touching_spheres_fill_what_they_should() -> None:
    radius = 1.35  # that of copper in pymatgen's table
    touching = Structure.from_spacegroup(
        'Fm-3m', Lattice.cubic(2 * math.sqrt(2) * radius), ['Cu'], [[0, 0, 0]]
    )
    assert described(touching)['packing_fraction'] == pytest.approx(math.pi / math.sqrt(18))
    assert described(touching)['nearest_distance'] == pytest.approx(2 * radius)


@pytest.mark.parametrize(
    ('name', 'valence', 'odd', 'balanced'),
    [
        ('copper', 11, 1, 0),  # s and d electrons; a metal
        ('silicon', 4, 0, 0),
        ('salt', 4, 0, 1),  # Na⁺ Cl⁻
        ('rutile', 16 / 3, 0, 1),  # Ti⁴⁺ 2 O²⁻
    ],
)
def test_electrons(
    crystals: dict[str, Structure], name: str, valence: float, odd: float, balanced: float
) -> None:
    found = described(crystals[name])
    assert found['valence_electrons'] == pytest.approx(valence)
    assert (found['odd_electrons'], found['charge_balanced']) == (odd, balanced)


def test_supercells_have_the_same(crystals: dict[str, Structure]) -> None:
    for structure in crystals.values():
        one, two = describe([structure, structure * (2, 1, 1)])
        differ = {
            name for name, a, b in zip(DESCRIPTORS, one, two, strict=True) if abs(a - b) > 1e-6 * abs(a)
        }
        assert differ == {'atoms'}


def test_what_is_not_known_is_nan() -> None:
    found = described(Structure(Lattice.cubic(30.0, pbc=(False,) * 3), ['Ar'], [[0.5, 0.5, 0.5]]))
    nothing = {name for name, value in found.items() if np.isnan(value)}
    assert {'electronegativity_mean', 'density', 'nearest_distance', 'space_group'} <= nothing
    assert not np.isnan(found['mass_mean'])
