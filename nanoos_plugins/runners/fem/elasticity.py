"""Linear elasticity of a part under tension, pressure or Kirsch's tractions: div σ = 0, σ = C ε(u)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.fem.mechanics import kirsch, strain, tensor, von_mises
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import peak, pictures, profiles
from nanoos_plugins.runners.fem.solver import System, Tell, equilibrate
from nanoos_plugins.runners.fem.voigt import bunge, is_isotropic, of_settings, plane_stress, rotate
from nanoos_plugins.runners.job import Array, Outcome, quantity

#: Stiffness of an elastic foundation that holds motions no load acts on, relative to that of the part.
FOUNDATION = 1e-8
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Solved:
    """Displacement in units of the length of the part, its stress [GPa] in Voigt order, and the system."""

    displacement: Any
    stress: Any
    system: System


def elastic(part: Part, settings: Settings, tell: Tell | None = None) -> Outcome:
    """Return what a load does to a part.

    :raises ValueError: for Kirsch's tractions on an anisotropic plate, or when the solver did not converge.
    """
    part.check_size(part.dimension)
    stiffness = rotate(
        of_settings(settings), bunge(*(settings[f'euler_angle_{number}'] for number in (1, 2, 3)))
    )
    solved = loaded(part, stiffness, settings, tell)
    quantities = _ends(part, solved, settings) if part.axis != 'radial' else _shells(part, solved)
    quantities |= _peaks(part, solved, quantities)
    fields = _fields(part, solved)
    return Outcome(
        quantities,
        {**profiles(part, fields), **pictures(part, fields)},
        summary={
            'unknowns': solved.system.space.ndof,
            'elements': part.mesh.ne,
            'iterations': solved.system.iterations,
        },
    )


def loaded(part: Part, stiffness: Array, settings: Settings, tell: Tell | None = None) -> Solved:
    """Return the solution for the load of the settings.

    :param stiffness: (6, 6) [GPa] in the axes of the part; a plate is in plane stress.
    """
    load, dimension = settings['load'], part.dimension
    fixed = {f'dirichlet{part.axis}': 'low|high'} if load == 'displacement' else {}
    space = ng.VectorH1(part.mesh, order=part.order, **fixed)
    system, matrix = elastic_system(part, space, stiffness, FOUNDATION)
    displacement = ng.GridFunction(space)
    work = ng.LinearForm(space)
    if load == 'displacement':
        along = (ng.x, ng.y, ng.z)['xyz'.index(part.axis)]
        displacement.Set(settings['strain'] * along * part.direction, definedon=_ends_of(part))
    else:
        for names, traction in _tractions(part, settings, stiffness).items():
            work += ng.InnerProduct(traction, space.TestFunction()) * ng.ds(names)
    work.Assemble()
    if load != 'displacement':
        equilibrate(work.vec, space, dimension)
    system.solve(
        displacement, work.vec, settings['solver_tolerance'], settings['solver_iterations'], tell=tell
    )
    return Solved(displacement, matrix * strain(ng.Grad(displacement), dimension), system)


def elastic_system(part: Part, space: Any, stiffness: Array, foundation: float) -> tuple[System, Any]:
    """Return the system of elasticity on `space`, and the stiffness [GPa] as a coefficient function."""
    dimension = part.dimension
    used = plane_stress(stiffness) if dimension == 2 else stiffness
    matrix = ng.CF(tuple(used.ravel()), dims=used.shape)
    held = foundation * float(np.abs(used).max())

    def integrand(trial: Any, test: Any) -> Any:
        stress = matrix * strain(ng.Grad(trial), dimension)
        energy = ng.InnerProduct(stress, strain(ng.Grad(test), dimension))
        return (energy + held * ng.InnerProduct(trial, test)) * ng.dx

    return System(part, space, integrand), matrix


def _ends_of(part: Part) -> Any:
    return part.mesh.Boundaries('low|high')


def _tractions(part: Part, settings: Settings, stiffness: Array) -> dict[str, Any]:
    """Return the traction vectors [GPa] by the boundaries they act on.

    :raises ValueError: for Kirsch's tractions on a plate that is not isotropic.
    """
    normal = ng.specialcf.normal(part.dimension)
    if settings['load'] == 'traction':
        return {'low': -settings['stress'] * part.direction, 'high': settings['stress'] * part.direction}
    if settings['load'] == 'pressure':
        return {'low': -settings['inner_pressure'] * normal, 'high': -settings['outer_pressure'] * normal}
    if not is_isotropic(stiffness):
        raise ValueError("Kirsch's solution is of isotropic plates; use load traction for a crystal")
    return {'low|high|side': tensor(kirsch(settings['stress'], part.hole)) * normal}


def _ends(part: Part, solved: Solved, settings: Settings) -> dict[str, Any]:
    """Return force, elongation and modulus of a part that is pulled along an axis.

    The force is the work of the stress on a displacement that is one at the high end and zero elsewhere,
    which converges twice as fast as the stress there.
    """
    mesh, space, vector = part.mesh, solved.system.space, solved.displacement.vec
    high, low = mesh.Boundaries('high'), mesh.Boundaries('low')
    area = ng.Integrate(1.0, mesh, definedon=high)
    along = ng.InnerProduct(solved.displacement, part.direction)
    low_area = ng.Integrate(1.0, mesh, definedon=low)
    elongation = (
        ng.Integrate(along, mesh, definedon=high) / area - ng.Integrate(along, mesh, definedon=low) / low_area
    )
    if settings['load'] == 'displacement':
        unit = ng.GridFunction(space)
        unit.Set(part.direction, definedon=high)
        force = vector.CreateVector()
        force.data = solved.system.matrix * vector
        nominal = force.InnerProduct(unit.vec) / area
    else:
        nominal = settings['stress']
    corners = part.corners()
    height = float((corners[1] - corners[0])['xyz'.index(part.axis)])
    return {
        'effective_modulus': quantity(nominal * height / elongation, 'GPa'),
        'nominal_stress': quantity(nominal, 'GPa'),
        'nominal_strain': quantity(elongation / height, ''),
        'reaction_force': quantity(nominal * 1e9 * area * part.area_unit, 'N'),
        'elongation': quantity(elongation * part.length, 'm'),
    }


def _shells(part: Part, solved: Solved) -> dict[str, Any]:
    """Return how far surfaces under pressure move outwards, and the change of the volume they enclose."""
    found = {}
    normal = ng.specialcf.normal(part.dimension)
    moved = ng.InnerProduct(solved.displacement, normal)
    for name, label, sign in (('high', 'outer', 1.0), ('low', 'inner', -1.0)):
        boundary = part.mesh.Boundaries(name)
        area = ng.Integrate(1.0, part.mesh, definedon=boundary)
        if area:
            mean = sign * ng.Integrate(moved, part.mesh, definedon=boundary) / area
            found[f'{label}_displacement'] = quantity(mean * part.length, 'm')
            found[f'{label}_volume_change'] = quantity(mean * area * part.volume_unit, 'm³')
    return found


def _peaks(part: Part, solved: Solved, quantities: Mapping[str, Any]) -> dict[str, Any]:
    """Return the largest stresses and displacement, and the concentration of stress under tension."""
    size = ng.Norm(solved.displacement)
    found = {
        'peak_von_mises_stress': quantity(peak(part.mesh, von_mises(solved.stress)), 'GPa'),
        'largest_displacement': quantity(peak(part.mesh, size) * part.length, 'm'),
    }
    if 'nominal_stress' in quantities:
        nominal = quantities['nominal_stress']['value']
        largest = peak(part.mesh, np.sign(nominal) * _along(part, solved))
        found['peak_axial_stress'] = quantity(np.sign(nominal) * largest, 'GPa')
        found['stress_concentration'] = quantity(largest / abs(nominal), '')
    return found


def _along(part: Part, solved: Solved) -> Any:
    """Return the normal stress along the axis, or radially, n σ n."""
    direction = part.direction
    return ng.InnerProduct(tensor(solved.stress) * direction, direction)


def _fields(part: Part, solved: Solved) -> dict[str, Any]:
    """Return what is drawn, by name with unit."""
    name = 'radial' if part.axis == 'radial' else 'axial'
    direction = part.direction
    shift = part.length * ng.InnerProduct(solved.displacement, direction)
    return {
        'von_mises_stress_GPa': von_mises(solved.stress),
        f'{name}_stress_GPa': _along(part, solved),
        f'{name}_displacement_m': shift,
    }
