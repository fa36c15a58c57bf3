"""Quantum ESPRESSO: what it is asked, what it answers, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida_pseudo.groups.family.pseudo import PseudoPotentialFamily
from ase import Atoms, units
from ase.build import bulk

from nanoos_plugins.engines.qe import QuantumEspresso
from nanoos_plugins.engines.results import Results, data_outputs
from nanoos_plugins.install.engines import check
from nanoos_plugins.launch import run_builder

ENGINE = QuantumEspresso()
QUICK = {'kpoints_mesh': (2, 2, 2), 'ecutwfc': 20.0}
BOX = {'kpoints_mesh': (1, 1, 1), 'ecutwfc': 30.0}


@pytest.fixture(scope='module')
def code(engine_code: Callable[[str], orm.AbstractCode]) -> orm.AbstractCode:
    """Return the code of pw.x."""
    return engine_code('qe')


def evaluate(atoms: Atoms, code: orm.AbstractCode, **parameters: Any) -> Results:
    """Run pw.x and return the normalised results."""
    structure = orm.StructureData(ase=atoms)
    validated = ENGINE.validate(parameters)
    node = run_builder(ENGINE.get_builder(structure, validated, code, {}))
    assert node.is_finished_ok, f'{node.exit_status}: {node.exit_message}'
    return ENGINE.results(structure, validated, data_outputs(node))


def namelists(atoms: Atoms, code: orm.AbstractCode, **parameters: Any) -> dict[str, Any]:
    """Return the namelists that pw.x would get."""
    builder = ENGINE.get_builder(orm.StructureData(ase=atoms), ENGINE.validate(parameters), code, {})
    written: dict[str, Any] = builder.pw.parameters.get_dict()
    return written


def test_the_reference_case_gives_the_published_pressure(code: orm.AbstractCode) -> None:
    result = check(ENGINE)
    assert result.passed, result
    assert result.value < 0, 'a compressed crystal pushes: tension is positive'


def test_a_relaxation_finds_the_diamond_structure(code: orm.AbstractCode) -> None:
    """An atom moved along the body diagonal goes back to a quarter of it: its place by symmetry."""
    atoms = bulk('Si', a=5.43)
    ideal = atoms.positions[1].copy()
    atoms.positions[1] += 0.04
    results = evaluate(atoms, code, task='relax', force_tolerance=0.02, **QUICK)
    assert results.converged
    assert results.structure is not None
    bond = results.structure.positions[1] - results.structure.positions[0]
    np.testing.assert_allclose(bond, ideal, atol=0.005)
    assert results.forces is not None
    assert np.abs(results.forces).max() <= 0.02
    assert results.trajectory is not None
    assert results.trajectory.positions.shape == (len(results.trajectory.times), 2, 3)
    np.testing.assert_allclose(results.trajectory.positions[0], atoms.positions, atol=1e-6)


def test_an_atom_of_hydrogen_has_a_moment_of_one_bohr_magneton(code: orm.AbstractCode) -> None:
    """One electron, one spin: 1 μB exactly; and spin lowers the energy by about 1 eV."""
    atoms = Atoms('H', cell=[4, 4, 4], pbc=True)
    polarised = evaluate(atoms, code, spin='collinear', initial_moments={'H': 1.0}, **BOX)
    plain = evaluate(atoms, code, **BOX)
    assert polarised.quantities['total_magnetization'].value == pytest.approx(1.0, abs=1e-3)
    assert polarised.quantities['total_magnetization'].unit == 'μB'
    assert 'total_magnetization' not in plain.quantities
    assert polarised.energy is not None
    assert plain.energy is not None
    assert 0.5 < plain.energy - polarised.energy < 1.5


def test_a_relaxed_cell_has_the_target_pressure_also_when_it_is_evaluated_anew(
    code: orm.AbstractCode,
) -> None:
    """The plane waves follow the cell, so no Pulay stress appears anew; the energy is no enthalpy."""
    target = 2.0
    results = evaluate(
        bulk('Si', a=5.3), code, task='relax_cell', pressure=target, stress_tolerance=0.1, **QUICK
    )
    assert results.structure is not None
    assert results.stress is not None
    np.testing.assert_allclose(results.stress, -target * np.eye(3), atol=0.1)
    anew = evaluate(results.structure, code, **QUICK)
    assert anew.stress is not None
    np.testing.assert_allclose(anew.stress, results.stress, atol=0.05)
    assert anew.energy == pytest.approx(results.energy, abs=1e-4)


def test_units_on_the_way_in(code: orm.AbstractCode) -> None:
    given = namelists(
        bulk('Si'), code, task='relax_cell', force_tolerance=0.02, stress_tolerance=0.05, pressure=1.5
    )
    assert given['CONTROL']['forc_conv_thr'] == pytest.approx(0.02 / (units.Rydberg / units.Bohr), rel=1e-6)
    assert given['CELL']['press'] == pytest.approx(15.0)  # kbar
    assert given['CELL']['press_conv_thr'] == pytest.approx(0.5)
    assert given['SYSTEM']['ecutwfc'] == 36.0  # PseudoDojo's hint for Si: 18 Ha
    assert given['SYSTEM']['ecutrho'] == 4 * 36.0
    assert given['ELECTRONS']['conv_thr'] == pytest.approx(2 * 2e-10)


def test_cutoffs_given_and_recommended(code: orm.AbstractCode) -> None:
    high = namelists(bulk('Si'), code, cutoff_stringency='high')['SYSTEM']
    assert (high['ecutwfc'], high['ecutrho']) == (48.0, 192.0)
    own = namelists(bulk('Si'), code, ecutwfc=25.0)['SYSTEM']
    assert (own['ecutwfc'], own['ecutrho']) == (25.0, 100.0)
    both = namelists(bulk('Si'), code, ecutwfc=25.0, ecutrho=120.0)['SYSTEM']
    assert (both['ecutwfc'], both['ecutrho']) == (25.0, 120.0)


def test_occupations(code: orm.AbstractCode) -> None:
    smeared = namelists(bulk('Al'), code)['SYSTEM']
    assert (smeared['occupations'], smeared['smearing'], smeared['degauss']) == ('smearing', 'gaussian', 0.01)
    fixed = namelists(bulk('Si'), code, occupations='fixed')['SYSTEM']
    assert fixed['occupations'] == 'fixed'
    assert not {'smearing', 'degauss'} & set(fixed)


def test_moments_by_kind_element_and_default(code: orm.AbstractCode) -> None:
    """pw.x takes shares of the valence electrons: 14 of Cr, 16 of Fe."""
    atoms = Atoms('Cr2', positions=[[0, 0, 0], [1.4, 1.4, 1.4]], cell=[2.8, 2.8, 2.8], pbc=True, tags=[1, 2])
    given = namelists(atoms, code, spin='collinear', initial_moments={'Cr1': 1.4, 'Cr2': -1.4})['SYSTEM']
    assert given['nspin'] == 2
    assert given['starting_magnetization'] == pytest.approx({'Cr1': 0.1, 'Cr2': -0.1})
    by_element = namelists(bulk('Fe'), code, spin='collinear', initial_moments={'Fe': 1.6})['SYSTEM']
    assert by_element['starting_magnetization'] == pytest.approx({'Fe': 0.1})
    default = namelists(bulk('Fe'), code, spin='collinear')['SYSTEM']['starting_magnetization']
    assert 0 < default['Fe'] <= 1


def test_a_sheet_is_isolated_along_its_normal_and_keeps_it(code: orm.AbstractCode) -> None:
    sheet = Atoms('C', cell=[2.5, 2.5, 12], pbc=[True, True, False])
    given = namelists(sheet, code, task='relax_cell')
    assert given['SYSTEM']['assume_isolated'] == '2D'
    assert given['CELL']['cell_dofree'] == '2Dxy'
    mesh, _ = ENGINE.get_builder(
        orm.StructureData(ase=sheet), ENGINE.validate({}), code, {}
    ).kpoints.get_kpoints_mesh()
    assert mesh[2] == 1


def test_deformed_copies_get_the_mesh_of_the_original(code: orm.AbstractCode) -> None:
    atoms = bulk('Al', a=4.05)
    stretched = atoms.copy()
    stretched.set_cell(1.1 * atoms.cell, scale_atoms=True)
    parameters = ENGINE.validate({'kpoints_distance': 0.2})
    fixed = ENGINE.fixed_numerics(orm.StructureData(ase=atoms), parameters)
    # b = 2π √3 / a = 2.687 1/Å for fcc, so 2.687 / 0.2 → 14 points; 13 when stretched by a tenth
    assert fixed == {'kpoints_mesh': [14, 14, 14]}
    again = ENGINE.validate({'kpoints_distance': 0.2, **fixed})
    builder = ENGINE.get_builder(orm.StructureData(ase=stretched), again, code, {})
    assert builder.kpoints.get_kpoints_mesh()[0] == [14, 14, 14]
    assert ENGINE.fixed_numerics(orm.StructureData(ase=stretched), parameters) == {
        'kpoints_mesh': [13, 13, 13]
    }


def test_options_of_the_caller_win(code: orm.AbstractCode) -> None:
    builder = ENGINE.get_builder(
        orm.StructureData(ase=bulk('Si')), ENGINE.validate({}), code, {'max_wallclock_seconds': 60}
    )
    assert builder.pw.metadata.options.max_wallclock_seconds == 60
    assert builder.pw.metadata.options.resources['num_machines'] == 1


@pytest.mark.parametrize(
    ('atoms', 'parameters', 'words'),
    [
        (bulk('U', 'fcc', a=4.9), {}, 'no pseudopotential of U'),
        (bulk('Si'), {'pseudo_family': 'SSSP/9'}, "no pseudopotential family 'SSSP/9'"),
        (bulk('Si'), {'spin': 'collinear', 'occupations': 'fixed'}, 'needs occupations: smearing'),
        (bulk('Si'), {'spin': 'collinear', 'initial_moments': {'Ge': 1}}, 'initial_moments names Ge'),
        (Atoms('C', cell=[9, 9, 2.5], pbc=[False, False, True]), {'task': 'relax_cell'}, 'relax_cell needs'),
    ],
)
def test_what_cannot_be_run_is_refused(
    code: orm.AbstractCode, atoms: Atoms, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ENGINE.get_builder(orm.StructureData(ase=atoms), ENGINE.validate(parameters), code, {})


def test_a_missing_code_and_partial_sites_are_refused(code: orm.AbstractCode) -> None:
    with pytest.raises(ValueError, match='nanoos engines install qe'):
        ENGINE.get_builder(orm.StructureData(ase=bulk('Si')), ENGINE.validate({}), None, {})
    mixed = orm.StructureData(cell=np.eye(3) * 4)
    mixed.append_atom(position=(0, 0, 0), symbols=('Cu', 'Au'), weights=(0.5, 0.5))
    with pytest.raises(ValueError, match='fully occupied'):
        ENGINE.get_builder(mixed, ENGINE.validate({}), code, {})


def test_a_family_without_cutoffs_wants_one(code: orm.AbstractCode) -> None:
    from nanoos_plugins.install.pseudos import find_pseudos

    installed = find_pseudos()
    assert installed is not None
    family = PseudoPotentialFamily(label='no-cutoffs').store()
    family.add_nodes([installed.get_pseudo('Si')])
    structure = orm.StructureData(ase=bulk('Si'))
    with pytest.raises(ValueError, match='give ecutwfc'):
        ENGINE.get_builder(structure, ENGINE.validate({'pseudo_family': 'no-cutoffs'}), code, {})
    ENGINE.get_builder(structure, ENGINE.validate({'pseudo_family': 'no-cutoffs', 'ecutwfc': 20}), code, {})


def test_parameters_out_of_range_are_refused() -> None:
    for wrong in ({'task': 'md'}, {'ecutwfc': -1}, {'smearing': 'hot'}, {'unknown': 1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            ENGINE.validate(wrong)


def test_missing_outputs_are_named() -> None:
    structure = orm.StructureData(ase=bulk('Si'))
    with pytest.raises(ValueError, match='output_trajectory'):
        ENGINE.results(structure, ENGINE.validate({}), {'output_parameters': orm.Dict({})})
