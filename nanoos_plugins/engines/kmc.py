"""Lattice kinetic Monte Carlo of vacancies, solutes and adatoms, by our own runner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ase.build import bulk
from pydantic import field_validator, model_validator

from nanoos_plugins.engines.contract import Parameters, Reference, quantity
from nanoos_plugins.engines.runner import RunnerEngine

if TYPE_CHECKING:
    from aiida import orm

#: Barriers that only a solute has.
SOLUTE = ('exchange_barrier', 'rotation_barrier', 'dissociation_barrier', 'association_barrier')


class KmcParameters(Parameters):
    """Barriers and attempt frequencies of the hops, and how long to walk."""

    task: Literal['vacancy', 'impurity', 'adatom'] = quantity(
        'vacancy',
        '',
        'vacancy: atoms diffuse by vacancies; impurity: a solute by one; adatom: atoms on an fcc surface',
    )
    temperatures: list[float] = quantity(
        [300.0], 'K', 'temperatures; two or more give an Arrhenius fit', min_length=1, max_length=50
    )
    migration_barrier: float = quantity(
        ..., 'eV', 'barrier of a hop in the perfect crystal (of a solute: w0) or on the bare surface', gt=0
    )
    migration_barrier_uncertainty: float = quantity(0.0, 'eV', 'standard uncertainty of each barrier', ge=0)
    attempt_frequency: float = quantity(..., 'THz', 'prefactor of a hop', gt=0)
    attempt_frequency_uncertainty: float = quantity(
        0.0,
        'THz',
        'standard uncertainty of the prefactor; those of a solute have the same relative one',
        ge=0,
    )
    formation_energy: float | None = quantity(
        None, 'eV', 'vacancy formation energy: gives concentration and diffusion coefficient', gt=0
    )
    formation_energy_uncertainty: float = quantity(
        0.0, 'eV', 'standard uncertainty of the formation energy', ge=0
    )
    formation_entropy: float = quantity(0.0, 'k_B', 'vacancy formation entropy')
    defects: int = quantity(1, '', 'vacancy, adatom: how many are in the cell', ge=1, le=10000)
    pair_energy: float = quantity(
        0.0, 'eV', 'energy of two defects that are nearest neighbours, negative: they attract'
    )
    surface: Literal['100', '111'] = quantity('100', '', 'adatom: surface of the fcc crystal')
    rotation_barrier: float | None = quantity(
        None, 'eV', 'impurity, fcc: w1, of the vacancy between two neighbours of the solute', gt=0
    )
    exchange_barrier: float | None = quantity(
        None, 'eV', 'impurity: w2, of the vacancy with the solute', gt=0
    )
    dissociation_barrier: float | None = quantity(
        None, 'eV', 'impurity: w3, of the vacancy away from the neighbours of the solute', gt=0
    )
    association_barrier: float | None = quantity(
        None, 'eV', 'impurity: w4, of the vacancy back to a neighbour of the solute', gt=0
    )
    rotation_frequency: float | None = quantity(
        None, 'THz', 'impurity: prefactor of w1, that of w0 when not given', gt=0
    )
    exchange_frequency: float | None = quantity(
        None, 'THz', 'impurity: prefactor of w2, that of w0 when not given', gt=0
    )
    dissociation_frequency: float | None = quantity(
        None, 'THz', 'impurity: prefactor of w3, that of w0 when not given', gt=0
    )
    association_frequency: float | None = quantity(
        None, 'THz', 'impurity: prefactor of w4, that of w0 when not given', gt=0
    )
    supercell: int = quantity(
        10, '', 'conventional cells in each direction (surface: primitive ones)', ge=3, le=100
    )
    hops: int = quantity(2_000_000, '', 'hops of each walk', ge=10_000, le=10_000_000_000)
    seeds: int = quantity(8, '', 'independent walks at each temperature', ge=3, le=1000)
    seed: int = quantity(12345, '', 'seed of the random numbers', ge=1)

    @field_validator('temperatures')
    @classmethod
    def _above_zero(cls, temperatures: list[float]) -> list[float]:
        if any(not 0 < value < float('inf') for value in temperatures):
            raise ValueError(f'temperatures must be finite and above 0 K, got {temperatures}')
        return temperatures

    @model_validator(mode='after')
    def _fits_the_task(self) -> KmcParameters:
        given = [name for name in SOLUTE if getattr(self, name) is not None]
        if self.task == 'impurity':
            missing = [name for name in SOLUTE if name not in {*given, 'rotation_barrier'}]
            if missing:
                raise ValueError(f'task impurity needs {", ".join(missing)}')
            if self.defects != 1:
                raise ValueError(f'task impurity walks one vacancy, got defects = {self.defects}')
        elif given:
            raise ValueError(f'{", ".join(given)}: only task impurity has a solute, got task {self.task}')
        if self.formation_energy is not None and (self.task == 'adatom' or self.defects > 1):
            raise ValueError(
                'formation_energy gives the concentration of single vacancies in a crystal: leave it out for '
                f'task {self.task} with defects = {self.defects}'
            )
        if self.pair_energy and self.defects == 1:
            raise ValueError(f'pair_energy {self.pair_energy} eV is between defects: give defects above 1')
        return self


class Kmc(RunnerEngine[KmcParameters]):
    """Rejection-free lattice kinetic Monte Carlo with transition-state rates."""

    name = 'kmc'
    label = 'NANO-OS lattice kinetic Monte Carlo'
    scale = 'mesoscale'
    tasks = frozenset({'vacancy', 'impurity', 'adatom'})
    process = 'nanoos.kmc'
    code_plugin = 'nanoos.kmc'
    code_label = 'kmc'
    parameters = KmcParameters

    def reference(self) -> Reference:
        """Return the tracer correlation factor of vacancy diffusion in fcc."""
        return Reference(
            structure=bulk('Cu', a=3.615),
            parameters={
                'temperatures': [1000.0],
                'migration_barrier': 0.7,
                'attempt_frequency': 5.0,
                'hops': 1_000_000,
            },
            quantity='tracer_correlation_factor',
            value=0.78146,
            tolerance=0.004,
            unit='',
            source='H. Mehrer, Diffusion in Solids (2007), table 7.2, doi:10.1007/978-3-540-71488-0',
        )

    def check(self, structure: orm.StructureData, parameters: KmcParameters) -> None:
        """Refuse a structure without one of the lattices, or parameters that give no walk on it.

        :raises ValueError: says what to give instead.
        """
        from nanoos_plugins.calculations.runner import structure_entry
        from nanoos_plugins.runners.kmc.walkable import check, lattice_of

        settings: dict[str, Any] = parameters.model_dump()
        check(settings, lattice_of(structure_entry(structure), settings))
