"""Strain, stress and loads as coefficient functions, in Voigt order; stress in GPa."""

from __future__ import annotations

from typing import Any

import ngsolve as ng


def strain(gradient: Any, dimension: int) -> Any:
    """Return strains xx, yy, zz, yz, xz, xy (in two dimensions xx, yy, xy), shears as engineering strains.

    :param gradient: of the displacement, [i, j] = ∂ui/∂xj.
    """
    shears = ((0, 1),) if dimension == 2 else ((1, 2), (0, 2), (0, 1))
    normal = [gradient[i, i] for i in range(dimension)]
    return ng.CF((*normal, *(gradient[i, j] + gradient[j, i] for i, j in shears)))


def tensor(stress: Any) -> Any:
    """Return the symmetric matrix of a stress in Voigt order."""
    if stress.dim == 3:
        xx, yy, xy = (stress[i] for i in range(3))
        return ng.CF((xx, xy, xy, yy), dims=(2, 2))
    xx, yy, zz, yz, xz, xy = (stress[i] for i in range(6))
    return ng.CF((xx, xy, xz, xy, yy, yz, xz, yz, zz), dims=(3, 3))


def von_mises(stress: Any) -> Any:
    """Return von Mises' equivalent stress of a stress in Voigt order; in two dimensions for plane stress."""
    if stress.dim == 3:
        xx, yy, xy = (stress[i] for i in range(3))
        return ng.sqrt(xx * xx - xx * yy + yy * yy + 3 * xy * xy)
    xx, yy, zz, yz, xz, xy = (stress[i] for i in range(6))
    normal = (xx - yy) * (xx - yy) + (yy - zz) * (yy - zz) + (zz - xx) * (zz - xx)
    return ng.sqrt(normal / 2 + 3 * (yz * yz + xz * xz + xy * xy))


def kirsch(stress: float, radius: float) -> Any:
    """Return the stress (xx, yy, xy) around a circular hole in an infinite plate under tension along x.

    Kirsch, Z. VDI 42 (1898) 797; Timoshenko & Goodier, Theory of Elasticity, 3rd ed., eq. (61). It holds for
    an isotropic material, whatever its constants.
    """
    squared = ng.x * ng.x + ng.y * ng.y
    ratio = radius**2 / squared
    double = (ng.x * ng.x - ng.y * ng.y) / squared
    product = 2 * ng.x * ng.y / squared
    radial = stress / 2 * (1 - ratio + (1 - 4 * ratio + 3 * ratio * ratio) * double)
    hoop = stress / 2 * (1 + ratio - (1 + 3 * ratio * ratio) * double)
    shear = -stress / 2 * (1 + 2 * ratio - 3 * ratio * ratio) * product
    # cos² = (1 + cos 2θ) / 2 and so on take polar into Cartesian components.
    mean, half = (radial + hoop) / 2, (radial - hoop) / 2
    along = mean + half * double - shear * product
    across = mean - half * double + shear * product
    return ng.CF((along, across, half * product + shear * double))
