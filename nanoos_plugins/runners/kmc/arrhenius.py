"""D = D0 exp(−Q/kT) through diffusivities with standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanoos_plugins.runners.kmc.estimate import Estimate
from nanoos_plugins.runners.kmc.lattice import Floats
from nanoos_plugins.runners.kmc.rates import BOLTZMANN


@dataclass(frozen=True)
class Fit:
    """`prefactor`: D0 in the unit of D; `energy`: Q [eV].

    `of_walks` and `of_inputs`: (2, 2) covariances of (ln D0, Q) [1, eV; eV, eV²], which add up;
    `misfit`: χ² per degree of freedom with the errors of the walks, None for two temperatures.
    """

    prefactor: float
    energy: float
    of_walks: Floats
    of_inputs: Floats
    misfit: float | None


def fit(temperatures: Floats, diffusivity: Estimate) -> Fit:
    """Return the weighted linear least-squares fit of ln D against 1/kT.

    The fit is linear in ln D, so inputs that shift all temperatures together are carried through it exactly:
    an uncertain barrier makes Q uncertain by as much and leaves D0 alone.

    :raises ValueError: for fewer than two different temperatures, or a diffusivity that is not positive.
    """
    if len(set(temperatures.tolist())) < 2:
        raise ValueError(f'an Arrhenius fit needs at least 2 temperatures, got {temperatures.tolist()}')
    if (diffusivity.value <= 0).any():
        raise ValueError(f'an Arrhenius fit needs diffusivities above 0, got {diffusivity.value.tolist()}')
    design = np.stack([np.ones_like(temperatures), -1 / (BOLTZMANN * temperatures)], axis=1)
    relative = np.maximum(diffusivity.standard_error / diffusivity.value, 1e-12)
    solve = np.linalg.pinv(design / relative[:, None]) / relative
    logarithms = np.log(diffusivity.value)
    intercept, energy = solve @ logarithms
    shifts = solve @ diffusivity.inputs
    left = (logarithms - design @ [intercept, energy]) / relative
    freedom = len(temperatures) - 2
    return Fit(
        prefactor=float(np.exp(intercept)),
        energy=float(energy),
        of_walks=(solve * relative) @ (solve * relative).T,
        of_inputs=shifts @ shifts.T,
        misfit=float(left @ left / freedom) if freedom else None,
    )
