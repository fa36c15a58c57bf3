"""A vacancy in the Lennard-Jones crystal of the mock engine, and every way in which it can be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from ase.build import bulk, fcc100

from nanoos_plugins.calculations.build.supercell import repetitions
from nanoos_plugins.data.template import Template
from workchains.vacancy import VacancyWorkChain

#: Near the minimum of the mock engine's crystal.
A = 3.6
Run = Callable[..., orm.ProcessNode]


def crystal(a: float = A) -> orm.StructureData:
    return orm.StructureData(ase=bulk('Cu', a=a))


@pytest.fixture(scope='module')
def small() -> dict[str, Any]:
    """Return settings that take seconds: 27 atoms."""
    return {'protocol': 'fast', 'min_length': 6.0, 'parameters': {'force_tolerance': 0.02, 'images': 3}}


def assert_exit(node: orm.ProcessNode, label: str, *words: str) -> None:
    assert node.exit_status == VacancyWorkChain.exit_codes[label].status, node.exit_message
    for word in words:
        assert word in node.exit_message


def test_formation_and_jump(mock: Template, run_chain: Run, small: dict[str, Any]) -> None:
    """Of a pair potential: about the cohesive energy an atom (all bonds are lost, half are won back)."""
    node = run_chain('vacancy', crystal(), mock, **small, relax_cell=True, vibrations=True)
    assert node.is_finished_ok, node.exit_message
    formation, migration = node.outputs.formation.get_dict(), node.outputs.migration.get_dict()
    assert formation['n_atoms'] == 27
    cohesive = -node.outputs.crystal.creator.outputs.results['energy']['value']
    assert formation['formation_energy']['value'] == pytest.approx(cohesive, rel=0.1)
    assert formation['formation_energy']['value'] < cohesive  # the neighbours relax
    assert 0 < migration['migration_energy']['value'] < cohesive
    assert migration['attempt_frequency']['value'] > 0
    assert len(node.outputs.structure.sites) == len(node.outputs.saddle.sites) == 26
    assert set(node.outputs.path.get_arraynames()) >= {'profile_path_A', 'profile_energy_eV'}


def test_a_stretched_crystal_is_no_minimum(mock: Template, run_chain: Run, small: dict[str, Any]) -> None:
    node = run_chain('vacancy', crystal(4.6), mock, **small, vibrations=True, migration=False)
    assert_exit(node, 'ERROR_NEGATIVE_MODE', 'no minimum', 'THz')


def test_a_top_that_is_no_saddle(
    mock: Template, run_chain: Run, small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything above −1000 THz counts as noise here, so no direction falls."""
    monkeypatch.setattr('nanoos_plugins.calculations.vacancy.NOISE', 1000.0)
    node = run_chain('vacancy', crystal(), mock, **small, vibrations=True)
    assert_exit(node, 'ERROR_NO_SADDLE', '0 modes', 'expected exactly one')
    assert 'formation' in node.outputs


def test_a_slab_and_a_site_that_is_not_there(mock: Template, run_chain: Run, small: dict[str, Any]) -> None:
    slab = orm.StructureData(ase=fcc100('Cu', (2, 2, 3), a=A, vacuum=6.0))
    assert_exit(run_chain('vacancy', slab, mock, **small), 'ERROR_NO_SUPERCELL', 'all three directions')
    node = run_chain('vacancy', crystal(), mock, **small, site=1)
    assert_exit(node, 'ERROR_NO_SUPERCELL', 'one of the 1 atoms', 'got 1')


def test_a_path_that_does_not_converge(mock: Template, run_chain: Run, small: dict[str, Any]) -> None:
    parameters = {**small['parameters'], 'max_steps': 12, 'force_tolerance': 1e-4}
    node = run_chain('vacancy', crystal(), mock, **{**small, 'parameters': parameters})
    assert_exit(node, 'ERROR_SIMULATION_FAILED', 'ended finished')
    assert 'migration' not in node.outputs


def test_an_engine_without_paths_is_refused_before_it_runs(profile: Any) -> None:
    qe = Template(name='DFT', engine='qe')
    builder = VacancyWorkChain.get_builder_from_protocol(crystal(), qe)
    message = str(VacancyWorkChain.spec().inputs.validate(builder._inputs(prune=True)))
    assert "does not offer task 'hessian'" in message
    assert 'set vibrations to false' in message


def test_a_supercell_is_high_enough_in_every_direction() -> None:
    primitive = bulk('Cu', a=A)
    assert repetitions(orm.StructureData(ase=primitive), 10.0) == [5, 5, 5]  # heights of a / √3
    assert repetitions(orm.StructureData(ase=bulk('Cu', a=A, cubic=True)), 3 * A) == [3, 3, 3]
