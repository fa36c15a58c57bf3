"""Elastic tensors: rotations keep invariants, bounds are those of theory, the impossible is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from nanoos_plugins.runners.fem import bounds, voigt

COPPER = voigt.cubic(168.4, 121.4, 75.4)


def full(stiffness: np.ndarray) -> np.ndarray:
    """Return the tensor (3, 3, 3, 3) of a Voigt matrix."""
    index = np.zeros((3, 3), dtype=int)
    for number, (i, j) in enumerate(voigt.PAIRS):
        index[i, j] = index[j, i] = number
    return stiffness[index[:, :, None, None], index[None, None]]


def test_rotation_is_that_of_the_tensor_of_fourth_rank() -> None:
    random = np.random.default_rng(1)
    matrix = random.random((6, 6))
    matrix = matrix @ matrix.T
    turn = Rotation.random(rng=random).as_matrix()
    turned = np.einsum('ia,jb,kc,ld,abcd', turn, turn, turn, turn, full(matrix))
    np.testing.assert_allclose(full(voigt.rotate(matrix, turn)), turned, rtol=1e-12)


def test_cubic_tensor_keeps_its_invariants() -> None:
    """Cijkl Cijkl, Ciijj and Cijij are the same in all axes; C11 + 2 C12 too."""
    turned = full(voigt.rotate(COPPER, voigt.bunge(31, 47, 62)))
    for pattern in ('ijkl,ijkl', 'iijj,kkll', 'ijij,klkl'):
        assert np.einsum(pattern, turned, turned) == pytest.approx(
            np.einsum(pattern, full(COPPER), full(COPPER)), rel=1e-12
        )
    assert not np.allclose(turned, full(COPPER), rtol=0.01)


def test_symmetry_of_the_cube_and_isotropy_change_nothing() -> None:
    np.testing.assert_allclose(voigt.rotate(COPPER, voigt.bunge(90, 90, 180)), COPPER, atol=1e-12)
    steel = voigt.isotropic(200, 0.3)
    np.testing.assert_allclose(voigt.rotate(steel, voigt.bunge(10, 20, 30)), steel, atol=1e-12)
    assert voigt.is_isotropic(steel)
    assert not voigt.is_isotropic(COPPER)


def test_angles_are_those_of_bunge() -> None:
    """Bunge (1982), eq. 2.50, for (φ1, Φ, φ2) = (90, 90, 0): the crystal's x is the sample's y."""
    np.testing.assert_allclose(voigt.bunge(90, 90, 0), [[0, 0, 1], [1, 0, 0], [0, 1, 0]], atol=1e-15)
    np.testing.assert_allclose(voigt.bunge(30, 0, 30), voigt.bunge(60, 0, 0), atol=1e-15)


def test_bounds_of_copper_are_ordered_and_those_of_hill() -> None:
    """Hill (1952): G_V = (C11 - C12 + 3 C44)/5, G_R = 5 (C11 - C12) C44 / (4 C44 + 3 (C11 - C12))."""
    bulk, upper = bounds.voigt(COPPER)
    assert (bulk, upper) == pytest.approx(((168.4 + 242.8) / 3, (47 + 226.2) / 5))
    lower = 5 * 47 * 75.4 / (4 * 75.4 + 3 * 47)
    assert bounds.reuss(COPPER) == pytest.approx((bulk, lower))
    low, high = bounds.hashin_shtrikman(168.4, 121.4, 75.4)
    assert lower < low < high < upper
    assert bounds.zener(168.4, 121.4, 75.4) == pytest.approx(150.8 / 47)


def test_bounds_of_hashin_and_shtrikman_agree_with_other_forms() -> None:
    """Berryman's form (J. Mech. Phys. Solids 53 (2005) 2141), with ζ = G/6 (9K + 8G)/(K + 2G)."""

    def zeta(shear: float) -> float:
        bulk = (168.4 + 242.8) / 3
        return shear / 6 * (9 * bulk + 8 * shear) / (bulk + 2 * shear)

    for found, extreme in zip(bounds.hashin_shtrikman(168.4, 121.4, 75.4), (23.5, 75.4), strict=True):
        comparison = zeta(extreme)
        mean = 0.4 / (23.5 + comparison) + 0.6 / (75.4 + comparison)
        assert found == pytest.approx(1 / mean - comparison, rel=1e-12)


def test_plane_stress_of_an_isotropic_plate() -> None:
    expected = 200 / (1 - 0.09) * np.array([[1, 0.3, 0], [0.3, 1, 0], [0, 0, 0.35]])
    np.testing.assert_allclose(voigt.plane_stress(voigt.isotropic(200, 0.3)), expected, atol=1e-12)


def test_what_no_material_has_is_refused() -> None:
    skew = COPPER.copy()
    skew[0, 1] = 100.0
    with pytest.raises(ValueError, match='C12 = 100, C21 = 121.4'):
        voigt.check_stiffness(skew)
    with pytest.raises(ValueError, match='not positive definite'):
        voigt.check_stiffness(voigt.cubic(100, 120, 75))
    for wrong in ([[1.0]], np.full((6, 6), np.nan)):
        with pytest.raises(ValueError, match='6 rows of 6 finite numbers'):
            voigt.check_stiffness(wrong)
