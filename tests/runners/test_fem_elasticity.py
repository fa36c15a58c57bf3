"""Elasticity against exact solutions: uniform strain, Kirsch's hole, Lamé's shell, crystals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import ngsolve as ng
import numpy as np
import pytest

from nanoos_plugins.engines.fem import FemParameters
from nanoos_plugins.runners.fem import voigt
from nanoos_plugins.runners.fem.elasticity import elastic, elastic_system
from nanoos_plugins.runners.fem.mechanics import strain
from nanoos_plugins.runners.fem.shapes import build

COPPER = voigt.cubic(168.4, 121.4, 75.4)


def settings(**given: Any) -> dict[str, Any]:
    return FemParameters(**given).model_dump(mode='json')


def quantities(**given: Any) -> Mapping[str, Any]:
    parameters = settings(**given)
    found = elastic(build(parameters, None, None), parameters)  # type: ignore[arg-type]
    assert all(np.isfinite(array).all() for array in found.arrays.values())
    return {name: one['value'] for name, one in found.quantities.items()}


@pytest.mark.parametrize('order', [1, 2])
def test_patch_of_a_turned_crystal_is_exact(order: int) -> None:
    """Displacements that are linear on the boundary make the strain uniform inside, whatever the mesh."""
    stiffness = voigt.rotate(COPPER, voigt.bunge(20, 35, 70))
    part = build(settings(mesh_size=3e-7, order=order), None, None)  # type: ignore[arg-type]
    gradient = np.array([[1.0, 0.3, -0.2], [0.1, -0.5, 0.4], [0.6, -0.7, 0.2]])
    place = (ng.x, ng.y, ng.z)
    linear = ng.CF(tuple(sum(float(row[j]) * place[j] for j in range(3)) for row in gradient))
    space = ng.VectorH1(part.mesh, order=order, dirichlet='.*')
    system, matrix = elastic_system(part, space, stiffness, 0.0)
    displacement = ng.GridFunction(space)
    displacement.Set(linear, definedon=part.mesh.Boundaries('.*'))
    zero = displacement.vec.CreateVector()
    zero[:] = 0.0
    system.solve(displacement, zero, 1e-13, 500)
    uniform = stiffness @ [
        *np.diag(gradient),
        *(gradient[i, j] + gradient[j, i] for i, j in voigt.PAIRS[3:]),
    ]
    error = matrix * strain(ng.Grad(displacement), 3) - ng.CF(tuple(uniform))
    norm = math.sqrt(ng.Integrate(ng.InnerProduct(error, error), part.mesh))
    assert norm <= 1e-10 * float(np.linalg.norm(uniform))


@pytest.mark.parametrize('axis', ['x', 'y', 'z'])
def test_crystal_under_tension_has_the_modulus_of_its_compliance(axis: str) -> None:
    """Uniform stress is the solution, so the modulus is 1/S'ii of the turned crystal."""
    found = quantities(
        load='traction', material='cubic', axis=axis, euler_angle_1=25, euler_angle_2=40, euler_angle_3=10,
        mesh_size=4e-7, size_y=7e-7,
    )  # fmt: skip
    compliance = np.linalg.inv(voigt.rotate(COPPER, voigt.bunge(25, 40, 10)))
    index = 'xyz'.index(axis)
    assert found['effective_modulus'] == pytest.approx(1 / compliance[index, index], rel=1e-6)
    assert found['stress_concentration'] == pytest.approx(1, rel=1e-5)


def test_modulus_of_copper_along_its_cube_edge_and_diagonal() -> None:
    """66.7 and 191 GPa for these constants, S11 and S11 - 2/3 (S11 - S12 - S44/2) (Nye)."""
    s11 = (168.4 + 121.4) / ((168.4 - 121.4) * (168.4 + 2 * 121.4))
    s12 = -121.4 / ((168.4 - 121.4) * (168.4 + 2 * 121.4))
    diagonal = 1 / (s11 - 2 / 3 * (s11 - s12 - 1 / 75.4 / 2))
    crystal: dict[str, Any] = {'material': 'cubic', 'mesh_size': 5e-7, 'axis': 'z'}
    assert quantities(**crystal)['effective_modulus'] == pytest.approx(1 / s11, rel=1e-6)
    # (111) along z: Φ = arccos(1/√3), φ2 = 45°.
    turned = quantities(
        **crystal, euler_angle_2=math.degrees(math.acos(3**-0.5)), euler_angle_3=45.0, load='traction'
    )
    assert turned['effective_modulus'] == pytest.approx(diagonal, rel=1e-6)


def test_hole_under_the_tractions_of_kirsch_concentrates_three_times() -> None:
    found = quantities(shape='plate', load='kirsch', mesh_size=6e-8)
    assert found['stress_concentration'] == pytest.approx(3, rel=0.01)
    assert found['peak_von_mises_stress'] == pytest.approx(0.3, rel=0.01)


def test_profile_from_the_hole_is_that_of_kirsch() -> None:
    """σxx(0, y) = S (1 + a²/2y² + 3a⁴/2y⁴), Timoshenko & Goodier eq. (62)."""
    parameters = settings(shape='plate', load='kirsch')
    arrays = elastic(build(parameters, None, None), parameters).arrays  # type: ignore[arg-type]
    ratio = 1e-7 / (1e-7 + arrays['profile_distance_m'])
    expected = 0.1 * (1 + ratio**2 / 2 + 1.5 * ratio**4)
    np.testing.assert_allclose(arrays['profile_axial_stress_GPa'], expected, rtol=0.02)
    inside = arrays['grid_inside'].astype(bool)
    assert arrays['field_axial_stress_GPa'].shape == inside.shape
    assert not arrays['field_axial_stress_GPa'][~inside].any()
    assert 1 - inside.mean() == pytest.approx(math.pi * 0.01, abs=0.005)


def test_shell_under_pressure_is_that_of_lame() -> None:
    """Timoshenko & Goodier, 3rd ed., § 136: u(r) of a thick sphere under inner and outer pressure."""
    a, b, p, q, young, poisson = 2.5e-7, 5e-7, 0.05, 0.1, 128.0, 0.34
    bulk, shear = young / 3 / (1 - 2 * poisson), young / 2 / (1 + poisson)
    linear = (p * a**3 - q * b**3) / (b**3 - a**3) / (3 * bulk)
    inverse = (p - q) * a**3 * b**3 / (b**3 - a**3) / (4 * shear)
    found = quantities(
        shape='shell', axis='radial', load='pressure', inner_pressure=p, outer_pressure=q, mesh_size=6e-8
    )
    assert found['outer_displacement'] == pytest.approx(linear * b + inverse / b**2, rel=5e-3)
    assert found['inner_displacement'] == pytest.approx(linear * a + inverse / a**2, rel=5e-3)
    # Hoop minus radial stress at the inner surface, 3/2 (q - p) b³ / (b³ - a³).
    expected = 1.5 * (q - p) * b**3 / (b**3 - a**3)
    assert found['peak_von_mises_stress'] == pytest.approx(expected, rel=0.1)


def test_sphere_under_pressure_shrinks_by_its_bulk_modulus() -> None:
    found = quantities(shape='sphere', axis='radial', load='pressure', mesh_size=3e-7)
    assert found['outer_displacement'] == pytest.approx(-5e-7 * 0.1 / 3 / (128 / 3 / 0.32), rel=5e-3)


def test_wire_keeps_its_modulus_and_force() -> None:
    found = quantities(shape='wire', radius=2e-7, size_x=1e-6, mesh_size=2e-7)
    assert found['effective_modulus'] == pytest.approx(128, rel=2e-3)
    assert found['reaction_force'] == pytest.approx(128e6 * math.pi * 4e-14, rel=5e-3)


def test_refined_meshes_give_the_same_and_no_convergence_is_refused() -> None:
    fine: dict[str, Any] = {'mesh_size': 7e-8, 'order': 1, 'material': 'cubic', 'euler_angle_2': 30.0}
    found = quantities(**fine, load='traction')
    compliance = np.linalg.inv(voigt.rotate(COPPER, voigt.bunge(0, 30, 0)))
    assert found['effective_modulus'] == pytest.approx(1 / compliance[0, 0], rel=1e-6)
    with pytest.raises(ValueError, match='did not converge'):
        quantities(**fine, load='traction', solver_iterations=2)


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(ValueError, match='unknowns, at most'):
        quantities(mesh_size=4e-9)
    with pytest.raises(ValueError, match='too small for this part'):
        quantities(shape='wire', radius=1e-9, size_x=1e-4)
