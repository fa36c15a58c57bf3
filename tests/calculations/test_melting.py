"""Crystal and melt in one cell: how they are joined, and what is read from their runs."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import units
from ase.build import bulk
from ase.neighborlist import neighbor_list

from nanoos_plugins.calculations.melting import crossing, find_melting, joined, melting_rate


def test_phases_keep_their_volumes_and_do_not_overlap() -> None:
    crystal = bulk('Cu', cubic=True, a=3.6).repeat((3, 3, 3))
    melt = crystal.copy()
    melt.rattle(0.6, seed=4)
    melt.set_cell(melt.cell.array * 1.02, scale_atoms=True)
    both = joined(crystal, melt)
    assert len(both) == 216
    assert both.cell.array[:2] == pytest.approx(crystal.cell.array[:2])
    volume = crystal.get_volume() + melt.get_volume()
    assert volume <= both.get_volume() < 1.2 * volume
    one, other, distances = neighbor_list('ijd', both, 3.0)
    across = (one < 108) != (other < 108)
    assert distances[across].min() > 0.75 * 3.6 / np.sqrt(2)


@pytest.mark.parametrize('slant', [0.0, 0.3])
def test_joined_in_an_oblique_cell(slant: float) -> None:
    crystal = bulk('Cu', cubic=True, a=3.6).repeat((3, 3, 3))
    cell = crystal.cell.array.copy()
    cell[2, 0] += slant * cell[2, 2]
    crystal.set_cell(cell, scale_atoms=True)
    both = joined(crystal, crystal)
    # two crystals on top of each other are one crystal, which needs no gap
    assert both.get_volume() == pytest.approx(2 * crystal.get_volume())


def test_rate_of_a_noisy_course_and_of_one_that_ends() -> None:
    random, times = np.random.default_rng(5), np.linspace(0, 50, 400)
    rate, error = melting_rate(times, 0.5 + 0.002 * times + 0.01 * random.standard_normal(400))
    assert abs(rate - 0.002) < 3 * error
    assert error < 3e-4
    # frozen through after 20 ps
    rate, error = melting_rate(times, np.maximum(0.5 - 0.025 * times, 0.0))
    assert rate == pytest.approx(-0.025, rel=0.05)


def test_crossing_and_its_error() -> None:
    temperatures = np.array([1200.0, 1300.0, 1400.0])
    value, error = crossing(temperatures, 1e-4 * (temperatures - 1330), np.full(3, 1e-3))
    assert value == pytest.approx(1330)
    # error of a line through three equal weights, from the covariance of its parameters
    expected = 1e-3 / 1e-4 * np.sqrt(1 / 3 + 30**2 / 2e4)
    assert error == pytest.approx(expected, rel=1e-6)
    for shift, said in ((1500, 'the crystal grew: raise'), (1100, 'the crystal shrank: lower')):
        with pytest.raises(ValueError, match=said):
            crossing(temperatures, 1e-4 * (temperatures - shift), np.full(3, 1e-3))


def run(energy: np.ndarray, volume: float) -> orm.ArrayData:
    """Return the series of a run with a potential energy (n,) [eV] and a volume [Å³]."""
    node = orm.ArrayData()
    node.set_array('time_fs', np.linspace(0, 50_000, len(energy)))
    node.set_array('potential_energy_eV', energy)
    node.set_array('volume_A3', np.full(len(energy), volume))
    return node


def test_melting_point_of_made_up_runs() -> None:
    """Energies of a substance that melts at 1330 K with 0.1 eV and 0.5 Å³ per atom."""
    random, n, temperatures = np.random.default_rng(2), 100, [1250.0, 1300.0, 1350.0, 1400.0]
    solid, liquid = -300.0 + 0.2 * random.standard_normal(400), -290.0 + 0.2 * random.standard_normal(400)
    times = np.linspace(0, 50, 400)
    runs = {}
    for index, temperature in enumerate(temperatures):
        melted = 0.5 + 1e-4 * (temperature - 1330) * times
        warm = 1.5 * units.kB * (temperature - 1325)
        energies = 2 * n * (-3.0 + 0.1 * melted + warm) + 0.2 * random.standard_normal(400)
        runs[f'run_{index:02}'] = run(energies, 2400.0)
    settings = orm.Dict(
        {'temperatures_K': temperatures, 'reference_K': 1325.0, 'n_atoms': n, 'n_atoms_both': 2 * n}
    )
    found = find_melting(crystal=run(solid, 1200.0), melt=run(liquid, 1250.0), settings=settings, **runs)
    told = found['melting'].get_dict()
    point = told['melting_temperature']
    assert abs(point['value'] - 1330) < 3 * max(point['uncertainty'], 0.5)
    assert told['energy_of_fusion']['value'] == pytest.approx(0.1, abs=0.001)
    assert told['volume_of_fusion']['value'] == pytest.approx(0.5)
    _, node = find_melting.run_get_node(
        crystal=run(solid, 1200.0), melt=run(solid, 1200.0), settings=settings, **runs
    )
    assert 'it is no melt' in node.exit_message
