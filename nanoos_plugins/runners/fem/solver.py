"""Linear systems: assembled over a hierarchy of meshes, solved by conjugate gradients.

The preconditioner is geometric multigrid over the refinements of the part. A mesh that cannot be made
coarser has algebraic multigrid instead when it is too large for a direct coarse solve, and a periodic one
balancing domain decomposition by constraints (BDDC). The number of iterations hardly grows with the unknowns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ngsolve as ng
import numpy as np
from ngsolve.krylovspace import CGSolver

from nanoos_plugins.runners.fem.part import Part
from nanoos_plugins.runners.job import Array

#: Unknowns of the coarsest mesh up to which it is factorised.
MOST_DIRECT = {2: 200_000, 3: 45_000}

Tell = Callable[[int, float], None]


class System:
    """A symmetric positive definite system; `iterations` counts those of all solves.

    :param space: on the mesh of `part`, which is refined here `part.levels` times.
    :param integrand: (trial, test) → what is integrated over the part.
    :param periodic: whether the space is periodic, for which there is no geometric multigrid.
    """

    def __init__(
        self, part: Part, space: Any, integrand: Callable[[Any, Any], Any], periodic: bool = False
    ) -> None:
        self.space = space
        self.iterations = 0
        self.form = ng.BilinearForm(space, symmetric=True)
        self.form += integrand(*space.TnT())
        if periodic:
            self.preconditioner = ng.Preconditioner(self.form, 'bddc', coarsetype='h1amg')
        elif space.ndof > MOST_DIRECT[part.dimension]:
            self.preconditioner = ng.Preconditioner(self.form, 'h1amg')
        else:
            self.preconditioner = ng.Preconditioner(self.form, 'multigrid', inverse='sparsecholesky')
        self.form.Assemble()
        while part.levels:
            part.refine()
            space.Update()
            self.form.Assemble()

    @property
    def matrix(self) -> Any:
        """Return the assembled matrix."""
        return self.form.mat

    def solve(
        self,
        solution: Any,
        load: Any,
        tolerance: float,
        most: int,
        floor: float = 0.0,
        tell: Tell | None = None,
    ) -> None:
        """Solve for the free unknowns of the grid function `solution`, whose others are given.

        :param load: vector of the right-hand side.
        :param tolerance: of the residual relative to the first, in the norm of the preconditioner; `floor`
            is the absolute one below which it is solved anyway.
        :param most: iterations.
        :raises ValueError: when it did not converge.
        """
        residual = solution.vec.CreateVector()
        residual.data = load - self.matrix * solution.vec
        solver = CGSolver(
            self.matrix, self.preconditioner.mat, tol=tolerance, atol=floor, maxiter=most, callback=tell
        )
        solution.vec.data += solver * residual
        self.iterations += solver.iterations
        first, last = solver.residuals[0], solver.residuals[-1]
        if not last <= max(tolerance * first, floor):
            raise ValueError(
                f'the solver did not converge: the residual is {last / first:.2g} of the first after '
                f'{most} iterations, expected {tolerance:.2g}; raise solver_iterations or '
                'solver_tolerance, or give a mesh with better elements'
            )


def rigid_motions(space: Any, dimension: int) -> list[Any]:
    """Return translations and rotations, 3 in two and 6 in three dimensions, as grid functions of `space`."""
    place = (ng.x, ng.y, ng.z)
    motions: list[Any] = [tuple(float(i == j) for j in range(dimension)) for i in range(dimension)]
    for i, j in ((0, 1), (1, 2), (0, 2))[: 1 if dimension == 2 else 3]:
        turn: list[Any] = [0.0] * dimension
        turn[i], turn[j] = -place[j], place[i]
        motions.append(tuple(turn))
    found = []
    for motion in motions:
        function = ng.GridFunction(space)
        function.Set(ng.CF(motion))
        found.append(function)
    return found


def equilibrate(load: Any, space: Any, dimension: int) -> None:
    """Take from a load vector its resultant force and moment, by a body force that is a rigid motion.

    Loads that are in balance are so only up to the error of quadrature on curved boundaries.
    """
    trial, test = space.TnT()
    mass = ng.BilinearForm(ng.InnerProduct(trial, test) * ng.dx, symmetric=True).Assemble()
    motions = rigid_motions(space, dimension)
    weighted = []
    for motion in motions:
        vector = load.CreateVector()
        vector.data = mass.mat * motion.vec
        weighted.append(vector)
    gram = np.array([[one.vec.InnerProduct(other) for other in weighted] for one in motions])
    resultant: Array = np.array([one.vec.InnerProduct(load) for one in motions])
    for share, vector in zip(np.linalg.solve(gram, resultant), weighted, strict=True):
        load.data -= float(share) * vector
