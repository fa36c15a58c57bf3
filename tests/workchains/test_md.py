"""Molecular dynamics: statistics against statistical mechanics, and every way to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import run_get_node
from ase import units
from ase.build import bulk

from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.engines.lammps import Lammps
from workchains.md import MdWorkChain

Codes = Callable[[str], orm.AbstractCode]
LATTICE_PARAMETER = 3.63
ATOMS = 32


def crystal(a: float = LATTICE_PARAMETER) -> orm.StructureData:
    structure: orm.StructureData = orm.StructureData(ase=bulk('Cu', 'fcc', a=a, cubic=True)).store()
    return structure


def run(template: Template, a: float = LATTICE_PARAMETER, **inputs: Any) -> orm.WorkChainNode:
    builder = MdWorkChain.get_builder_from_protocol(crystal(a), template, protocol='fast', **inputs)
    node: orm.WorkChainNode = run_get_node(builder)[1]
    return node


def mock(**parameters: Any) -> Template:
    parameters = {'epsilon': 0.15, 'sigma': 2.338, 'cutoff': 4.7, **parameters}
    template: Template = Template(name='mock', engine='mock', parameters=parameters).store()
    return template


@pytest.fixture(scope='module')
def canonical(engine_code: Codes) -> orm.WorkChainNode:
    """Return a run at constant temperature of 32 atoms of copper by LAMMPS."""
    system_templates()
    node = run(
        load_template('lammps-eam-cu'),
        code=engine_code('lammps'),
        supercell=[2, 2, 2],
        parameters={'ensemble': 'nvt', 'steps': 6000, 'sample_every': 20, 'temperature': 300.0},
    )
    assert node.is_finished_ok, node.exit_message
    return node


@pytest.fixture(scope='module')
def microcanonical(profile: object) -> orm.WorkChainNode:
    """Return a run at constant energy of 32 atoms."""
    node = run(mock(ensemble='nve', steps=1000, sample_every=5, temperature=300.0), supercell=[2, 2, 2])
    assert node.is_finished_ok, node.exit_message
    return node


def test_mean_temperature_is_the_thermostats(canonical: orm.WorkChainNode) -> None:
    temperature = canonical.outputs.averages['temperature']
    assert temperature['unit'] == 'K'
    assert temperature['converged']
    assert abs(temperature['value'] - 300.0) < 3 * temperature['uncertainty']
    assert 0 < temperature['uncertainty'] < 30


def test_error_is_no_smaller_than_that_of_independent_samples(canonical: orm.WorkChainNode) -> None:
    """Canonical fluctuations σ_T = T √(2/3N): the error of n independent samples would be σ_T/√n."""
    samples = 0.7 * 300
    independent = 300.0 * np.sqrt(2 / (3 * (ATOMS - 1))) / np.sqrt(samples)
    assert canonical.outputs.averages['temperature']['uncertainty'] > 0.8 * independent


def test_equilibration_is_left_out(canonical: orm.WorkChainNode) -> None:
    simulation = next(node for node in canonical.called if node.process_label == 'SimulationWorkChain')
    series = simulation.outputs.arrays.get_array('temperature_K')
    assert len(series) == len(canonical.outputs.trajectory.get_times()) == 301
    kept = series[int(0.3 * 300) :]
    assert canonical.outputs.averages['temperature']['value'] == pytest.approx(kept.mean())


def test_energy_is_conserved(microcanonical: orm.WorkChainNode) -> None:
    averages = microcanonical.outputs.averages.get_dict()
    total, potential = averages['total_energy'], averages['potential_energy']
    assert abs(averages['energy_drift']['value']) < 1e-3
    # what moves between kinetic and potential energy is a hundred times what the sum changes by
    assert total['uncertainty'] < 0.05 * potential['uncertainty']


def test_equipartition(microcanonical: orm.WorkChainNode) -> None:
    """A cold crystal: half of the 300 K it starts with as kinetic energy goes to the potential."""
    temperature = microcanonical.outputs.averages['temperature']
    assert temperature['value'] == pytest.approx(150.0, abs=max(4 * temperature['uncertainty'], 10))


def test_volume_is_that_of_the_cell(canonical: orm.WorkChainNode) -> None:
    averages = canonical.outputs.averages.get_dict()
    assert averages['volume']['value'] == pytest.approx(ATOMS / 4 * LATTICE_PARAMETER**3)
    assert averages['volume']['uncertainty'] == pytest.approx(0.0, abs=1e-9)


def test_crystal_keeps_its_shells_and_does_not_diffuse(canonical: orm.WorkChainNode) -> None:
    rdf, msd = canonical.outputs.rdf, canonical.outputs.msd
    r, coordination = rdf.get_array('r_A'), rdf.get_array('coordination')
    # the first minimum of g(r) lies midway between the first and second shell
    between = LATTICE_PARAMETER * 0.5 * (1 + np.sqrt(0.5))
    assert coordination[np.searchsorted(r, between)] == pytest.approx(12.0, abs=0.2)
    assert r[-1] < LATTICE_PARAMETER
    np.testing.assert_allclose(rdf.get_array('g_Cu_Cu'), rdf.get_array('g'))
    assert 'diffusivity' not in canonical.outputs.averages.get_dict()
    plateau = msd.get_array('msd_A2')[10:]
    # Lindemann: far from melting the displacements stay below a tenth of the neighbour distance
    assert np.all(plateau < 2 * (0.1 * LATTICE_PARAMETER) ** 2)
    assert msd.get_array('time_fs')[0] == 0.0


def test_hot_fluid_diffuses(profile: object) -> None:
    """A fluid far above its boiling point: a diffusivity of the order of kinetic theory's v λ/3."""
    a = 4.6
    template = mock(
        epsilon=0.05, ensemble='nvt', temperature=3000.0, steps=4000, sample_every=10, time_step=2.0
    )
    node = run(template, a=a, supercell=[2, 2, 2])
    assert node.is_finished_ok, node.exit_message
    found = node.outputs.averages['diffusivity']
    assert found['unit'] == 'm²/s'
    assert found['value'] > 4.5 * found['uncertainty']
    speed = np.sqrt(3 * units.kB * 3000 / 63.546 * units._e / units._amu)
    # hard spheres of diameter σ: λ = V/(√2 π σ² N)
    free_path = (a**3 / 4) / (np.sqrt(2) * np.pi * 2.338**2) * 1e-10
    assert 0.3 < found['value'] / (speed * free_path / 3) < 3
    assert node.outputs.rdf.get_array('g')[-20:].mean() == pytest.approx(1.0, abs=0.1)


def test_cell_too_small_for_the_distance_asked(profile: object) -> None:
    node = run(mock(steps=200, sample_every=5), supercell=[2, 2, 2], rdf_r_max=8.0)
    assert node.exit_status == 330
    assert 'half the smallest cell height, 3.63 Å' in node.exit_message


def test_supercell_that_cannot_be_built(profile: object) -> None:
    atoms = bulk('Cu', 'fcc', a=LATTICE_PARAMETER, cubic=True)
    atoms.pbc = (True, True, False)
    slab = orm.StructureData(ase=atoms).store()
    builder = MdWorkChain.get_builder_from_protocol(slab, mock(), protocol='fast', supercell=[1, 1, 2])
    node = run_get_node(builder)[1]
    assert node.exit_status == 332
    assert 'not periodic along c' in node.exit_message


def test_too_long_a_time_step_is_noticed(profile: object) -> None:
    node = run(
        mock(ensemble='nve', steps=300, sample_every=5, temperature=600.0, time_step=25.0),
        max_energy_drift=1e-4,
    )
    assert node.exit_status == 331
    assert 'shorten time_step, now 25.0 fs' in node.exit_message
    assert 'averages' in node.outputs


def test_failed_simulation_is_passed_on(profile: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lammps, 'code_label', 'nowhere')
    system_templates()
    node = run(load_template('lammps-eam-cu'), a=3.615)
    assert node.exit_status == 320
    assert 'nanoos engines install lammps' in node.exit_message


@pytest.mark.parametrize(
    ('inputs', 'message'),
    [
        ({'equilibration': 1.0}, r'equilibration must be in \[0, 1\), got 1.0'),
        ({'supercell': [2, 2]}, 'three whole numbers above 0'),
    ],
)
def test_inputs_out_of_range(profile: object, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MdWorkChain.get_builder_from_protocol(crystal(), mock(), **inputs)


@pytest.mark.parametrize(
    ('engine', 'parameters', 'message'),
    [
        ('mock', {'steps': 100, 'sample_every': 10}, 'leave 7 samples after equilibration; at least 16'),
        ('qe', {}, "does not offer task 'md'"),
    ],
)
def test_runs_that_cannot_be_analysed_are_refused(
    profile: object, engine: str, parameters: dict[str, Any], message: str
) -> None:
    template = Template(name=engine, engine=engine, parameters=parameters).store()
    builder = MdWorkChain.get_builder_from_protocol(crystal(), template)
    with pytest.raises(ValueError, match=message):
        run_get_node(builder)
