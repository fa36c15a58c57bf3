"""Bands and density of states by Quantum ESPRESSO, and every way to fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from aiida import orm
from aiida.engine import run_get_node

from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.qe import QuantumEspresso
from workchains.bands import BandsWorkChain

Structures = Callable[[], orm.StructureData]


@pytest.fixture(scope='module')
def silicon_bands(silicon: Structures, engine_code: Callable[[str], orm.AbstractCode]) -> orm.WorkChainNode:
    """Return a finished run for silicon with coarse settings: seconds on one core."""
    builder = BandsWorkChain.get_builder_from_protocol(
        silicon(), Template(name='qe', engine='qe').store(), code=engine_code('qe'), protocol='fast'
    )
    node: orm.WorkChainNode = run_get_node(builder)[1]
    assert node.is_finished_ok, node.exit_message
    return node


def level_at(node: orm.WorkChainNode, label: str) -> npt.NDArray[np.float64]:
    """Return the eigenvalues at a labelled point, relative to the top of the valence band [eV]."""
    bands, summary = node.outputs.bands, node.outputs.summary
    index = next(index for index, name in bands.labels if name == label)
    levels: npt.NDArray[np.float64] = bands.get_bands()[index] - summary['valence_band_maximum_eV']
    return levels


def test_silicon_has_an_indirect_gap(silicon_bands: orm.WorkChainNode) -> None:
    """The minimum of silicon's conduction band lies near 0.85 Γ–X; PBE gives a gap of about 0.6 eV."""
    summary = silicon_bands.outputs.summary.get_dict()
    assert not summary['is_metal']
    assert summary['gap_type'] == 'indirect'
    assert summary['gap_eV'] == pytest.approx(0.6, abs=0.05)
    assert summary['valence_k'] == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert summary['n_electrons'] == 8.0


@pytest.mark.parametrize(('point', 'conduction'), [('GAMMA', 2.57), ('X', 0.71), ('L', 1.54)])
def test_silicon_levels_agree_with_published_ones(
    silicon_bands: orm.WorkChainNode, point: str, conduction: float
) -> None:
    """PBE, projector augmented waves: Paier et al., J. Chem. Phys. 124, 154709 (2006), doi:10.1063/1.2187006.

    0.07 eV: pseudopotential, coarse mesh and low cutoff of the fast protocol.
    """
    assert level_at(silicon_bands, point)[4] == pytest.approx(conduction, abs=0.07)


def test_degeneracies_of_the_diamond_structure(silicon_bands: orm.WorkChainNode) -> None:
    """By symmetry Γ25' at the valence top and Γ15 above it are threefold, and all bands at X are twofold."""
    gamma, x = level_at(silicon_bands, 'GAMMA'), level_at(silicon_bands, 'X')
    assert gamma[1:4] == pytest.approx([0.0] * 3, abs=2e-3)
    assert gamma[4:7] == pytest.approx([gamma[4]] * 3, abs=2e-3)
    assert x[0:6:2] == pytest.approx(x[1:6:2], abs=2e-3)


def test_density_of_states_counts_the_electrons(silicon_bands: orm.WorkChainNode) -> None:
    dos, summary = silicon_bands.outputs.dos, silicon_bands.outputs.summary
    energies = dos.get_x()[1]
    curves = {name: (y, unit) for name, y, unit in dos.get_y()}
    integrated, density = curves['integrated'][0], curves['density'][0]
    assert np.interp(summary['fermi_energy_eV'], energies, integrated) == pytest.approx(8.0, abs=1e-6)
    assert np.interp(summary['fermi_energy_eV'], energies, density) == pytest.approx(0.0, abs=1e-9)
    below = energies < summary['fermi_energy_eV']
    assert np.trapezoid(density[below], energies[below]) == pytest.approx(8.0, rel=0.01)
    assert curves['density'][1] == '1/eV'


def test_engine_without_electrons_is_refused(copper: Structures) -> None:
    template = Template(name='mock', engine='mock').store()
    node = run_get_node(BandsWorkChain.get_builder_from_protocol(copper(), template))[1]
    assert node.exit_status == 350
    assert 'template of engine qe' in node.exit_message


def test_missing_code_is_named(silicon: Structures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuantumEspresso, 'code_label', 'nowhere')
    template = Template(name='qe', engine='qe').store()
    node = run_get_node(BandsWorkChain.get_builder_from_protocol(silicon(), template))[1]
    assert node.exit_status == 351
    assert 'nanoos engines install qe' in node.exit_message


def test_refusal_of_the_engine_is_passed_on(
    silicon: Structures, engine_code: Callable[[str], orm.AbstractCode]
) -> None:
    template = Template(name='qe', engine='qe', parameters={'pseudo_family': 'nowhere/1.0'}).store()
    builder = BandsWorkChain.get_builder_from_protocol(silicon(), template, code=engine_code('qe'))
    node = run_get_node(builder)[1]
    assert node.exit_status == 352
    assert 'nowhere/1.0' in node.exit_message


def test_failed_run_is_passed_on(silicon: Structures, engine_code: Callable[[str], orm.AbstractCode]) -> None:
    """Far too few plane waves: pw.x gives up, and so do we, naming what failed."""
    template = Template(name='qe', engine='qe', parameters={'ecutwfc': 1.0}).store()
    builder = BandsWorkChain.get_builder_from_protocol(
        silicon(), template, code=engine_code('qe'), protocol='fast', options={'max_wallclock_seconds': 60}
    )
    node = run_get_node(builder)[1]
    assert node.exit_status == 320
    assert 'scf PwBasexWorkChain sub process failed' in node.exit_message


def test_spacing_must_be_positive(silicon: Structures) -> None:
    template = Template(name='qe', engine='qe').store()
    with pytest.raises(ValueError, match='dos_spacing must be above 0, got -1'):
        BandsWorkChain.get_builder_from_protocol(silicon(), template, dos_spacing=-1.0)
