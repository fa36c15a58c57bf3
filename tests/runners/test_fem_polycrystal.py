"""Polycrystals: grains are periodic, one crystal is itself, laminates are exact, and the program runs."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.engines.fem import FemParameters
from nanoos_plugins.runners.fem import voigt
from nanoos_plugins.runners.fem.polycrystal import Cell, Grains, homogenised, voronoi

COPPER = voigt.cubic(168.4, 121.4, 75.4)


def settings(**given: Any) -> dict[str, Any]:
    return FemParameters(task='homogenise', material='cubic', **given).model_dump(mode='json')


def test_grains_are_those_of_the_nearest_periodic_seed() -> None:
    random = np.random.default_rng(2)
    points, seeds = random.random((200, 3)), random.random((7, 3))
    shift = points[:, None] - seeds
    distance = np.linalg.norm(shift - np.round(shift), axis=-1)
    np.testing.assert_array_equal(voronoi(points, seeds), distance.argmin(axis=1))
    np.testing.assert_array_equal(voronoi(points + [1, -2, 3], seeds), distance.argmin(axis=1))


def test_one_grain_has_the_stiffness_of_its_crystal() -> None:
    turned = voigt.rotate(COPPER, voigt.bunge(10, 20, 30))
    found = Grains(Cell(2), np.tile(turned, (8, 1, 1)), settings(order=1)).effective()
    np.testing.assert_allclose(found, turned, atol=1e-6)


def test_laminate_is_exact() -> None:
    """Two isotropic layers normal to x (Backus 1962, doi:10.1029/JZ067i011p04427).

    C11 is the harmonic mean, C44 (in the layers) the mean, C55 and C66 (across) the harmonic mean.
    """
    soft, hard = voigt.isotropic(70, 0.3), voigt.isotropic(210, 0.25)
    cell = Cell(4)
    layers = np.where((cell.centres[:, 0] < 0.5)[:, None, None], soft, hard)
    found = Grains(cell, layers, settings(order=1, solver_tolerance=1e-12)).effective()
    assert found[0, 0] == pytest.approx(2 / (1 / soft[0, 0] + 1 / hard[0, 0]), rel=1e-6)
    assert found[3, 3] == pytest.approx((soft[3, 3] + hard[3, 3]) / 2, rel=1e-6)
    for index in (4, 5):
        assert found[index, index] == pytest.approx(2 / (1 / soft[3, 3] + 1 / hard[3, 3]), rel=1e-6)


def test_polycrystal_lies_between_the_bounds_and_is_reproducible() -> None:
    """The bulk modulus of cubic grains is (C11 + 2 C12)/3; Voigt's and Reuss' moduli are bounds."""
    given = settings(grains=20, realisations=2, cells_across=4, seed=3)
    found = {name: one['value'] for name, one in homogenised(given).quantities.items()}
    assert found['bulk_modulus'] == pytest.approx((168.4 + 242.8) / 3, rel=1e-6)
    assert found['reuss_shear_modulus'] < found['shear_modulus'] < found['voigt_shear_modulus']
    assert np.linalg.eigvalsh(found['effective_stiffness']).min() > 0
    again = homogenised(given).quantities
    assert again['shear_modulus']['value'] == pytest.approx(found['shear_modulus'], rel=1e-10)
    assert again['shear_modulus']['uncertainty'] > 0
    other = homogenised({**given, 'seed': 4}).quantities
    assert other['shear_modulus']['value'] != pytest.approx(found['shear_modulus'], rel=1e-4)


def test_program_writes_results_and_how_it_went(tmp_path: Path) -> None:
    parameters = FemParameters(task='heat', shape='wire', low_condition='fixed', size_x=2e-6, radius=2e-7)
    job = {'settings': parameters.model_dump(mode='json')}
    (tmp_path / 'input.json').write_text(json.dumps(job), encoding='utf-8')
    command = [sys.executable, '-m', 'nanoos_plugins.runners.fem', str(tmp_path / 'input.json')]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))
    assert summary['converged']
    assert {'unknowns', 'elements', 'iterations', 'wall_time'} <= set(summary)
    expected = 400 * 100 * math.pi * 4e-14 / 2e-6
    assert summary['quantities']['heat_flow_high']['value'] == pytest.approx(expected, rel=5e-3)
    assert (tmp_path / 'live.csv').read_text(encoding='utf-8').startswith('iteration,residual')
    with np.load(tmp_path / 'results.npz') as arrays:
        assert arrays['profile_temperature_K'][50] == pytest.approx(350, abs=0.1)


def test_program_refuses_a_mesh_that_is_not_there(tmp_path: Path) -> None:
    job = {'settings': FemParameters(shape='mesh').model_dump(mode='json')}
    (tmp_path / 'input.json').write_text(json.dumps(job), encoding='utf-8')
    command = [sys.executable, '-m', 'nanoos_plugins.runners.fem', str(tmp_path / 'input.json')]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'needs a mesh file' in json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))['error']
