"""Equation of state by the mock engine, and every way to fail."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk, graphene
from ase.spacegroup import crystal

from workchains.eos import EosWorkChain

CODES = EosWorkChain.exit_codes


def test_equation_of_state_of_the_lennard_jones_crystal(mock, run_chain) -> None:
    """Minimum and curvature agree with finite differences of the engine's own pressure."""
    relaxed = run_chain('relax', orm.StructureData(ase=bulk('Cu', a=3.62)), mock, protocol='precise')
    structure = relaxed.outputs.structure
    node = run_chain('eos', structure, mock, volume_range=0.02)
    assert node.is_finished_ok, node.exit_message
    eos = node.outputs.eos.get_dict()
    volume = structure.get_cell_volume()
    assert eos['volume_A3'] == pytest.approx(volume, rel=1e-3)
    assert eos['a0_A'] == pytest.approx((4 * volume) ** (1 / 3), rel=1e-3)
    assert node.outputs.structure.get_cell_volume() == pytest.approx(eos['volume_A3'], rel=1e-12)
    assert eos['energy_eV'] == pytest.approx(relaxed.outputs.results['energy']['value'], abs=1e-4)
    points = [call for call in node.called if call.process_label == 'SimulationWorkChain']
    pressures = [-np.trace(point.outputs.arrays.get_array('stress')) / 3 for point in points]
    volumes = [point.inputs.structure.get_cell_volume() for point in points]
    order = np.argsort(volumes)
    slope = np.polyfit(np.array(volumes)[order], np.array(pressures)[order], 3)
    assert eos['bulk_modulus_GPa'] == pytest.approx(
        -eos['volume_A3'] * np.polyval(np.polyder(slope), eos['volume_A3']), rel=5e-3
    )


def test_points_are_given_in_the_order_of_their_volumes(mock, run_chain, copper) -> None:
    node = run_chain('eos', copper(), mock, protocol='fast')
    assert node.is_finished_ok, node.exit_message
    volumes = node.outputs.points.get_array('volumes')
    assert np.allclose(volumes / copper().get_cell_volume(), np.linspace(0.94, 1.06, 5))
    assert node.outputs.points.get_array('energies').shape == (5,)


@pytest.mark.parametrize(('relax_positions', 'task'), [(True, 'relax'), (False, 'static')])
def test_free_positions_are_relaxed_when_the_protocol_says_so(
    scripted, mock, run_chain, relax_positions: bool, task: str
) -> None:
    """Rutile's anions have a free coordinate; whether the fit succeeds is not the question here."""
    scripted('fail')
    rutile = crystal(
        ['Ti', 'O'], [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136, cellpar=[4.6, 4.6, 2.96, 90, 90, 90]
    )
    node = run_chain('eos', orm.StructureData(ase=rutile), mock, points=5, relax_positions=relax_positions)
    tasks = {call.inputs.parameters['task'] for call in node.called if 'parameters' in call.inputs}
    assert tasks == {task}


def test_simulations_that_all_fail_are_named(scripted, mock, run_chain, copper) -> None:
    scripted('fail')
    node = run_chain('eos', copper(), mock, points=5)
    assert node.exit_status == CODES.ERROR_SIMULATION_FAILED.status
    assert 'the script says so' in node.exit_message


def test_one_failure_of_seven_is_left_out(scripted, mock, run_chain, copper) -> None:
    scripted('fail', 'compute')
    node = run_chain('eos', copper(), mock)
    assert node.is_finished_ok, node.exit_message
    assert len(node.outputs.points.get_array('volumes')) == 6


def test_too_few_points(scripted, mock, run_chain, copper) -> None:
    scripted('fail', 'compute')
    node = run_chain('eos', copper(), mock, points=5)
    assert node.exit_status == CODES.ERROR_TOO_FEW_POINTS.status
    assert '4 points' in node.exit_message


def test_minimum_outside_the_range(mock, run_chain) -> None:
    node = run_chain('eos', orm.StructureData(ase=bulk('Cu', a=3.9)), mock, protocol='fast')
    assert node.exit_status == CODES.ERROR_MINIMUM_OUTSIDE.status
    assert 'relax the cell first' in node.exit_message


def test_bad_fit(mock, run_chain, copper) -> None:
    node = run_chain('eos', copper(), mock, protocol='fast', residual_limit=1e-9)
    assert node.exit_status == CODES.ERROR_BAD_FIT.status
    assert 'residual' in node.exit_message


def test_sheet_has_no_volume_to_vary(mock, run_chain) -> None:
    atoms = graphene(vacuum=5)
    atoms.pbc = (True, True, False)
    node = run_chain('eos', orm.StructureData(ase=atoms), mock)
    assert node.exit_status == CODES.ERROR_NOT_PERIODIC.status
