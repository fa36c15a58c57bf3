"""Phase fields by our own runner: Cahn-Hilliard and Allen-Cahn."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import model_validator

from nanoos_plugins.engines.contract import Parameters, Reference, quantity
from nanoos_plugins.engines.runner import RunnerEngine


class PhaseFieldParameters(Parameters):
    """Parameters of a phase field; those that a choice does not name are not used by it."""

    task: Literal['cahn-hilliard', 'allen-cahn'] = quantity(
        'cahn-hilliard',
        '',
        'cahn-hilliard: a composition that is conserved; allen-cahn: an order that is not',
    )
    dimension: int = quantity(2, '', '1: along x; 2: in the plane x, y; 3', ge=1, le=3)
    size_x: float = quantity(1e-7, 'm', 'length of the box along x', gt=0, le=1e3)
    size_y: float = quantity(1e-7, 'm', 'dimension 2 and 3: along y', gt=0, le=1e3)
    size_z: float = quantity(1e-7, 'm', 'dimension 3: along z', gt=0, le=1e3)
    cells_x: int = quantity(256, '', 'cells along x', ge=8, le=65_536)
    cells_y: int = quantity(256, '', 'dimension 2 and 3: along y', ge=8, le=4096)
    cells_z: int = quantity(64, '', 'dimension 3: along z', ge=8, le=1024)
    boundary: Literal['periodic', 'no-flux'] = quantity(
        'periodic', '', 'periodic, or no-flux: nothing passes, the surface is a mirror'
    )

    free_energy: Literal['double-well', 'regular-solution'] = quantity(
        'double-well', '', 'double-well: ρ (c - c_α)² (c_β - c)²; regular-solution: Ω c (1 - c) - T S'
    )
    low_composition: float = quantity(0.0, '', 'double-well: c_α of the phase α', ge=-10, le=10)
    high_composition: float = quantity(1.0, '', 'double-well: c_β of the phase β', ge=-10, le=10)
    interaction_energy: float = quantity(0.15, 'eV/atom', 'regular-solution: Ω', gt=0, le=10)
    temperature: float = quantity(600.0, 'K', 'regular-solution, tracer: temperature', gt=0)
    molar_volume: float = quantity(
        7.1e-6, 'm³/mol', 'regular-solution, tracer: volume of a mole of atoms', gt=0
    )
    interface: Literal['coefficients', 'energy'] = quantity(
        'coefficients',
        '',
        'coefficients: well_coefficient (double-well) and gradient_coefficient are given; energy: '
        'interface_energy and, for a double-well, interface_width',
    )
    well_coefficient: float = quantity(3e9, 'J/m³', 'coefficients, double-well: ρ', gt=0)
    gradient_coefficient: float = quantity(1.5e-9, 'J/m', 'coefficients: κ of κ/2 |∇c|²', gt=0)
    interface_energy: float = quantity(0.5, 'J/m²', 'energy: of a flat interface', gt=0)
    interface_width: float = quantity(
        2e-9, 'm', 'energy, double-well: step of composition over its largest slope', gt=0
    )
    mobility_from: Literal['mobility', 'diffusivity', 'tracer'] = quantity(
        'mobility',
        '',
        "cahn-hilliard: mobility is given; diffusivity: interdiffusivity D = M |f''| at composition; "
        'tracer: tracer diffusivity, M = D c (1 - c)/RT by volume',
    )
    mobility: float = quantity(1e-27, 'm⁵/(J s)', 'cahn-hilliard: M of ∂c/∂t = M ∇²μ', gt=0)
    diffusivity: float = quantity(1e-18, 'm²/s', 'cahn-hilliard: diffusivity, tracer: of atoms', gt=0)
    kinetic_coefficient: float = quantity(1e-9, 'm³/(J s)', 'allen-cahn: L of ∂c/∂t = -L μ', gt=0)

    initial: Literal['noise', 'cosines', 'interface', 'circle'] = quantity(
        'noise',
        '',
        'noise around composition; cosines: of PFHub benchmark 1 (dimension 2); interface: flat, across x '
        '(two when periodic); circle: of the phase β in the middle (dimension 3: a sphere)',
    )
    composition: float = quantity(0.5, '', 'noise, cosines, mobility: mean composition', ge=-10, le=10)
    amplitude: float = quantity(0.01, '', 'noise, cosines: largest deviation of one term', ge=0, le=10)
    seed: int = quantity(12345, '', 'noise: seed of the random numbers', ge=0)
    radius: float = quantity(2.5e-8, 'm', 'circle: its radius', gt=0, le=1e3)
    initial_width: float | None = quantity(
        None, 'm', 'interface, circle: width of the interface at the start; empty: that at rest', gt=0
    )

    end_time: float = quantity(40.0, 's', 'time at the end', gt=0)
    snapshot_times: list[float] | None = quantity(
        None, 's', 'when pictures are kept; empty: after 1/1000, 1/100 and 1/10 of the time', max_length=20
    )
    tolerance: float = quantity(
        0.03, '', 'error of a step, a part of the change of the composition in it', ge=1e-6, le=0.3
    )
    max_steps: int = quantity(20_000, '', 'most steps, refused ones included', ge=1, le=1_000_000)

    @model_validator(mode='after')
    def fits(self) -> PhaseFieldParameters:
        """Refuse what does not go together."""
        from nanoos_plugins.runners.phase_field.box import check
        from nanoos_plugins.runners.phase_field.material import material

        self._check_times()
        self._check_start()
        settings = self.model_dump()
        check(settings, material(settings))
        return self

    def _check_times(self) -> None:
        times = [0.0, *(self.snapshot_times or []), self.end_time]
        if any(not first < second for first, second in zip(times, times[1:], strict=False)):
            raise ValueError(
                f'snapshot_times must ascend between 0 and end_time {self.end_time:g} s, got '
                f'{self.snapshot_times}'
            )

    def _check_start(self) -> None:
        if self.initial == 'cosines' and self.dimension != 2:
            raise ValueError(f'the start cosines needs dimension 2, got {self.dimension}')
        sizes = (self.size_x, self.size_y, self.size_z)[: self.dimension]
        if self.initial == 'circle' and 2 * self.radius >= min(sizes):
            raise ValueError(
                f'the circle (diameter {2 * self.radius:g} m) is larger than the box ({min(sizes):g} m); '
                'lower radius'
            )
        mixed = self.free_energy == 'regular-solution' or self.mobility_from == 'tracer'
        if mixed and not 0 < self.composition < 1:
            raise ValueError(f'composition {self.composition:g} of a solution is not between 0 and 1')


class PhaseField(RunnerEngine[PhaseFieldParameters]):
    """A spectral method with steps that adapt: a phase field in a box."""

    name = 'phase-field'
    label = 'NANO-OS phase field'
    scale = 'mesoscale'
    tasks = frozenset({'cahn-hilliard', 'allen-cahn'})
    process = 'nanoos.phase_field'
    code_plugin = 'nanoos.phase_field'
    code_label = 'phase-field'
    parameters = PhaseFieldParameters
    evaluates: ClassVar[Literal['structure', 'mesh']] = 'mesh'

    def check(self, structure: Any, parameters: PhaseFieldParameters) -> None:
        """Refuse a structure or a mesh.

        :raises ValueError: when there is one.
        """
        if structure is not None:
            raise ValueError('a phase field is computed in a box given by its size; leave the file out')

    def reference(self) -> Reference:
        """Return a flat interface, whose energy is known exactly."""
        return Reference(
            structure=None,
            parameters={
                'dimension': 1,
                'size_x': 4e-8,
                'boundary': 'no-flux',
                'initial': 'interface',
                'initial_width': 4e-9,
            },
            quantity='interface_energy',
            value=0.5,
            tolerance=5e-4,
            unit='J/m²',
            source='√(2κρ)/6 of a double well: Cahn & Hilliard (1958), doi:10.1063/1.1744102',
        )
