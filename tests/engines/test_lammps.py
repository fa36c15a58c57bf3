"""LAMMPS: published properties of a potential, cells that are awkward for it, and its potentials."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk, fcc100

from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.engines.lammps import check_structure, script_parameters
from nanoos_plugins.engines.lammps_potential import (
    entry_elements,
    find_file,
    format_of,
    load_potential,
    setfl_elements,
)
from nanoos_plugins.engines.results import Results, data_outputs
from nanoos_plugins.launch import run_builder
from nanoos_plugins.storage.owner import acting_as, system_user

COPPER = {'potential': 'Cu_mishin1.eam.alloy'}


@pytest.fixture
def evaluate(engine_code: Callable[[str], orm.AbstractCode]) -> Callable[..., Results]:
    """Return a function: (atoms, parameters) → results, through AiiDA."""

    def run(atoms: Atoms, **parameters: Any) -> Results:
        engine = load_engine('lammps')
        structure, complete = orm.StructureData(ase=atoms), engine.validate({**COPPER, **parameters})
        node = run_builder(engine.get_builder(structure, complete, engine_code('lammps'), {}))
        assert node.is_finished_ok, (node.exit_status, node.exit_message)
        return engine.results(structure, complete, data_outputs(node))

    return run


def test_lattice_parameter_and_cohesive_energy_of_copper(evaluate: Callable[..., Results]) -> None:
    """Mishin et al. (2001), doi:10.1103/PhysRevB.63.224106: 3.615 Å and −3.540 eV; here from one atom."""
    final = evaluate(bulk('Cu', 'fcc', a=3.69), task='relax_cell')
    assert final.converged
    assert final.structure is not None
    assert math.sqrt(2) * final.structure.cell.lengths() == pytest.approx([3.615] * 3, rel=5e-4)
    assert final.structure.cell.angles() == pytest.approx([60] * 3, abs=0.01)
    assert final.energy == pytest.approx(-3.540, abs=5e-4)


def test_left_handed_cell_with_atoms_outside_gives_the_mirror_image(evaluate: Callable[..., Results]) -> None:
    """aiida-lammps mirrors a left-handed cell: forces and stress come back unmirrored."""
    atoms = bulk('Cu', 'fcc', a=3.5, orthorhombic=True)
    atoms.set_cell(atoms.cell @ (np.eye(3) + np.diag([0.03, 0.02], k=1)), scale_atoms=True)
    atoms.positions[1] += [0.1, -0.05, 0.07]
    left = atoms.copy()
    left.set_cell(atoms.cell[[1, 0, 2]])
    left.positions[1] += 2 * atoms.cell[0] - atoms.cell[2]
    expected, mirrored = evaluate(atoms), evaluate(left)
    assert mirrored.energy == pytest.approx(expected.energy, abs=1e-8)
    np.testing.assert_allclose(mirrored.forces, expected.forces, atol=1e-7)
    np.testing.assert_allclose(mirrored.stress, expected.stress, atol=1e-6)


def test_slab_keeps_its_vacuum(evaluate: Callable[..., Results]) -> None:
    """Only the periodic directions of a slab relax; its tensile surfaces shrink it in the plane."""
    slab = fcc100('Cu', (1, 1, 3), a=3.615, vacuum=6.0, periodic=False)
    final = evaluate(slab, task='relax_cell')
    assert final.converged
    assert final.structure is not None
    assert final.structure.cell[2, 2] == pytest.approx(slab.cell[2, 2], abs=1e-9)
    assert final.structure.cell[0, 0] < slab.cell[0, 0]
    assert final.stress is not None
    assert np.abs(final.stress[:2, :2]).max() < 0.05


def test_pressure_is_the_target_of_the_normal_components_only(profile: Any) -> None:
    structure = orm.StructureData(ase=bulk('Cu'))
    parameters = load_engine('lammps').validate({**COPPER, 'task': 'relax_cell', 'pressure': 2.0})
    words = script_parameters(structure, parameters)['fix']['box/relax'][0]['type']
    targets = dict(zip(words[::2], words[1::2], strict=True))
    assert [float(targets[name]) for name in ('x', 'y', 'z')] == [20000.0] * 3
    assert [float(targets[name]) for name in ('xy', 'xz', 'yz')] == [0.0] * 3


def test_a_shipped_potential_is_made_once_and_belongs_to_the_system(
    engine_code: Callable[[str], orm.AbstractCode], tmp_path: Path
) -> None:
    engine_code('lammps')
    first = load_potential('Cu_mishin1.eam.alloy', None)
    assert (first.pair_style, first.species, first.default_units) == ('eam/alloy', ['Cu'], 'metal')
    assert first.user.email == system_user().email
    second = load_potential('Si.tersoff', None)
    assert (second.pair_style, second.species) == ('tersoff', ['Si'])
    assert first.pair_style == 'eam/alloy', 'a second potential must not change what the first one says'
    assert load_potential('Cu_mishin1.eam.alloy', 'eam/alloy').uuid == first.uuid

    copy = tmp_path / 'mine.eam.alloy'
    copy.write_bytes(find_file('Cu_mishin1.eam.alloy')[0].read_bytes())
    own = load_potential(str(copy), None)
    assert own.uuid != first.uuid
    assert own.user.email != system_user().email
    assert load_potential(str(copy), None).uuid == own.uuid
    with acting_as(system_user()):
        assert load_potential(str(copy), None).uuid == first.uuid


def test_what_cannot_be_run_is_refused_with_a_way_out(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    engine, code = load_engine('lammps'), engine_code('lammps')
    tilted = Atoms('Cu', cell=[[3, 0, 0], [0, 3, 0], [1, 0, 9]], pbc=[True, True, False])
    outside = Atoms('Cu', positions=[[0, 0, 11]], cell=[3, 3, 9], pbc=[True, True, False])
    for atoms, parameters, given, message in (
        (bulk('Al'), COPPER, code, 'has no Al: it is for Cu'),
        (bulk('Cu'), {'potential': 'Cu_mishin2.eam.alloy'}, code, r'similar names: Cu_mishin1\.eam\.alloy'),
        (bulk('Cu'), {'potential': '/no/such/file.eam.alloy'}, code, 'no such file'),
        (bulk('Cu'), {'potential': 'Cu_u3.eam'}, code, r'supported in metal units: eam/alloy'),
        (bulk('Cu'), {**COPPER, 'pair_style': 'shell'}, code, "pair_style 'shell' is not supported"),
        (bulk('Cu'), {**COPPER, 'pair_style': 'sw'}, code, 'no valid sw file'),
        (bulk('Cu'), {**COPPER, 'task': 'md'}, code, 'at least 2 atoms'),
        (bulk('Cu'), COPPER, None, 'needs a code'),
        (tilted, COPPER, code, 'right angles'),
        (outside, COPPER, code, 'outside the cell along c'),
    ):
        with pytest.raises(ValueError, match=message):
            engine.get_builder(orm.StructureData(ase=atoms), engine.validate(parameters), given, {})


def test_kinds_in_another_order_than_the_sites_are_refused(profile: Any) -> None:
    structure = orm.StructureData(cell=[[4, 0, 0], [0, 4, 0], [0, 0, 4]], pbc=True)
    for symbol in ('Cu', 'Al'):
        structure.append_kind(orm.Kind(symbols=symbol))
    for kind, position in (('Al', (0, 0, 0)), ('Cu', (2, 2, 2))):
        structure.append_site(orm.Site(kind_name=kind, position=position))
    with pytest.raises(ValueError, match='build it again from its sites'):
        check_structure(structure)


def test_potential_needs_to_be_named(profile: Any) -> None:
    with pytest.raises(ValueError, match='potential'):
        load_engine('lammps').validate({})


def test_no_installed_potentials_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv('NANOOS_ENGINES', str(tmp_path))
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.delenv('LAMMPS_POTENTIALS', raising=False)
    with pytest.raises(ValueError, match='nanoos engines install lammps'):
        find_file('Cu_mishin1.eam.alloy')
    (tmp_path / 'own.sw').touch()
    monkeypatch.setenv('LAMMPS_POTENTIALS', str(tmp_path))
    assert find_file('own.sw') == (tmp_path / 'own.sw', True)


@pytest.mark.parametrize(
    ('name', 'pair_style'),
    [
        ('a.eam.alloy', 'eam/alloy'),
        ('a.tersoff', 'tersoff'),
        ('a.tersoff.mod', 'tersoff/mod'),
        ('a.gw.zbl', 'gw/zbl'),
    ],
)
def test_pair_style_follows_from_the_ending(name: str, pair_style: str) -> None:
    assert format_of(name, None).pair_style == pair_style


def test_elements_are_read_from_setfl_and_entries() -> None:
    assert setfl_elements('a\nb\nc\n 2  Al Cu \n') == ['Al', 'Cu']
    text = '# Si Si Si commented 1\nSi Si Si 1.0 2.0\nSi Si C 1.0 2.0\n 3.0\nC C C 1.0 # end\n'
    assert entry_elements(text) == ['Si', 'C']
    for broken in ('', 'a\nb\nc\n3 Al Cu\n'):
        with pytest.raises(ValueError, match='line 4'):
            setfl_elements(broken)
    with pytest.raises(ValueError, match='no entry'):
        entry_elements('Si Si C 1.0')
