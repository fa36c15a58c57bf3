"""Whole runs against exact interfaces, the flow by curvature, and benchmark 1a of PFHub."""

from __future__ import annotations

import json
from math import log, pi
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.engines.phase_field import PhaseFieldParameters
from nanoos_plugins.runners.job import Outcome, main
from nanoos_plugins.runners.phase_field.__main__ import run
from nanoos_plugins.runners.phase_field.simulation import simulated

#: Benchmark 1a: numbers without units are taken as SI.
BENCHMARK = {
    'size_x': 200.0, 'size_y': 200.0, 'low_composition': 0.3, 'high_composition': 0.7, 'mobility': 5.0,
    'well_coefficient': 5.0, 'gradient_coefficient': 2.0, 'initial': 'cosines',
}  # fmt: skip
REFERENCE = Path(__file__).parents[1] / 'data' / 'pfhub-1a.csv'


def outcome(**given: Any) -> Outcome:
    return simulated(PhaseFieldParameters(**given).model_dump(mode='json'), lambda *_: None)


def values(found: Outcome) -> dict[str, float]:
    return {name: one['value'] for name, one in found.quantities.items()}


@pytest.mark.parametrize('task', ['cahn-hilliard', 'allen-cahn'])
@pytest.mark.parametrize('boundary', ['periodic', 'no-flux'])
def test_flat_interface_comes_to_rest_as_a_tanh(task: str, boundary: str) -> None:
    """From twice its width; Cahn & Hilliard (1958), doi:10.1063/1.1744102."""
    found = outcome(
        task=task, boundary=boundary, dimension=1, size_x=4e-8, cells_x=256, initial='interface',
        initial_width=4e-9, end_time=2000.0,
    )  # fmt: skip
    numbers = values(found)
    assert found.converged
    assert numbers['interface_energy'] == pytest.approx(0.5, rel=1e-5)
    assert numbers['interface_width'] == pytest.approx(2e-9, rel=1e-4)
    x, profile = found.arrays['profile_distance_m'], found.arrays['profile_concentration']
    middle = {'periodic': 1e-8, 'no-flux': 2e-8}[boundary]
    near = np.abs(x - middle) < 8e-9
    exact = (1 + np.tanh(2 * (x - middle) / 2e-9)) / 2
    np.testing.assert_allclose(profile[near], exact[near], atol=2e-5)


def test_flat_interface_of_a_solution_has_the_energy_of_the_integral() -> None:
    numbers = values(
        outcome(
            free_energy='regular-solution', interaction_energy=0.13, interface='energy', interface_energy=0.2,
            dimension=1, size_x=6e-8, cells_x=256, boundary='no-flux', initial='interface',
            initial_width=3e-9, end_time=2000.0,
        )
    )  # fmt: skip
    assert numbers['equilibrium_interface_energy'] == pytest.approx(0.2, rel=1e-9)
    assert numbers['interface_energy'] == pytest.approx(0.2, rel=1e-4)
    assert numbers['interface_width'] == pytest.approx(numbers['equilibrium_interface_width'], rel=1e-3)


@pytest.mark.parametrize(('dimension', 'cells', 'rate'), [(2, 128, 2), (3, 64, 4)])
def test_circle_shrinks_by_its_curvature(dimension: int, cells: int, rate: int) -> None:
    """dR²/dt = -2 (dimension - 1) L κ (Allen & Cahn, Acta Metall. 27 (1979) 1085) where F has κ/2 |∇c|²."""
    size = 6e-8 * cells / 128
    sizes = {f'size_{axis}': size for axis in 'xyz'} | {f'cells_{axis}': cells for axis in 'xyz'}
    first = size / 2.6
    found = outcome(
        task='allen-cahn', dimension=dimension, **sizes, initial='circle', radius=first,
        end_time=0.4 * first**2 / (rate * 1e-9 * 1.5e-9),
    )  # fmt: skip
    time, radius = found.arrays['series_time_s'], found.arrays['series_radius_m']
    late = time > 0.1 * time[-1]
    slope = np.polyfit(time[late], radius[late] ** 2, 1)[0]
    assert slope == pytest.approx(-rate * 1e-9 * 1.5e-9, rel=0.01)


@pytest.mark.parametrize(
    ('boundary', 'curve', 'early'), [('periodic', 'memphis_1a', 2e-3), ('no-flux', 'memphis_1b', 1e-3)]
)
def test_benchmark_1_follows_the_published_curve(boundary: str, curve: str, early: float) -> None:
    """Up to t = 10, while a start of 1/100 grows, and at t = 20, when the interfaces are there."""
    reference = published()
    found = outcome(
        **BENCHMARK, cells_x=128, cells_y=128, boundary=boundary, end_time=20.0,
        snapshot_times=[1.0, 5.0, 10.0],
    )  # fmt: skip
    deviation = np.abs(energies(found, reference['time'][:5]) / reference[curve][:5] - 1)
    assert (deviation[:4] < early).all()
    assert deviation[4] < 0.03
    numbers = values(found)
    assert numbers['mass_error'] < 1e-10
    assert numbers['largest_energy_rise'] <= 1e-12
    assert found.summary['snapshot_times'] == pytest.approx([1.0, 5.0, 10.0])
    assert {f'field_concentration_{n}' for n in (1, 2, 3)} < set(found.arrays)


def test_curve_of_prisms_for_1a_is_one_without_flux() -> None:
    """Their uploads of 1a and 1b are exchanged: ours without flux is on their 1a while the start grows."""
    reference = published()
    found = outcome(
        **BENCHMARK, cells_x=128, cells_y=128, boundary='no-flux', end_time=10.0, snapshot_times=[1.0, 5.0]
    )
    ours = energies(found, reference['time'][:4])
    np.testing.assert_allclose(ours, reference['prisms_1a'][:4], rtol=5e-4)
    assert abs(ours[3] / reference['prisms_1b'][3] - 1) > 0.02


def published() -> Any:
    """Return the published free energies by name of the column."""
    return np.genfromtxt(REFERENCE, delimiter=',', skip_header=6, names=True)


def energies(found: Outcome, times: Any) -> Any:
    """Return the free energies of the benchmark's square at the steps next to `times`."""
    when, density = found.arrays['series_time_s'], found.arrays['series_free_energy_J_per_m3']
    return 200.0**2 * density[[int(np.argmin(np.abs(when - time))) for time in times]]


def test_noise_grows_first_at_the_wavelength_of_linear_theory() -> None:
    """2π √(2κ/|f''|) grows fastest; ⟨k⟩ of the band around it is near."""
    found = outcome(cells_x=128, cells_y=128, size_x=8e-8, size_y=8e-8, end_time=3.5, amplitude=1e-3)
    fastest = 2 * pi * np.sqrt(2 * 1.5e-9 / 3e9)
    numbers = values(found)
    assert numbers['domain_size'] == pytest.approx(fastest, rel=0.15)
    assert numbers['mean_composition'] == pytest.approx(0.5, rel=1e-12)
    again = outcome(cells_x=128, cells_y=128, size_x=8e-8, size_y=8e-8, end_time=3.5, amplitude=1e-3)
    np.testing.assert_array_equal(again.arrays['field_concentration'], found.arrays['field_concentration'])


def test_units_are_those_of_the_material() -> None:
    """Lengths in nm instead of m, energies and times along with them, are the same run."""
    given = {'cells_x': 64, 'cells_y': 64, 'boundary': 'no-flux', 'seed': 3}
    plain = outcome(
        **given, size_x=60.0, size_y=60.0, well_coefficient=3.0, gradient_coefficient=1.5, mobility=1.0,
        end_time=40.0,
    )  # fmt: skip
    # A length of 1 is 1 nm, an energy density 1e9 J/m³, a time 10 s: M = m²/s per J/m³.
    real = outcome(
        **given, size_x=6e-8, size_y=6e-8, well_coefficient=3e9, gradient_coefficient=1.5e-9,
        mobility=1e-18 / 1e9 / 10, end_time=400.0,
    )  # fmt: skip
    one, other = values(plain), values(real)
    assert other['domain_size'] == pytest.approx(one['domain_size'] * 1e-9, rel=1e-6)
    assert other['free_energy'] == pytest.approx(one['free_energy'] * 1e9 * 1e-18, rel=1e-6)
    assert other['steps'] == one['steps']


def test_solution_separates_into_its_phases() -> None:
    found = values(
        outcome(
            free_energy='regular-solution', interaction_energy=0.13, temperature=550.0, composition=0.4,
            mobility_from='tracer', diffusivity=1e-18, dimension=1, size_x=4e-8, cells_x=256,
            boundary='no-flux', initial='noise', amplitude=0.05, end_time=2000.0,
        )
    )  # fmt: skip
    ratio = 0.13 * 96485.33212 / (8.314462618 * 550.0)
    # The phases satisfy ln((1 - c)/c) = Ω/RT (1 - 2c).
    low = found['lowest_composition']
    assert log((1 - low) / low) / (1 - 2 * low) == pytest.approx(ratio, rel=0.05)
    assert found['mean_composition'] == pytest.approx(0.4, rel=1e-10)
    assert 0.35 < found['volume_fraction'] < 0.45


def test_run_that_hits_its_limit_says_so() -> None:
    found = outcome(cells_x=32, cells_y=32, size_x=2e-8, size_y=2e-8, max_steps=5)
    assert not found.converged
    assert 'of 40 s after 5 steps; raise max_steps' in found.warnings[0]
    assert values(found)['steps'] + values(found)['steps_refused'] == 5


def test_grid_that_is_coarse_is_warned_of() -> None:
    found = outcome(cells_x=32, cells_y=32, size_x=3e-8, size_y=2e-8, max_steps=2)
    assert any('only 2.1 cells wide' in one for one in found.warnings)


@pytest.mark.parametrize('dimension', [1, 2, 3])
def test_program_leaves_what_it_computed(dimension: int, tmp_path: Path) -> None:
    settings = PhaseFieldParameters(
        dimension=dimension, size_x=1e-8, size_y=8e-9, size_z=1e-8, cells_x=20, cells_y=16, cells_z=20,
        end_time=1.0,
    )  # fmt: skip
    path = tmp_path / 'input.json'
    path.write_text(json.dumps({'settings': settings.model_dump(mode='json')}), encoding='utf-8')
    assert main([str(path)], run, ['numpy']) == 0
    summary = json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))
    assert summary['converged']
    assert summary['wall_time'] > 0
    assert len(summary['snapshot_times']) == 3
    unit = {1: 'J/m²', 2: 'J/m', 3: 'J'}[dimension]
    assert summary['quantities']['free_energy']['unit'] == unit
    lines = (tmp_path / 'live.csv').read_text(encoding='utf-8').splitlines()
    assert lines[0].startswith('time [s],free energy')
    assert len(lines) == summary['steps'] + 2
    with np.load(tmp_path / 'results.npz') as arrays:
        assert ('field_concentration' in arrays) == (dimension > 1)
        if dimension > 1:
            assert arrays['field_concentration_3'].shape == (16, 20)
            assert (len(arrays['grid_y_m']), len(arrays['grid_x_m'])) == (16, 20)
        for figure in summary['figures']:
            assert {figure['x'], *figure['y']} <= set(arrays)


def test_program_refuses_what_it_cannot_compute(tmp_path: Path) -> None:
    settings = PhaseFieldParameters().model_dump(mode='json') | {'cells_x': 32}
    path = tmp_path / 'input.json'
    path.write_text(json.dumps({'settings': settings}), encoding='utf-8')
    assert main([str(path)], run, ['numpy']) == 1
    summary = json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))
    assert 'at least 2 are expected' in summary['error']
