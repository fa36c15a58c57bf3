"""Strains: Mandel's notation, the number of independent ones per crystal class, finite deformations."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk
from scipy.spatial.transform import Rotation

from nanoos_plugins.calculations.strain import (
    deformation_gradient,
    from_mandel,
    has_equivalent_reverse,
    independent_patterns,
    rotated,
    second_piola_kirchhoff,
    strains,
    to_mandel,
)
from nanoos_plugins.calculations.symmetry import point_group

GENERATOR = np.random.default_rng(7)


def symmetric(scale: float = 1.0) -> np.ndarray:
    matrix = scale * GENERATOR.normal(size=(3, 3))
    return (matrix + matrix.T) / 2


def test_mandel_vectors_keep_scalar_products_and_come_back() -> None:
    a, b = symmetric(), symmetric()
    assert to_mandel(a) @ to_mandel(b) == pytest.approx(np.sum(a * b))
    assert np.allclose(from_mandel(to_mandel(a)), a)
    assert to_mandel(np.array([a, b])).shape == (2, 6)


@pytest.mark.parametrize(
    ('cell', 'patterns', 'evaluations'),
    [
        ([4, 4, 4, 90, 90, 90], 2, 3),  # cubic: xx ±, and a shear whose reverse is equivalent
        ([4, 4, 5, 90, 90, 90], 4, 6),  # tetragonal: xx ±, zz ±, yz, xy
        ([3, 3, 5, 90, 90, 120], 3, 5),  # hexagonal: xx ±, zz ±, yz
        ([4, 5, 6, 90, 90, 90], 6, 9),  # orthorhombic
        ([4, 5, 6, 90, 100, 90], 6, 10),  # monoclinic: xx ±, yy ±, zz ±, xz ±, yz, xy
        ([4, 5, 6, 80, 95, 100], 6, 12),  # triclinic
    ],
)
def test_number_of_independent_strains(cell: list[float], patterns: int, evaluations: int) -> None:
    rotations = point_group(orm.StructureData(ase=Atoms('Cu', cell=cell, pbc=True)))
    assert len(independent_patterns(rotations)) == patterns
    assert len(strains(rotations, [0.01])) == evaluations
    assert len(strains(rotations, [0.01, 0.005])) == 2 * evaluations


@pytest.mark.parametrize('atoms', [bulk('Cu'), bulk('Mg'), bulk('Si')], ids=['fcc', 'hcp', 'diamond'])
def test_images_span_all_strains_in_any_orientation(atoms: Atoms) -> None:
    atoms.rotate(33, (1, 0.3, -2), rotate_cell=True)
    rotations = point_group(orm.StructureData(ase=atoms))
    images = to_mandel(rotated(independent_patterns(rotations), rotations)).reshape(-1, 6)
    assert np.linalg.matrix_rank(images, tol=1e-2) == 6


def test_reverse_of_shear_is_equivalent_in_cubic_crystals_only_for_shear() -> None:
    rotations = point_group(orm.StructureData(ase=bulk('Cu')))
    assert has_equivalent_reverse(from_mandel(np.eye(6)[3]), rotations)
    assert not has_equivalent_reverse(from_mandel(np.eye(6)[0]), rotations)


def test_deformation_gradient_has_the_lagrangian_strain() -> None:
    strain = symmetric(0.02)
    gradient = deformation_gradient(strain)
    assert np.allclose(gradient, gradient.T)
    assert np.allclose((gradient.T @ gradient - np.eye(3)) / 2, strain)


def test_conjugate_stress_is_the_derivative_of_the_energy() -> None:
    """Take a material whose energy density is known in the Lagrangian strain, W = tr(η)² + 2 tr(η²).

    Its Cauchy stress is F (dW/dη) Fᵀ / det F; the function has to give dW/dη back.
    """
    strain = symmetric(0.05)
    gradient = deformation_gradient(strain)
    derivative = 2 * np.trace(strain) * np.eye(3) + 4 * strain
    cauchy = gradient @ derivative @ gradient.T / np.linalg.det(gradient)
    assert np.allclose(second_piola_kirchhoff(cauchy, gradient), derivative)


def test_rotation_carries_stress_and_strain_alike() -> None:
    rotation = Rotation.from_euler('xyz', [10, 20, 30], degrees=True).as_matrix()
    tensor = symmetric()
    assert np.allclose(rotated(tensor, rotation[None])[0], rotation @ tensor @ rotation.T)
