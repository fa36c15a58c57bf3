"""The shipped chains of silicon, shortened: heat through a wire, and the most stable structure first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.chains.chain import load_chain
from nanoos_plugins.chains.inputs import chain_inputs
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run


@pytest.fixture(scope='module')
def heat(engine_code: Callable[[str], orm.AbstractCode]) -> orm.ProcessNode:
    """Return the finished chain of heat, with a fiftieth of its molecular dynamics."""
    for engine in ('lammps', 'fem'):
        engine_code(engine)
    reduced = load_chain('silicon-heat')
    step = reduced.steps['conductivity']
    step.protocol = 'fast'
    step.settings |= {'steps': 5000, 'equilibration_steps': 1000, 'time_step': 1.0}
    silicon = Template(name='silicon', engine='lammps', parameters={'potential': 'Si.sw'})
    wire = Template(name='wire', engine='fem')
    node = run('nanoos.multiscale', chain_inputs(reduced, {}, {'conductivity': silicon, 'wire': wire}))
    assert node.is_finished_ok, node.exit_message
    return node


def test_heat_flows_as_in_a_slab(heat: orm.ProcessNode) -> None:
    """Q = κ A ΔT/L, with the standard error that κ has; curved elements make the circle."""
    report = heat.outputs.report.get_dict()
    conductivity, flow = report['thermal_conductivity'], report['heat_flow']
    assert (conductivity['unit'], flow['unit']) == ('W/(m K)', 'W')
    geometry = np.pi * 5e-7**2 * 20 / 1e-5
    assert flow['value'] == pytest.approx(conductivity['value'] * geometry, rel=2e-3)
    assert flow['uncertainty'] == pytest.approx(conductivity['uncertainty'] * geometry, rel=1e-2)
    assert report['temperature_in_the_middle']['value'] == pytest.approx(1000, abs=1e-2)


def test_silicon_conducts_as_silicon(heat: orm.ProcessNode) -> None:
    """At 1000 K silicon conducts 31 W/(m K) (Glassbrenner and Slack 1964); ten picoseconds tell the order."""
    told = heat.outputs.report['thermal_conductivity']
    assert 3 < told['value'] < 200
    assert told['uncertainty'] > 0


def test_the_heat_leads_down_to_the_motion_of_atoms(heat: orm.ProcessNode) -> None:
    query = orm.QueryBuilder().append(orm.Dict, filters={'id': heat.outputs.report.pk}, tag='answer')
    query.append(orm.CalcJobNode, with_descendants='answer', project='process_type')
    kinds = {row[0].split(':')[-1] for row in query.all()}
    assert {'nanoos.lammps', 'lammps.base', 'nanoos.fem'} <= kinds


def test_diamond_is_chosen(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    """By the potential of Stillinger and Weber too (their table: −4.337 eV an atom, which was fitted)."""
    engine_code('lammps')
    chain = load_chain('silicon-screening')
    silicon = Template(name='silicon', engine='lammps', parameters={'potential': 'Si.sw'})
    node = run('nanoos.multiscale', chain_inputs(chain, {}, dict.fromkeys(chain.steps, silicon)))
    assert node.is_finished_ok, node.exit_message
    report = {name: told['value'] for name, told in node.outputs.report.get_dict().items()}
    per_atom = {name: report[f'energy_{name}'] for name in ('simple', 'bcc', 'fcc')}
    assert report['energy_diamond'] / 2 < min(per_atom.values())
    assert report['energy_diamond'] / 2 == pytest.approx(-4.337, abs=0.002)
    assert report['lattice_parameter'] == pytest.approx(5.431, rel=0.001)
