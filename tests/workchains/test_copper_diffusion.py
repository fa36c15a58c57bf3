"""The shipped chain of copper's self-diffusion, its lattice by the potential too, against experiment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.chains.chain import load_chain
from nanoos_plugins.chains.inputs import chain_inputs
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run

#: [eV/K]
BOLTZMANN = 8.617333262e-5
#: D0 [m²/s] and Q [eV] of radio-tracers in single crystals: Krautheim et al. 1979, Bowden and Balluffi 1969.
MEASURED = {'Krautheim': (0.68e-4, 2.17), 'Bowden': (0.31e-4, 2.08)}


@pytest.fixture(scope='module')
def chain(engine_code: Callable[[str], orm.AbstractCode]) -> orm.ProcessNode:
    """Return the finished chain, with walks of a tenth of their length."""
    for engine in ('lammps', 'kmc', 'fem'):
        engine_code(engine)
    reduced = load_chain('copper-diffusion')
    reduced.steps['diffusion'].settings['hops'] = 200_000
    eam = Template(name='eam', engine='lammps', parameters={'potential': 'Cu_mishin1.eam.alloy'})
    needed = {'migration_barrier': 1.0, 'attempt_frequency': 1.0}
    walk = Template(name='walk', engine='kmc', parameters=needed)
    part = Template(name='part', engine='fem')
    inputs = chain_inputs(reduced, {}, {'lattice': eam, 'vacancy': eam, 'diffusion': walk, 'plate': part})
    node = run('nanoos.multiscale', inputs)
    assert node.is_finished_ok, node.exit_message
    return node


def test_vacancy_is_that_of_the_potential(chain: orm.ProcessNode) -> None:
    """Mishin et al. 2001, doi:10.1103/PhysRevB.63.224106, table III: 1.272 eV and 0.689 eV; in 108 atoms.

    The attempt frequency of a jump is of the order of the phonons' (up to 7.5 THz in copper), the entropy of
    formation a few k_B.
    """
    report = {name: told['value'] for name, told in chain.outputs.report.get_dict().items()}
    assert report['lattice_parameter'] == pytest.approx(3.615, rel=0.002)
    assert report['formation_energy'] == pytest.approx(1.272, rel=0.02)
    assert report['migration_energy'] == pytest.approx(0.689, rel=0.02)
    assert 1 < report['formation_entropy'] < 5
    assert 2 < report['attempt_frequency'] < 10


@pytest.mark.parametrize('who', MEASURED)
def test_diffusivities_are_within_a_factor_of_three_of_experiment(chain: orm.ProcessNode, who: str) -> None:
    report, (d0, energy) = chain.outputs.report.get_dict(), MEASURED[who]
    for name in ('D_1000K', 'D_1200K', 'D_1350K'):
        told = report[name]
        assert told['unit'] == 'm²/s'
        measured = d0 * np.exp(-energy / (BOLTZMANN * told['temperature']))
        assert 1 / 3 < told['value'] / measured < 3, name
        assert 0 < told['uncertainty'] < 0.05 * told['value']


def test_the_law_is_that_of_its_parts(chain: orm.ProcessNode) -> None:
    """Q = E_f + E_m and D0 = f a² ν exp(S_f/k) of an fcc crystal, each within three standard errors."""
    report = chain.outputs.report.get_dict()
    value = {name: told['value'] for name, told in report.items()}
    activation = value['formation_energy'] + value['migration_energy']
    assert abs(value['Q'] - activation) < 3 * report['Q']['uncertainty']
    length = value['lattice_parameter'] * 1e-10
    expected = 0.7815 * length**2 * value['attempt_frequency'] * 1e12 * np.exp(value['formation_entropy'])
    assert abs(np.log(value['D0'] / expected)) < 3 * report['D0']['uncertainty'] / value['D0']
    assert abs(value['correlation_factor'] - 0.7815) < 3 * report['correlation_factor']['uncertainty']


def test_the_plate_fills_as_it_must(chain: orm.ProcessNode) -> None:
    """Crank, The Mathematics of Diffusion (1975), eq. 4.17: the middle of a plate of 0.1 mm after a day.

    Its uncertainty is that of the diffusivity: dc/dD = (1 − c) π²/4 t/l² after the first term.
    """
    report = chain.outputs.report.get_dict()
    diffusivity, found = report['D_1200K'], report['concentration_in_the_middle']
    fourier = diffusivity['value'] * 86400 / 5e-5**2
    terms = [
        (-1) ** n / (2 * n + 1) * np.exp(-((2 * n + 1) ** 2) * np.pi**2 * fourier / 4) for n in range(20)
    ]
    expected = 1 - 4 / np.pi * sum(terms)
    assert found['value'] == pytest.approx(expected, abs=2e-4)
    slope = (1 - expected) * np.pi**2 / 4 * fourier / diffusivity['value']
    assert found['uncertainty'] == pytest.approx(slope * diffusivity['uncertainty'], rel=0.05)


def test_the_answers_lead_down_to_the_calculations(chain: orm.ProcessNode) -> None:
    above = orm.QueryBuilder().append(orm.Dict, filters={'id': chain.outputs.report.pk}, tag='answer')
    above.append(orm.CalcJobNode, with_descendants='answer', project='process_type', tag='calculation')
    types = {row[0].rpartition(':')[2] for row in above.distinct().all()}
    assert types == {'lammps.base', 'nanoos.lammps', 'nanoos.kmc', 'nanoos.fem'}
