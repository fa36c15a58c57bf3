"""Faces, sides of slabs and equilibrium shapes against what geometry says of them."""

from __future__ import annotations

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk, fcc111
from pymatgen.core import Lattice

from nanoos_plugins.calculations.build.slab import Slab, slab
from nanoos_plugins.calculations.surfaces import (
    J_PER_M2,
    are_sides_alike,
    energy_per_area,
    low_index_faces,
    name_of,
)
from nanoos_plugins.calculations.wulff import construct, drawn, lattice_of, particle_parameters

CUBIC = Lattice.cubic(3.6)


def structure(atoms: Atoms) -> orm.StructureData:
    return orm.StructureData(ase=atoms)


@pytest.mark.parametrize(
    ('atoms', 'faces'),
    [
        (bulk('Cu'), [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
        (bulk('Fe'), [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
        # hcp: basal, prismatic, pyramidal
        (bulk('Mg'), [[0, 0, 1], [1, 0, 0], [1, 0, 1]]),
    ],
)
def test_low_index_faces(profile: object, atoms: Atoms, faces: list[list[int]]) -> None:
    found = low_index_faces(structure(atoms))
    assert [sorted(map(abs, face)) for face in found] == [sorted(face) for face in faces]


def test_names_are_words() -> None:
    assert [name_of(face) for face in ([1, 1, 1], [1, -1, 0])] == ['111', '1m10']


def test_energy_per_area() -> None:
    """Two sides of 10 Å² with 3 eV more than 4 atoms in the crystal have: 0.15 eV/Å² = 2.403 J/m²."""
    atoms = Atoms('Cu4', cell=[2, 5, 30], positions=np.zeros((4, 3)))
    assert energy_per_area(atoms, -13.0, -4.0) == pytest.approx(0.15 * 16.02176634)
    assert pytest.approx(16.02176634) == 1 / J_PER_M2


def test_sides_of_slabs() -> None:
    """Of rocksalt (100) and (111): the latter ends in one element below, in the other above."""
    salt = bulk('MgO', 'rocksalt', a=4.21)
    assert are_sides_alike(slab(Slab(miller=[1, 0, 0]), salt))
    assert not are_sides_alike(slab(Slab(miller=[1, 1, 1]), salt))
    tilted = fcc111('Cu', (1, 1, 4), a=3.6, vacuum=6.0)
    assert are_sides_alike(tilted)


@pytest.mark.parametrize(
    ('face', 'factor', 'corners', 'edges'),
    [
        # area and volume of a cube, an octahedron and a rhombic dodecahedron of edge 1
        ([1, 0, 0], 6.0, 8, 12),
        ([1, 1, 1], 2 * np.sqrt(3) / (np.sqrt(2) / 3) ** (2 / 3), 6, 12),
        ([1, 1, 0], 8 * np.sqrt(2) / (16 * np.sqrt(3) / 9) ** (2 / 3), 14, 24),
    ],
)
def test_regular_bodies(face: list[int], factor: float, corners: int, edges: int) -> None:
    body = construct(CUBIC, [face], [1.3])
    assert body.shape_factor == pytest.approx(factor)
    assert body.anisotropy == pytest.approx(0, abs=1e-9)
    assert body.weighted_surface_energy == pytest.approx(1.3)
    arrays = drawn(body)
    assert arrays['vertices'].shape == (corners, 3)
    assert arrays['edges'].shape == (edges, 2)


@pytest.mark.parametrize('square', [1.0, 1.2, 1.5])
def test_truncated_octahedron(square: float) -> None:
    """Faces 111 at distance 1 and 100 at h: the planes x = ±h cut the corners of an octahedron at √3.

    Each cut is a square of diagonal 2(√3 − h), and takes four triangles of edge √2(√3 − h) away.
    """
    body = construct(CUBIC, [[1, 1, 1], [1, 0, 0]], [1.0, square])
    cut = np.sqrt(3) - square
    of_100 = 6 * 2 * cut**2
    of_111 = 12 * np.sqrt(3) * (1 - cut**2)
    assert body.color_area == pytest.approx([of_111, of_100])
    # Σ γ A = 3 V, for the cones over the faces have the height γ
    assert body.total_surface_energy == pytest.approx(3 * body.volume)


def test_a_face_that_costs_too_much_is_not_there() -> None:
    body = construct(CUBIC, [[1, 1, 1], [1, 0, 0]], [1.0, 1.8])
    assert body.color_area[1] == 0
    assert set(drawn(body)['family']) == {0}


def test_faces_that_enclose_nothing_are_refused() -> None:
    hexagonal = Lattice.hexagonal(3.2, 5.2)
    with pytest.raises(ValueError, match='the faces 001 do not enclose a body; add faces'):
        construct(hexagonal, [[0, 0, 1]], [1.0])
    with pytest.raises(ValueError, match='100: -0.2 J/m²'):
        construct(CUBIC, [[1, 1, 1], [1, 0, 0]], [1.0, -0.2])


def test_lattices_that_have_a_particle(profile: object) -> None:
    found = [lattice_of(structure(bulk(*given))) for given in (('Cu',), ('Fe',), ('Po', 'sc', 3.35))]
    assert found == ['fcc', 'bcc', 'sc']
    assert [lattice_of(structure(bulk(name))) for name in ('Mg', 'Si')] == [None, None]
    assert lattice_of(structure(bulk('MgO', 'rocksalt', a=4.21))) is None


def test_parameters_of_the_particle(profile: object) -> None:
    """The conventional lattice constant of a primitive cell, and indices in the order of the builder."""
    surfaces = {
        'miller': [[0, 1, 0], [1, -1, 1]],
        'surface_energy_010': {'value': 1.5, 'unit': 'J/m²'},
        'surface_energy_1m11': {'value': 1.3, 'unit': 'J/m²'},
    }
    found = particle_parameters(structure(bulk('Cu', a=3.7)), orm.Dict(surfaces), orm.Int(55)).get_dict()
    assert found.pop('a') == pytest.approx(3.7)
    energies = {'100': 1.5, '111': 1.3}
    assert found == {'element': 'Cu', 'crystal': 'fcc', 'surface_energies': energies, 'atoms': 55}
