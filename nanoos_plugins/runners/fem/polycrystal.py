"""Polycrystals: periodic Voronoi grains of random orientation, and their effective stiffness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ngsolve as ng
import numpy as np
import numpy.typing as npt
from ngsolve.meshes import MakeStructured3DMesh
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from nanoos_plugins.runners.fem import bounds
from nanoos_plugins.runners.fem.mechanics import strain, von_mises
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import pictures
from nanoos_plugins.runners.fem.solver import System
from nanoos_plugins.runners.fem.voigt import engineering, moduli, of_settings, rotate
from nanoos_plugins.runners.job import Array, Outcome, quantity

#: The uniform strain of the picture.
PICTURED = 1e-3
#: Stiffness that holds the mean displacement, relative to that of the crystal; nothing acts on it.
FOUNDATION = 1e-8
Settings = Mapping[str, Any]
Labels = npt.NDArray[np.int64]


def homogenised(settings: Settings, tell: Callable[..., None] | None = None) -> Outcome:
    """Return the effective stiffness of polycrystals, the mean over realisations with its standard error.

    :param tell: is told number, bulk and shear modulus [GPa] of each realisation.
    :raises ValueError: when the solver did not converge.
    """
    crystal = of_settings(settings)
    random = np.random.default_rng(settings['seed'])
    cell = Cell(settings['cells_across'])
    stiffnesses, iterations = [], 0
    for number in range(1, settings['realisations'] + 1):
        labels = voronoi(cell.centres, random.random((settings['grains'], 3)))
        turned = rotate(crystal, Rotation.random(settings['grains'], rng=random).as_matrix())
        grains = Grains(cell, turned[labels], settings)
        stiffnesses.append(grains.effective())
        iterations += grains.system.iterations
        if tell is not None:
            tell(number, *moduli(stiffnesses[-1]))
    fields = {
        'von_mises_stress_GPa': PICTURED * von_mises(grains.stress),
        'grain': cell.field(1.0 + labels.astype(np.float64)),
    }
    return Outcome(
        _moduli(np.array(stiffnesses)) | _bounds(crystal),
        pictures(cell.part, fields),
        summary={'unknowns': grains.unknowns, 'elements': cell.part.mesh.ne, 'iterations': iterations},
    )


class Cell:
    """A periodic cube of `across`³ equal elements; `centres` (n, 3) are theirs, with edge length 1."""

    def __init__(self, across: int) -> None:
        mesh = MakeStructured3DMesh(
            *(True, across, across, across), periodic_x=True, periodic_y=True, periodic_z=True
        )
        self.part = Part(mesh, 1.0, 'x', 1, 0, curved=False, line=np.zeros((2, 3)))
        corners = np.array([[vertex.nr for vertex in element.vertices] for element in mesh.Elements()])
        points = np.array([vertex.point for vertex in mesh.vertices])
        self.centres: Array = points[corners].mean(axis=1)

    def field(self, values: Array) -> Any:
        """Return a grid function that is constant in each element, from values (n,) or (n, components)."""
        components = values.size // len(values)
        function = ng.GridFunction(ng.L2(self.part.mesh, order=0, dim=components))
        function.vec.FV().NumPy()[:] = values.ravel()
        return function


class Grains:
    """One realisation; `stress` [GPa] is that of the last unit strain solved for."""

    def __init__(self, cell: Cell, stiffnesses: Array, settings: Settings) -> None:
        self._mesh, self._settings = cell.part.mesh, settings
        self._stiffness = cell.field(stiffnesses.reshape(-1, 36)).Reshape((6, 6))
        order = settings['order']
        # Exact for elements that are cubes.
        rule = ng.dx(intrules={ng.ET.HEX: ng.IntegrationRule(ng.ET.HEX, 2 * order)})
        held = FOUNDATION * float(np.abs(stiffnesses).max())

        def integrand(trial: Any, test: Any) -> Any:
            stress = self._stiffness * strain(ng.Grad(trial), 3)
            energy = ng.InnerProduct(stress, strain(ng.Grad(test), 3))
            return (energy + held * ng.InnerProduct(trial, test)) * rule

        self._rule = rule
        self._space = ng.Periodic(ng.VectorH1(self._mesh, order=order))
        self.system = System(cell.part, self._space, integrand, periodic=True)
        self.unknowns = sum(self._space.FreeDofs())
        self.stress: Any = None

    def effective(self) -> Array:
        """Return the effective stiffness (6, 6) [GPa]: the mean stress under six uniform unit strains.

        Each time the displacement is that of the uniform strain plus a periodic fluctuation.
        """
        columns = []
        for component in (5, 4, 3, 2, 1, 0):
            unit = np.zeros(6)
            unit[component] = 1.0
            self.stress = self._stiffness * (ng.CF(tuple(unit)) + self._fluctuation(unit))
            columns.append(
                np.array(ng.Integrate(self.stress.Compile(), self._mesh, order=2 * self._settings['order']))
            )
        matrix: Array = np.array(columns[::-1]).T
        return (matrix + matrix.T) / 2

    def _fluctuation(self, unit: Array) -> Any:
        """Return the strain of the periodic fluctuation under a uniform strain (6,)."""
        work = ng.LinearForm(self._space)
        uniform = self._stiffness * ng.CF(tuple(unit))
        test = self._space.TestFunction()
        work += -ng.InnerProduct(uniform, strain(ng.Grad(test), 3)) * self._rule
        work.Assemble()
        displacement = ng.GridFunction(self._space)
        self.system.solve(
            displacement,
            work.vec,
            self._settings['solver_tolerance'],
            self._settings['solver_iterations'],
            1e-9 * float(np.sqrt(np.abs(self.system.preconditioner.mat.height))),
        )
        return strain(ng.Grad(displacement), 3)


def voronoi(points: Array, seeds: Array) -> Labels:
    """Return the index of the nearest of `seeds` (m, 3) to each of `points` (n, 3), periodic with 1."""
    _, labels = cKDTree(seeds % 1.0, boxsize=1.0).query(points % 1.0)
    return np.asarray(labels, dtype=np.int64)


def _moduli(stiffnesses: Array) -> dict[str, Any]:
    """Return the mean stiffness and the moduli of its isotropic part, with standard errors of the mean."""
    count = len(stiffnesses)

    def error(values: Array) -> Any:
        return values.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else None

    mean = stiffnesses.mean(axis=0)
    single = np.array([(*moduli(one), *engineering(*moduli(one))) for one in stiffnesses])
    bulk, shear = moduli(mean)
    values = (bulk, shear, *engineering(bulk, shear))
    errors = error(single) if count > 1 else [None] * 4
    names = ('bulk_modulus', 'shear_modulus', 'young_modulus', 'poisson_ratio')
    found = {
        name: quantity(value, '' if name == 'poisson_ratio' else 'GPa', uncertainty)
        for name, value, uncertainty in zip(names, values, errors, strict=True)
    }
    return {'effective_stiffness': quantity(mean, 'GPa', error(stiffnesses)), **found}


def _bounds(crystal: Array) -> dict[str, Any]:
    """Return the bounds of the moduli, and of a cubic crystal Zener's anisotropy."""
    found = {}
    for name, (bulk, shear) in (('voigt', bounds.voigt(crystal)), ('reuss', bounds.reuss(crystal))):
        found[f'{name}_bulk_modulus'] = quantity(bulk, 'GPa')
        found[f'{name}_shear_modulus'] = quantity(shear, 'GPa')
    if bounds.is_cubic(crystal):
        constants = (crystal[0, 0], crystal[0, 1], crystal[3, 3])
        low, high = bounds.hashin_shtrikman(*constants)
        found['hashin_shtrikman_lower_shear_modulus'] = quantity(low, 'GPa')
        found['hashin_shtrikman_upper_shear_modulus'] = quantity(high, 'GPa')
        bulk = (constants[0] + 2 * constants[1]) / 3
        found['hashin_shtrikman_lower_young_modulus'] = quantity(engineering(bulk, low)[0], 'GPa')
        found['hashin_shtrikman_upper_young_modulus'] = quantity(engineering(bulk, high)[0], 'GPa')
        found['zener_anisotropy'] = quantity(bounds.zener(*constants), '')
    return found
