"""Velocity and pressure on a mesh: Taylor-Hood elements and the forms of the Navier-Stokes equations.

Velocities are of polynomial degree k, continuous pressures of degree k - 1: a stable pair for k ≥ 2 (Taylor &
Hood, Comput. Fluids 1 (1973) 73, doi:10.1016/0045-7930(73)90027-3). Constant pressures are among them, so
that what flows in flows out to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np

from nanoos_plugins.runners.job import Array

#: More unknowns than this are refused: a direct solver needs more than about 6 GB for them.
MOST_UNKNOWNS = 400_000
#: For a saddle point: the default direct solver takes no care of the zeros on its diagonal.
INVERSE = 'umfpack'


class Flow:
    """The unknowns of a flow and its forms, in units of L, U and μ U/L.

    `state` has them all, `velocity` and `pressure` are its parts; `free` are the unknowns that are not given.

    :param given_x: sides where the velocity along x is given (0, unless `hold` says otherwise); all other
        sides have the natural condition ∂u/∂n = p n.
    :param slip: slip length in units of L by side, Navier's condition u = slip ∂u/∂n of the velocity along x.
    :param closed: no side is open, the pressure is fixed up to a constant only: one value of it is held.
    :param radial: axisymmetric around y = 0, with x along the axis and y the distance from it.
    :raises ValueError: for too many unknowns.
    """

    def __init__(
        self,
        mesh: Any,
        order: int,
        given_x: str,
        given_y: str,
        slip: Mapping[str, float] | None = None,
        closed: bool = False,
        radial: bool = False,
    ) -> None:
        velocities = ng.VectorH1(mesh, order=order, dirichletx=given_x, dirichlety=given_y)
        self.mesh, self.order = mesh, order
        self.space = velocities * ng.H1(mesh, order=order - 1)
        if self.space.ndof > MOST_UNKNOWNS:
            raise ValueError(
                f'the flow has {self.space.ndof} unknowns, at most {MOST_UNKNOWNS} are taken; lower cells '
                'or order'
            )
        self.closed, self.slip = closed, dict(slip or {})
        self.weight = 2 * ng.pi * ng.y if radial else ng.CF(1.0)
        self.state = ng.GridFunction(self.space)
        self.velocity, self.pressure = self.state.components
        self.radial = radial
        self.free = ng.BitArray(self.space.FreeDofs())
        if closed:
            self.free.Clear(velocities.ndof)

    def hold(self, values: Any, names: str, still: str) -> None:
        """Give the velocity on sides where it is given; unknowns that `still` sides share with them are 0.

        The corners of a moving lid belong to the walls, else fluid leaks through them.
        """
        self.state.vec[:] = 0
        self.velocity.Set(values, definedon=self.mesh.Boundaries(names))
        walls = self.velocity.space.GetDofs(self.mesh.Boundaries(still))
        self.velocity.vec.FV().NumPy()[np.array(list(walls), dtype=bool)] = 0

    def divergence(self, velocity: Any, gradient: Any) -> Any:
        """Return the divergence of a velocity with its gradient (trial, test or solved)."""
        plain = gradient[0, 0] + gradient[1, 1]
        return plain + velocity[1] / ng.y if self.radial else plain

    def stokes(self) -> Any:
        """Return the integrals of Δu and ∇p, and of ∇·u, multiplied with test functions; symmetric."""
        (u, p), (v, q) = self.space.TnT()
        shear = ng.InnerProduct(ng.Grad(u), ng.Grad(v))
        if self.radial:
            shear += u[1] * v[1] / ng.y**2
        inside = shear - p * self.divergence(v, ng.Grad(v)) - q * self.divergence(u, ng.Grad(u))
        whole = self.weight * inside * ng.dx
        for name, length in self.slip.items():
            whole += self.weight / length * u[0] * v[0] * ng.ds(name)
        return whole

    def inertia(self, share: Any = 1.0) -> Any:
        """Return the integral of `share` u multiplied with a test function."""
        (u, _), (v, _) = self.space.TnT()
        return share * self.weight * ng.InnerProduct(u, v) * ng.dx

    def convection(self, share: Any, carrier: Any = None) -> Any:
        """Return the integral of `share` (w·∇) u multiplied with a test function, w the carrier or else u."""
        (u, _), (v, _) = self.space.TnT()
        carried = ng.Grad(u) * (u if carrier is None else carrier)
        return share * self.weight * ng.InnerProduct(carried, v) * ng.dx

    def pushed(self, pressure: float, name: str) -> Any:
        """Return the load vector of a pressure on an open side."""
        load = ng.LinearForm(self.space)
        if name:
            _, (v, _) = self.space.TnT()
            normal = ng.specialcf.normal(2)
            load += -pressure * self.weight * ng.InnerProduct(normal, v) * ng.ds(name)
        load.Assemble()
        return load.vec

    def inverse(self, matrix: Any) -> Any:
        """Return the factors of a matrix on the free unknowns."""
        return matrix.Inverse(self.free, inverse=INVERSE)

    def on(self, name: str) -> tuple[Any, Any]:
        """Return vectors that sum over a side what belongs to x, and to y."""
        found = []
        for direction in ((1, 0), (0, 1)):
            one = ng.GridFunction(self.space)
            one.components[0].Set(ng.CF(direction), definedon=self.mesh.Boundaries(name))
            found.append(one.vec)
        return found[0], found[1]

    def level_pressure(self) -> None:
        """Shift the pressure of a closed flow so that its mean is 0."""
        if self.closed:
            mean = ng.Integrate(self.pressure, self.mesh) / ng.Integrate(1.0, self.mesh)
            one = ng.GridFunction(self.pressure.space)
            one.Set(1.0)
            self.pressure.vec.data -= mean * one.vec

    def integral(self, function: Any) -> float:
        """Return the integral over the fluid, in an axisymmetric flow over the whole of it."""
        return float(ng.Integrate(self.weight * function, self.mesh, order=2 * self.order + 2))

    def through(self, name: str) -> float:
        """Return what flows to the right through a side that is upright."""
        return float(
            ng.Integrate(
                self.weight * self.velocity[0], self.mesh, definedon=self.mesh.Boundaries(name), order=12
            )
        )

    def leak(self) -> float:
        """Return ‖∇·u‖ / ‖∇u‖, 0 for a velocity that is free of divergence at each point."""
        gradient = ng.Grad(self.velocity)
        whole = self.integral(ng.InnerProduct(gradient, gradient))
        return float(
            np.sqrt(self.integral(self.divergence(self.velocity, gradient) ** 2) / whole) if whole else 0.0
        )

    def values(self) -> Array:
        """Return the unknowns as an array that is a view."""
        view: Array = self.state.vec.FV().NumPy()
        return view
