"""Thermal expansion against identities and phonopy's quasi-harmonic approximation; every refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import ExitCode, WorkChain
from ase import units
from ase.build import bulk, fcc100
from phonopy import run_qha

from nanoos_plugins.calculations.handover import pick
from nanoos_plugins.calculations.phonons import displaced_phonopy
from nanoos_plugins.data.template import Template
from nanoos_plugins.plots import PLOTS
from workchains.expansion import ExpansionWorkChain

Run = Callable[..., orm.WorkChainNode]
MOCK = {'epsilon': 0.15, 'sigma': 2.338, 'cutoff': 4.7}
TEMPERATURES = [5.0, 50.0, 300.0]


def crystal(a: float = 3.65) -> orm.StructureData:
    return orm.StructureData(ase=bulk('Cu', 'fcc', a=a))


@pytest.fixture(scope='module')
def template(profile: object) -> Template:
    return Template(name='mock of short reach', engine='mock', parameters=MOCK).store()


SMALL: dict[str, Any] = {
    'protocol': 'fast',
    'supercell': [2, 2, 2],
    'points': 5,
    'mesh_length': 30.0,
}


def assert_exit(node: orm.ProcessNode, label: str, *words: str) -> None:
    assert node.exit_status == ExpansionWorkChain.exit_codes[label].status, node.exit_message
    for word in words:
        assert word in node.exit_message


@pytest.fixture(scope='module')
def solid(template: Template) -> orm.WorkChainNode:
    """Return the expansion of the mock engine's fcc solid."""
    from aiida.engine import run_get_node

    builder = ExpansionWorkChain.get_builder_from_protocol(
        crystal(), template, temperatures=TEMPERATURES, **SMALL
    )
    node: orm.WorkChainNode = run_get_node(builder)[1]
    assert node.is_finished_ok, node.exit_message
    return node


def test_values_can_be_handed_over_at_a_temperature(solid: orm.WorkChainNode) -> None:
    expansion = solid.outputs.expansion.get_dict()
    handed = pick(expansion, 'linear_expansion', '1/K', 300.0)
    assert handed.value == expansion['linear_expansion']['value'][TEMPERATURES.index(300.0)] > 0


def test_plot(solid: orm.WorkChainNode, tmp_path: Path) -> None:
    assert PLOTS['nanoos.expansion'](solid, tmp_path / 'expansion.png').stat().st_size > 10_000


def test_expansion_is_the_slope_of_the_volume(solid: orm.WorkChainNode) -> None:
    """α of the entropies by Maxwell's relation, dV/dT of the minima of the free energies: independent."""
    curves = {name: solid.outputs.curves.get_array(name) for name in solid.outputs.curves.get_arraynames()}
    slope = np.gradient(np.log(curves['volume_A3']), curves['temperature_K'], edge_order=2) / 3
    warm = curves['temperature_K'] > 60
    np.testing.assert_allclose(curves['linear_expansion_per_K'][warm], slope[warm], rtol=0.01)
    scale = curves['lattice_scale']
    assert np.all(np.diff(scale) > 0)
    assert scale[0] > 1  # zero-point vibrations press outwards too


def test_no_expansion_at_rest(solid: orm.WorkChainNode) -> None:
    """Third law: α → 0 with T, as the heat capacity does."""
    expansion = solid.outputs.expansion.get_dict()
    cold, _, warm = expansion['linear_expansion']['value']
    assert abs(cold) < 1e-2 * warm
    heat = expansion['heat_capacity']['value']
    assert heat[0] < 1e-2 * heat[2]


def test_gruneisen_parameter_is_that_of_the_modes(solid: orm.WorkChainNode) -> None:
    """γ = Σ γ_i c_i / Σ c_i with γ_i = −d ln ν_i/d ln V of each mode, on a mesh of this test's own.

    Nothing of equations of state, entropies or minima goes into it (Barron, Collins and White, Adv. Phys. 29,
    609 (1980), doi:10.1080/00018738000101426).
    """
    expansion = solid.outputs.expansion.get_dict()
    at = TEMPERATURES.index(300.0)
    phonons = [phonon for phonon, _ in phonopys(solid)]
    grid = (np.stack(np.meshgrid(*[np.arange(8)] * 3, indexing='ij'), axis=-1).reshape(-1, 3) + 0.5) / 8
    frequencies = np.array([np.sort(phonon.run_qpoints(grid).frequencies, axis=1) for phonon in phonons])
    volumes = np.array([phonon.primitive.volume for phonon in phonons])
    here = np.log(expansion['volume']['value'][at])
    lines = np.polyfit(np.log(volumes) - here, np.log(frequencies.reshape(len(volumes), -1)), 2)
    gammas, x = -lines[1], 4.135667696e-3 * np.exp(lines[2]) / (units.kB * 300.0)
    weights = (x / 2 / np.sinh(x / 2)) ** 2
    assert expansion['gruneisen_parameter']['value'][at] == pytest.approx(
        np.average(gammas, weights=weights), rel=0.01
    )


def test_phonopy_agrees(solid: orm.WorkChainNode) -> None:
    """Its approximation takes another fit (Vinet), and differences between temperatures 1 K apart."""
    both = phonopys(solid)
    steps = np.array([298.0, 299.0, 300.0, 301.0, 302.0])
    theirs = run_qha(
        [phonon for phonon, _ in both],
        temperatures=steps,
        internal_energies=[energy for _, energy in both],
        mesh=[15, 15, 15],
        exclude_gamma_acoustic=True,
    )
    expansion, at = solid.outputs.expansion.get_dict(), TEMPERATURES.index(300.0)
    ours = {name: expansion[name]['value'][at] for name in expansion}
    assert ours['volume'] == pytest.approx(theirs.equilibrium_volumes[2], rel=1e-3)
    assert 3 * ours['linear_expansion'] == pytest.approx(theirs.thermal_expansion[2], rel=0.03)
    assert ours['bulk_modulus'] * units.GPa == pytest.approx(theirs.bulk_moduli[2], rel=0.03)
    assert ours['gruneisen_parameter'] == pytest.approx(theirs.gruneisen_parameters[2], rel=0.02)
    heat = theirs.heat_capacity_P.heat_capacities[2] * units.mol / units.J
    assert ours['heat_capacity'] == pytest.approx(heat, rel=0.005)


def phonopys(node: orm.WorkChainNode) -> list[tuple[Any, float]]:
    """Return phonopy at each volume with its static energy [eV] per primitive cell, from the outputs."""
    curves, found = node.outputs.curves, []
    chains = [child for child in node.called if child.process_label == 'PhononsWorkChain']
    for chain in sorted(chains, key=lambda one: one.outputs.unit_cell.get_cell_volume()):
        phonon = displaced_phonopy(chain.outputs.unit_cell, chain.outputs.summary.get_dict())
        phonon.force_constants = chain.outputs.force_constants.get_array('force_constants')
        found.append(phonon)
    return list(zip(found, curves.get_array('sampled_energy_eV').tolist(), strict=True))


#: The phonons that are there without computing them again, by volume.
READY: list[orm.WorkChainNode] = []


class ReadyPhonons(WorkChain):
    """Phonons from those of `solid`, of the nearest volume; much larger ones are unstable."""

    @classmethod
    def define(cls, spec: Any) -> None:
        super().define(spec)
        spec.inputs.dynamic = spec.outputs.dynamic = True
        spec.exit_code(341, 'ERROR_IMAGINARY_MODES', message='the lowest mode has an imaginary frequency')
        spec.outline(cls.hand_out)

    def hand_out(self) -> ExitCode | None:
        atoms = self.inputs.structure.get_ase()
        volume = atoms.get_volume() / len(atoms)
        chains = sorted(READY, key=lambda one: abs(one.outputs.unit_cell.get_cell_volume() / 4 - volume))
        if volume > chains[0].outputs.unit_cell.get_cell_volume() / 4 + 0.5:
            return self.exit_codes.ERROR_IMAGINARY_MODES
        for key in ('unit_cell', 'force_constants', 'summary'):
            self.out(key, chains[0].outputs[key])
        return None


@pytest.fixture
def ready(solid: orm.WorkChainNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the chain take the phonons of `solid`, so that refusals do not take a minute each."""
    READY[:] = [child for child in solid.called if child.process_label == 'PhononsWorkChain']
    monkeypatch.setattr('workchains.expansion.PhononsWorkChain', ReadyPhonons)


def again(solid: orm.WorkChainNode) -> orm.StructureData:
    """Return the relaxed crystal of `solid`."""
    structure: orm.StructureData = solid.outputs.structure
    return structure


def test_a_temperature_at_which_the_crystal_is_larger(
    ready: None, solid: orm.WorkChainNode, template: Template, run_chain: Run
) -> None:
    given = {**SMALL, 'relax_cell': False, 'temperatures': [5000.0]}
    node = run_chain('expansion', again(solid), template, **given)
    assert_exit(node, 'ERROR_OUT_OF_RANGE', 'K, per atom: the energy has no minimum', 'dilation')


def test_a_volume_at_which_the_crystal_is_unstable(
    ready: None, solid: orm.WorkChainNode, template: Template, run_chain: Run
) -> None:
    given = {**SMALL, 'relax_cell': False, 'dilation': 0.2}
    node = run_chain('expansion', again(solid), template, **given)
    assert_exit(node, 'ERROR_IMAGINARY_MODES', 'of the volume of the crystal', 'imaginary frequency')


def test_free_energies_that_are_no_equation_of_state(
    ready: None,
    solid: orm.WorkChainNode,
    template: Template,
    run_chain: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('nanoos_plugins.calculations.expansion.RESIDUAL_LIMIT', 0.0)
    node = run_chain('expansion', again(solid), template, **SMALL, relax_cell=False)
    assert_exit(node, 'ERROR_BAD_FIT', 'residual')


def test_a_slab_and_an_engine_that_fails(
    template: Template, run_chain: Run, scripted: Callable[..., Any]
) -> None:
    slab = orm.StructureData(ase=fcc100('Cu', (1, 1, 3), a=3.65, vacuum=6.0))
    assert_exit(run_chain('expansion', slab, template, **SMALL), 'ERROR_NOT_PERIODIC', 'all three directions')
    scripted('fail')
    node = run_chain('expansion', crystal(), template, **SMALL)
    assert_exit(node, 'ERROR_SIMULATION_FAILED', 'ended finished')


@pytest.mark.parametrize(
    ('inputs', 'words'),
    [
        ({'temperatures': []}, 'one or more different numbers from 1 K'),
        ({'temperatures': [0.0]}, 'from 1 K'),
        ({'points': 4}, 'at least 5, got 4'),
        ({'dilation': 0.4}, 'dilation: expected 0 to 0.3, got 0.4'),
    ],
)
def test_wrong_inputs_are_refused(template: Template, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ExpansionWorkChain.get_builder_from_protocol(crystal(), template, **inputs)
