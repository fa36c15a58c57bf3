"""Elastic constants by the mock engine, and every way to fail."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk, graphene

from workchains.elastic import ElasticWorkChain

CODES = ElasticWorkChain.exit_codes


def test_cauchy_relation_and_shape_of_the_tensor_in_fcc(mock, run_chain) -> None:
    """Central forces, inversion centres, no stress: C12 = C44. Cubic: three numbers, the rest zero."""
    node = run_chain('elastic', orm.StructureData(ase=bulk('Cu', a=3.65)), mock)
    assert node.is_finished_ok, node.exit_message
    elastic = node.outputs.elastic.get_dict()
    tensor = np.array(elastic['C_GPa'])
    expected = np.diag([elastic['C11']] * 3 + [elastic['C44']] * 3)
    expected[:3, :3] += elastic['C12'] * (1 - np.eye(3))
    assert np.allclose(tensor, expected, atol=1e-6 * elastic['C11'])
    assert elastic['C12'] == pytest.approx(elastic['C44'], rel=5e-3)
    assert elastic['mechanically_stable']
    assert elastic['bulk_modulus_GPa']['hill'] == pytest.approx(
        (elastic['C11'] + 2 * elastic['C12']) / 3, rel=1e-3
    )
    assert np.abs(elastic['stress_GPa']).max() < 0.1
    runs = [call for call in node.called if call.process_label == 'SimulationWorkChain']
    assert len(runs) == 1 + 3  # relaxation; one stretch with both signs and one shear


def test_hexagonal_crystal_with_free_ions(mock, run_chain) -> None:
    """hcp: five constants, C66 = (C11 − C12)/2; ions that may move can only soften the crystal."""
    start = run_chain(
        'relax', orm.StructureData(ase=bulk('Mg', 'hcp', a=2.56, c=4.18)), mock, protocol='precise'
    )
    tensors = {}
    for relax_ions in (True, False):
        node = run_chain(
            'elastic',
            start.outputs.structure,
            mock,
            protocol='fast',
            magnitudes=[0.005],
            relax_ions=relax_ions,
        )
        assert node.is_finished_ok, node.exit_message
        tensors[relax_ions] = np.array(node.outputs.elastic['C_GPa'])
        assert 'C11' not in node.outputs.elastic.get_dict()
    c = tensors[True]
    assert c[5, 5] == pytest.approx((c[0, 0] - c[0, 1]) / 2, rel=1e-3)
    assert c[0, 0] == pytest.approx(c[1, 1], rel=1e-3)
    assert c[3, 3] == pytest.approx(c[4, 4], rel=1e-3)
    softening = np.linalg.eigvalsh(tensors[False] - tensors[True])
    assert softening.min() > -0.05
    assert softening.max() > 1


def test_failed_relaxation_is_named(scripted, mock, run_chain, copper) -> None:
    scripted('fail')
    node = run_chain('elastic', copper(), mock)
    assert node.exit_status == CODES.ERROR_SIMULATION_FAILED.status
    assert len([call for call in node.called if call.process_label == 'SimulationWorkChain']) == 1


def test_failed_strain_is_named(scripted, mock, run_chain, copper) -> None:
    scripted('compute', 'fail', 'compute')
    node = run_chain('elastic', copper(), mock, protocol='fast')
    assert node.exit_status == CODES.ERROR_SIMULATION_FAILED.status
    assert 'the script says so' in node.exit_message


def test_engine_without_stress_is_refused(scripted, mock, run_chain, copper) -> None:
    scripted('compute').without_stress = True
    node = run_chain('elastic', copper(), mock, protocol='fast')
    assert node.exit_status == CODES.ERROR_NO_STRESS.status
    assert 'choose an engine' in node.exit_message


def test_stresses_that_contradict_symmetry_are_refused(mock, run_chain) -> None:
    """No stress is exact: with a limit far below rounding every tensor is inconsistent."""
    structure = orm.StructureData(ase=bulk('Mg', 'hcp', a=2.56, c=4.18))
    node = run_chain('elastic', structure, mock, protocol='fast', relax_ions=False, inconsistency_limit=1e-15)
    assert node.exit_status == CODES.ERROR_INCONSISTENT_STRESSES.status
    assert 'GPa' in node.exit_message


def test_sheet_is_refused_before_anything_is_run(mock, run_chain) -> None:
    atoms = graphene(vacuum=5)
    atoms.pbc = (True, True, False)
    node = run_chain('elastic', orm.StructureData(ase=atoms), mock)
    assert node.exit_status == CODES.ERROR_NOT_PERIODIC.status
    assert not node.called
