"""What every engine owes to those who use it: units, shapes, and the laws of mechanics.

Forces and stress are compared with differences of energies, so each case is a cell without symmetry. The
tolerances say how far an engine's own energies are from a smooth function: exact for an analytic potential,
single precision for CHGNet, a basis that changes with the cell for plane waves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase import Atoms, units
from ase.build import bulk
from ase.geometry import find_mic
from scipy.spatial.transform import Rotation

from nanoos_plugins.engines.contract import Engine, load_engine
from nanoos_plugins.engines.results import Results, data_outputs
from nanoos_plugins.launch import run_builder

ROTATION = Rotation.from_rotvec([0.3, -0.5, 0.7]).as_matrix()
STRAIN = np.array([[0.7, 0.2, -0.1], [0.2, -0.3, 0.25], [-0.1, 0.25, 0.5]])
DIRECTION = np.array([0.6, -0.5, 0.62])
TASKS = ('static', 'relax', 'relax_cell', 'md', 'path', 'hessian')


@dataclass(frozen=True)
class Case:
    """A structure that an engine can evaluate in seconds, and how exact its derivatives are.

    `displacement` [Å] and `strain` [-] are the steps of the differences; `energy` [eV], `force` [eV/Å] and
    `stress` [GPa] the tolerances.
    """

    atoms: Atoms
    displacement: float
    strain: float
    energy: float
    force: float
    stress: float
    parameters: dict[str, Any] = field(default_factory=dict)


def distorted(name: str, structure: str, a: float) -> Atoms:
    """Return a two-atom cell without symmetry, compressed so that its stress is large."""
    atoms = bulk(name, structure, a=a, orthorhombic=structure == 'fcc')
    shear = np.eye(3) + np.array([[0.02, 0.03, -0.01], [0.0, -0.02, 0.02], [0.01, 0.0, 0.01]])
    atoms.set_cell(atoms.cell @ shear, scale_atoms=True)
    atoms.positions[1] += [0.11, -0.07, 0.05]
    return atoms


CASES = {
    'mock': Case(distorted('Cu', 'fcc', 3.5), 1e-4, 1e-5, 1e-9, 1e-6, 1e-5),
    'lammps': Case(
        distorted('Cu', 'fcc', 3.5), 1e-3, 1e-4, 1e-7, 1e-4, 1e-2, {'potential': 'Cu_mishin1.eam.alloy'}
    ),
    'mlip': Case(distorted('MgO', 'rocksalt', 4.1), 1e-2, 2e-3, 1e-5, 5e-3, 0.1),
    'qe': Case(
        distorted('Si', 'diamond', 5.3),
        5e-3,
        1e-2,
        1e-3,
        5e-3,
        0.4,
        {'kpoints_mesh': [2, 2, 2], 'ecutwfc': 24.0},
    ),
}


class Subject:
    """An engine with its case; runs structures through the AiiDA process of the contract."""

    def __init__(self, engine: Engine, code: orm.AbstractCode | None) -> None:
        self.engine = engine
        self.code = code
        self.case = CASES[engine.name]

    def evaluate(self, atoms: Atoms, **overrides: Any) -> Results:
        parameters = self.engine.validate({**self.case.parameters, **overrides})
        structure = orm.StructureData(ase=atoms)
        node = run_builder(self.engine.get_builder(structure, parameters, self.code, {}))
        assert node.is_finished_ok, (node.exit_status, node.exit_message, node.exception)
        return self.engine.results(structure, parameters, data_outputs(node))

    def evaluate_path(self, initial: Atoms, final: Atoms, **overrides: Any) -> Results:
        parameters = self.engine.validate({**self.case.parameters, **overrides, 'task': 'path'})
        structure = orm.StructureData(ase=initial)
        builder: Any = self.engine.get_builder(structure, parameters, self.code, {})
        builder.final = orm.StructureData(ase=final)
        node = run_builder(builder)
        assert node.is_finished_ok, (node.exit_status, node.exit_message, node.exception)
        return self.engine.results(structure, parameters, data_outputs(node))

    @cached_property
    def base(self) -> Results:
        return self.evaluate(self.case.atoms)


@pytest.fixture(scope='module', params=CASES)
def subject(request: pytest.FixtureRequest, engine_code: Callable[[str], orm.AbstractCode]) -> Subject:
    engine = load_engine(request.param)
    return Subject(engine, None if engine.code_plugin is None else engine_code(engine.name))


def without_qe(test: Callable[[Subject], None]) -> Callable[[Subject], None]:
    """Run a test for all engines but Quantum ESPRESSO, whose relaxations test_qe.py has: they take long."""
    return pytest.mark.parametrize('subject', [name for name in CASES if name != 'qe'], indirect=True)(test)


def test_results_have_the_shapes_of_the_schema(subject: Subject) -> None:
    base, n_atoms = subject.base, len(subject.case.atoms)
    assert (base.engine, base.task, base.n_atoms) == (subject.engine.name, 'static', n_atoms)
    assert base.converged
    assert isinstance(base.energy, float)
    assert base.forces is not None
    assert base.forces.shape == (n_atoms, 3)
    assert base.stress is not None
    assert base.stress.shape == (3, 3)
    assert base.structure is None
    assert all(quantity.unit is not None for quantity in base.quantities.values())


def test_stress_is_symmetric_and_negative_under_compression(subject: Subject) -> None:
    assert subject.base.stress is not None
    np.testing.assert_allclose(subject.base.stress, subject.base.stress.T, rtol=0, atol=1e-12)
    assert np.trace(subject.base.stress) < 0


def test_forces_sum_to_zero(subject: Subject) -> None:
    assert subject.base.forces is not None
    np.testing.assert_allclose(subject.base.forces.sum(axis=0), 0, atol=subject.case.force)


def test_forces_are_the_derivative_of_the_energy(subject: Subject) -> None:
    case, step = subject.case, subject.case.displacement * DIRECTION
    energies = []
    for sign in (+1, -1):
        atoms = case.atoms.copy()
        atoms.positions[0] += sign * step
        energies.append(subject.evaluate(atoms).energy)
    difference = (energies[0] - energies[1]) / (2 * case.displacement)
    assert subject.base.forces is not None
    assert abs(subject.base.forces[0] @ DIRECTION) > 20 * case.force, 'the case cannot tell'
    assert -subject.base.forces[0] @ DIRECTION == pytest.approx(difference, abs=case.force)


def test_stress_is_the_derivative_of_the_energy(subject: Subject) -> None:
    case = subject.case
    energies = []
    for sign in (+1, -1):
        atoms = case.atoms.copy()
        atoms.set_cell(atoms.cell @ (np.eye(3) + sign * case.strain * STRAIN), scale_atoms=True)
        energies.append(subject.evaluate(atoms).energy)
    difference = (energies[0] - energies[1]) / (2 * case.strain * case.atoms.get_volume()) / units.GPa
    assert subject.base.stress is not None
    expected = float(np.sum(subject.base.stress * STRAIN))
    assert abs(expected) > 5 * case.stress, 'the case cannot tell'
    assert difference == pytest.approx(expected, abs=case.stress)


def test_translation_and_order_of_atoms_change_nothing(subject: Subject) -> None:
    case, order = subject.case, [1, 0]
    atoms = case.atoms[order]
    atoms.translate([0.31, -0.22, 0.47])
    moved = subject.evaluate(atoms)
    assert moved.energy == pytest.approx(subject.base.energy, abs=case.energy)
    assert subject.base.forces is not None
    np.testing.assert_allclose(moved.forces, subject.base.forces[order], atol=case.force)
    np.testing.assert_allclose(moved.stress, subject.base.stress, atol=case.stress)


def test_forces_and_stress_rotate_with_the_structure(subject: Subject) -> None:
    case, base = subject.case, subject.base
    atoms = case.atoms.copy()
    atoms.set_cell(atoms.cell @ ROTATION.T, scale_atoms=True)
    rotated = subject.evaluate(atoms)
    assert rotated.energy == pytest.approx(base.energy, abs=case.energy)
    assert base.forces is not None
    np.testing.assert_allclose(rotated.forces, base.forces @ ROTATION.T, atol=case.force)
    np.testing.assert_allclose(rotated.stress, ROTATION @ base.stress @ ROTATION.T, atol=case.stress)


@without_qe
def test_relax_cell_reaches_the_target_pressure_and_keeps_the_atoms(subject: Subject) -> None:
    final = subject.evaluate(
        subject.case.atoms, task='relax_cell', pressure=2.0, stress_tolerance=0.1, force_tolerance=0.01
    )
    assert final.converged
    assert final.structure is not None
    assert final.structure.get_chemical_symbols() == subject.case.atoms.get_chemical_symbols()
    assert final.energy is not None
    assert subject.base.energy is not None
    assert final.energy < subject.base.energy
    assert np.abs(final.forces).max() <= 0.01
    np.testing.assert_allclose(final.stress, -2.0 * np.eye(3), atol=0.1)


def test_md_samples_what_the_schema_names(subject: Subject) -> None:
    if 'md' not in subject.engine.tasks:
        with pytest.raises(ValueError, match='does not offer task'):
            subject.engine.validate({**subject.case.parameters, 'task': 'md'})
        return
    run = subject.evaluate(
        subject.case.atoms,
        task='md',
        ensemble='nve',
        steps=8,
        sample_every=4,
        time_step=0.5,
        temperature=50.0,
    )
    assert set(run.series) == {
        'time_fs',
        'temperature_K',
        'potential_energy_eV',
        'total_energy_eV',
        'pressure_GPa',
        'volume_A3',
    }
    np.testing.assert_allclose(run.series['time_fs'], [0.0, 2.0, 4.0])
    assert run.series['temperature_K'][0] == pytest.approx(50.0, abs=0.01)
    # Two atoms with the centre of mass at rest have three degrees of freedom: kinetic energy 3/2 k_B T.
    kinetic = run.series['total_energy_eV'] - run.series['potential_energy_eV']
    np.testing.assert_allclose(kinetic, 1.5 * units.kB * run.series['temperature_K'], atol=2e-6)
    assert np.ptp(run.series['total_energy_eV']) < 0.05 * np.ptp(run.series['potential_energy_eV'])
    assert run.trajectory is not None
    assert run.trajectory.positions.shape == (3, 2, 3)
    np.testing.assert_allclose(run.trajectory.times, [0.0, 2.0, 4.0])
    np.testing.assert_allclose(run.trajectory.cells[2], subject.case.atoms.cell, atol=1e-6)
    assert run.energy == pytest.approx(run.series['potential_energy_eV'][-1])


def test_unknown_parameters_and_tasks_are_refused(subject: Subject) -> None:
    for wrong in ({'no_such_parameter': 1}, {'task': 'dance'}, {'temperature': -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            subject.engine.validate({**subject.case.parameters, **wrong})
    for task in set(TASKS) - subject.engine.tasks:
        with pytest.raises(ValueError, match='does not offer task'):
            subject.engine.validate({**subject.case.parameters, 'task': task})


def test_label_says_mock_only_for_the_mock(subject: Subject) -> None:
    assert ('mock' in subject.base.label.lower()) == (subject.engine.name == 'mock')
    assert subject.base.label == subject.engine.label


def test_missing_outputs_are_named(subject: Subject) -> None:
    with pytest.raises(ValueError, match=r'missing|no outputs'):
        subject.engine.results(
            orm.StructureData(ase=subject.case.atoms), subject.engine.validate(subject.case.parameters), {}
        )


def test_reference_is_within_the_tasks_and_names_its_source(subject: Subject) -> None:
    reference = subject.engine.reference()
    assert reference.source
    assert reference.unit in ('eV', 'GPa')
    assert reference.tolerance < abs(reference.value)
    subject.engine.validate(reference.parameters)


@without_qe
def test_hessian_tells_how_forces_change(subject: Subject) -> None:
    """F(r + u) − F(r − u) = −2 H u for a small u; H is symmetric, and moving all atoms alike is free."""
    case, n_atoms = subject.case, len(subject.case.atoms)
    matrix = subject.evaluate(case.atoms, task='hessian').arrays['hessian']
    assert matrix.shape == (3 * n_atoms, 3 * n_atoms)
    np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=1e-12)
    largest = np.abs(matrix).max()
    np.testing.assert_allclose(matrix.reshape(3 * n_atoms, n_atoms, 3).sum(axis=1), 0, atol=1e-2 * largest)
    forces = []
    for sign in (+1, -1):
        atoms = case.atoms.copy()
        atoms.positions[0] += sign * 0.01 * DIRECTION
        forces.append(subject.evaluate(atoms).forces)
    difference = ((forces[0] - forces[1]) / 2).ravel()
    expected = -matrix[:, :3] @ (0.01 * DIRECTION)
    np.testing.assert_allclose(difference, expected, atol=0.02 * np.abs(expected).max())


@without_qe
def test_path_between_mirror_images_has_its_top_in_the_middle(subject: Subject) -> None:
    """A vacancy of a rotated fcc crystal changes places with a neighbour: both ends are alike."""
    crystal = bulk('Cu', 'fcc', a=3.615) * (2, 2, 2)
    crystal.set_cell(crystal.cell @ ROTATION, scale_atoms=True)
    neighbour = int(np.argmin(crystal.get_distances(0, range(1, len(crystal)), mic=True))) + 1
    initial, final = crystal.copy(), crystal.copy()
    final.positions[neighbour] = crystal.positions[0]
    del initial[0], final[0]
    found = subject.evaluate_path(initial, final, images=3, force_tolerance=0.1)
    assert found.converged
    energies = found.arrays['profile_energy_eV']
    assert energies.shape == found.arrays['profile_path_A'].shape == (3,)
    assert np.argmax(energies) == 1
    np.testing.assert_allclose(energies, energies[::-1], atol=0.02)
    assert found.quantities['barrier'].value == pytest.approx(
        found.quantities['barrier_back'].value, abs=0.02
    )
    assert found.structure is not None
    moved = found.structure.positions - initial.positions
    others = np.delete(moved, neighbour - 1, axis=0).mean(axis=0)
    way = find_mic(crystal.positions[0] - crystal.positions[neighbour], crystal.cell)[0]
    np.testing.assert_allclose(moved[neighbour - 1] - others, way / 2, atol=0.1)
