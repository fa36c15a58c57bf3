"""Rates of hops, Γ = ν exp(−E/kT), such that detailed balance holds exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Boltzmann's constant [eV/K], exact since 2019 (CODATA).
BOLTZMANN = 8.617333262145179e-5

#: Barriers below so many kT make hops that are not rare: transition-state theory does not hold.
RARE = 5.0

#: The hops of the five-frequency model in the order of their indices 0 … 4.
SOLUTE_HOPS = ('migration', 'rotation', 'exchange', 'dissociation', 'association')


def arrhenius(frequency: float | None, barrier: float | None, temperature: float) -> float:
    """Return Γ [THz] of a hop.

    :param frequency: ν [THz]; `barrier` [eV]; `temperature` [K].
    :raises ValueError: when one of them is not a positive, finite number.
    """
    frequency = _positive('an attempt frequency', frequency, 'THz')
    barrier = _positive('a barrier', barrier, 'eV')
    temperature = _positive('a temperature', temperature, 'K')
    rate = frequency * float(np.exp(-barrier / (BOLTZMANN * temperature)))
    if rate < 1e-200:
        raise ValueError(
            f'at {temperature} K a barrier of {barrier} eV is never crossed: raise the temperature'
        )
    return rate


def _positive(name: str, value: float | None, unit: str) -> float:
    if value is None or not (np.isfinite(value) and value > 0):
        raise ValueError(f'a hop needs {name} above 0 {unit}, got {value}')
    return value


def by_neighbours(
    frequency: float | None,
    barrier: float | None,
    pair_energy: float,
    coordination: int,
    temperature: float,
) -> Floats:
    """Return Γ [THz] by the change of the number of like neighbours, (2 z + 1,); entry z is no change.

    E = E_m + ΔE/2 with ΔE = ε Δn for the pair energy ε, so Γ(Δn)/Γ(−Δn) = exp(−ΔE/kT).

    :param pair_energy: ε [eV], negative when like defects attract each other.
    :raises ValueError: as of `arrhenius`, for the lowest barrier that a neighbourhood can make, too.
    """
    uniform = arrhenius(frequency, barrier, temperature)
    barrier = _positive('a barrier', barrier, 'eV')
    lowest = lowest_barrier(barrier, pair_energy, coordination)
    if lowest <= 0:
        raise ValueError(
            f'pair_energy {pair_energy} eV makes barriers of {lowest:.3g} eV beside {coordination - 1} '
            f'neighbours: it must be below {2 * barrier / (coordination - 1):.3g} eV in size'
        )
    changes = np.arange(-coordination, coordination + 1)
    half = np.exp(-pair_energy * changes / (2 * BOLTZMANN * temperature))
    return np.asarray(uniform * half)


def lowest_barrier(barrier: float, pair_energy: float, coordination: int) -> float:
    """Return the lowest barrier that a neighbourhood can make [eV]: z − 1 neighbours are left or found."""
    return barrier - abs(pair_energy) * (coordination - 1) / 2


def solute_hops(settings: Mapping[str, Any]) -> dict[str, tuple[float | None, float]]:
    """Return (ν [THz], E [eV]) of the hops of the five-frequency model, by the names of `SOLUTE_HOPS`.

    Rotations, which only fcc has, are left out when no barrier is given; a hop without an attempt
    frequency of its own has that of the host.
    """
    host = settings.get('attempt_frequency')
    return {
        hop: (settings.get(f'{hop}_frequency') or host, settings[f'{hop}_barrier'])
        for hop in SOLUTE_HOPS
        if settings.get(f'{hop}_barrier') is not None
    }


def five(hops: Mapping[str, tuple[float | None, float]], temperature: float) -> Floats:
    """Return w0 … w4 [THz], (5,); w1 is 0 where there are no rotations.

    w0: away from the solute; w1: between neighbours of the solute; w2: with the solute; w3: away from its
    neighbours; w4: back (Lidiard; Le Claire, J. Nucl. Mater. 69–70 (1978) 70). A vacancy beside the solute
    is w4/w3 as likely as elsewhere, whatever the rates: detailed balance.

    :raises ValueError: as of `arrhenius`.
    """
    rates = [arrhenius(*hops[hop], temperature) if hop in hops else 0.0 for hop in SOLUTE_HOPS]
    return np.array(rates)


def not_rare(barrier: float, temperature: float) -> str | None:
    """Return a warning when a barrier [eV] is too low for transition-state theory at a temperature [K]."""
    ratio = barrier / (BOLTZMANN * temperature)
    if ratio >= RARE:
        return None
    return (
        f'at {temperature:g} K the lowest barrier, {barrier:.3g} eV, is {ratio:.1f} kT: below {RARE:g} kT '
        'hops are not rare and transition-state theory does not hold'
    )
