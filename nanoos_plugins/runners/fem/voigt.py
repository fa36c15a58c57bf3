"""Elastic tensors in Voigt order xx, yy, zz, yz, xz, xy with engineering shear strains, in GPa."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array

#: Indices (i, j) of each Voigt component.
PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
#: Largest relative asymmetry that is taken for rounding.
SYMMETRY_TOLERANCE = 1e-6
IN_PLANE = [0, 1, 5]


def check_stiffness(stiffness: Sequence[Sequence[float]] | Array) -> Array:
    """Return a stiffness as an array (6, 6) [GPa], made exactly symmetric.

    :raises ValueError: when it has another shape, is not finite, not symmetric or not positive definite
        (Born's condition of stability).
    """
    try:
        matrix: Array = np.array(stiffness, dtype=float)
    except ValueError as error:
        raise ValueError('stiffness: expected 6 rows of 6 numbers [GPa], got rows of another form') from error
    if matrix.shape != (6, 6) or not np.isfinite(matrix).all():
        raise ValueError(
            f'stiffness: expected 6 rows of 6 finite numbers [GPa], got the shape {matrix.shape}'
        )
    asymmetry = np.abs(matrix - matrix.T).max()
    if asymmetry > SYMMETRY_TOLERANCE * np.abs(matrix).max():
        i, j = np.unravel_index(np.abs(matrix - matrix.T).argmax(), (6, 6))
        raise ValueError(
            f'stiffness is not symmetric: C{i + 1}{j + 1} = {matrix[i, j]:g}, '
            f'C{j + 1}{i + 1} = {matrix[j, i]:g}; give the same value for both'
        )
    matrix = (matrix + matrix.T) / 2
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest <= 0:
        raise ValueError(
            f'stiffness is not positive definite (lowest eigenvalue {lowest:.4g} GPa): no material has it; '
            'check the order xx, yy, zz, yz, xz, xy and the signs'
        )
    return matrix


def isotropic(young: float, poisson: float) -> Array:
    """Return the stiffness (6, 6) [GPa] of an isotropic material, `young` in GPa."""
    shear = young / (2 * (1 + poisson))
    lame = young * poisson / ((1 + poisson) * (1 - 2 * poisson))
    return cubic(lame + 2 * shear, lame, shear)


def cubic(c11: float, c12: float, c44: float) -> Array:
    """Return the stiffness (6, 6) [GPa] of a cubic crystal in its crystal axes."""
    matrix = np.diag([c11 - c12] * 3 + [c44] * 3)
    matrix[:3, :3] += c12
    return matrix


def of_settings(settings: Mapping[str, Any]) -> Array:
    """Return the stiffness (6, 6) [GPa] in the axes of the crystal, from the engine's parameters.

    :raises ValueError: for a material that is not stable.
    """
    if settings['material'] == 'isotropic':
        return check_stiffness(isotropic(settings['young_modulus'], settings['poisson_ratio']))
    if settings['material'] == 'cubic':
        return check_stiffness(cubic(settings['c11'], settings['c12'], settings['c44']))
    return check_stiffness(settings['stiffness'])


def bunge(phi1: float, capital_phi: float, phi2: float) -> Array:
    """Return the rotation (3, 3) from crystal to sample axes for Euler angles z-x-z [degrees].

    Its transpose is g = Z(φ₂) X(Φ) Z(φ₁) of Bunge (Texture Analysis in Materials Science, 1982, eq. 2.50),
    which takes sample into crystal axes.
    """

    def turn(axis: int, angle: float) -> Array:
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        matrix = np.eye(3)
        i, j = {0: (1, 2), 2: (0, 1)}[axis]
        matrix[i, i] = matrix[j, j] = cosine
        matrix[i, j], matrix[j, i] = sine, -sine
        return matrix

    passive: Array = turn(2, phi2) @ turn(0, capital_phi) @ turn(2, phi1)
    return passive.T


def rotate(stiffness: Array, rotation: Array) -> Array:
    """Return stiffnesses (…, 6, 6) turned by rotations (…, 3, 3): C'ijkl = Ria Rjb Rkc Rld Cabcd.

    In Voigt form C' = K C Kᵀ with Bond's matrix K (Bond 1943; Auld, Acoustic Fields and Waves in Solids).
    """
    bond = np.empty((*rotation.shape[:-2], 6, 6))
    for row, (i, j) in enumerate(PAIRS):
        for column, (k, m) in enumerate(PAIRS):
            value = rotation[..., i, k] * rotation[..., j, m]
            if k != m:
                value = value + rotation[..., i, m] * rotation[..., j, k]
            bond[..., row, column] = value
    turned: Array = bond @ stiffness @ np.swapaxes(bond, -1, -2)
    return turned


def plane_stress(stiffness: Array) -> Array:
    """Return the stiffness (3, 3) for xx, yy, xy when σzz, σyz and σxz are zero [GPa]."""
    compliance = np.linalg.inv(stiffness)
    reduced: Array = np.linalg.inv(compliance[np.ix_(IN_PLANE, IN_PLANE)])
    return reduced


def moduli(stiffness: Array) -> tuple[float, float]:
    """Return bulk and shear modulus [GPa] of the isotropic part of a stiffness, that is Voigt's average.

    For an isotropic stiffness they are its own.
    """
    diagonal, off = stiffness.trace() - np.trace(stiffness[3:, 3:]), stiffness[:3, :3].sum()
    bulk = off / 9
    shear = (diagonal - (off - diagonal) / 2 + 3 * np.trace(stiffness[3:, 3:])) / 15
    return float(bulk), float(shear)


def engineering(bulk: float, shear: float) -> tuple[float, float]:
    """Return Young's modulus (in the unit of the others) and Poisson's ratio."""
    return 9 * bulk * shear / (3 * bulk + shear), (3 * bulk - 2 * shear) / (6 * bulk + 2 * shear)


def is_isotropic(stiffness: Array, tolerance: float = 1e-6) -> bool:
    """Return whether a stiffness is that of an isotropic material, relative to its largest entry."""
    young, poisson = engineering(*moduli(stiffness))
    return bool(np.abs(stiffness - isotropic(young, poisson)).max() <= tolerance * np.abs(stiffness).max())
