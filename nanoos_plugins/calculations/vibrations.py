"""Harmonic vibrations from second derivatives of the energy, and what the theory of rates makes of them."""

from __future__ import annotations

import numpy as np
from ase import units
from scipy.linalg import null_space

from nanoos_plugins.engines.results import Array

#: Square root of 1 eV/(Å² u) as a frequency [THz].
THZ = float(np.sqrt(units._e / units._amu) * 1e10 / (2 * np.pi) * 1e-12)


def frequencies(hessian: Array, masses: Array) -> Array:
    """Return the frequencies (3 n_atoms − 3,) of a periodic crystal [THz], ascending, imaginary ones < 0.

    The three translations are projected out, so that they are neither counted nor mixed in by noise.

    :param hessian: (3 n_atoms, 3 n_atoms) [eV/Å²]; `masses`: (n_atoms,) [u].
    """
    weights = np.repeat(np.sqrt(masses), 3)
    translations = np.kron(np.sqrt(masses)[:, None], np.eye(3))
    inner = null_space(translations.T)
    squares = np.linalg.eigvalsh(inner.T @ (hessian / np.outer(weights, weights)) @ inner)
    found: Array = np.sign(squares) * np.sqrt(np.abs(squares)) * THZ
    return found


def attempt_frequency(minimum: Array, saddle: Array) -> float:
    """Return ν* = Π ν / Π ν' of harmonic transition-state theory [THz].

    Vineyard 1957, doi:10.1016/0022-3697(57)90059-8.

    :param minimum: (n,) [THz], all positive; `saddle`: (n,) [THz], one of them negative, which is left out.
    """
    return float(np.exp(np.log(minimum).sum() - np.log(saddle[saddle > 0]).sum()))


def formation_entropy(perfect: Array, defective: Array) -> float:
    """Return the vibrational entropy of formation of a defect at high temperature [k_B].

    S_f = (n_d / n_p) Σ ln ν_p − Σ ln ν_d: the classical limit of the entropy of harmonic oscillators, the
    perfect crystal scaled to as many modes as the defective one has, so that no unit of ν is left.

    :param perfect: (n_p,) frequencies of the perfect crystal [any unit]; `defective`: (n_d,) in the same one.
    """
    scaled = len(defective) / len(perfect) * np.log(perfect).sum()
    return float(scaled - np.log(defective).sum())
