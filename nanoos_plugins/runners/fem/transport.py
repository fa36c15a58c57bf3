"""Heat conduction and Fickian diffusion: c ∂u/∂t = ∇·(κ ∇u) + s.

For heat u is the temperature [K], κ the conductivity [W/(m K)], c = density × heat capacity [J/(m³ K)]; for
diffusion u is the concentration [mol/m³], κ the diffusivity [m²/s] and c = 1. Inside, lengths are in units
of the part and times of c length² / κ, so that κ = c = 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np
from ngsolve.krylovspace import CGSolver

from nanoos_plugins.runners.fem.medium import Medium, medium
from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.fem.picture import at, peak, pictures, profiles
from nanoos_plugins.runners.fem.solver import System, Tell
from nanoos_plugins.runners.fem.stepping import Numerics, evolve
from nanoos_plugins.runners.job import Array, Outcome, quantity

Settings = Mapping[str, Any]
Follow = Any


def transport(part: Part, settings: Settings, iteration: Tell | None, step: Follow | None) -> Outcome:
    """Return the steady field, or what it has become at the end.

    :param iteration: is told number and residual of each iteration of a steady solve.
    :param step: is told time [s], mean and value at the centre after each time step.
    :raises ValueError: when the solver did not converge.
    """
    part.check_size(1)
    what = medium(settings)
    numerics = Numerics(settings['solver_tolerance'], settings['solver_iterations'])
    if settings['mode'] == 'steady':
        field, rate, system = steady(part, what, numerics, iteration)
        series: dict[str, Array] = {}
    else:
        field, rate, system, series = transient(part, what, settings, numerics, step)
    quantities = _values(part, what, field) | _flows(part, what, rate, system.space)
    gradient = ng.Norm(ng.Grad(field)) * (what.conductivity / part.length)
    quantities[f'peak_{what.flux}'] = quantity(peak(part.mesh, gradient), what.flux_unit)
    ending = what.unit.replace('/', '_per_').replace('²', '2').replace('³', '3')
    fields = {f'{what.name}_{ending}': field, f'{what.flux}_{what.flux_ending}': gradient}
    return Outcome(
        quantities,
        {**profiles(part, fields), **pictures(part, fields), **series},
        summary={'unknowns': system.space.ndof, 'elements': part.mesh.ne, 'iterations': system.iterations},
    )


def field_space(part: Part, what: Medium) -> Any:
    """Return the space of the field, fixed where the medium says so."""
    fixed = '|'.join(name for name, side in what.sides.items() if side.condition == 'fixed')
    return ng.H1(part.mesh, order=part.order, dirichlet=fixed)


def steady(part: Part, what: Medium, numerics: Numerics, tell: Tell | None = None) -> tuple[Any, Any, System]:
    """Return the field, the rate that flows in by unknowns (in units of the part), and the system."""
    space = field_space(part, what)
    system = System(part, space, lambda u, v: ng.grad(u) * ng.grad(v) * ng.dx)
    field = start(part, what, space, 0.0)
    load, source = loads(part, what, space)
    floor = 1e-13 * scale(part, what)
    system.solve(field, load, numerics.tolerance, numerics.most, floor, tell)
    rate = field.vec.CreateVector()
    rate.data = system.matrix * field.vec - source
    return field, rate, system


def transient(
    part: Part, what: Medium, settings: Settings, numerics: Numerics, tell: Follow | None = None
) -> tuple[Any, Any, System, dict[str, Array]]:
    """Return as `steady` does, at the end, and series in time: mean and value at the centre."""
    space = field_space(part, what)
    unit = what.capacity * part.length**2 / what.conductivity
    count = settings['time_steps']
    rows: list[tuple[float, float, float]] = []

    def note(number: int, field: Any) -> None:
        row = (number * settings['end_time'] / count, mean(part, field), centre(part, field))
        rows.append(row)
        if tell is not None:
            tell(*row)

    field, rate, system = evolve(
        part,
        space,
        lambda: start(part, what, space, what.initial),
        lambda: loads(part, what, space),
        settings['end_time'] / unit / count,
        count,
        numerics,
        scale(part, what),
        note,
    )
    ending = what.unit.replace('/', '_per_').replace('²', '2').replace('³', '3')
    columns = np.array(rows).T
    names = ('series_time_s', f'series_mean_{what.name}_{ending}', f'series_{what.name}_at_centre_{ending}')
    return field, rate, system, dict(zip(names, columns, strict=True))


def start(part: Part, what: Medium, space: Any, initial: float) -> Any:
    """Return the field at the beginning: fixed sides have their value, the rest is nearest to `initial`.

    Nearest in the mean square: an interpolation would warm the whole first layer of elements.

    :raises ValueError: when the projection did not converge.
    """
    field = ng.GridFunction(space)
    fixed = {name: side.value for name, side in what.sides.items() if side.condition == 'fixed'}
    if fixed:
        values = part.mesh.BoundaryCF(fixed, default=0.0)
        field.Set(values, definedon=part.mesh.Boundaries('|'.join(fixed)))
    trial, test = space.TnT()
    mass = ng.BilinearForm(trial * test * ng.dx, symmetric=True)
    # A mass matrix is so well conditioned that its diagonal is enough, on a mesh of any size.
    diagonal = ng.Preconditioner(mass, 'local')
    mass.Assemble()
    wanted = ng.LinearForm(space)
    if initial:
        wanted += initial * test * ng.dx
    wanted.Assemble()
    residual = wanted.vec.CreateVector()
    residual.data = wanted.vec - mass.mat * field.vec
    solver = CGSolver(mass.mat, diagonal.mat, tol=1e-12, atol=1e-12 * scale(part, what), maxiter=1000)
    field.vec.data += solver * residual
    if solver.iterations >= 1000:
        raise ValueError('the initial field did not converge; give a mesh with better elements')
    return field


def loads(part: Part, what: Medium, space: Any) -> tuple[Any, Any]:
    """Return the load vector, and the share of it that is the source inside."""
    source = ng.LinearForm(space)
    if what.source:
        source += what.source * part.length**2 / what.conductivity * space.TestFunction() * ng.dx
    source.Assemble()
    load = ng.LinearForm(space)
    for name, side in what.sides.items():
        if side.condition == 'flux' and side.value:
            inwards = side.value * part.length / what.conductivity
            load += inwards * space.TestFunction() * ng.ds(name)
    load.Assemble()
    load.vec.data += source.vec
    return load.vec, source.vec


def scale(part: Part, what: Medium) -> float:
    """Return how large values of the field are, by which residuals are judged."""
    fluxes = [abs(side.value) for side in what.sides.values() if side.condition == 'flux']
    fixed = [abs(side.value) for side in what.sides.values() if side.condition == 'fixed']
    driven = (sum(fluxes) + abs(what.source) * part.length) * part.length / what.conductivity
    return max([abs(what.initial), driven, *fixed]) or 1.0


def mean(part: Part, field: Any) -> float:
    """Return the mean over the part."""
    return float(ng.Integrate(field, part.mesh) / ng.Integrate(1.0, part.mesh))


def centre(part: Part, field: Any) -> float:
    """Return the value at the centre, or in the middle of the line of profiles when there is a hole."""
    points = np.array([np.zeros(part.dimension), part.line.mean(axis=0)])
    values, inside = at(part.mesh, field, points)
    if not inside.any():
        raise ValueError('the centre of the mesh is outside of it; move the part, or fill it')
    return float(values[int(np.argmax(inside)), 0])


def _values(part: Part, what: Medium, field: Any) -> dict[str, Any]:
    average = mean(part, field)
    volume = ng.Integrate(1.0, part.mesh) * part.volume_unit
    corners = field.vec.FV().NumPy()[: part.mesh.nv]
    return {
        f'mean_{what.name}': quantity(average, what.unit),
        f'{what.name}_at_centre': quantity(centre(part, field), what.unit),
        f'highest_{what.name}': quantity(corners.max(), what.unit),
        f'lowest_{what.name}': quantity(corners.min(), what.unit),
        what.content: quantity(average * volume * what.capacity, what.content_unit),
    }


def _flows(part: Part, what: Medium, rate: Any, space: Any) -> dict[str, Any]:
    """Return what flows into the part through its sides, positive inwards.

    The rate of each unknown is summed over a side, which converges twice as fast as the gradient there.
    """
    unit = what.conductivity * part.area_unit / part.length
    found = {}
    for name in ('low', 'high'):
        if name in part.mesh.GetBoundaries():
            one = ng.GridFunction(space)
            one.Set(1.0, definedon=part.mesh.Boundaries(name))
            found[f'{what.flow}_{name}'] = quantity(rate.InnerProduct(one.vec) * unit, what.flow_unit)
    return found
