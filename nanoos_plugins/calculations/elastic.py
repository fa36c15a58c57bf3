"""Elastic tensor of a crystal from the stresses of strained cells, and the moduli that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.calculations.strain import (
    SAME,
    WEIGHTS,
    deformation_gradient,
    from_mandel,
    rotated,
    second_piola_kirchhoff,
    to_mandel,
)
from nanoos_plugins.calculations.symmetry import is_cubic, point_group, standard_axes
from nanoos_plugins.engines.results import Array

#: Exit statuses of `fit_elastic_tensor`, the same as those of `nanoos.elastic`.
NO_STRESS = 430
INCONSISTENT = 431


@dataclass(frozen=True)
class ElasticTensor:
    """Second derivative of the energy density by the Lagrangian strain, and the stress without strain.

    `mandel`: (6, 6) [GPa] in Mandel's notation; `stress`: (3, 3) [GPa], tension positive; `inconsistency`:
    the largest difference [GPa] between what symmetry makes equal.
    """

    mandel: Array
    stress: Array
    inconsistency: float

    @property
    def voigt(self) -> Array:
        """The tensor in Voigt's notation (6, 6) [GPa], order xx yy zz yz xz xy."""
        return self.mandel / np.outer(WEIGHTS, WEIGHTS)

    def rotate(self, rotation: Array) -> Array:
        """Return the tensor in Voigt's notation (6, 6) [GPa] after turning the crystal by `rotation`."""
        turn = to_mandel(rotated(from_mandel(np.eye(6)), rotation[None])[0]).T
        voigt: Array = turn @ self.mandel @ turn.T / np.outer(WEIGHTS, WEIGHTS)
        return voigt

    def under_load(self) -> Array:
        """Return the symmetrised stress–strain coefficients (6, 6) [GPa], Mandel, which decide on stability.

        B_ijkl = C_ijkl + (δ_ik σ_jl + δ_jk σ_il + δ_il σ_jk + δ_jl σ_ik − 2 δ_kl σ_ij) / 2
        (Wang et al. 1995, doi:10.1103/PhysRevB.52.12627); the same as C without stress.
        """
        unit, stress = np.eye(3), self.stress
        correction = (
            np.einsum('ik,jl->ijkl', unit, stress)
            + np.einsum('jk,il->ijkl', unit, stress)
            + np.einsum('il,jk->ijkl', unit, stress)
            + np.einsum('jl,ik->ijkl', unit, stress)
            - 2 * np.einsum('kl,ij->ijkl', unit, stress)
        ) / 2
        coefficients = self.mandel + to_mandel(np.moveaxis(to_mandel(correction), -1, 0))
        symmetric: Array = (coefficients + coefficients.T) / 2
        return symmetric


def derivatives(strains: Array, stresses: Array, rotations: Array) -> tuple[Array, Array, Array]:
    """Return the response to each direction of strain: central differences, extrapolated to zero strain.

    Where the reverse of a strain is missing, the point group gives it. With n magnitudes the central
    differences, even in the magnitude, are extrapolated by a polynomial through all n (error of order
    magnitude^(2n)).

    :param strains: (n, 3, 3) Lagrangian strains [-]; `stresses`: (n, 3, 3) conjugate stresses [GPa].
    :return: directions (m, 3, 3) of unit norm, derivatives (m, 3, 3) [GPa], stress without strain (3, 3)
        [GPa].
    """
    sizes = np.linalg.norm(strains, axis=(1, 2))
    units = strains / sizes[:, None, None]
    magnitudes = np.unique(np.round(sizes, 9))
    to_zero = np.linalg.inv(np.vander(magnitudes**2, increasing=True))[0]

    def side(direction: Array) -> Array:
        """Return the responses (magnitudes, 3, 3) to strains along `direction`, in the order of magnitude."""
        same = np.flatnonzero(np.abs(units - direction).max(axis=(1, 2)) < SAME)
        if len(same):
            return stresses[same[np.argsort(sizes[same])]]
        reverse = rotations[np.argmin(np.abs(rotated(direction, rotations) + direction).max(axis=(1, 2)))]
        images: Array = rotated(side(-direction), reverse[None])[0]
        return images

    directions = _directions(units)
    slopes, origins = [], []
    for direction in directions:
        plus, minus = side(direction), side(-direction)
        odd = (plus - minus) / (2 * magnitudes[:, None, None])
        slopes.append(np.tensordot(to_zero, odd, axes=1))
        origins.append(np.tensordot(to_zero, (plus + minus) / 2, axes=1))
    return np.array(directions), np.array(slopes), np.mean(origins, axis=0)


def _directions(units: Array) -> list[Array]:
    """Return the tensors that differ from all before them by more than the sign."""
    directions: list[Array] = []
    for unit in units:
        if all(min(np.abs(unit - old).max(), np.abs(unit + old).max()) > SAME for old in directions):
            directions.append(unit)
    return directions


def elastic_tensor(strains: Array, stresses: Array, rotations: Array) -> ElasticTensor:
    """Return the elastic tensor of a crystal, symmetric under its point group.

    The tensor maps every image of a strain under the point group to the image of its response; it is the
    least squares solution of these equations, which the group leaves unchanged, with C_ij = C_ji.

    :param strains: (n, 3, 3) Lagrangian strains [-] whose images span all strains, as of `strain.strains`.
    :param stresses: (n, 3, 3) Cauchy stresses [GPa], tension positive, of the cells under the symmetric
        deformation gradients of the strains.
    """
    conjugate = np.array(
        [second_piola_kirchhoff(s, deformation_gradient(e)) for e, s in zip(strains, stresses, strict=True)]
    )
    directions, slopes, origin = derivatives(strains, conjugate, rotations)
    sources = to_mandel(rotated(directions, rotations)).reshape(-1, 6)
    targets = to_mandel(rotated(slopes, rotations)).reshape(-1, 6)
    solution = np.linalg.lstsq(sources, targets, rcond=None)[0].T
    misfit = float(np.abs(sources @ solution.T - targets).max())
    asymmetry = float(np.abs(solution - solution.T).max())
    stress = rotated(origin, rotations).mean(axis=0)
    return ElasticTensor((solution + solution.T) / 2, stress, max(misfit, asymmetry))


def moduli(coefficients: Array) -> dict[str, Any]:
    """Return the moduli of a polycrystal from a stiffness (6, 6) [GPa] in Mandel's notation.

    Voigt's and Reuss's bounds and Hill's mean (Hill 1952, doi:10.1088/0370-1298/65/5/307), Young's modulus
    and Poisson's ratio of the mean, universal anisotropy (Ranganathan and Ostoja-Starzewski 2008,
    doi:10.1103/PhysRevLett.101.055504; 0 for an isotropic crystal). Without mechanical stability (an
    eigenvalue that is not positive) only Voigt's are defined.
    """
    # An isotropic tensor is 3K J + 2G (1 − J), J = δδᵀ/3: K and G are the projections onto J and 1 − J.
    unit = np.array([1.0, 1, 1, 0, 0, 0]) / np.sqrt(3)
    eigenvalues = np.linalg.eigvalsh(coefficients)
    bulk = {'voigt': float(unit @ coefficients @ unit) / 3}
    shear = {'voigt': (float(np.trace(coefficients)) - 3 * bulk['voigt']) / 10}
    document: dict[str, Any] = {
        'bulk_modulus_GPa': bulk,
        'shear_modulus_GPa': shear,
        'eigenvalues_GPa': eigenvalues.tolist(),
        'mechanically_stable': bool(eigenvalues[0] > 0),
    }
    if not document['mechanically_stable']:
        return document
    compliance = np.linalg.inv(coefficients)
    bulk['reuss'] = 1 / (3 * float(unit @ compliance @ unit))
    shear['reuss'] = 5 / (2 * (float(np.trace(compliance)) - 1 / (3 * bulk['reuss'])))
    for modulus in (bulk, shear):
        modulus['hill'] = (modulus['voigt'] + modulus['reuss']) / 2
    k, g = bulk['hill'], shear['hill']
    document |= {
        'young_modulus_GPa': 9 * k * g / (3 * k + g),
        'poisson_ratio': (3 * k - 2 * g) / (2 * (3 * k + g)),
        'universal_anisotropy': 5 * shear['voigt'] / shear['reuss'] + bulk['voigt'] / bulk['reuss'] - 6,
    }
    return document


@calcfunction
def fit_elastic_tensor(
    structure: orm.StructureData,
    strains: orm.List,
    inconsistency_limit: orm.Float,
    **arrays: orm.ArrayData,
) -> dict[str, orm.Dict] | ExitCode:
    """Return the elastic tensor and the moduli of a structure.

    :param structure: the crystal without strain.
    :param strains: n nested (3, 3) lists, Lagrangian strains [-].
    :param inconsistency_limit: largest difference between what symmetry makes equal, relative to the largest
        element of the tensor [-].
    :param arrays: the simulations' `arrays`; sorted by their labels they are in the order of the strains.
    :return: `elastic`: `C_GPa` (6, 6) in the frame of the structure, order xx yy zz yz xz xy, what `moduli`
        returns, `stress_GPa` (3, 3) without strain, `inconsistency_GPa`; `C11`, `C12`, `C44` [GPa] along
        the cubic axes when cubic. Or exit status `NO_STRESS` or `INCONSISTENT`.
    """
    nodes = [arrays[label] for label in sorted(arrays)]
    if not all('stress' in node.get_arraynames() for node in nodes):
        return ExitCode(NO_STRESS, 'the engine gives no stress; choose an engine that does')
    stresses = np.array([node.get_array('stress') for node in nodes])
    tensor = elastic_tensor(np.array(strains.get_list()), stresses, point_group(structure))
    limit = inconsistency_limit.value * float(np.abs(tensor.mandel).max())
    if tensor.inconsistency > limit:
        return ExitCode(
            INCONSISTENT,
            f'elastic constants that symmetry makes equal differ by {tensor.inconsistency:.3g} GPa, more '
            f'than {limit:.3g} GPa: converge the stresses better, or choose larger strains',
        )
    document = {
        'C_GPa': tensor.voigt.tolist(),
        **moduli(tensor.under_load()),
        'stress_GPa': tensor.stress.tolist(),
        'inconsistency_GPa': tensor.inconsistency,
    }
    if is_cubic(structure):
        cubic = tensor.rotate(standard_axes(structure))
        document |= {'C11': float(cubic[0, 0]), 'C12': float(cubic[0, 1]), 'C44': float(cubic[3, 3])}
    return {'elastic': orm.Dict(document)}
