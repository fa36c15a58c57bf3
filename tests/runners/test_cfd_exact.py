"""The solver against exact solutions of the Navier-Stokes equations: orders in space and in time."""

from __future__ import annotations

import math
from typing import Any

import ngsolve as ng
import numpy as np
import pytest
from ngsolve.meshes import MakeStructured2DMesh

from nanoos_plugins.runners.cfd.flow import Flow
from nanoos_plugins.runners.cfd.shapes import rectangle
from nanoos_plugins.runners.cfd.steady import Newton, Numerics
from nanoos_plugins.runners.cfd.stepping import evolve

ALL = 'left|right|top|bottom'


def kovasznay(order: int, cells: int) -> tuple[float, float]:
    """Return the L2 errors of velocity and pressure for the flow of Kovasznay (1948) at Re = 40.

    Proc. Camb. Phil. Soc. 44 (1948) 58, doi:10.1017/S0305004100023999: the wake of a grid.
    """
    reynolds = 40.0
    rate = reynolds / 2 - math.sqrt(reynolds**2 / 4 + 4 * math.pi**2)
    mesh = MakeStructured2DMesh(
        quads=False, nx=cells, ny=cells, mapping=lambda x, y: (1.5 * x - 0.5, y - 0.5)
    )
    fall, angle = ng.exp(rate * ng.x), 2 * math.pi * ng.y
    exact = ng.CF((1 - fall * ng.cos(angle), rate / (2 * math.pi) * fall * ng.sin(angle)))
    pressure = reynolds / 2 * (1 - fall**2)
    flow = Flow(mesh, order, ALL, ALL, closed=True)
    flow.hold(exact, ALL, '')
    newton = Newton(flow, flow.pushed(0.0, ''), Numerics(1e-11, 50))
    newton.solve(reynolds)
    flow.level_pressure()
    pressure -= ng.Integrate(pressure, mesh, order=12) / 1.5
    return l2(flow.velocity - exact, mesh), l2(flow.pressure - pressure, mesh)


def l2(function: Any, mesh: Any) -> float:
    return math.sqrt(ng.Integrate(ng.InnerProduct(function, function), mesh, order=12))


@pytest.mark.parametrize('order', [2, 3])
def test_errors_fall_with_the_orders_of_velocity_and_pressure(order: int) -> None:
    coarse, fine = kovasznay(order, 8), kovasznay(order, 16)
    assert math.log2(coarse[0] / fine[0]) > order + 1 - 0.25
    assert math.log2(coarse[1] / fine[1]) > order - 0.25


def taylor_green(steps: int) -> tuple[float, float]:
    """Return the errors of velocity and pressure of vortices that decay as exp(-2 t/Re) (Taylor 1923).

    They are in a box whose walls let slide: u = sin x cos y, v = -cos x sin y, doi:10.1080/14786442308634295.
    """
    reynolds, end = 5.0, 2.0
    mesh = MakeStructured2DMesh(quads=False, nx=6, ny=6, mapping=lambda x, y: (math.pi * x, math.pi * y))
    flow = Flow(mesh, 5, 'left|right', 'bottom|top', closed=True)
    first = ng.CF((ng.sin(ng.x) * ng.cos(ng.y), -ng.cos(ng.x) * ng.sin(ng.y)))
    flow.velocity.Set(first)
    evolve(flow, flow.pushed(0.0, ''), reynolds, reynolds, end / steps, steps, lambda *_: None)
    flow.level_pressure()
    decay = math.exp(-2 * end / reynolds)
    pressure = reynolds / 4 * (ng.cos(2 * ng.x) + ng.cos(2 * ng.y)) * decay**2
    return l2(flow.velocity - decay * first, mesh), l2(flow.pressure - pressure, mesh)


def test_errors_fall_with_the_square_of_the_time_step() -> None:
    coarse, fine = taylor_green(20), taylor_green(40)
    assert math.log2(coarse[0] / fine[0]) == pytest.approx(2, abs=0.2)
    assert math.log2(coarse[1] / fine[1]) == pytest.approx(2, abs=0.3)


def test_a_velocity_that_grows_without_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('nanoos_plugins.runners.cfd.stepping.BLOWN', 0.5)
    mesh = MakeStructured2DMesh(quads=False, nx=6, ny=6)
    flow = Flow(mesh, 3, ALL, ALL, closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    with pytest.raises(ValueError, match=r'grew without limit in time step \d+ .* raise time_steps'):
        evolve(flow, flow.pushed(0.0, ''), 1.0, 1.0, 0.1, 2, lambda *_: None)


def test_newton_says_when_it_does_not_converge() -> None:
    mesh = MakeStructured2DMesh(quads=False, nx=4, ny=4)
    flow = Flow(mesh, 2, ALL, ALL, closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    newton = Newton(flow, flow.pushed(0.0, ''), Numerics(1e-10, 3))
    with pytest.raises(ValueError, match='did not converge above Reynolds number .* choose mode transient'):
        newton.solve(1e7)


def test_the_direct_solver_leaves_no_residual() -> None:
    """A factorisation that takes no care of the zeros on the diagonal of a saddle point goes wrong."""
    mesh = MakeStructured2DMesh(quads=False, nx=8, ny=8)
    flow = Flow(mesh, 3, ALL, ALL, closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    newton = Newton(flow, flow.pushed(0.0, ''), Numerics(1e-13, 10))
    newton.solve(0.0)
    assert newton.iterations <= 2
    free = np.array(list(flow.free), dtype=bool)
    assert np.abs(newton.residual().FV().NumPy()[free]).max() < 1e-12


def test_newton_goes_up_in_steps_when_it_does_not_converge_at_once() -> None:
    part = rectangle({'size': 1.0, 'order': 3, 'cells': 12}, 1.0, 1.0, 12, at_walls=True)
    flow = Flow(part.mesh, 3, ALL, ALL, closed=True)
    flow.hold(ng.CF((1, 0)), 'top', 'left|right|bottom')
    seen: list[float] = []
    newton = Newton(flow, flow.pushed(0.0, ''), Numerics(1e-10, 100), lambda _, size: seen.append(size))
    newton.solve(2000.0)
    # The residual goes up and comes back whenever a step is begun.
    assert sum(size <= 1e-10 for size in seen) > 2
    assert newton.reynolds.Get() == 2000.0
