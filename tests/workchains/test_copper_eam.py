"""Copper by LAMMPS with the potential of Mishin et al., held to the values that they published.

Mishin, Mehl, Papaconstantopoulos, Voter, Kress, Phys. Rev. B 63, 224106 (2001),
doi:10.1103/PhysRevB.63.224106, table III: a0 = 3.615 Å, cohesive energy 3.54 eV, C11, C12, C44 = 169.9,
122.6, 76.2 GPa. Each within 0.5 %.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.data.template import Template

TOLERANCE = 0.005
PUBLISHED = {'C11': 169.9, 'C12': 122.6, 'C44': 76.2}
BULK_MODULUS = (169.9 + 2 * 122.6) / 3


@pytest.fixture(scope='module')
def template(engine_code: Callable[[str], orm.AbstractCode]) -> Template:
    """Return the template of the potential; the code is the default one of the engine."""
    engine_code('lammps')
    parameters = {'potential': 'Cu_mishin1.eam.alloy'}
    return Template(name='Mishin copper', engine='lammps', parameters=parameters).store()


def test_lattice_parameter_cohesive_energy_and_elastic_constants(template: Template, run_chain) -> None:
    """From a cell that is 1 % too large: relaxation, then the tensor of the relaxed cell."""
    node = run_chain('elastic', orm.StructureData(ase=bulk('Cu', a=3.65)), template)
    assert node.is_finished_ok, node.exit_message
    relaxed = node.outputs.structure
    assert (4 * relaxed.get_cell_volume()) ** (1 / 3) == pytest.approx(3.615, rel=TOLERANCE)
    energy = relaxed.creator.outputs.results['energy']['value']
    assert energy == pytest.approx(-3.540, rel=TOLERANCE)
    elastic = node.outputs.elastic.get_dict()
    for name, value in PUBLISHED.items():
        assert elastic[name] == pytest.approx(value, rel=TOLERANCE), name
    assert elastic['bulk_modulus_GPa']['hill'] == pytest.approx(BULK_MODULUS, rel=TOLERANCE)
    assert elastic['mechanically_stable']


def test_relaxation_reaches_the_lattice_parameter(template: Template, run_chain) -> None:
    node = run_chain('relax', orm.StructureData(ase=bulk('Cu', cubic=True, a=3.7)), template)
    assert node.is_finished_ok, node.exit_message
    structure = node.outputs.structure
    assert structure.get_cell_volume() ** (1 / 3) == pytest.approx(3.615, rel=TOLERANCE)
    assert node.outputs.results['energy']['value'] / 4 == pytest.approx(-3.540, rel=TOLERANCE)


def test_equation_of_state(template: Template, run_chain) -> None:
    """The curvature is the bulk modulus of the published constants; 2 % for the order of the fit."""
    node = run_chain('eos', orm.StructureData(ase=bulk('Cu', a=3.63)), template)
    assert node.is_finished_ok, node.exit_message
    eos = node.outputs.eos.get_dict()
    assert eos['a0_A'] == pytest.approx(3.615, rel=TOLERANCE)
    assert eos['energy_eV'] == pytest.approx(-3.540, rel=TOLERANCE)
    assert eos['bulk_modulus_GPa'] == pytest.approx(BULK_MODULUS, rel=0.02)
