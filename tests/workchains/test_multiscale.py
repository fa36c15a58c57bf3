"""Chains of the mock engine: what is handed on, what is refused, and what uncertain values do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.orm import ProcessNode
from ase.build import bulk

from nanoos_plugins.chains.chain import Chain, chain_names, load_chain, parse_chain
from nanoos_plugins.chains.inputs import chain_inputs
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run
from workchains.multiscale import MultiscaleWorkChain

STATIC = {'template': 'mock', 'structure': 'crystal'}


def chain(steps: dict[str, Any], report: dict[str, Any]) -> Chain:
    return parse_chain(
        {
            'name': 'test',
            'description': 'of mock engines',
            'structures': {'crystal': {'description': 'any'}},
            'steps': steps,
            'report': report,
        }
    )


@pytest.fixture
def run_steps(mock: Template) -> Callable[..., ProcessNode]:
    """Return a function: (steps, report) → the finished chain of a crystal that the mock engine knows."""

    def go(steps: dict[str, Any], **report: Any) -> ProcessNode:
        described = chain(steps, report)
        crystal = orm.StructureData(ase=bulk('Cu', a=3.6))
        inputs = chain_inputs(described, {'crystal': crystal}, dict.fromkeys(described.steps, mock))
        return run('nanoos.multiscale', inputs)

    return go


def assert_exit(node: ProcessNode, label: str, *words: str) -> None:
    assert node.exit_status == MultiscaleWorkChain.exit_codes[label].status, node.exit_message
    for word in words:
        assert word in node.exit_message


def test_what_one_step_finds_the_next_takes(run_steps: Callable[..., ProcessNode]) -> None:
    """Lennard-Jones energies scale with ε: that of a crystal whose ε is k times larger is k times lower.

    The formation energy of a vacancy of the first crystal is the ε of the second.
    """
    vacancy = {'workflow': 'vacancy', 'protocol': 'fast', 'settings': {'min_length': 6.0, 'migration': False}}
    node = run_steps(
        {
            'vacancy': {**STATIC, **vacancy},
            'first': STATIC,
            'next': {**STATIC, 'take': {'epsilon': 'vacancy.formation.formation_energy'}},
        },
        first='first.results.energy',
        next='next.results.energy',
        epsilon='vacancy.formation.formation_energy',
    )
    assert node.is_finished_ok, node.exit_message
    report = {name: told['value'] for name, told in node.outputs.report.get_dict().items()}
    assert report['next'] / report['first'] == pytest.approx(report['epsilon'] / 0.15)  # the default ε


def test_the_most_stable_structure_goes_on(run_steps: Callable[..., ProcessNode]) -> None:
    """Of the same crystal at two volumes the one nearer to its own is the lower."""
    relaxed = {'workflow': 'relax', **STATIC}
    squeezed = {**STATIC, 'settings': {'task': 'relax_cell', 'pressure': 5.0}}
    steps = {
        'free': relaxed,
        'squeezed': squeezed,
        'best': {**STATIC, 'structure': {'most_stable': ['free', 'squeezed']}},
    }
    node = run_steps(steps, free='free.results.energy', best='best.results.energy')
    assert node.is_finished_ok, node.exit_message
    report = node.outputs.report.get_dict()
    assert report['best']['value'] == pytest.approx(report['free']['value'])
    # the graph says from which step the structure is
    chosen = next(one for one in node.called if one.label == 'choose_most_stable')
    assert chosen.outputs.result.uuid == chosen.inputs['free']['structure'].uuid


def test_structures_of_different_compositions_are_not_compared(mock: Template) -> None:
    steps = {name: {'template': 'mock', 'structure': name} for name in ('copper', 'gold')}
    for step in steps.values():
        step['settings'] = {'task': 'relax'}
    steps['best'] = {'template': 'mock', 'structure': {'most_stable': ['copper', 'gold']}}
    described = parse_chain(
        {
            'name': 'test',
            'description': 'of two metals',
            'structures': {name: {'description': 'any'} for name in ('copper', 'gold')},
            'steps': steps,
            'report': {'energy': 'best.results.energy'},
        }
    )
    crystals = {
        'copper': orm.StructureData(ase=bulk('Cu', a=3.6)),
        'gold': orm.StructureData(ase=bulk('Au', a=3.6)),
    }
    node = run('nanoos.multiscale', chain_inputs(described, crystals, dict.fromkeys(steps, mock)))
    assert_exit(node, 'ERROR_NOT_COMPARABLE', 'step best', 'different compositions')


def test_uncertain_values_make_the_answer_uncertain(run_steps: Callable[..., ProcessNode]) -> None:
    """The pressure of a run at constant volume has an error; so has the energy of the crystal under it."""
    md = {'supercell': [3, 3, 3], 'steps': 400, 'sample_every': 4, 'temperature': 50.0, 'ensemble': 'nvt'}
    node = run_steps(
        {
            'md': {'workflow': 'md', 'template': 'mock', 'structure': 'crystal', 'settings': md},
            'relaxed': {
                'template': 'mock',
                'structure': 'crystal',
                'settings': {'task': 'relax_cell'},
                'take': {'pressure': 'md.averages.pressure'},
            },
        },
        energy='relaxed.results.energy',
        pressure='md.averages.pressure',
    )
    assert node.is_finished_ok, node.exit_message
    report = node.outputs.report.get_dict()
    assert report['pressure']['unit'] == 'GPa'
    assert report['pressure']['uncertainty'] > 0
    assert report['energy']['uncertainty'] > 0
    # from the answer the graph leads down to the run that the pressure is from
    above = orm.QueryBuilder().append(orm.Node, filters={'id': node.outputs.report.pk}, tag='answer')
    above.append(orm.CalcFunctionNode, with_descendants='answer', project='label')
    labels = {row[0] for row in above.all()}
    assert {'report_values', 'propagate_uncertainty', 'hand_over_values', 'mock_evaluate'} <= labels


@pytest.mark.parametrize(
    ('take', 'label', 'words'),
    [
        ({'sigma': 'first.results.energy'}, 'ERROR_WRONG_UNIT', ('sigma', '[eV], but [Å]')),
        ({'sigma': 'first.results.enrgy'}, 'ERROR_MISSING_QUANTITY', ("no quantity 'enrgy'", 'energy')),
        ({'sigma': 'first.arrays.forces'}, 'ERROR_MISSING_QUANTITY', ("no dictionary 'arrays'",)),
        (
            {'epsilon': {'from': 'first.results.energy', 'at': 300}},
            'ERROR_WRONG_TEMPERATURE',
            ('at 300 K',),
        ),
        ({'sigmma': 'first.results.energy'}, 'ERROR_STEP_REFUSED', ("takes no 'sigmma'",)),
        ({'seed': 'first.results.label'}, 'ERROR_NOT_A_NUMBER', ('label is no number',)),
    ],
)
def test_nothing_wrong_is_handed_on(
    run_steps: Callable[..., ProcessNode], take: dict[str, Any], label: str, words: tuple[str, ...]
) -> None:
    node = run_steps({'first': STATIC, 'next': {**STATIC, 'take': take}}, energy='next.results.energy')
    assert_exit(node, label, 'step next', *words)
    children = [one for one in node.called if one.process_label == 'SimulationWorkChain']
    assert [one.label for one in children] == ['test: first']


def test_a_step_that_fails_ends_the_chain_and_says_which(run_steps: Callable[..., ProcessNode]) -> None:
    stopped = {**STATIC, 'settings': {'task': 'relax_cell', 'max_steps': 1, 'pressure': 5.0}}
    stopped['settings']['max_iterations'] = 2
    node = run_steps({'relaxed': stopped}, energy='relaxed.results.energy')
    assert_exit(node, 'ERROR_STEP_FAILED', 'step relaxed', 'relax_cell stopped within 1 steps')


def test_an_answer_that_is_not_there(run_steps: Callable[..., ProcessNode]) -> None:
    node = run_steps({'first': STATIC}, gap='first.results.gap')
    assert_exit(node, 'ERROR_MISSING_QUANTITY', 'report', "'gap'")


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'steps': {'a': {'template': 'mock', 'structure': 'cristal'}}}, 'did you mean crystal'),
        ({'report': {'x': 'aa.results.energy'}}, "no step 'aa'; did you mean a"),
        ({'report': {'x': 'energy'}}, 'report.x'),
        (
            {
                'steps': {
                    'a': {'template': 'mock', 'take': {'seed': 'b.results.x'}},
                    'b': {'template': 'mock', 'take': {'seed': 'a.results.x'}},
                }
            },
            'wait for each other: a, b',
        ),
        ({'steps': {'a': {'template': 'mock', 'settngs': {}}}}, 'steps.a.settngs'),
    ],
)
def test_what_is_no_chain_is_told_in_one_line(change: dict[str, Any], words: str) -> None:
    document = {
        'name': 'test',
        'description': '',
        'structures': {'crystal': {'description': 'any'}},
        'steps': {'a': {'template': 'mock', 'structure': 'crystal'}},
        'report': {'x': 'a.results.energy'},
        **change,
    }
    with pytest.raises(ValueError, match='this is no chain') as refused:
        parse_chain(document)
    assert words in str(refused.value)
    assert '\n' not in str(refused.value)


def test_shipped_chains_are_chains() -> None:
    for name in chain_names():
        assert load_chain(name).name == name
