"""Benchmark 1a of PFHub by finite elements on NGSolve, for comparison with our spectral program.

The usual choice for elements: composition and chemical potential as two periodic fields of order `ORDER` on
squares, the second-order backward differences with f' extrapolated and stabilised, so that each step is one
solve with a matrix that is factorised once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import ngsolve as ng
from ngsolve.meshes import MakeStructured2DMesh

ORDER = 2
WELL, LOW, HIGH, GRADIENT, MOBILITY, LENGTH = 5.0, 0.3, 0.7, 2.0, 5.0, 200.0
#: Half of the largest |f''|, the least that keeps a step of any size bounded.
STABILISER = 0.8


class Elements:
    """The fields on `count`² squares; `value` holds (μ, c)."""

    def __init__(self, count: int) -> None:
        mesh = MakeStructured2DMesh(
            quads=True, nx=count, ny=count, periodic_x=True, periodic_y=True,
            mapping=lambda x, y: (LENGTH * x, LENGTH * y),
        )  # fmt: skip
        one = ng.Periodic(ng.H1(mesh, order=ORDER))
        self.mesh, self.space = mesh, one * one
        self.value, self.before = ng.GridFunction(self.space), ng.GridFunction(self.space)
        x, y = ng.x, ng.y
        waves = (
            ng.cos(0.105 * x) * ng.cos(0.11 * y)
            + (ng.cos(0.13 * x) * ng.cos(0.087 * y)) ** 2
            + ng.cos(0.025 * x - 0.15 * y) * ng.cos(0.07 * x - 0.02 * y)
        )
        self.value.components[1].Set(0.5 + 0.01 * waves)

    def matrix(self, rate: float) -> Any:
        """Return the inverse of rate c = M ∇²μ, μ = S c - κ ∇²c, symmetric and quasi-definite."""
        (potential, c), (v, w) = self.space.TnT()
        form = ng.BilinearForm(self.space, symmetric=True)
        form += (MOBILITY * ng.grad(potential) * ng.grad(v) + rate * (c * v + potential * w)) * ng.dx
        form += -rate * (STABILISER * c * w + GRADIENT * ng.grad(c) * ng.grad(w)) * ng.dx
        form.Assemble()
        return form.mat.Inverse(self.space.FreeDofs(), inverse='sparsecholesky')

    def run(self, stops: Sequence[float], step: float) -> list[float]:
        """Return the energies at `stops`, the multiples of `step` among the times."""
        first, then = self.matrix(1 / step), self.matrix(1.5 / step)
        c, old = self.value.components[1], self.before.components[1]
        (_, _), (v, w) = self.space.TnT()
        loads = []
        for weights, rate in (((1, 0), 1 / step), ((2, -0.5), 1.5 / step)):
            ahead = c if rate == 1 / step else 2 * c - old
            slope = 4 * WELL * (ahead - LOW) * (HIGH - ahead) * (0.5 - ahead)
            load = ng.LinearForm(self.space)
            load += (weights[0] * c + weights[1] * old) / step * v * ng.dx
            load += rate * (slope - STABILISER * ahead) * w * ng.dx
            loads.append(load)
        energies, new = [], self.value.vec.CreateVector()
        for number in range(1, round(stops[-1] / step) + 1):
            load = loads[number > 1].Assemble()
            new.data = (then if number > 1 else first) * load.vec
            self.before.vec.data = self.value.vec
            self.value.vec.data = new
            if any(math.isclose(number * step, stop) for stop in stops):
                energies.append(self.energy())
        return energies

    def energy(self) -> float:
        """Return the free energy."""
        c = self.value.components[1]
        density = WELL * (c - LOW) ** 2 * (HIGH - c) ** 2 + GRADIENT / 2 * ng.grad(c) ** 2
        return float(ng.Integrate(density, self.mesh, order=4 * ORDER))


def measured(count: int, step: float, stops: Sequence[float]) -> tuple[list[float], int, float]:
    """Return the energies at `stops`, the number of unknowns and the seconds."""
    begin = time.perf_counter()
    ng.SetNumThreads(1)
    elements = Elements(count)
    energies = elements.run(stops, step)
    return energies, elements.space.ndof, time.perf_counter() - begin
