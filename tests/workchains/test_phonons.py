"""Phonons against lattice sums, published frequencies and elastic constants, and every way to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from aiida import orm
from aiida.engine import run_get_node
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.lj import LennardJones

from nanoos_plugins.calculations.phonons import displaced_phonopy
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.engines.lammps import Lammps
from workchains.phonons import PhononsWorkChain

Array = npt.NDArray[np.float64]
Codes = Callable[[str], orm.AbstractCode]
GAS_CONSTANT = units.kB * units.mol / units.J  # J/(K mol)
PLANCK = 4.135667696e-3  # eV/THz
COPPER_MASS = 63.546

# a potential of short reach, so that a supercell of 3 cubic cells holds all force constants
MOCK = {'epsilon': 0.15, 'sigma': 2.338, 'cutoff': 4.7}
LATTICE_PARAMETER = 3.65


def fcc(a: float, symbol: str = 'Cu') -> orm.StructureData:
    structure: orm.StructureData = orm.StructureData(ase=bulk(symbol, 'fcc', a=a)).store()
    return structure


def run(structure: orm.StructureData, template: Template, **inputs: Any) -> orm.WorkChainNode:
    builder = PhononsWorkChain.get_builder_from_protocol(structure, template, protocol='fast', **inputs)
    node: orm.WorkChainNode = run_get_node(builder)[1]
    return node


def mock() -> Template:
    template: Template = Template(name='mock', engine='mock', parameters=MOCK).store()
    return template


@pytest.fixture(scope='module')
def solid(profile: object) -> orm.WorkChainNode:
    """Return the phonons of the mock engine's fcc solid near its equilibrium."""
    node = run(fcc(LATTICE_PARAMETER), mock(), supercell=[3, 3, 3])
    assert node.is_finished_ok, node.exit_message
    return node


@pytest.fixture(scope='module')
def copper_eam(engine_code: Codes) -> orm.WorkChainNode:
    """Return the phonons of copper with Mishin's potential at its lattice parameter."""
    system_templates()
    template = load_template('lammps-eam-cu')
    node = run(fcc(3.615), template, code=engine_code('lammps'), supercell=[4, 4, 4])
    assert node.is_finished_ok, node.exit_message
    return node


def at(node: orm.WorkChainNode, label: str) -> Array:
    """Return the frequencies [THz] at a labelled point of the path, ascending."""
    bands = node.outputs.bands
    index = next(index for index, name in bands.labels if name == label)
    return np.sort(bands.get_bands()[index])


def beside_gamma(node: orm.WorkChainNode) -> tuple[float, Array]:
    """Return |q| [1/Å] and the frequencies [THz] at the first point from Γ on the way to X, along [001]."""
    bands = node.outputs.bands
    index = next(index for index, name in bands.labels if name == 'GAMMA') + 1
    q = bands.get_kpoints(cartesian=True)[index]
    assert np.count_nonzero(np.abs(q) > 1e-9) == 1
    return float(np.linalg.norm(q)), np.sort(bands.get_bands()[index])


def pair_potential(r: float) -> float:
    atoms = Atoms('Cu2', positions=[[0, 0, 0], [r, 0, 0]])
    reach = MOCK['cutoff']
    atoms.calc = LennardJones(
        epsilon=MOCK['epsilon'], sigma=MOCK['sigma'], rc=reach, ro=0.66 * reach, smooth=True
    )
    return float(atoms.get_potential_energy())


def lattice_sum(q: Array) -> Array:
    """Return the frequencies [THz] of an fcc solid of pairs: D(q) = Σ_R Φ(R) (1 − cos q·R) / m.

    Φ = (φ″ − φ′/r) r̂ r̂ + (φ′/r) 1, with φ of two atoms alone (Born and Huang, Dynamical Theory of Crystal
    Lattices, §V.23): no supercell, no displacement, no phonopy.
    """
    cell = bulk('Cu', 'fcc', a=LATTICE_PARAMETER).cell.array
    grid = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing='ij'), axis=-1).reshape(-1, 3)
    dynamical = np.zeros((3, 3))
    for vector in grid @ cell:
        r = float(np.linalg.norm(vector))
        if not 0 < r < MOCK['cutoff'] + 0.01:
            continue
        h = 1e-3
        below, here, above = (pair_potential(r + step) for step in (-h, 0.0, h))
        first, second = (above - below) / (2 * h), (above - 2 * here + below) / h**2
        along = np.outer(vector, vector) / r**2
        constants = (second - first / r) * along + first / r * np.eye(3)
        dynamical += constants * (1 - np.cos(q @ vector))
    # eV/(Å² u) → (2π THz)²
    squares = np.linalg.eigvalsh(dynamical / COPPER_MASS) * units._e / units._amu * 1e20
    return np.sqrt(np.maximum(squares, 0)) / (2 * np.pi) * 1e-12


def test_dispersion_is_that_of_the_lattice_sum(solid: orm.WorkChainNode) -> None:
    bands = solid.outputs.bands
    kpoints, computed = bands.get_kpoints(cartesian=True), np.sort(bands.get_bands(), axis=1)
    expected = np.array([lattice_sum(q) for q in kpoints[::10]])
    np.testing.assert_allclose(computed[::10], expected, atol=0.01)
    assert expected.max() > 3


def test_three_modes_without_frequency_at_gamma(solid: orm.WorkChainNode) -> None:
    np.testing.assert_allclose(at(solid, 'GAMMA'), 0.0, atol=1e-3)
    assert solid.outputs.summary['acoustic_sum_rule_THz'] < 0.01


def test_degeneracies_of_fcc(solid: orm.WorkChainNode) -> None:
    """At X and L the two transverse modes are degenerate, and below the longitudinal one."""
    for label in ('X', 'L'):
        low, middle, high = at(solid, label)
        assert low == pytest.approx(middle, abs=1e-3)
        assert high > 1.2 * middle


def test_dos_integrates_to_the_number_of_modes(solid: orm.WorkChainNode) -> None:
    (_, frequencies, unit), (_, density, _) = solid.outputs.dos.get_x(), solid.outputs.dos.get_y()[0]
    assert unit == 'THz'
    assert np.trapezoid(density, frequencies) == pytest.approx(3.0, rel=2e-3)


def test_heat_capacity_tends_to_3r(solid: orm.WorkChainNode) -> None:
    """High temperatures: C = 3R (1 − ⟨(hν/kT)²⟩/12 + …), with ⟨ν²⟩ from the DOS; and nothing at 0 K."""
    thermal = solid.outputs.thermal
    capacity, temperature = thermal.get_array('heat_capacity_J_per_K_mol'), thermal.get_array('temperature_K')
    frequencies, density = solid.outputs.dos.get_x()[1], solid.outputs.dos.get_y()[0][1]
    mean_square = np.trapezoid(frequencies**2 * density, frequencies) / 3
    assert temperature[-1] == 1000.0
    quantum = PLANCK**2 * mean_square / (units.kB * 1000.0) ** 2 / 12
    assert capacity[-1] == pytest.approx(3 * GAS_CONSTANT * (1 - quantum), rel=1e-3)
    assert capacity[0] == 0.0
    assert np.all(np.diff(capacity) >= 0)


def test_zero_point_energy_and_third_law(solid: orm.WorkChainNode) -> None:
    frequencies, density = solid.outputs.dos.get_x()[1], solid.outputs.dos.get_y()[0][1]
    expected = 0.5 * PLANCK * np.trapezoid(frequencies * density, frequencies)
    assert solid.outputs.summary['zero_point_energy_eV_per_atom'] == pytest.approx(expected, rel=5e-3)
    thermal = solid.outputs.thermal
    entropy, free_energy = thermal.get_array('entropy_J_per_K_mol'), thermal.get_array('free_energy_eV')
    assert entropy[0] == 0.0
    # S = −dF/dT
    slope = -np.gradient(free_energy, thermal.get_array('temperature_K')) * units.mol / units.J
    np.testing.assert_allclose(slope[20:-1], entropy[20:-1], rtol=2e-3)


def test_force_constants_can_be_taken_up_again(solid: orm.WorkChainNode) -> None:
    phonon = displaced_phonopy(solid.outputs.unit_cell, solid.outputs.summary.get_dict())
    phonon.force_constants = solid.outputs.force_constants.get_array('force_constants')
    np.testing.assert_allclose(np.sort(phonon.run_qpoints([[0.5, 0.0, 0.5]]).frequencies[0]), at(solid, 'X'))


def test_copper_at_the_zone_boundary(copper_eam: orm.WorkChainNode) -> None:
    """L 7.82, T 5.20 THz at X: Mishin et al., Phys. Rev. B 63, 224106 (2001), doi:10.1103/PhysRevB.63.224106.

    The tolerance is that of two decimals and of the tabulated potential.
    """
    assert at(copper_eam, 'X') == pytest.approx([5.20, 5.20, 7.82], abs=0.02)


def test_sound_travels_as_the_elastic_constants_say(copper_eam: orm.WorkChainNode) -> None:
    """Along [001] ρ v² = C11 and C44: 169.9 and 76.2 GPa for this potential (same source).

    2 %: the potential's many-body part reaches a little further than the supercell.
    """
    q, frequencies = beside_gamma(copper_eam)
    density = 4 * COPPER_MASS * units._amu / 3.615e-10**3
    speeds = 2 * np.pi * frequencies * 1e12 / (q * 1e10)
    assert density * speeds**2 * 1e-9 == pytest.approx([76.2, 76.2, 169.9], rel=0.02)


def test_stretched_crystal_is_unstable(profile: object) -> None:
    """Beyond the inflection of the pair potential (1.11 r0) nearest neighbours repel what restores them."""
    node = run(fcc(1.25 * LATTICE_PARAMETER), mock(), supercell=[2, 2, 2])
    assert node.exit_status == 341
    assert 'imaginary frequency of' in node.exit_message
    assert node.outputs.summary['lowest_frequency_THz'] < -0.3
    assert not node.outputs.summary['dynamically_stable']
    assert 'thermal' not in node.outputs
    assert 'bands' in node.outputs


def test_unrelaxed_structure_is_refused(profile: object) -> None:
    atoms = bulk('Cu', 'fcc', a=LATTICE_PARAMETER, cubic=True)
    atoms.positions[0] += [0.1, 0.05, 0.0]
    node = run(orm.StructureData(ase=atoms).store(), mock(), supercell=[1, 1, 1])
    assert node.exit_status == 340
    assert 'relax it first (nanoos.relax)' in node.exit_message


def test_failed_simulation_is_passed_on(profile: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lammps, 'code_label', 'nowhere')
    system_templates()
    node = run(fcc(3.615), load_template('lammps-eam-cu'), supercell=[1, 1, 1])
    assert node.exit_status == 320
    assert 'nanoos engines install lammps' in node.exit_message


def test_length_must_be_positive(profile: object) -> None:
    with pytest.raises(ValueError, match='displacement must be above 0, got 0'):
        PhononsWorkChain.get_builder_from_protocol(fcc(3.6), mock(), displacement=0.0)
