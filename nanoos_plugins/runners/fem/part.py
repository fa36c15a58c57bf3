"""A part: its mesh, how it is refined, and what its lengths and boundaries mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nanoos_plugins.runners.job import Array

#: Unknowns of a scalar field per element, by dimension and order, for meshes that are not tiny.
PER_ELEMENT = {2: (0.6, 2.2, 4.8), 3: (0.25, 1.5, 4.8)}
#: More unknowns than this are refused: they need more than about 6 GB.
MOST_UNKNOWNS = 3_000_000


@dataclass
class Part:
    """A meshed part. Its boundaries are called `low`, `high`, `side` and `hole`.

    `mesh`: of NGSolve, lengths in units of `length` [m], to be refined `levels` times by who solves on it;
    `order`: of the elements; `curved`: whether their edges follow the geometry; `axis`: x, y, z or radial,
    what low and high mean; `thickness`: of a part in two dimensions [m]; `line`: the two ends of the line
    of profiles, (2, dimension), in units of `length`; `hole`: radius of a plate's hole in units of `length`,
    0 without.
    """

    mesh: Any
    length: float
    axis: str
    order: int
    levels: int
    curved: bool
    line: Array
    thickness: float = 0.0
    hole: float = 0.0

    @property
    def dimension(self) -> int:
        """Return 2 or 3."""
        return int(self.mesh.dim)

    @property
    def area_unit(self) -> float:
        """Return what a boundary integral in units of `length` is multiplied with [m²]."""
        return self.length * (self.thickness if self.dimension == 2 else self.length)

    @property
    def volume_unit(self) -> float:
        """Return what a volume integral in units of `length` is multiplied with [m³]."""
        return self.area_unit * self.length

    @property
    def direction(self) -> Any:
        """Return the unit vector of `axis` as a coefficient function: constant, or away from the origin."""
        import ngsolve as ng

        if self.axis == 'radial':
            place = (ng.x, ng.y, ng.z)[: self.dimension]
            distance = ng.sqrt(sum(one * one for one in place) + 1e-24)
            return ng.CF(tuple(one / distance for one in place))
        return ng.CF(tuple(float(one == self.axis) for one in 'xyz'[: self.dimension]))

    def curve(self) -> None:
        """Let the edges of the elements follow the geometry."""
        if self.curved and self.order > 1:
            self.mesh.Curve(self.order)

    def refine(self) -> None:
        """Halve all elements, once of `levels`.

        Each is cut into equal ones: the bisections of `mesh.Refine` leave worse angles and larger errors.
        """
        self.mesh.ngmesh.Refine()
        self.curve()
        self.levels -= 1

    def check_size(self, components: int) -> None:
        """Refuse what would be too large after all refinements.

        :raises ValueError: names the unknowns and the limit.
        """
        unknowns = expected_unknowns(self.mesh.ne, self.dimension, self.order, self.levels, components)
        if unknowns > MOST_UNKNOWNS:
            raise ValueError(
                f'the mesh would have about {unknowns:.2g} unknowns, at most {MOST_UNKNOWNS:.2g} are taken; '
                'raise mesh_size or lower order'
            )

    def corners(self) -> Array:
        """Return the lowest and highest coordinates, (2, dimension), in units of `length`."""
        points = np.array([vertex.point for vertex in self.mesh.vertices])
        return np.array([points.min(axis=0), points.max(axis=0)])


def expected_unknowns(elements: float, dimension: int, order: int, levels: int, components: int) -> float:
    """Return about how many unknowns a field has on so many elements refined `levels` times."""
    refined: float = elements * 2 ** (dimension * levels)
    return refined * PER_ELEMENT[dimension][order - 1] * components
