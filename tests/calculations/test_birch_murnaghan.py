"""The equation of state against curves that are known analytically."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import units

from nanoos_plugins.calculations.birch_murnaghan import (
    BAD_FIT,
    MINIMUM_OUTSIDE,
    TOO_FEW_POINTS,
    BirchMurnaghan,
    FitRefused,
    fit,
    fit_birch_murnaghan,
)

CURVE = BirchMurnaghan(volume=11.8, energy=-3.54, bulk_modulus=140 * units.GPa, derivative=5.2, residual=0)


def around(volume: float, points: int = 7) -> np.ndarray:
    return volume * np.linspace(0.94, 1.06, points)


@pytest.mark.parametrize('points', [5, 7, 11])
def test_parameters_of_an_exact_curve_come_back(points: int) -> None:
    volumes = around(11.6, points)
    found = fit(volumes, CURVE(volumes), residual_limit=1e-6)
    assert found.volume == pytest.approx(CURVE.volume, rel=1e-8)
    assert found.energy == pytest.approx(CURVE.energy, rel=1e-10)
    assert found.bulk_modulus == pytest.approx(CURVE.bulk_modulus, rel=1e-6)
    assert found.derivative == pytest.approx(CURVE.derivative, rel=1e-4)
    assert found.residual < 1e-12


def test_curve_obeys_its_own_definitions() -> None:
    """P = −E′ vanishes at V0, B = V E″ there, and B′ = dB/dP, all by finite differences of the energy."""
    h, v = 1e-3, CURVE.volume
    energies = CURVE(v + h * np.arange(-2, 3))
    first = (energies[3] - energies[1]) / (2 * h)
    second = (energies[3] - 2 * energies[2] + energies[1]) / h**2
    third = (energies[4] - 2 * energies[3] + 2 * energies[1] - energies[0]) / (2 * h**3)
    assert first == pytest.approx(0, abs=1e-6)
    assert v * second == pytest.approx(CURVE.bulk_modulus, rel=1e-4)
    assert -1 - v * third / second == pytest.approx(CURVE.derivative, rel=1e-2)


def test_another_smooth_curve_gives_its_bulk_modulus() -> None:
    """A Morse curve in the lattice parameter: E″ at the minimum is analytic, 2 D α² (dr/dV)² V."""
    depth, alpha, a0 = 3.5, 1.4, 3.6
    volumes = around(a0**3, 11)
    energies = depth * ((1 - np.exp(-alpha * (np.cbrt(volumes) - a0))) ** 2 - 1)
    found = fit(volumes, energies, residual_limit=0.02)
    assert found.volume == pytest.approx(a0**3, rel=1e-5)
    assert found.bulk_modulus == pytest.approx(2 * depth * alpha**2 / (9 * a0), rel=2e-3)


@pytest.mark.parametrize(
    ('volumes', 'noise', 'status'),
    [
        (around(11.8, 4), 0.0, TOO_FEW_POINTS),
        (around(13.5), 0.0, MINIMUM_OUTSIDE),
        (around(10.0), 0.0, MINIMUM_OUTSIDE),
        (around(11.8), 0.01, BAD_FIT),
    ],
)
def test_what_is_no_equation_of_state_is_refused(volumes: np.ndarray, noise: float, status: int) -> None:
    energies = CURVE(volumes) + noise * np.resize([1, -1], len(volumes))
    with pytest.raises(FitRefused) as caught:
        fit(volumes, energies, residual_limit=0.02)
    assert caught.value.status == status
    assert any(character.isdigit() for character in str(caught.value))


def test_a_maximum_is_no_minimum() -> None:
    volumes = around(11.8)
    with pytest.raises(FitRefused, match='no minimum'):
        fit(volumes, -CURVE(volumes), residual_limit=0.02)


def points(structure: orm.StructureData, count: int = 7) -> dict[str, orm.Data]:
    """Return the nodes of simulations that follow `CURVE` scaled to the volume of `structure`."""
    nodes: dict[str, orm.Data] = {}
    for index, scale in enumerate(np.linspace(0.94, 1.06, count)):
        node = structure.clone()
        node.set_cell((np.array(structure.cell) * np.cbrt(scale)).tolist())
        energy = float(CURVE(np.array(CURVE.volume * scale)))
        nodes[f'structure_{index}'] = node
        nodes[f'results_{index}'] = orm.Dict({'energy': {'value': energy, 'unit': 'eV'}})
    return nodes


def test_calcfunction_gives_the_lattice_parameter_of_the_conventional_cell(copper) -> None:
    """The primitive fcc cell has a quarter of the conventional one's volume, so a0 = (4 V0)^(1/3)."""
    structure = copper()
    outputs = fit_birch_murnaghan(structure, orm.Float(0.02), **points(structure))
    eos = outputs['eos'].get_dict()
    assert eos['volume_A3'] == pytest.approx(structure.get_cell_volume(), rel=1e-8)
    assert eos['a0_A'] == pytest.approx(3.615, rel=1e-8)
    scale = structure.get_cell_volume() / CURVE.volume
    assert eos['bulk_modulus_GPa'] == pytest.approx(140 / scale, rel=1e-6)
    volumes = outputs['points'].get_array('volumes')
    assert (np.diff(volumes) > 0).all()
    assert outputs['points'].get_array('energies').shape == volumes.shape


def test_calcfunction_returns_the_exit_status_of_the_refusal(copper) -> None:
    structure = copper()
    _, node = fit_birch_murnaghan.run_get_node(structure, orm.Float(0.02), **points(structure, 4))
    assert node.exit_status == TOO_FEW_POINTS
    assert '4 points' in node.exit_message
