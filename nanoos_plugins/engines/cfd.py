"""Incompressible flow by our own runner: channels with slip, a cavity, an obstacle."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import model_validator

from nanoos_plugins.engines.contract import Parameters, Reference, quantity
from nanoos_plugins.engines.runner import RunnerEngine


class CfdParameters(Parameters):
    """Parameters of a flow; those that a task does not name are not used by it. The default is water."""

    task: Literal['channel', 'cavity', 'obstacle'] = quantity(
        'channel',
        '',
        'channel: between plates, or a pipe; cavity: a square with a moving lid; obstacle: a circle in '
        'a channel',
    )
    mode: Literal['steady', 'transient'] = quantity(
        'steady', '', 'the steady flow, or in time from a start on'
    )
    density: float = quantity(998.2, 'kg/m³', 'density; the default is water at 20 °C', gt=0)
    viscosity: float = quantity(1.002e-3, 'Pa s', 'dynamic viscosity; the default is water at 20 °C', gt=0)
    size: float = quantity(
        1e-6,
        'm',
        'channel: distance of the plates, or diameter of the pipe; cavity: edge; obstacle: distance '
        'of the walls',
        gt=0,
        le=1e3,
    )
    length: float = quantity(5e-6, 'm', 'channel, obstacle: length of the channel', gt=0, le=1e4)
    speed: float = quantity(
        1e-3,
        'm/s',
        'cavity: of the lid; obstacle: mean at the inlet; channel with drive velocity: mean',
        gt=0,
        le=1e4,
    )

    section: Literal['plane', 'pipe'] = quantity('plane', '', 'channel: between plates, or a pipe')
    drive: Literal['pressure', 'velocity'] = quantity(
        'pressure', '', 'channel: what is given, the gradient of the pressure or the mean velocity'
    )
    pressure_gradient: float = quantity(
        1e7, 'Pa/m', 'drive pressure: by how much the pressure falls over a length', gt=0
    )
    slip_length: float = quantity(
        0.0, 'm', "channel: slip length of the walls by Navier's condition; 0: no slip", ge=0, le=1e3
    )

    obstacle_diameter: float = quantity(2.5e-7, 'm', 'obstacle: diameter of the circle', gt=0, le=1e3)
    obstacle_x: float = quantity(5e-7, 'm', 'obstacle: from the inlet to the middle of the circle', gt=0)
    obstacle_y: float = quantity(5e-7, 'm', 'obstacle: from the lower wall to the middle of the circle', gt=0)

    end_time: float = quantity(2e-6, 's', 'transient: time at the end', gt=0)
    time_steps: int = quantity(200, '', 'transient: equal steps in time', ge=2, le=1_000_000)
    cells: int = quantity(16, '', 'elements across the channel or the cavity', ge=2, le=200)
    order: int = quantity(
        3, '', 'polynomial order of the velocity, that of the pressure is one less', ge=2, le=6
    )
    solver_tolerance: float = quantity(
        1e-10, '', 'steady: residual at which a solve ends, relative to the first', ge=1e-13, le=1e-3
    )
    solver_iterations: int = quantity(
        100, '', "steady: most iterations of Newton's method, all together", ge=2, le=10_000
    )

    @model_validator(mode='after')
    def fits(self) -> CfdParameters:
        """Refuse what does not go together."""
        if self.task == 'obstacle':
            self._check_obstacle()
        return self

    def _check_obstacle(self) -> None:
        radius = self.obstacle_diameter / 2
        for name, middle, extent in (
            ('obstacle_x', self.obstacle_x, self.length),
            ('obstacle_y', self.obstacle_y, self.size),
        ):
            if not radius < middle < extent - radius:
                raise ValueError(
                    f'{name} {middle:g} m: the circle of diameter {self.obstacle_diameter:g} m must be '
                    f'inside the channel, between 0 and {extent:g} m; move it, or make it smaller'
                )


class Cfd(RunnerEngine[CfdParameters]):
    """NGSolve (ngsolve.org): incompressible Navier-Stokes flow in a geometry given by its measures."""

    name = 'cfd'
    label = 'NGSolve flow'
    scale = 'continuum'
    tasks = frozenset({'channel', 'cavity', 'obstacle'})
    process = 'nanoos.cfd'
    code_plugin = 'nanoos.cfd'
    code_label = 'cfd'
    parameters = CfdParameters
    evaluates: ClassVar[Literal['structure', 'mesh']] = 'mesh'

    def check(self, structure: Any, parameters: CfdParameters) -> None:
        """Refuse a mesh, there is no task that takes one.

        :raises ValueError: says what to do instead.
        """
        if structure is not None:
            raise ValueError(
                'a mesh file is given, but a flow is in a geometry given by its measures; leave the file out'
            )

    def reference(self) -> Reference:
        """Return water between plates without slip."""
        return Reference(
            structure=None,
            parameters={'task': 'channel', 'pressure_gradient': 1.2e7, 'viscosity': 1e-3},
            quantity='mean_velocity',
            value=1e-3,
            tolerance=1e-11,
            unit='m/s',
            source="Poiseuille's law: mean velocity G h²/12μ between plates",
        )
