"""The integral of a correlation function: against series whose spectrum is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk
from scipy.signal import lfilter

from nanoos_plugins.calculations.cepstral import periodogram, zero_frequency
from nanoos_plugins.calculations.green_kubo import BOLTZMANN, green_kubo

SPACING = 1e-14
MEMORY = 0.9


def autoregressive(random: np.random.Generator, series: int, count: int) -> np.ndarray:
    """Return series x_n = MEMORY x_(n-1) + noise of unit strength, (series, count), from equilibrium on."""
    noise = random.standard_normal((series, count + 500))
    found: np.ndarray = lfilter([1.0], [1.0, -MEMORY], noise)[:, 500:]
    return found


#: Spectrum at zero frequency of such a series: ε σ²/(1 − a)².
EXACT = SPACING / (1 - MEMORY) ** 2


def test_errors_of_the_cepstral_estimate_are_honest() -> None:
    """Of 200 estimates about 68 % are within one standard deviation of the exact value, and none far off."""
    random = np.random.default_rng(7)
    deviations = []
    for _ in range(200):
        frequencies, power = periodogram(autoregressive(random, 3, 10_000), SPACING)
        found = zero_frequency(power[frequencies < 10e12], 3)
        deviations.append((found.value - EXACT) / found.uncertainty)
    within = np.mean(np.abs(deviations) < 1)
    assert 0.58 < within < 0.78
    assert abs(np.mean(deviations)) < 0.3
    assert np.abs(deviations).max() < 5


def test_white_noise_needs_one_coefficient() -> None:
    random = np.random.default_rng(3)
    _, power = periodogram(random.standard_normal((3, 20_000)), SPACING)
    found = zero_frequency(power, 3)
    assert found.coefficients <= 6
    assert found.value == pytest.approx(SPACING, rel=0.06)
    assert found.spectrum == pytest.approx(np.full(len(power), found.value), rel=0.1)


@pytest.mark.parametrize(
    ('power', 'said'), [(np.ones(8), 'at least 16'), (np.zeros(32), 'the series is constant')]
)
def test_what_cannot_be_analysed_is_refused(power: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        zero_frequency(power, 3)


def series_of(flux: np.ndarray, drift: float = 0.0) -> orm.ArrayData:
    """Return a run with a flux (3, n) at 300 K."""
    node, count = orm.ArrayData(), flux.shape[1]
    node.set_array('time_fs', np.arange(count) * SPACING * 1e15)
    for axis, values in zip('xyz', flux, strict=True):
        node.set_array(f'heat_flux_{axis}_W_per_m2', values)
    node.set_array('temperature_K', np.full(count, 300.0))
    node.set_array('total_energy_eV', -1.0 + drift * np.arange(count) * SPACING * 1e12)
    return node


SETTINGS = {'highest_frequency_THz': 50.0, 'max_energy_drift': 1e-3}


def test_conductivity_of_a_flux_with_a_known_spectrum() -> None:
    random = np.random.default_rng(11)
    structure = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.6))
    # 10 W/(m K), of which the spectrum of the flux follows
    strength = np.sqrt(10 * 2 * BOLTZMANN * 300**2 / (structure.get_cell_volume() * 1e-30) / EXACT)
    runs = {f'run_{run}': series_of(strength * autoregressive(random, 3, 20_000)) for run in range(4)}
    found = green_kubo(structure=structure, settings=orm.Dict(SETTINGS), **runs)
    told, spectrum = found['conductivity'].get_dict(), found['spectrum']
    conductivity = told['thermal_conductivity']
    assert abs(conductivity['value'] - 10) < 3 * conductivity['uncertainty']
    assert conductivity['uncertainty'] < 1
    for axis in 'xyz':
        one = told[f'thermal_conductivity_{axis}']
        assert abs(one['value'] - 10) < 4 * one['uncertainty']
    assert told['temperature'] == {'value': 300.0, 'unit': 'K', 'uncertainty': 0.0}
    # the plain integral agrees where it has converged: the memory is ten samples
    at = int(np.searchsorted(spectrum.get_array('time_ps'), 1.0))
    integral, error = spectrum.get_array('integral_W_per_m_K'), spectrum.get_array('integral_error_W_per_m_K')
    assert abs(integral[at] - 10) < 4 * error[at]


def test_a_drifting_energy_or_too_few_samples_are_no_result() -> None:
    structure = orm.StructureData(ase=bulk('Cu', cubic=True))
    flux = np.random.default_rng(1).standard_normal((3, 1000))
    _, node = green_kubo.run_get_node(
        structure=structure, settings=orm.Dict(SETTINGS), run_0=series_of(flux, drift=1.0)
    )
    assert 'drifts by' in node.exit_message
    _, node = green_kubo.run_get_node(
        structure=structure, settings=orm.Dict(SETTINGS), run_0=series_of(flux[:, :20])
    )
    assert '20 samples' in node.exit_message
