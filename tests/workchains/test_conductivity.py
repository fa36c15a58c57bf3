"""Thermal conductivity by Green and Kubo's formula, with LAMMPS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.data.template import Template
from workchains.conductivity import ConductivityWorkChain, validate_conductivity

#: [1/K] Linear expansion of copper between 0 and 300 K: 3.3e-3 in all, and classical atoms expand more.
COLD, WARM = 3.615 * 1.002, 3.615 * 1.007


@pytest.fixture(scope='module')
def copper_by_eam(engine_code: Callable[[str], orm.AbstractCode]) -> Template:
    """Return the template of the potential of Mishin et al.; the code is the default one of the engine."""
    engine_code('lammps')
    parameters = {'potential': 'Cu_mishin1.eam.alloy', 'temperature': 300.0}
    return Template(name='Mishin copper for heat', engine='lammps', parameters=parameters).store()


def test_copper(copper_by_eam: Template, run_chain) -> None:
    """A lattice of copper conducts some 10 W/(m K) at 300 K, a fortieth of what its electrons do.

    From 100 ps in a small cell the order of magnitude is all that can be asked.
    """
    crystal = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.615))
    node = run_chain('conductivity', crystal, copper_by_eam, protocol='fast')
    assert node.is_finished_ok, node.exit_message
    told = node.outputs.conductivity.get_dict()
    conductivity = told['thermal_conductivity']
    assert conductivity['unit'] == 'W/(m K)'
    assert 4 < conductivity['value'] < 25
    assert 0 < conductivity['uncertainty'] < 0.5 * conductivity['value']
    # without the thermostat the mean temperature of 108 atoms is off by some percent
    assert told['temperature']['value'] == pytest.approx(300, rel=0.1)
    structure = node.outputs.structure
    assert COLD < (4 * structure.get_cell_volume() / len(structure.sites)) ** (1 / 3) < WARM
    spectrum = node.outputs.spectrum
    # the phonons of copper end at 7.5 THz, and so do the fluctuations at low frequencies
    frequencies, power = spectrum.get_array('frequency_THz'), spectrum.get_array('periodogram_W_per_m_K')
    assert frequencies.max() == pytest.approx(10, abs=0.1)
    assert np.median(power[frequencies < 0.5]) > 10 * np.median(power[frequencies > 8.5])


def test_runs_differ_in_their_seeds(copper_by_eam: Template, run_chain) -> None:
    crystal = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.63))
    short = {'protocol': 'fast', 'min_length': 7.0, 'expand': False, 'parameters': {'steps': 4000}}
    node = run_chain('conductivity', crystal, copper_by_eam, **short)
    assert node.is_finished_ok, node.exit_message
    runs = [child for child in node.called if child.process_label == 'SimulationWorkChain']
    fluxes = [run.outputs.arrays.get_array('heat_flux_x_W_per_m2') for run in runs]
    assert len(fluxes) == 2
    assert not np.allclose(*fluxes)


@pytest.mark.parametrize(
    ('change', 'label', 'said'),
    [
        ({'parameters': {'steps': 200}}, 'ERROR_RUNS_TOO_SHORT', '21 samples, at least 64'),
        ({'max_energy_drift': 1e-9}, 'ERROR_ENERGY_NOT_CONSERVED', 'shorten time_step'),
    ],
)
def test_runs_that_tell_nothing_are_no_result(
    copper_by_eam: Template, run_chain, change: dict, label: str, said: str
) -> None:
    crystal = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.63))
    short = {'protocol': 'fast', 'min_length': 7.0, 'expand': False, 'runs': 1, 'parameters': {'steps': 1000}}
    node = run_chain('conductivity', crystal, copper_by_eam, **{**short, **change})
    assert node.exit_status == ConductivityWorkChain.exit_codes[label].status
    assert said in node.exit_message


def test_what_cannot_be_run_is_refused(copper_by_eam: Template, mock: Template, run_chain) -> None:
    slab = bulk('Cu', cubic=True, a=3.615)
    slab.pbc = (True, True, False)
    node = run_chain('conductivity', orm.StructureData(ase=slab), copper_by_eam, protocol='fast')
    assert node.exit_status == ConductivityWorkChain.exit_codes.ERROR_NO_SUPERCELL.status
    gold = orm.StructureData(ase=bulk('Au', cubic=True))
    node = run_chain('conductivity', gold, copper_by_eam, protocol='fast')
    assert node.exit_status == ConductivityWorkChain.exit_codes.ERROR_SIMULATION_FAILED.status
    assert 'Au' in node.exit_message
    crystal = orm.StructureData(ase=bulk('Cu', a=3.6))
    refused = validate_conductivity({'structure': crystal, 'template': mock}, None)
    assert refused is not None
    assert 'take an engine that tells the flux of heat' in refused
