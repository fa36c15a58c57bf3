"""Strains of a crystal: which ones are independent, how a cell takes them, and Mandel's vectors of tensors.

Mandel's notation: a symmetric tensor is the vector (xx, yy, zz, √2 yz, √2 xz, √2 xy), so that scalar products
and rotations of tensors are those of vectors.
"""

from __future__ import annotations

import numpy as np

from nanoos_plugins.engines.results import Array

ROWS, COLUMNS = np.array([0, 1, 2, 1, 0, 0]), np.array([0, 1, 2, 2, 2, 1])
#: Components of a Mandel vector over those of the tensor.
WEIGHTS = np.array([1.0, 1.0, 1.0, np.sqrt(2), np.sqrt(2), np.sqrt(2)])
#: Two unit tensors that differ by less are the same; relaxed cells are symmetric to about this much.
SAME = 1e-3
#: A direction counts as spanned when the smallest singular value of the unit strains exceeds this; a smaller
#: one would let the noise of the stresses grow.
SPANNED = 0.2


def to_mandel(tensors: Array) -> Array:
    """Return the Mandel vectors (…, 6) of symmetric tensors (…, 3, 3)."""
    vectors: Array = WEIGHTS * tensors[..., ROWS, COLUMNS]
    return vectors


def from_mandel(vectors: Array) -> Array:
    """Return the symmetric tensors (…, 3, 3) of Mandel vectors (…, 6)."""
    tensors = np.empty((*vectors.shape[:-1], 3, 3))
    tensors[..., ROWS, COLUMNS] = tensors[..., COLUMNS, ROWS] = vectors / WEIGHTS
    return tensors


def rotated(tensors: Array, rotations: Array) -> Array:
    """Return R T Rᵀ for every rotation (n, 3, 3) and every tensor (…, 3, 3): shape (n, …, 3, 3)."""
    images: Array = np.einsum('gij,...jk,glk->g...il', rotations, tensors, rotations)
    return images


def independent_patterns(rotations: Array) -> Array:
    """Return the fewest unit strains among xx, yy, zz, yz, xz, xy (n, 3, 3) that determine all six.

    A crystal's response to a strain gives, by its point group, the response to every image of that strain;
    so a component is left out when the images of those before it already span it.
    """
    chosen: list[Array] = []
    span = np.empty((0, 6))
    for pattern in from_mandel(np.eye(6)):
        larger = np.concatenate([span, to_mandel(rotated(pattern, rotations))])
        if np.linalg.matrix_rank(larger, tol=SPANNED) > np.linalg.matrix_rank(span, tol=SPANNED):
            chosen.append(pattern)
            span = larger
    return np.array(chosen)


def has_equivalent_reverse(pattern: Array, rotations: Array) -> bool:
    """Return whether a symmetry turns a strain (3, 3) into its reverse, as with shear in a cubic crystal."""
    return bool((np.abs(rotated(pattern, rotations) + pattern).max(axis=(1, 2)) < SAME).any())


def strains(rotations: Array, magnitudes: list[float]) -> Array:
    """Return all Lagrangian strains (n, 3, 3) [-] to evaluate for the full elastic tensor.

    Each independent pattern with each magnitude and both signs, without reverses that symmetry gives.
    """
    return np.array(
        [
            sign * magnitude * pattern
            for pattern in independent_patterns(rotations)
            for magnitude in magnitudes
            for sign in ((1,) if has_equivalent_reverse(pattern, rotations) else (1, -1))
        ]
    )


def deformation_gradient(strain: Array) -> Array:
    """Return the symmetric F (3, 3) with Lagrangian strain (FᵀF − 1)/2 = `strain`."""
    values, vectors = np.linalg.eigh(np.eye(3) + 2 * strain)
    gradient: Array = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    return gradient


def second_piola_kirchhoff(stress: Array, gradient: Array) -> Array:
    """Return det(F) F⁻¹ σ F⁻ᵀ, the stress (3, 3) conjugate to the Lagrangian strain, from Cauchy's σ."""
    inverse = np.linalg.inv(gradient)
    conjugate: Array = np.linalg.det(gradient) * inverse @ stress @ inverse.T
    return conjugate
