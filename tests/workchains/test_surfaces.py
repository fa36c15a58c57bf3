"""Surface energies of the mock engine against lattice sums, of copper against published ones; refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import calcfunction
from ase import Atoms, units
from ase.build import bulk, fcc100
from ase.calculators.lj import LennardJones

from nanoos_plugins.calculations.build.slab import Slab, slab
from nanoos_plugins.calculations.handover import pick
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.plots import PLOTS
from workchains.surfaces import SurfacesWorkChain

Run = Callable[..., orm.WorkChainNode]
A = 3.65
MOCK = {'epsilon': 0.15, 'sigma': 2.338, 'cutoff': 4.7}
#: [J/m²] Mishin et al., Phys. Rev. B 63, 224106 (2001), table III, doi:10.1103/PhysRevB.63.224106; the same
#: to two decimals in Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), table 1,
#: doi:10.1038/s41524-021-00559-9.
PUBLISHED = {'111': 1.239, '100': 1.345, '110': 1.475}
#: A relaxation that has nothing to do.
STILL = {'parameters': {'force_tolerance': 100.0}}


def crystal(name: str = 'Cu', a: float = A) -> orm.StructureData:
    return orm.StructureData(ase=bulk(name, 'fcc', a=a))


def pair(r: float) -> float:
    """Return the energy [eV] of two atoms at a distance [Å]."""
    atoms = Atoms('Cu2', positions=[[0, 0, 0], [r, 0, 0]])
    reach = MOCK['cutoff']
    atoms.calc = LennardJones(
        epsilon=MOCK['epsilon'], sigma=MOCK['sigma'], rc=reach, ro=0.66 * reach, smooth=True
    )
    return float(atoms.get_potential_energy())


def lattice_sum(face: list[int]) -> float:
    """Return the energy [J/m²] of a face of a crystal of pairs whose atoms stay where they are.

    The bonds R that cross a unit of area are (R·n)/Ω, and each side has half of their energy: Mackenzie,
    Moore and Nicholas, J. Phys. Chem. Solids 23, 185 (1962), doi:10.1016/0022-3697(62)90001-X.
    """
    cell = bulk('Cu', 'fcc', a=A).cell.array
    grid = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing='ij'), axis=-1).reshape(-1, 3)
    along = grid @ cell @ (np.array(face) / np.linalg.norm(face))
    lengths = np.linalg.norm(grid @ cell, axis=1)
    broken = (along > 1e-9) & (lengths < MOCK['cutoff'])
    energies = np.array([pair(length) for length in lengths[broken]])
    per_area = -(energies * along[broken]).sum() / (2 * abs(np.linalg.det(cell)))
    return float(per_area / (units.J / units.m**2))


@pytest.fixture(scope='module')
def template(profile: object) -> Template:
    return Template(name='mock of short reach', engine='mock', parameters=MOCK).store()


@pytest.fixture
def quick(template: Template, run_chain: Run) -> Run:
    """Return a function that runs the chain on thin slabs of the mock engine."""

    def go(structure: orm.StructureData, **inputs: Any) -> orm.WorkChainNode:
        given = {'thickness': 6.0, 'protocol': 'fast', 'particle_atoms': 0, **inputs}
        return run_chain('surfaces', structure, template, **given)

    return go


def assert_exit(node: orm.ProcessNode, label: str, *words: str) -> None:
    assert node.exit_status == SurfacesWorkChain.exit_codes[label].status, node.exit_message
    for word in words:
        assert word in node.exit_message


def test_unrelaxed_energies_are_those_of_the_broken_bonds(quick: Run, tmp_path: Path) -> None:
    node = quick(crystal(), particle_atoms=200)
    assert node.is_finished_ok, node.exit_message
    surfaces = node.outputs.surfaces.get_dict()
    assert surfaces['miller'] == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert surfaces['notes'] == []
    for name, face in zip(('100', '110', '111'), surfaces['miller'], strict=True):
        unrelaxed = surfaces[f'unrelaxed_surface_energy_{name}']
        assert unrelaxed['unit'] == 'J/m²'
        assert unrelaxed['value'] == pytest.approx(lattice_sum(face), rel=1e-6)
        assert 0.9 * unrelaxed['value'] < surfaces[f'surface_energy_{name}']['value'] <= unrelaxed['value']
    shape = node.outputs.shape.get_dict()
    assert sum(shape[f'area_fraction_{name}']['value'] for name in ('100', '110', '111')) == pytest.approx(1)
    assert pick(shape, 'weighted_surface_energy', 'J/m²', None).value > 0
    # the particle is made by the builder, from energies of this chain
    particle = node.outputs.particle
    assert set(particle.get_symbols_set()) == {'Cu'}
    assert 100 < len(particle.sites) < 400
    made_from = particle.creator.inputs.parameters
    assert made_from['surface_energies']['111'] == surfaces['surface_energy_111']['value']
    assert made_from.creator.inputs.surfaces.uuid == node.outputs.surfaces.uuid
    assert PLOTS['nanoos.surfaces'](node, tmp_path / 'surfaces.png').stat().st_size > 10_000


def test_sides_that_are_not_alike_are_told(quick: Run) -> None:
    """Zincblende (111): one element ends the slab below, the other above."""
    node = quick(orm.StructureData(ase=bulk('ZnS', 'zincblende', a=5.8)), miller=[[1, 1, 1]], **STILL)
    assert node.is_finished_ok, node.exit_message
    (note,) = node.outputs.surfaces['notes']
    assert note == '111: the two sides of the slab are not alike, the energy is the mean of both'
    assert 'particle' not in node.outputs


def test_what_is_no_crystal_or_no_face_is_refused(quick: Run) -> None:
    flat = orm.StructureData(ase=fcc100('Cu', (1, 1, 3), a=A, vacuum=6.0))
    assert_exit(quick(flat), 'ERROR_NO_SLAB', 'all three directions')
    node = quick(crystal(), miller=[[1, 1, 1]], thickness=501.0)
    assert_exit(node, 'ERROR_NO_SLAB', '111: thickness', 'got 501')


def test_faces_that_enclose_nothing(quick: Run) -> None:
    """The basal planes of hcp alone; their energy is there all the same."""
    node = quick(orm.StructureData(ase=bulk('Mg', 'hcp', a=2.6, c=4.25)), miller=[[0, 0, 1]], **STILL)
    assert_exit(node, 'ERROR_NO_SHAPE', '001', 'add faces')
    assert node.outputs.surfaces['surface_energy_001']['value'] > 0


@calcfunction
def broken_slab(structure: orm.StructureData, parameters: orm.Dict) -> orm.StructureData:
    """Return a slab without its first atom."""
    return orm.StructureData(ase=slab(Slab(**parameters.get_dict()), structure.get_ase())[1:])


def test_a_slab_of_another_composition(quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('workchains.surfaces.build_slab', broken_slab)
    node = quick(orm.StructureData(ase=bulk('NaCl', 'rocksalt', a=5.0)), miller=[[1, 0, 0]])
    assert_exit(node, 'ERROR_NOT_STOICHIOMETRIC', '100: the slab is', 'the crystal NaCl')


def test_an_engine_that_fails(run_chain: Run, scripted: Callable[..., Any], template: Template) -> None:
    scripted('compute', 'fail')
    inputs = {'protocol': 'fast', 'miller': [[1, 0, 0]]}
    node = run_chain('surfaces', crystal(), template, **inputs)
    assert_exit(node, 'ERROR_SIMULATION_FAILED', 'ended finished')


@pytest.mark.parametrize(
    ('inputs', 'words'),
    [
        ({'miller': [[1, 1]]}, r'three integers from −9 to 9.*got \[\[1, 1\]\]'),
        ({'miller': [[0, 0, 0]]}, 'not all 0'),
        ({'miller': [[1, 0, 0], [1, 0, 0]]}, 'different faces'),
        ({'miller': [[1.5, 0, 0]]}, 'three integers'),
        ({'thickness': 0.0}, 'thickness must be above 0'),
        ({'particle_atoms': 1}, '2 to 20000, or 0'),
    ],
)
def test_wrong_inputs_are_refused(template: Template, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SurfacesWorkChain.get_builder_from_protocol(crystal(), template, **inputs)


def test_copper_has_the_published_energies(
    engine_code: Callable[[str], orm.AbstractCode], run_chain: Run
) -> None:
    """Within 0.5 %, which is what thin slabs and a tabulated potential leave."""
    engine_code('lammps')
    system_templates()
    faces = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    given = {'miller': faces, 'thickness': 12.0, 'relax_cell': False}
    node = run_chain('surfaces', crystal(a=3.615), load_template('lammps-eam-cu'), **given)
    assert node.is_finished_ok, node.exit_message
    surfaces = node.outputs.surfaces.get_dict()
    for name, value in PUBLISHED.items():
        assert surfaces[f'surface_energy_{name}']['value'] == pytest.approx(value, rel=0.005), name
    shape = node.outputs.shape
    assert shape['area_fraction_111']['value'] > shape['area_fraction_100']['value'] > 0
    assert node.outputs.particle.creator.inputs.parameters['a'] == pytest.approx(3.615, rel=1e-3)
