"""Builders: numbers of atoms, coordination, thickness, radius and volume as geometry demands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import run_get_node
from aiida.plugins import CalculationFactory
from ase import Atoms
from ase.build import bulk as ase_bulk
from ase.neighborlist import neighbor_list

from nanoos_plugins.calculations.build.builder import validated
from nanoos_plugins.calculations.build.bulk import Bulk, bulk
from nanoos_plugins.calculations.build.nanoparticle import Nanoparticle, nanoparticle
from nanoos_plugins.calculations.build.nanoribbon import Nanoribbon, nanoribbon
from nanoos_plugins.calculations.build.nanotube import Nanotube, nanotube
from nanoos_plugins.calculations.build.sheet import Sheet, sheet
from nanoos_plugins.calculations.build.slab import Slab, slab
from nanoos_plugins.calculations.build.strain import Strain, strain
from nanoos_plugins.calculations.build.substitution import Substitution, substitution
from nanoos_plugins.calculations.build.supercell import Supercell, supercell
from nanoos_plugins.calculations.build.vacancy import Vacancy, vacancy
from nanoos_plugins.data.material import Material
from nanoos_plugins.data.structure import dimensionality

A = 3.615
#: The Wulff construction gives a cuboctahedron when γ100/γ111 = √3/2.
CUBOCTAHEDRON = {'111': 1.0, '100': 3**0.5 / 2}


def coordination(atoms: Atoms, cutoff: float) -> dict[int, int]:
    """Return how many atoms have each number of neighbours within `cutoff`."""
    counts = np.bincount(neighbor_list('i', atoms, cutoff), minlength=len(atoms))
    return {int(n): int(many) for n, many in zip(*np.unique(counts, return_counts=True), strict=True)}


def copper() -> Atoms:
    return ase_bulk('Cu', a=A)


@pytest.mark.parametrize(
    ('parameters', 'neighbours', 'cutoff', 'density'),
    [
        ({'formula': 'Cu', 'a': A}, 12, A * 0.75, 4 / A**3),
        ({'formula': 'Fe', 'a': 2.87}, 8, 2.87 * 0.9, 2 / 2.87**3),
        ({'formula': 'Si', 'a': 5.43}, 4, 5.43 * 0.5, 8 / 5.43**3),
        ({'formula': 'MgO', 'crystal': 'rocksalt', 'a': 4.21}, 6, 4.21 * 0.6, 8 / 4.21**3),
        ({'formula': 'CsCl', 'crystal': 'cesiumchloride', 'a': 4.12}, 8, 4.12 * 0.9, 2 / 4.12**3),
        ({'formula': 'Mg', 'a': 3.21, 'c': 5.21}, 12, 3.5, 2 / (3.21**2 * 3**0.5 / 2 * 5.21)),
    ],
)
def test_bulk(parameters: dict[str, Any], neighbours: int, cutoff: float, density: float) -> None:
    atoms = bulk(Bulk(**parameters))
    assert coordination(atoms, cutoff) == {neighbours: len(atoms)}
    assert len(atoms) / atoms.get_volume() == pytest.approx(density)
    assert dimensionality(atoms) == 3


@pytest.mark.parametrize(('shells', 'count'), [(1, 13), (2, 55), (3, 147), (4, 309)])
def test_cuboctahedra_have_their_magic_numbers(shells: int, count: int) -> None:
    # (10n³ + 15n² + 11n + 3)/3 atoms in n shells; the 12 corners have 5 neighbours.
    assert (10 * shells**3 + 15 * shells**2 + 11 * shells + 3) / 3 == count
    particle = nanoparticle(Nanoparticle(element='Cu', surface_energies=CUBOCTAHEDRON, atoms=count, a=A))
    assert len(particle) == count
    assert coordination(particle, A * 0.75)[5] == 12
    assert dimensionality(particle) == 0


@pytest.mark.parametrize(
    ('centre', 'edge', 'count'), [('cell', 2, 6), ('atom', 3, 19), ('cell', 4, 44), ('atom', 5, 85)]
)
def test_octahedra_have_their_magic_numbers(centre: Any, edge: int, count: int) -> None:
    # n(2n² + 1)/3 atoms with n along an edge; the 6 corners have 4 neighbours.
    assert edge * (2 * edge**2 + 1) / 3 == count
    wanted = Nanoparticle(element='Cu', surface_energies={'111': 1.0}, atoms=count, centre=centre, a=A)
    particle = nanoparticle(wanted)
    assert len(particle) == count
    assert coordination(particle, A * 0.75)[4] == 6


def test_a_particle_is_as_symmetric_as_its_crystal() -> None:
    particle = nanoparticle(
        Nanoparticle(element='Fe', crystal='bcc', surface_energies={'110': 1.0, '100': 1.1})
    )
    around = particle.positions - particle.positions.mean(axis=0)
    points = {tuple(point) for point in np.round(around, 6) + 0.0}
    for turn in (around[:, [1, 2, 0]], around * [-1, 1, 1], around[:, [1, 0, 2]]):
        assert {tuple(point) for point in np.round(turn, 6) + 0.0} == points


@pytest.mark.parametrize(
    ('miller', 'spacing', 'surface', 'area'),
    [
        ([1, 1, 1], A / 3**0.5, 9, A**2 * 3**0.5 / 4),
        ([1, 0, 0], A / 2, 8, A**2 / 2),
        ([1, 1, 0], A / 8**0.5, 7, A**2 / 2**0.5),
    ],
)
def test_surfaces_of_copper(miller: list[int], spacing: float, surface: int, area: float) -> None:
    cut = slab(Slab(miller=miller, thickness=8.0, vacuum=12.0), copper())
    heights = np.sort(cut.positions[:, 2])
    # One atom a layer in the smallest surface cell, layers at the spacing of the lattice planes.
    assert np.diff(heights) == pytest.approx([spacing] * (len(cut) - 1))
    assert 8.0 <= np.ptp(heights) < 8.0 + 2 * spacing
    assert cut.cell.lengths()[2] - np.ptp(heights) == pytest.approx(12.0)
    assert np.linalg.norm(np.cross(cut.cell[0], cut.cell[1])) == pytest.approx(area)
    assert coordination(cut, A * 0.75)[surface] == 2
    assert cut.pbc.tolist() == [True, True, False]
    assert dimensionality(cut) == 2


def test_a_slab_of_a_compound_keeps_its_composition() -> None:
    oxide = ase_bulk('MgO', 'rocksalt', a=4.21)
    cut = slab(Slab(miller=[1, 0, 0], thickness=6.0), oxide)
    assert (cut.numbers == 12).sum() == (cut.numbers == 8).sum() == len(cut) / 2


@pytest.mark.parametrize(('n', 'm'), [(6, 0), (5, 5), (6, 4), (8, 2)])
def test_nanotubes(n: int, m: int) -> None:
    tube = nanotube(Nanotube(n=n, m=m, bond=1.42))
    # Radius √3·b·√(n²+nm+m²)/2π, 4(n²+nm+m²)/d_R atoms with d_R = gcd(2n+m, n+2m): R. Saito, G. Dresselhaus,
    # M. S. Dresselhaus, Physical Properties of Carbon Nanotubes, Imperial College Press (1998), ch. 3.
    squares = n * n + n * m + m * m
    middle = tube.cell.lengths()[:2] / 2
    radii = np.linalg.norm(tube.positions[:, :2] - middle, axis=1)
    assert radii == pytest.approx(3**0.5 * 1.42 * squares**0.5 / (2 * np.pi))
    assert len(tube) == 4 * squares / np.gcd(2 * n + m, n + 2 * m)
    assert coordination(tube, 1.6) == {3: len(tube)}
    assert dimensionality(tube) == 1


@pytest.mark.parametrize('edge', ['zigzag', 'armchair'])
def test_nanoribbons(edge: Any) -> None:
    ribbon = nanoribbon(Nanoribbon(width=4, length=2, edge=edge))
    hydrogen = ribbon.numbers == 1
    # Every carbon atom has three neighbours, every hydrogen atom on the edges one.
    assert coordination(ribbon, 1.6) == {1: hydrogen.sum(), 3: (~hydrogen).sum()}
    bare = nanoribbon(Nanoribbon(width=4, length=2, edge=edge, saturated=False))
    assert len(bare) == (~hydrogen).sum()
    assert dimensionality(ribbon) == 1
    assert ribbon.pbc.tolist() == [False, False, True]


def test_sheets() -> None:
    graphene = sheet(Sheet(a=2.46, repeat=[3, 2]))
    assert len(graphene) == 12
    assert coordination(graphene, 2.46 / 3**0.5 + 0.1) == {3: 12}
    assert dimensionality(graphene) == 2
    disulphide = sheet(Sheet(formula='MoS2', kind='2H', a=3.18, thickness=3.19))
    assert np.ptp(disulphide.positions[:, 2]) == pytest.approx(3.19)
    # Molybdenum sits in a trigonal prism of six, each sulphur on three molybdenum atoms.
    bond = np.hypot(3.18 / 3**0.5, 3.19 / 2)
    assert coordination(disulphide, bond + 0.1) == {3: 2, 6: 1}


def test_supercells() -> None:
    assert len(supercell(Supercell(repeat=[2, 3, 4]), copper())) == 24
    cube = supercell(Supercell(repeat=[-1, 1, 1, 1, -1, 1, 1, 1, -1]), copper())
    assert cube.cell.cellpar() == pytest.approx([A, A, A, 90, 90, 90])
    assert coordination(cube, A * 0.75) == {12: 4}


def test_a_vacancy_takes_a_neighbour_from_twelve() -> None:
    perfect = supercell(Supercell(repeat=[3, 3, 3]), copper())
    assert coordination(vacancy(Vacancy(sites=[5]), perfect), A * 0.75) == {11: 12, 12: 14}


def test_a_substitution_moves_nothing() -> None:
    perfect = supercell(Supercell(repeat=[2, 2, 2]), copper())
    doped = substitution(Substitution(sites=[0, 3], element='Ag'), perfect)
    assert doped.get_chemical_formula() == 'Ag2Cu6'
    assert np.flatnonzero(doped.numbers == 47).tolist() == [0, 3]
    assert np.array_equal(doped.positions, perfect.positions)


def test_strain_changes_volume_and_angles_as_it_should() -> None:
    cube = ase_bulk('Cu', a=A, cubic=True)
    strained = strain(Strain(strain=[0.02, -0.01, 0.03]), cube)
    assert strained.get_volume() / cube.get_volume() == pytest.approx(1.02 * 0.99 * 1.03)
    # An engineering shear of γ closes the angle between y and z from 90° by about γ.
    sheared = strain(Strain(strain=[0, 0, 0, 0.002, 0, 0]), cube)
    assert np.radians(90 - sheared.cell.angles()[0]) == pytest.approx(0.002, rel=1e-3)
    assert sheared.get_scaled_positions() == pytest.approx(cube.get_scaled_positions())


FLAT = Atoms('Cu', cell=[2, 2, 20], pbc=[True, True, False])
REFUSED = [
    (Bulk, bulk, {'formula': 'MgO'}, (), 'say crystal and a'),
    (Bulk, bulk, {'formula': 'U'}, (), 'U has no structure of its own'),
    (Bulk, bulk, {'formula': 'Zz'}, (), 'Zz is not a chemical element'),
    (Bulk, bulk, {'formula': 'Cu', 'a': -1}, (), 'a: Input should be greater than 0.5, got -1'),
    (Bulk, bulk, {}, (), 'formula: Field required'),
    (Bulk, bulk, {'formula': 'Cu', 'b': 1}, (), 'b: Extra inputs are not permitted'),
    (Slab, slab, {'miller': [0, 0, 0]}, (copper(),), 'not all 0'),
    (Slab, slab, {'miller': [1, 1]}, (copper(),), 'miller: List should have at least 3'),
    (Slab, slab, {'miller': [1, 0, 0], 'termination': 5}, (copper(),), 'has 1, counted from 0, got 5'),
    (Slab, slab, {'miller': [1, 0, 0]}, (FLAT,), 'periodic in three directions'),
    (Nanoparticle, nanoparticle, {'element': 'Cu', 'surface_energies': {'111': -1}}, (), 'positive values'),
    (
        Nanoparticle,
        nanoparticle,
        {'element': 'Cu', 'surface_energies': {'11': 1}},
        (),
        'three Miller indices',
    ),
    (Nanoparticle, nanoparticle, {'element': 'Cu', 'surface_energies': {}}, (), 'at least 1 item'),
    (Nanotube, nanotube, {'n': 3, 'm': 5}, (), 'expected n ≥ m'),
    (Nanotube, nanotube, {'n': 2}, (), 'too narrow'),
    (Nanotube, nanotube, {'n': 90, 'm': 90, 'length': 1000}, (), 'expected 1 to 50000'),
    (Nanoribbon, nanoribbon, {'width': 0}, (), 'greater than or equal to 1'),
    (Sheet, sheet, {'formula': 'MoS2'}, (), 'a honeycomb sheet has two atoms'),
    (Sheet, sheet, {'formula': 'MoS2', 'kind': '2H'}, (), 'thickness: the distance'),
    (Sheet, sheet, {'repeat': [0, 1]}, (), 'two numbers from 1'),
    (Supercell, supercell, {'repeat': [0, 1, 1]}, (copper(),), 'positive determinant'),
    (Supercell, supercell, {'repeat': [1, 1]}, (copper(),), 'three or nine'),
    (Supercell, supercell, {'repeat': [100, 100, 100]}, (copper(),), '1000000 atoms'),
    (Supercell, supercell, {'repeat': [1, 1, 2]}, (FLAT,), 'not periodic along c'),
    (Vacancy, vacancy, {'sites': [7]}, (copper(),), 'from 0 to 0, got'),
    (Vacancy, vacancy, {'sites': [0]}, (copper(),), 'no atom would be left'),
    (Vacancy, vacancy, {'sites': [0, 0]}, (copper() * 2,), 'each one once'),
    (Substitution, substitution, {'sites': [0], 'element': 'Cu'}, (copper(),), 'are Cu already'),
    (Substitution, substitution, {'sites': [0], 'element': 'Xx'}, (copper(),), 'chemical symbol'),
    (Strain, strain, {'strain': [0.1]}, (copper(),), 'three or six'),
    (Strain, strain, {'strain': [0.6, 0, 0]}, (copper(),), 'between -0.5 and 0.5'),
    (Strain, strain, {'strain': [float('nan'), 0, 0]}, (copper(),), 'between -0.5 and 0.5'),
    (Strain, strain, {'strain': [0, 0, 0.1]}, (FLAT,), 'not periodic along c'),
]


@pytest.mark.parametrize(('model', 'build', 'values', 'start', 'reason'), REFUSED)
def test_refused(model: Any, build: Any, values: dict[str, Any], start: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        build(validated(model, values), *start)
    assert '\n' not in str(caught.value)


KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    'bulk': ({'formula': 'Cu'}, {'formula': 'Zz'}),
    'nanoparticle': (
        {'element': 'Cu', 'surface_energies': {'111': 1.0}, 'atoms': 19},
        {'element': 'Cu', 'surface_energies': {}},
    ),
    'nanoribbon': ({'width': 2}, {'width': -1}),
    'nanotube': ({'n': 4}, {'n': 1}),
    'sheet': ({}, {'formula': 'C3'}),
    'slab': ({'miller': [1, 0, 0]}, {'miller': [0, 0, 0]}),
    'strain': ({'strain': [0.01, 0, 0]}, {'strain': []}),
    'substitution': ({'sites': [0], 'element': 'Ag'}, {'sites': [9], 'element': 'Ag'}),
    'supercell': ({'repeat': [2, 1, 1]}, {'repeat': [0, 1, 1]}),
    'vacancy': ({'sites': [1]}, {'sites': []}),
}
FROM_STRUCTURE = {'slab', 'strain', 'substitution', 'supercell', 'vacancy'}


@pytest.mark.parametrize('kind', KINDS)
def test_a_builder_is_a_process_whose_structure_is_below_its_material(kind: str) -> None:
    good, bad = KINDS[kind]
    inputs: dict[str, Any] = {'material': Material(f'built {kind}')}
    if kind in FROM_STRUCTURE:
        inputs['structure'] = orm.StructureData(ase=ase_bulk('Cu', a=A, cubic=True))
    build = CalculationFactory(f'nanoos.build_{kind}')
    made, node = run_get_node(build, parameters=orm.Dict(good), **inputs)
    assert node.is_finished_ok, node.exit_message
    assert made.base.attributes.get('origin') == 'generated'
    assert made.base.attributes.get('format') == 'internal'
    assert made.creator.inputs.material.uuid == inputs['material'].uuid
    _, refused = run_get_node(build, parameters=orm.Dict(bad), **inputs)
    assert refused.exit_status == 320
    assert refused.exit_message


@pytest.mark.parametrize('kind', KINDS)
def test_every_input_and_parameter_says_what_it_is(kind: str) -> None:
    build = CalculationFactory(f'nanoos.build_{kind}')
    for name in set(build.spec().inputs) - {'metadata'}:
        assert build.spec().inputs[name].help, f'{kind}.{name}'
    module = __import__(f'nanoos_plugins.calculations.build.{kind}', fromlist=[kind])
    for name, field in getattr(module, kind.capitalize()).model_json_schema()['properties'].items():
        assert 'unit' in field and field['description'], f'{kind}.{name}'
