"""Protocols: what they give, and who wins over whom."""

from __future__ import annotations

import pytest
from aiida import orm

from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import engine_names, load_engine
from workchains.elastic import ElasticWorkChain
from workchains.eos import EosWorkChain
from workchains.protocol import PropertyWorkChain, load_protocol, protocols
from workchains.relax import RelaxWorkChain

CHAINS = [RelaxWorkChain, EosWorkChain, ElasticWorkChain]
#: Engines that give energy and forces of atoms; the others have no such properties.
ENGINES = [name for name in engine_names() if 'static' in load_engine(name).tasks]


def test_the_engines_of_atoms_are_found() -> None:
    assert {'lammps', 'mlip', 'mock', 'qe'} <= set(ENGINES)


@pytest.mark.parametrize('chain', CHAINS, ids=lambda chain: chain.protocol_name)
def test_every_chain_has_the_three_protocols_with_moderate_first(chain: type[PropertyWorkChain]) -> None:
    found = protocols(chain.protocol_name)
    assert list(found)[0] == 'moderate'
    assert set(found) == {'fast', 'moderate', 'precise'}
    assert all(found.values())


@pytest.mark.parametrize('engine', ENGINES)
@pytest.mark.parametrize('protocol', ['fast', 'moderate', 'precise'])
@pytest.mark.parametrize('chain', CHAINS, ids=lambda chain: chain.protocol_name)
def test_every_engine_takes_the_parameters_of_every_protocol(
    chain: type[PropertyWorkChain], protocol: str, engine: str
) -> None:
    chosen = load_protocol(chain.protocol_name, protocol, engine)
    required = {'potential': 'Cu_mishin1.eam.alloy'} if engine == 'lammps' else {}
    load_engine(engine).validate({**chosen['parameters'], **required})
    assert set(chosen['inputs']) <= set(chain.spec().inputs)


def test_unknown_protocol_names_the_known_ones(copper, mock) -> None:
    with pytest.raises(
        ValueError, match='unknown protocol .sloppy. of eos; expected one of fast, moderate, precise'
    ):
        EosWorkChain.get_builder_from_protocol(copper(), mock, protocol='sloppy')


def test_unknown_input_names_the_known_ones(copper, mock) -> None:
    with pytest.raises(ValueError, match='eos has no input volumes; its inputs are .*volume_range'):
        EosWorkChain.get_builder_from_protocol(copper(), mock, volumes=3)


def test_template_wins_over_protocol_and_parameters_over_template(copper) -> None:
    protocol = load_protocol('relax', 'precise', 'mock')['parameters']
    template = Template(name='loose', engine='mock', parameters={'force_tolerance': 0.2})
    builder = RelaxWorkChain.get_builder_from_protocol(copper(), template, protocol='precise')
    assert 'force_tolerance' not in builder.parameters.get_dict()
    assert builder.parameters['stress_tolerance'] == protocol['stress_tolerance']
    builder = RelaxWorkChain.get_builder_from_protocol(
        copper(), template, protocol='precise', parameters={'force_tolerance': 0.3}, rounds=2
    )
    assert builder.parameters['force_tolerance'] == 0.3
    assert builder.rounds.value == 2


def test_options_and_code_reach_the_builder(copper, mock, bash) -> None:
    builder = EosWorkChain.get_builder_from_protocol(
        copper(), mock, code=bash, options={'max_wallclock_seconds': 60}
    )
    assert builder.code.pk == bash.pk
    assert isinstance(builder.options, orm.Dict)
    assert builder.options['max_wallclock_seconds'] == 60


@pytest.mark.parametrize(
    ('chain', 'inputs', 'said'),
    [
        (EosWorkChain, {'points': 4}, 'points: expected at least 5, got 4'),
        (EosWorkChain, {'volume_range': 0.7}, 'volume_range: expected 0 to 0.5, got 0.7'),
        (RelaxWorkChain, {'rounds': 0}, 'rounds: expected at least 1, got 0'),
        (ElasticWorkChain, {'magnitudes': []}, 'magnitudes: expected one or more different numbers'),
        (ElasticWorkChain, {'magnitudes': [0.01, 0.01]}, 'magnitudes: expected one or more different'),
        (ElasticWorkChain, {'magnitudes': [0.5]}, 'above 0 and up to 0.1'),
    ],
)
def test_inputs_out_of_range_are_refused_at_once(copper, mock, chain, inputs: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        chain.get_builder_from_protocol(copper(), mock, **inputs)


@pytest.mark.parametrize('chain', ['relax', 'eos', 'elastic'])
def test_bad_parameters_are_refused_at_submission(copper, mock, run_chain, chain: str) -> None:
    with pytest.raises(ValueError, match='spam: .*not permitted'):
        run_chain(chain, copper(), mock, parameters={'spam': 1})
