"""What a molecular dynamics run says: averages with errors, g(r), and displacements."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.engine import calcfunction
from ase.data import atomic_masses, atomic_numbers

from nanoos_plugins.calculations.block_average import block_average
from nanoos_plugins.calculations.mean_square_displacement import (
    Diffusivity,
    diffusivity,
    mean_square_displacement,
    remove_drift,
    unwrap,
)
from nanoos_plugins.calculations.radial_distribution import largest_radius, radial_distribution

Array = npt.NDArray[np.float64]

FS_PER_PS = 1000.0
#: Series of an engine's results, and under which name and unit their averages are reported.
AVERAGED = {
    'temperature_K': ('temperature', 'K'),
    'potential_energy_eV': ('potential_energy', 'eV'),
    'total_energy_eV': ('total_energy', 'eV'),
    'pressure_GPa': ('pressure', 'GPa'),
    'volume_A3': ('volume', 'Å³'),
}


@calcfunction
def analyse_md(
    arrays: orm.ArrayData, trajectory: orm.TrajectoryData, settings: orm.Dict
) -> dict[str, orm.Data]:
    """Return averages, radial distribution and mean-square displacement of the production part of a run.

    :param arrays: series of the run by keys with unit, `time_fs` [fs] among them.
    :param trajectory: its samples: positions and cells [Å], times [ps].
    :param settings: `equilibration`, the fraction of the run that is discarded; `rdf_r_max_A`, or None for
        the largest radius that the minimum image convention allows; `rdf_bins`.
    :returns: `averages` (see `averages`), `msd` (see `displacements`) and, for a structure that is periodic
        in three dimensions, `rdf` (see `distributions`).
    """
    asked = settings.get_dict()
    start = asked['equilibration'] * float(arrays.get_array('time_fs')[-1])
    means = averages(arrays, start)
    times = trajectory.get_array('times') * FS_PER_PS
    production = times >= start - 1e-6
    positions = trajectory.get_array('positions')[production]
    cells = trajectory.get_array('cells')[production]
    symbols, periodic = list(trajectory.symbols), trajectory.pbc or (True, True, True)
    continuous = unwrap(positions, cells) if any(periodic) else positions
    msd, motion = displacements(symbols, times[production], continuous)
    if motion is not None and motion.significant:
        means['diffusivity'] = {'value': motion.value, 'unit': 'm²/s', 'uncertainty': motion.uncertainty}
    outputs: dict[str, orm.Data] = {'averages': orm.Dict(means), 'msd': msd}
    if all(periodic):
        limit = largest_radius(cells)
        r_max = min(asked['rdf_r_max_A'] or limit, limit)
        outputs['rdf'] = distributions(symbols, positions, cells, r_max, asked['rdf_bins'])
    return outputs


def averages(arrays: orm.ArrayData, start: float) -> dict[str, dict[str, Any]]:
    """Return the mean of each series from `start` [fs] on: `value`, `unit`, `uncertainty` by name.

    `converged` tells whether the blocks that gave the uncertainty were long enough; `energy_drift`
    [eV/(atom ps)] is the slope of the total energy, which nve conserves.
    """
    times = arrays.get_array('time_fs')
    production = times >= start - 1e-6
    found: dict[str, dict[str, Any]] = {}
    for key, (name, unit) in AVERAGED.items():
        if key in arrays.get_arraynames():
            mean = block_average(arrays.get_array(key)[production])
            found[name] = {
                'value': mean.mean,
                'unit': unit,
                'uncertainty': mean.uncertainty,
                'converged': mean.converged,
            }
    if 'total_energy' in found:
        energies = arrays.get_array('total_energy_eV')[production] / len(arrays.get_array('forces'))
        (slope, _), covariance = np.polyfit(times[production] / FS_PER_PS, energies, 1, cov=True)
        found['energy_drift'] = {
            'value': float(slope),
            'unit': 'eV/(atom ps)',
            'uncertainty': float(np.sqrt(covariance[0, 0])),
        }
    return found


def displacements(
    symbols: list[str], times: Array, positions: Array
) -> tuple[orm.ArrayData, Diffusivity | None]:
    """Return the mean-square displacements and the self-diffusivity of all atoms.

    :param positions: (n, n_atoms, 3) [Å] without jumps across boundaries, at `times` (n,) [fs].
    :returns: an array node and the diffusivity, None for a run too short.

    The array node holds `time_fs` (n,) and `msd_A2` (n,) of all atoms, and `msd_A2_<element>` (n,); n is
    half the samples, as later lags have too few time origins.
    """
    masses = np.array([atomic_masses[atomic_numbers[symbol]] for symbol in symbols])
    moved = remove_drift(positions, masses)
    kept = max(1, len(times) // 2)
    node = orm.ArrayData()
    node.set_array('time_fs', (times - times[0])[:kept])
    node.set_array('msd_A2', mean_square_displacement(moved)[:kept])
    for element in sorted(set(symbols)):
        one = moved[:, np.array(symbols) == element]
        node.set_array(f'msd_A2_{element}', mean_square_displacement(one)[:kept])
    try:
        return node, diffusivity(moved, float(np.mean(np.diff(times))))
    except ValueError:
        return node, None


def distributions(
    symbols: list[str], positions: Array, cells: Array, r_max: float, n_bins: int
) -> orm.ArrayData:
    """Return `r_A` [Å], `g` and `coordination` (n_bins,) over all atoms, and per pair as `g_<a>_<b>`."""
    result = radial_distribution(symbols, positions, cells, r_max, n_bins)
    node = orm.ArrayData()
    node.set_array('r_A', result.r)
    for pair in result.g:
        suffix = ''.join(f'_{element}' for element in pair if element)
        node.set_array(f'g{suffix}', result.g[pair])
        node.set_array(f'coordination{suffix}', result.coordination[pair])
    return node
