"""Finite elements for a continuum by our own runner: elasticity, polycrystals, heat, diffusion."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import model_validator

from nanoos_plugins.engines.contract import Parameters, Reference, quantity
from nanoos_plugins.engines.runner import RunnerEngine
from nanoos_plugins.runners.fem.voigt import is_isotropic, of_settings

Condition = Literal['fixed', 'flux', 'closed']
Row = list[float]

#: Most unknowns of a periodic cell.
MOST_PERIODIC = 400_000

#: Which ends each shape has: axes along which low and high are flat, and whether it has a radial direction.
AXES = {
    'block': ('x', 'y', 'z', 'radial'),
    'plate': ('x', 'y', 'radial'),
    'wire': ('x', 'radial'),
    'sphere': ('radial',),
    'shell': ('radial',),
    'mesh': ('x', 'y', 'z', 'radial'),
}


class FemParameters(Parameters):
    """Parameters of the finite elements; those that a task or shape does not name are not used by it."""

    task: Literal['elasticity', 'homogenise', 'heat', 'diffusion'] = quantity(
        'elasticity', '', 'elasticity; homogenise: stiffness of a polycrystal; heat conduction; diffusion'
    )
    shape: Literal['block', 'plate', 'wire', 'sphere', 'shell', 'mesh'] = quantity(
        'block', '', 'shape of the part; plate: with a circular hole; wire: along x; mesh: from a mesh file'
    )
    axis: Literal['x', 'y', 'z', 'radial'] = quantity(
        'x', '', 'low and high side are the ends along this axis; radial: inner and outer surface'
    )
    size_x: float = quantity(1e-6, 'm', 'block, plate: extent along x; wire: length', gt=0, le=1e3)
    size_y: float = quantity(1e-6, 'm', 'block, plate: extent along y', gt=0, le=1e3)
    size_z: float = quantity(1e-6, 'm', 'block: extent along z; plate: thickness', gt=0, le=1e3)
    radius: float = quantity(5e-7, 'm', 'wire, sphere, shell: outer radius', gt=0, le=1e3)
    inner_radius: float = quantity(2.5e-7, 'm', 'shell: inner radius', gt=0, le=1e3)
    hole_radius: float = quantity(1e-7, 'm', 'plate: radius of the hole in its middle', gt=0, le=1e3)
    mesh_unit: float = quantity(1.0, 'm', 'mesh: what a length of 1 in the file is', gt=0, le=1e3)
    mesh_size: float | None = quantity(None, 'm', 'largest element; empty: a share of the part', gt=0)
    order: int = quantity(2, '', 'polynomial order of the elements', ge=1, le=3)

    material: Literal['isotropic', 'cubic', 'full'] = quantity(
        'isotropic', '', 'elasticity, homogenise: by which constants the stiffness is given'
    )
    young_modulus: float = quantity(128.0, 'GPa', "isotropic: Young's modulus", gt=0)
    poisson_ratio: float = quantity(0.34, '', "isotropic: Poisson's ratio", gt=-1, lt=0.5)
    c11: float = quantity(168.4, 'GPa', 'cubic: C11; the default is copper, doi:10.1103/PhysRev.98.969')
    c12: float = quantity(121.4, 'GPa', 'cubic: C12')
    c44: float = quantity(75.4, 'GPa', 'cubic: C44')
    stiffness: list[Row] | None = quantity(
        None, 'GPa', 'full: 6 rows of 6 numbers in Voigt order xx, yy, zz, yz, xz, xy'
    )
    euler_angle_1: float = quantity(0.0, '°', 'elasticity: Euler angle φ1 of the crystal (Bunge)')
    euler_angle_2: float = quantity(0.0, '°', 'elasticity: Euler angle Φ of the crystal (Bunge)')
    euler_angle_3: float = quantity(0.0, '°', 'elasticity: Euler angle φ2 of the crystal (Bunge)')
    load: Literal['displacement', 'traction', 'pressure', 'kirsch'] = quantity(
        'displacement',
        '',
        'elasticity: ends moved apart, or pulled; pressure on surfaces; the tractions around a hole in an '
        'infinite plate (Kirsch)',
    )
    strain: float = quantity(1e-3, '', 'displacement: elongation over length', ge=-0.1, le=0.1)
    stress: float = quantity(0.1, 'GPa', 'traction, kirsch: stress far from the hole')
    outer_pressure: float = quantity(0.1, 'GPa', 'pressure: on the outer surface')
    inner_pressure: float = quantity(0.0, 'GPa', 'pressure: on the inner surface of a shell, or in the hole')

    grains: int = quantity(60, '', 'homogenise: grains of a realisation', ge=1, le=20_000)
    realisations: int = quantity(10, '', 'homogenise: polycrystals averaged over', ge=1, le=1000)
    cells_across: int = quantity(8, '', 'homogenise: elements along an edge of the cube', ge=2, le=60)
    seed: int = quantity(12345, '', 'homogenise: seed of grains and orientations', ge=0)

    mode: Literal['steady', 'transient'] = quantity('steady', '', 'heat, diffusion: at rest, or in time')
    end_time: float = quantity(1e-6, 's', 'transient: time at the end', gt=0)
    time_steps: int = quantity(100, '', 'transient: equal steps in time', ge=1, le=100_000)
    low_condition: Condition = quantity('closed', '', 'heat, diffusion: what is given at the low side')
    high_condition: Condition = quantity('fixed', '', 'heat, diffusion: what is given at the high side')
    conductivity: float = quantity(400.0, 'W/(m K)', 'heat: thermal conductivity', gt=0)
    density: float = quantity(8960.0, 'kg/m³', 'heat: density', gt=0)
    heat_capacity: float = quantity(385.0, 'J/(kg K)', 'heat: specific heat capacity', gt=0)
    heat_source: float = quantity(0.0, 'W/m³', 'heat: power set free inside')
    initial_temperature: float = quantity(300.0, 'K', 'heat, transient: at the beginning', ge=0)
    low_temperature: float = quantity(300.0, 'K', 'heat: of the low side when fixed', ge=0)
    high_temperature: float = quantity(400.0, 'K', 'heat: of the high side when fixed', ge=0)
    low_heat_flux: float = quantity(0.0, 'W/m²', 'heat: into the part at the low side')
    high_heat_flux: float = quantity(0.0, 'W/m²', 'heat: into the part at the high side')
    diffusivity: float = quantity(1e-14, 'm²/s', 'diffusion: diffusion coefficient', gt=0)
    initial_concentration: float = quantity(0.0, 'mol/m³', 'diffusion, transient: at the beginning', ge=0)
    low_concentration: float = quantity(0.0, 'mol/m³', 'diffusion: of the low side when fixed', ge=0)
    high_concentration: float = quantity(1.0, 'mol/m³', 'diffusion: of the high side when fixed', ge=0)
    low_particle_flux: float = quantity(0.0, 'mol/(m² s)', 'diffusion: into the part at the low side')
    high_particle_flux: float = quantity(0.0, 'mol/(m² s)', 'diffusion: into the part at the high side')

    solver_tolerance: float = quantity(1e-8, '', 'residual at which a solve ends', ge=1e-14, le=1e-3)
    solver_iterations: int = quantity(500, '', 'most iterations of a solve', ge=1, le=100_000)

    @model_validator(mode='after')
    def fits(self) -> FemParameters:
        """Refuse what does not go together."""
        if self.task in ('elasticity', 'homogenise'):
            of_settings(self.model_dump(exclude={'task'}))
        if self.task == 'homogenise':
            self._check_cells()
            return self
        self._check_shape()
        if self.task == 'elasticity':
            self._check_load()
        elif self.mode == 'steady' and 'fixed' not in self._conditions():
            raise ValueError(
                'a steady state needs a side whose condition is fixed; fix one that the shape has, or '
                'choose mode transient'
            )
        return self

    def _check_cells(self) -> None:
        unknowns = 3 * (self.order * self.cells_across) ** 3
        if unknowns > MOST_PERIODIC:
            raise ValueError(
                f'cells_across {self.cells_across} with order {self.order} is {unknowns} unknowns, at most '
                f'{MOST_PERIODIC} are taken; lower one of them'
            )

    def _conditions(self) -> set[str]:
        """Return the conditions of the sides that there are."""
        only_high = self.axis == 'radial' and self.shape not in ('shell', 'plate')
        return {self.high_condition} if only_high else {self.low_condition, self.high_condition}

    def _check_shape(self) -> None:
        allowed = AXES[self.shape]
        choice = ' or '.join(allowed)
        if self.axis not in allowed:
            raise ValueError(f'a {self.shape} has no ends along {self.axis}; choose axis {choice}')
        if self.shape == 'plate' and 2 * self.hole_radius >= min(self.size_x, self.size_y):
            raise ValueError(
                f'the hole (diameter {2 * self.hole_radius:g} m) is larger than the plate '
                f'({self.size_x:g} m x {self.size_y:g} m); make it smaller'
            )
        if self.shape == 'shell' and self.inner_radius >= self.radius:
            raise ValueError(
                f'inner_radius {self.inner_radius:g} m is not smaller than radius {self.radius:g} m'
            )

    def _check_load(self) -> None:
        if (self.load == 'pressure') != (self.axis == 'radial'):
            raise ValueError(
                f'load {self.load} does not go with axis {self.axis}: pressure needs axis radial, the others '
                'an axis x, y or z'
            )
        if self.load == 'kirsch' and (self.shape, self.axis) != ('plate', 'x'):
            raise ValueError('load kirsch needs shape plate and axis x')
        if self.load == 'kirsch' and not is_isotropic(of_settings(self.model_dump())):
            raise ValueError('load kirsch needs an isotropic material; use load traction for a crystal')
        given = {'displacement': self.strain, 'traction': self.stress, 'kirsch': self.stress}
        if given.get(self.load, self.outer_pressure or self.inner_pressure) == 0:
            raise ValueError(f'load {self.load} of zero does nothing; give another value')


class Fem(RunnerEngine[FemParameters]):
    """NGSolve (ngsolve.org): finite elements on a shape given by its measures, or on a mesh from a file."""

    name = 'fem'
    label = 'NGSolve'
    scale = 'continuum'
    tasks = frozenset({'elasticity', 'homogenise', 'heat', 'diffusion'})
    process = 'nanoos.fem'
    code_plugin = 'nanoos.fem'
    code_label = 'fem'
    parameters = FemParameters
    evaluates: ClassVar[Literal['structure', 'mesh']] = 'mesh'

    def check(self, structure: Any, parameters: FemParameters) -> None:
        """Refuse a mesh that is missing or would not be used.

        :raises ValueError: says what to do instead.
        """
        wanted = parameters.shape == 'mesh' and parameters.task != 'homogenise'
        if wanted and structure is None:
            raise ValueError('shape mesh needs a mesh file (.vol, .vol.gz or .msh); give one as `mesh`')
        if structure is not None and not wanted:
            raise ValueError('a mesh file is given but not used; choose shape mesh, or leave the file out')

    def reference(self) -> Reference:
        """Return the rod of uniform stress, whose modulus is Young's modulus."""
        return Reference(
            structure=None,
            parameters={'task': 'elasticity', 'shape': 'block', 'load': 'traction', 'young_modulus': 200.0},
            quantity='effective_modulus',
            value=200.0,
            tolerance=1e-4,
            unit='GPa',
            source="Hooke's law: uniform stress over uniform strain of a block pulled at its ends",
        )
