"""Relaxation by the mock engine, and every way to fail."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk

from workchains.relax import RelaxWorkChain

CODES = RelaxWorkChain.exit_codes


def test_relaxed_cell_is_free_of_stress_whatever_it_started_from(mock, run_chain) -> None:
    """A cubic cell and one that is sheared and stretched end in the same crystal."""
    perfect = orm.StructureData(ase=bulk('Cu', a=3.7))
    atoms = bulk('Cu', a=3.7)
    atoms.set_cell(atoms.cell @ [[1.02, 0.02, 0], [0, 0.99, 0.01], [0, 0, 1]], scale_atoms=True)
    ends = [
        run_chain('relax', start, mock, protocol='precise')
        for start in (perfect, orm.StructureData(ase=atoms))
    ]
    for node in ends:
        assert node.is_finished_ok, node.exit_message
        assert np.abs(node.outputs.arrays.get_array('stress')).max() <= 0.01
        assert node.outputs.results['task'] == 'relax_cell'
    volumes = [node.outputs.structure.get_cell_volume() for node in ends]
    assert volumes[0] == pytest.approx(volumes[1], rel=1e-3)
    energies = [node.outputs.results['energy']['value'] for node in ends]
    assert energies[0] == pytest.approx(energies[1], abs=1e-5)


def test_pressure_is_reached(mock, run_chain, copper) -> None:
    node = run_chain('relax', copper(), mock, parameters={'pressure': 10.0})
    assert node.is_finished_ok, node.exit_message
    assert np.allclose(node.outputs.arrays.get_array('stress'), -10 * np.eye(3), atol=0.05)


def test_positions_alone_keep_the_cell(mock, run_chain) -> None:
    atoms = bulk('Cu', cubic=True)
    atoms.rattle(0.05, seed=2)
    node = run_chain('relax', orm.StructureData(ase=atoms), mock, cell=False)
    assert node.is_finished_ok, node.exit_message
    assert np.allclose(node.outputs.structure.cell, atoms.cell)
    assert np.abs(node.outputs.arrays.get_array('forces')).max() <= 0.01


def test_tolerances_that_do_not_hold_start_another_round(
    scripted, monkeypatch, mock, run_chain, copper
) -> None:
    """As for an engine that says it converged while the stress in its last cell is too large."""
    scripted('compute')
    said = iter(['stress off by 1.0 GPa', ''])
    monkeypatch.setattr(RelaxWorkChain, 'describe_excess', lambda self, arrays: next(said))
    node = run_chain('relax', copper(), mock)
    assert node.is_finished_ok
    first, second = node.called
    assert second.inputs.structure.pk == first.outputs.structure.pk


def test_tolerances_that_never_hold_are_reported_with_the_last_structure(
    scripted, mock, run_chain, copper
) -> None:
    engine = scripted('compute')
    honest = engine.results

    def stressed(self, structure, parameters, outputs):  # noqa: ANN001
        from dataclasses import replace

        return replace(honest(self, structure, parameters, outputs), stress=np.eye(3))

    engine.results = stressed
    node = run_chain('relax', copper(), mock)
    assert node.exit_status == CODES.ERROR_TOLERANCES_NOT_REACHED.status
    assert 'stress off by 1.0000 GPa' in node.exit_message
    assert 'after 3 rounds' in node.exit_message
    assert 'structure' in node.outputs


def test_failed_round_is_named(scripted, mock, run_chain, copper) -> None:
    scripted('fail')
    node = run_chain('relax', copper(), mock)
    assert node.exit_status == CODES.ERROR_SIMULATION_FAILED.status
    assert 'the script says so' in node.exit_message
