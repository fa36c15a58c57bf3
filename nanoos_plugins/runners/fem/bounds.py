"""Bounds of the elastic moduli of a polycrystal whose grains have every orientation equally often, in GPa."""

from __future__ import annotations

import numpy as np

from nanoos_plugins.runners.fem.voigt import moduli
from nanoos_plugins.runners.job import Array


def voigt(stiffness: Array) -> tuple[float, float]:
    """Return bulk and shear modulus [GPa] for equal strain in all grains, an upper bound (Hill 1952)."""
    return moduli(stiffness)


def reuss(stiffness: Array) -> tuple[float, float]:
    """Return bulk and shear modulus [GPa] for equal stress in all grains, a lower bound (Hill 1952).

    doi:10.1088/0370-1298/65/5/307.
    """
    compliance = np.linalg.inv(stiffness)
    diagonal, off = compliance[:3, :3].trace(), compliance[:3, :3].sum()
    shear = 15 / (4 * diagonal - 2 * (off - diagonal) + 3 * np.trace(compliance[3:, 3:]))
    return float(1 / off), float(shear)


def hashin_shtrikman(c11: float, c12: float, c44: float) -> tuple[float, float]:
    """Return the lower and upper bound [GPa] of the shear modulus for cubic grains.

    Hashin & Shtrikman, J. Mech. Phys. Solids 10 (1962) 343, doi:10.1016/0022-5096(62)90005-4. The bulk
    modulus is exactly (C11 + 2 C12) / 3.
    """
    bulk, along, shear = (c11 + 2 * c12) / 3, (c11 - c12) / 2, c44
    if np.isclose(along, shear, rtol=1e-12):
        return shear, shear

    def beta(modulus: float) -> float:
        return -3 * (bulk + 2 * modulus) / (5 * modulus * (3 * bulk + 4 * modulus))

    one = along + 3 / (5 / (shear - along) - 4 * beta(along))
    other = shear + 2 / (5 / (along - shear) - 6 * beta(shear))
    return min(one, other), max(one, other)


def zener(c11: float, c12: float, c44: float) -> float:
    """Return Zener's anisotropy 2 C44 / (C11 - C12), 1 for an isotropic material."""
    return 2 * c44 / (c11 - c12)


def is_cubic(stiffness: Array, tolerance: float = 1e-6) -> bool:
    """Return whether a stiffness is that of a cubic crystal in its own axes."""
    c11, c12, c44 = stiffness[0, 0], stiffness[0, 1], stiffness[3, 3]
    expected = np.diag([c11 - c12] * 3 + [c44] * 3)
    expected[:3, :3] += c12
    return bool(np.abs(stiffness - expected).max() <= tolerance * np.abs(stiffness).max())
