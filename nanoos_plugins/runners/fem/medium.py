"""What heat and diffusion have in common: names, units, constants and the conditions at the sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Side:
    """The condition at a side: `fixed` with the value of the field, `flux` (into the part), or `closed`."""

    condition: str
    value: float = 0.0


@dataclass(frozen=True)
class Medium:
    """What is transported, in SI units: see `transport` for the equation.

    `name`, `flow`, `flux`, `content`: of the field, its flow [per s], flux [per m² s] and the integral of
    c u; `flux_ending`: its unit as it ends a name; `sides`: by the name of the boundary.
    """

    name: str
    unit: str
    flow: str
    flow_unit: str
    flux: str
    flux_unit: str
    flux_ending: str
    content: str
    content_unit: str
    conductivity: float
    capacity: float
    source: float
    initial: float
    sides: Mapping[str, Side]


def medium(settings: Mapping[str, Any]) -> Medium:
    """Return what the engine's parameters say is transported."""
    if settings['task'] == 'heat':
        return Medium(
            *('temperature', 'K', 'heat_flow', 'W', 'heat_flux', 'W/m²', 'W_per_m2', 'heat_content', 'J'),
            conductivity=settings['conductivity'],
            capacity=settings['density'] * settings['heat_capacity'],
            source=settings['heat_source'],
            initial=settings['initial_temperature'],
            sides=_sides(settings, 'temperature', 'heat_flux'),
        )
    return Medium(
        *('concentration', 'mol/m³', 'flow', 'mol/s', 'flux', 'mol/(m² s)', 'mol_per_m2_s'),
        *('amount', 'mol'),
        conductivity=settings['diffusivity'],
        capacity=1.0,
        source=0.0,
        initial=settings['initial_concentration'],
        sides=_sides(settings, 'concentration', 'particle_flux'),
    )


def _sides(settings: Mapping[str, Any], fixed: str, flux: str) -> dict[str, Side]:
    found = {}
    for name in ('low', 'high'):
        condition = settings[f'{name}_condition']
        value = {'fixed': settings[f'{name}_{fixed}'], 'flux': settings[f'{name}_{flux}'], 'closed': 0.0}
        found[name] = Side(condition, value[condition])
    return found
