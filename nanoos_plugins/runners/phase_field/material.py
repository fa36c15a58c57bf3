"""What the phases are made of: free energy, gradient coefficient and mobility, from the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from nanoos_plugins.runners.phase_field.free_energy import FreeEnergy, double_well, regular_solution

#: Gas constant [J/(mol K)], and 1 eV/atom [J/mol]: CODATA 2018, exact.
GAS = 8.31446261815324
ELECTRONVOLT = 96485.33212331002

#: Where |f''| is below this part of its largest, a diffusivity says nothing of the mobility.
FLATTEST = 1e-3


@dataclass(frozen=True)
class Material:
    """A material in SI units, and the units in which it is computed.

    `free`: f [J/m³]; `gradient`: κ [J/m] of F = ∫ [f + κ/2 |∇c|²] dV; `mobility`: M [m⁵/(J s)] of
    ∂c/∂t = M ∇²μ when `conserved`, else L [m³/(J s)] of ∂c/∂t = -L μ, with μ = f'(c) - κ ∇²c [J/m³].
    """

    free: FreeEnergy
    gradient: float
    mobility: float
    conserved: bool

    @cached_property
    def energy(self) -> float:
        """Return the unit of energy by volume [J/m³]: the largest |f''| between the phases."""
        return self.free.steepest()

    @cached_property
    def length(self) -> float:
        """Return the unit of length [m]."""
        return sqrt(self.gradient / self.energy)

    @cached_property
    def time(self) -> float:
        """Return the unit of time [s]."""
        rate = self.mobility * self.energy
        return self.length**2 / rate if self.conserved else 1 / rate

    def interface_energy(self) -> float:
        """Return the energy of a flat interface [J/m²]."""
        return self.free.interface_energy(self.gradient)

    def interface_width(self) -> float:
        """Return the width of a flat interface [m]."""
        return self.free.interface_width(self.gradient)


def material(settings: Mapping[str, Any]) -> Material:
    """Return what the engine's parameters say.

    :raises ValueError: for a solution that does not demix, phases in the wrong order, and a diffusivity that
        gives no mobility.
    """
    free, gradient = _energies(settings)
    conserved = settings['task'] == 'cahn-hilliard'
    mobility = _mobility(settings, free) if conserved else settings['kinetic_coefficient']
    return Material(free, gradient, mobility, conserved)


def _energies(settings: Mapping[str, Any]) -> tuple[FreeEnergy, float]:
    by_interface = settings['interface'] == 'energy'
    if settings['free_energy'] == 'regular-solution':
        interaction = settings['interaction_energy'] * ELECTRONVOLT / settings['molar_volume']
        free = regular_solution(interaction, _thermal(settings))
        if not by_interface:
            return free, settings['gradient_coefficient']
        return free, (settings['interface_energy'] / free.root_integral()) ** 2 / 2
    low, high = settings['low_composition'], settings['high_composition']
    if low >= high:
        raise ValueError(f'low_composition {low:g} is not below high_composition {high:g}; exchange them')
    if not by_interface:
        return double_well(settings['well_coefficient'], low, high), settings['gradient_coefficient']
    # σ = √(2κρ) Δ³/6 and w = √(8κ/ρ)/Δ, solved for ρ and κ; Δ is the step of composition.
    energy, width, step = settings['interface_energy'], settings['interface_width'], high - low
    return double_well(12 * energy / (width * step**4), low, high), 3 * energy * width / (2 * step**2)


def _mobility(settings: Mapping[str, Any], free: FreeEnergy) -> float:
    """Return M [m⁵/(J s)].

    From an interdiffusivity, D = M |f''| (Cahn, Acta Metall. 9 (1961) 795, doi:10.1016/0001-6160(61)90182-1;
    within the spinodal D is negative, and the size of it is given). From a tracer diffusivity D* that is the
    same for both kinds of atoms, M = D* c (1 - c) / (RT), RT by volume (Darken, Trans. AIME 175 (1948) 184).
    """
    source, mean = settings['mobility_from'], settings['composition']
    if source == 'mobility':
        return float(settings['mobility'])
    if source == 'tracer':
        return float(settings['diffusivity'] * mean * (1 - mean) / _thermal(settings))
    bend = abs(float(free.curvature(np.array(mean))))
    if bend < FLATTEST * free.steepest():
        raise ValueError(
            f"f'' is zero at the composition {mean:g} (the spinodal), where a diffusivity gives no mobility; "
            'give another composition, or mobility'
        )
    return float(settings['diffusivity'] / bend)


def _thermal(settings: Mapping[str, Any]) -> float:
    """Return RT by volume [J/m³]."""
    return float(GAS * settings['temperature'] / settings['molar_volume'])
