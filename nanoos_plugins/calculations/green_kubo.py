"""The thermal conductivity from series of the flux of heat at equilibrium.

κ = V/(k_B T²) ∫₀^∞ ⟨j(t) j(0)⟩ dt = V/(2 k_B T²) S(0), per direction, with the flux j [W/m²] and its spectrum
S (Green 1954, doi:10.1063/1.1740082; Kubo 1957, doi:10.1143/JPSJ.12.570).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import ExitCode, calcfunction
from ase import units

from nanoos_plugins.calculations.cepstral import periodogram, zero_frequency

Array = npt.NDArray[np.float64]
#: Exit statuses of the calcfunction, the same as those of `nanoos.conductivity`.
TOO_SHORT = 451
DRIFTING = 452
BOLTZMANN = units._k
FS_PER_PS = 1000.0
#: Of a run, how much of its time the integral of the correlation is shown for.
SHOWN = 0.1
#: Of an npt run, what is discarded before the cell is averaged.
EQUILIBRATION = 0.25
#: Fewest samples of a run: those of shorter ones tell nothing.
MINIMUM_SAMPLES = 64


@calcfunction
def mean_crystal(perfect: orm.StructureData, trajectory: orm.TrajectoryData) -> orm.StructureData:
    """Return the crystal, its atoms at their sites, in the mean cell of a run at constant pressure.

    The first quarter of the run is discarded.
    """
    cells = trajectory.get_array('cells')
    atoms = perfect.get_ase()
    atoms.set_cell(cells[int(EQUILIBRATION * len(cells)) :].mean(axis=0), scale_atoms=True)
    return orm.StructureData(ase=atoms)


@calcfunction
def green_kubo(
    structure: orm.StructureData, settings: orm.Dict, **runs: orm.ArrayData
) -> dict[str, orm.Data] | ExitCode:
    """Return `conductivity` and `spectrum` of runs of the same crystal.

    :param settings: `highest_frequency_THz`, up to which the spectrum is analysed; `max_energy_drift`
        [eV/(atom ps)].
    :param runs: series by keys with unit: `time_fs`, `heat_flux_x_W_per_m2` (y, z), `temperature_K`,
        `total_energy_eV`.
    :return: exit status `DRIFTING` when the energy of a run is not conserved, `TOO_SHORT` when there are too
        few samples or frequencies.
    """
    asked = settings.get_dict()
    read = [_series(run) for run in runs.values()]
    samples = min(len(one['time_fs']) for one in read)
    if samples < MINIMUM_SAMPLES:
        return ExitCode(
            TOO_SHORT, f'a run has {samples} samples, at least {MINIMUM_SAMPLES} are needed: run more steps'
        )
    drift = max(abs(energy_drift(one)) for one in read) / len(structure.sites)
    if drift > asked['max_energy_drift']:
        return ExitCode(
            DRIFTING,
            f'the energy of a run drifts by {drift:.1e} eV/(atom ps), more than '
            f'{asked["max_energy_drift"]:.1e}: shorten time_step',
        )
    temperatures = np.array([one['temperature_K'].mean() for one in read])
    factor = structure.get_cell_volume() * 1e-30 / (2 * BOLTZMANN * temperatures.mean() ** 2)
    flux = np.array([[one[f'heat_flux_{axis}_W_per_m2'][:samples] for axis in 'xyz'] for one in read])
    spacing = float(read[0]['time_fs'][1] - read[0]['time_fs'][0]) * 1e-15
    try:
        return _found(flux * np.sqrt(factor), spacing, asked['highest_frequency_THz'], temperatures)
    except ValueError as error:
        return ExitCode(TOO_SHORT, str(error))


def _series(run: orm.ArrayData) -> dict[str, Array]:
    return {name: run.get_array(name) for name in run.get_arraynames()}


def energy_drift(series: dict[str, Array]) -> float:
    """Return the slope of the total energy [eV/ps]."""
    return float(np.polyfit(series['time_fs'] / FS_PER_PS, series['total_energy_eV'], 1)[0])


def _found(scaled: Array, spacing: float, cutoff: float, temperatures: Array) -> dict[str, orm.Data]:
    """Return the outputs for fluxes (runs, 3, n) [(W/(m K s))^½] whose spectrum at 0 is the conductivity."""
    runs = len(scaled)
    frequencies, power = periodogram(scaled.reshape(3 * runs, -1), spacing)
    kept = frequencies <= cutoff * 1e12
    whole = zero_frequency(power[kept], 3 * runs)
    along = {
        axis: zero_frequency(periodogram(scaled[:, index], spacing)[1][kept], runs)
        for index, axis in enumerate('xyz')
    }
    deviation = float(temperatures.std(ddof=1) / np.sqrt(runs)) if runs > 1 else None
    told: dict[str, Any] = {
        'thermal_conductivity': _quantity(whole.value, whole.uncertainty),
        **{
            f'thermal_conductivity_{axis}': _quantity(one.value, one.uncertainty)
            for axis, one in along.items()
        },
        'temperature': {'value': float(temperatures.mean()), 'unit': 'K', 'uncertainty': deviation},
        'runs': runs,
        'coefficients': whole.coefficients,
        'length_ps': scaled.shape[-1] * spacing * 1e12,
    }
    spectrum = orm.ArrayData()
    spectrum.set_array('frequency_THz', frequencies[kept] * 1e-12)
    spectrum.set_array('periodogram_W_per_m_K', power[kept])
    spectrum.set_array('conductivity_W_per_m_K', whole.spectrum)
    for name, values in running_integral(scaled, spacing).items():
        spectrum.set_array(name, values)
    return {'conductivity': orm.Dict(told), 'spectrum': spectrum}


def _quantity(value: float, uncertainty: float) -> dict[str, Any]:
    return {'value': value, 'unit': 'W/(m K)', 'uncertainty': uncertainty}


def running_integral(scaled: Array, spacing: float) -> dict[str, Array]:
    """Return the integral of the correlation function up to a time: Green and Kubo's formula as it is.

    :param scaled: (runs, 3, n) as of `_found`; the spectrum is twice the integral over positive times.
    :return: `time_ps` (m,), `integral_W_per_m_K` (m,) and its standard error over runs and directions.
    """
    series = scaled.reshape(-1, scaled.shape[-1])
    count, kept = series.shape[1], max(2, int(SHOWN * series.shape[1]))
    transformed = np.fft.rfft(series, n=2 * count, axis=1)
    correlation = np.fft.irfft(np.abs(transformed) ** 2, axis=1)[:, :kept] / (count - np.arange(kept))
    trapezoids = (correlation[:, 1:] + correlation[:, :-1]) * spacing
    integral = np.concatenate([np.zeros((len(series), 1)), np.cumsum(trapezoids, axis=1)], axis=1)
    return {
        'time_ps': np.arange(kept) * spacing * 1e12,
        'integral_W_per_m_K': integral.mean(axis=0),
        'integral_error_W_per_m_K': integral.std(axis=0, ddof=1) / np.sqrt(len(series)),
    }
