"""The elastic tensor against materials whose tensor is given, and against energies of a pair potential."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.lj import LennardJones

from nanoos_plugins.calculations.elastic import (
    INCONSISTENT,
    NO_STRESS,
    ElasticTensor,
    elastic_tensor,
    fit_elastic_tensor,
    moduli,
)
from nanoos_plugins.calculations.strain import (
    WEIGHTS,
    deformation_gradient,
    from_mandel,
    rotated,
    strains,
    to_mandel,
)
from nanoos_plugins.calculations.symmetry import point_group

VOIGT = np.outer(WEIGHTS, WEIGHTS)


def rotations_of(atoms: Atoms) -> np.ndarray:
    return point_group(orm.StructureData(ase=atoms))


def invariant_tensor(rotations: np.ndarray, seed: int = 3) -> np.ndarray:
    """Return a stiffness (6, 6) [GPa], Mandel, positive, symmetric under the group, otherwise arbitrary."""
    matrix = np.random.default_rng(seed).normal(size=(6, 6))
    start = 40 * matrix @ matrix.T + 100 * np.eye(6)
    turns = to_mandel(rotated(from_mandel(np.eye(6)), rotations)).transpose(0, 2, 1)
    return np.mean(turns @ start @ turns.transpose(0, 2, 1), axis=0)


def cauchy(tensor: np.ndarray, strain: np.ndarray, stress: np.ndarray, cubic: float = 0.0) -> np.ndarray:
    """Return Cauchy's stress of the material with dW/dη = stress + C η + cubic |η|² C η."""
    gradient = deformation_gradient(strain)
    linear = from_mandel(tensor @ to_mandel(strain))
    conjugate = stress + (1 + cubic * np.sum(strain**2)) * linear
    return gradient @ conjugate @ gradient.T / np.linalg.det(gradient)


LATTICES = {
    'cubic': [4, 4, 4, 90, 90, 90],
    'tetragonal': [4, 4, 5, 90, 90, 90],
    'hexagonal': [3, 3, 5, 90, 90, 120],
    'rhombohedral': [4, 4, 4, 70, 70, 70],
    'orthorhombic': [4, 5, 6, 90, 90, 90],
    'monoclinic': [4, 5, 6, 90, 100, 90],
    'triclinic': [4, 5, 6, 80, 95, 100],
}


@pytest.mark.parametrize('turned', [False, True], ids=['along the axes', 'turned'])
@pytest.mark.parametrize('cell', LATTICES.values(), ids=LATTICES)
def test_given_tensor_comes_back_in_every_crystal_system(cell: list[float], turned: bool) -> None:
    """Also under a hydrostatic stress of −3 GPa, which must not enter the tensor."""
    atoms = Atoms('Cu', cell=cell, pbc=True)
    if turned:
        atoms.rotate(40, (1, 2, -3), rotate_cell=True)
    rotations = rotations_of(atoms)
    given, load = invariant_tensor(rotations), -3 * np.eye(3)
    applied = strains(rotations, [0.01])
    found = elastic_tensor(applied, np.array([cauchy(given, one, load) for one in applied]), rotations)
    assert np.allclose(found.mandel, given, atol=1e-8)
    assert np.allclose(found.stress, load, atol=1e-8)
    assert found.inconsistency < 1e-7
    turns = to_mandel(rotated(from_mandel(np.eye(6)), rotations)).transpose(0, 2, 1)
    assert np.allclose(turns @ found.mandel @ turns.transpose(0, 2, 1), found.mandel, atol=1e-8)


def test_second_magnitude_removes_the_error_of_the_first() -> None:
    """The response has a term of third order in the strain: one magnitude is off by it, two are exact."""
    rotations = rotations_of(bulk('Cu'))
    given = invariant_tensor(rotations)
    for magnitudes, error in (([0.01], 50 * 0.01**2), ([0.01, 0.005], 0.0)):
        applied = strains(rotations, magnitudes)
        stresses = np.array([cauchy(given, one, np.zeros((3, 3)), cubic=50) for one in applied])
        found = elastic_tensor(applied, stresses, rotations).mandel[:3, :3]
        assert np.abs(found / given[:3, :3] - 1).max() == pytest.approx(error, abs=1e-9)


def test_noise_shows_as_inconsistency() -> None:
    rotations = rotations_of(Atoms('Cu', cell=LATTICES['tetragonal'], pbc=True))
    applied = strains(rotations, [0.01])
    stresses = np.array([cauchy(invariant_tensor(rotations), one, np.zeros((3, 3))) for one in applied])
    noisy = stresses + 0.01 * np.random.default_rng(1).normal(size=stresses.shape)
    assert elastic_tensor(applied, noisy, rotations).inconsistency > 0.1


def energy(atoms: Atoms, strain: np.ndarray) -> float:
    """Return the energy [eV] of the Lennard-Jones crystal under a Lagrangian strain."""
    strained = atoms.copy()
    strained.set_cell(atoms.cell @ deformation_gradient(strain).T, scale_atoms=True)
    strained.calc = LennardJones(epsilon=0.4, sigma=2.338, rc=6.0, ro=4.0, smooth=True)
    return float(strained.get_potential_energy())


def stress(atoms: Atoms, strain: np.ndarray) -> np.ndarray:
    strained = atoms.copy()
    strained.set_cell(atoms.cell @ deformation_gradient(strain).T, scale_atoms=True)
    strained.calc = LennardJones(epsilon=0.4, sigma=2.338, rc=6.0, ro=4.0, smooth=True)
    return np.array(strained.get_stress(voigt=False)) / units.GPa


@pytest.mark.parametrize('a', [3.618, 3.5], ids=['at its minimum', 'under pressure'])
def test_tensor_is_the_second_derivative_of_the_energy(a: float) -> None:
    """Every diagonal element and a few others, by second differences of energies along Lagrangian strains."""
    atoms, h = bulk('Cu', a=a), 0.002
    rotations = rotations_of(atoms)
    applied = strains(rotations, [0.002, 0.004])
    found = elastic_tensor(applied, np.array([stress(atoms, one) for one in applied]), rotations).mandel
    basis = from_mandel(np.eye(6))
    directions = [*basis, basis[0] + basis[1], basis[0] - basis[2], basis[0] + basis[3]]
    rest = energy(atoms, np.zeros((3, 3)))
    for direction in directions:
        sides = energy(atoms, h * direction) + energy(atoms, -h * direction)
        curvature = (sides - 2 * rest) / h**2 / atoms.get_volume() / units.GPa
        vector = to_mandel(direction)
        assert vector @ found @ vector == pytest.approx(curvature, rel=2e-3, abs=0.1)


def test_pair_potential_obeys_cauchy_without_stress() -> None:
    """In a crystal of inversion centres with central forces and no stress, C12 = C44 (Born, Huang 1954)."""
    atoms = bulk('Cu', a=3.6183)
    rotations = rotations_of(atoms)
    applied = strains(rotations, [0.002, 0.004])
    found = elastic_tensor(applied, np.array([stress(atoms, one) for one in applied]), rotations)
    assert np.abs(found.stress).max() < 1e-3 * found.voigt[0, 1]
    assert found.voigt[0, 1] == pytest.approx(found.voigt[3, 3], rel=1e-3)


def test_moduli_of_an_isotropic_material() -> None:
    """K = 100, G = 40 GPa: all means are equal, Young's modulus and Poisson's ratio follow."""
    unit = np.array([1.0, 1, 1, 0, 0, 0]) / np.sqrt(3)
    projector = np.outer(unit, unit)
    found = moduli(300 * projector + 80 * (np.eye(6) - projector))
    assert found['mechanically_stable']
    for mean in ('voigt', 'reuss', 'hill'):
        assert found['bulk_modulus_GPa'][mean] == pytest.approx(100)
        assert found['shear_modulus_GPa'][mean] == pytest.approx(40)
    assert found['young_modulus_GPa'] == pytest.approx(9 * 100 * 40 / 340)
    assert found['poisson_ratio'] == pytest.approx((300 - 80) / (2 * 340))
    assert found['universal_anisotropy'] == pytest.approx(0, abs=1e-10)


def test_moduli_of_copper_from_textbook_formulae() -> None:
    """Cubic crystal: K = (C11 + 2 C12)/3, G_V = (C11 − C12 + 3 C44)/5, 5/G_R = 4/(C11 − C12) + 3/C44."""
    c11, c12, c44 = 169.9, 122.6, 76.2
    voigt = np.diag([c11, c11, c11, c44, c44, c44])
    voigt[:3, :3] += c12 * (1 - np.eye(3))
    found = moduli(voigt * VOIGT)
    assert found['bulk_modulus_GPa']['hill'] == pytest.approx((c11 + 2 * c12) / 3)
    assert found['shear_modulus_GPa']['voigt'] == pytest.approx((c11 - c12 + 3 * c44) / 5)
    assert found['shear_modulus_GPa']['reuss'] == pytest.approx(5 / (4 / (c11 - c12) * 1 + 3 / c44))


def test_unstable_crystal_has_bounds_of_voigt_only() -> None:
    found = moduli(np.diag([100.0, 100, 100, -1, 50, 50]))
    assert not found['mechanically_stable']
    assert set(found['bulk_modulus_GPa']) == {'voigt'}
    assert 'young_modulus_GPa' not in found


def test_load_changes_what_decides_on_stability() -> None:
    """Cubic under pressure P: K = (C11 + 2 C12 + P)/3, shears C44 − P, (C11 − C12)/2 − P (Wang et al.)."""
    rotations, pressure = rotations_of(bulk('Cu')), 20.0
    tensor = ElasticTensor(invariant_tensor(rotations), -pressure * np.eye(3), 0)
    c11, c12, c44 = tensor.voigt[0, 0], tensor.voigt[0, 1], tensor.voigt[3, 3]
    eigenvalues = np.linalg.eigvalsh(tensor.under_load())
    expected = [c11 + 2 * c12 + pressure, *2 * [c11 - c12 - 2 * pressure], *3 * [2 * (c44 - pressure)]]
    assert np.allclose(eigenvalues, sorted(expected))


def test_rotate_agrees_with_turning_all_four_indices() -> None:
    rotations = rotations_of(Atoms('Cu', cell=LATTICES['triclinic'], pbc=True))
    tensor = ElasticTensor(invariant_tensor(rotations), np.zeros((3, 3)), 0)
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    full = np.zeros((3, 3, 3, 3))
    for m, (i, j) in enumerate(pairs):
        for n, (k, l) in enumerate(pairs):  # noqa: E741
            full[i, j, k, l] = full[j, i, k, l] = full[i, j, l, k] = full[j, i, l, k] = tensor.voigt[m, n]
    turned = np.einsum('ai,bj,ck,dl,ijkl->abcd', turn, turn, turn, turn, full)
    assert np.allclose(tensor.rotate(turn), [[turned[p + q] for q in pairs] for p in pairs])


def stress_nodes(
    structure: orm.StructureData, noise: float = 0.0
) -> tuple[orm.List, dict[str, orm.ArrayData]]:
    """Return the strains and the simulations' arrays of the Lennard-Jones crystal `structure`."""
    applied = strains(point_group(structure), [0.005])
    generator = np.random.default_rng(2)
    stresses = [stress(structure.get_ase(), one) for one in applied]
    arrays = {
        f'deformed_{index:02d}': orm.ArrayData({'stress': one + noise * generator.normal(size=(3, 3))})
        for index, one in enumerate(stresses)
    }
    return orm.List(applied.tolist()), arrays


def test_calcfunction_reports_cubic_constants_of_a_turned_crystal() -> None:
    """C11, C12 and C44 along the crystal's axes do not depend on how the crystal lies in space."""
    atoms = bulk('Cu', a=3.6183)
    found = []
    for angle in (0, 35):
        atoms.rotate(angle, (1, 2, 3), rotate_cell=True)
        structure = orm.StructureData(ase=atoms)
        applied, arrays = stress_nodes(structure)
        outputs = fit_elastic_tensor(structure, applied, orm.Float(0.05), **arrays)
        found.append(outputs['elastic'].get_dict())
    for name in ('C11', 'C12', 'C44'):
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-3)
    assert found[0]['C_GPa'][0][0] == pytest.approx(found[0]['C11'])
    assert abs(found[1]['C_GPa'][0][0] / found[1]['C11'] - 1) > 0.01


def test_calcfunction_refuses_missing_and_inconsistent_stresses(copper) -> None:
    structure = copper()
    applied, arrays = stress_nodes(structure, noise=1.0)
    _, node = fit_elastic_tensor.run_get_node(structure, applied, orm.Float(0.05), **arrays)
    assert node.exit_status == INCONSISTENT
    arrays['deformed_00'] = orm.ArrayData({'forces': np.zeros((1, 3))})
    _, node = fit_elastic_tensor.run_get_node(structure, applied, orm.Float(0.05), **arrays)
    assert node.exit_status == NO_STRESS
