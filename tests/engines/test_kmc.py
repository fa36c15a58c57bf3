"""Kinetic Monte Carlo as an engine: what parameters and structures must be, what its parser refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.engines.kmc import Kmc
from nanoos_plugins.parsers.kmc import KmcParser
from nanoos_plugins.parsers.runner import InvalidResultsError

HOPS = {'migration_barrier': 0.7, 'attempt_frequency': 5.0}
SOLUTE = {
    'task': 'impurity',
    'exchange_barrier': 0.6,
    'dissociation_barrier': 0.7,
    'association_barrier': 0.7,
}


def test_every_parameter_has_a_unit() -> None:
    properties = Kmc.parameters.model_json_schema()['properties']
    assert [name for name, field in properties.items() if name != 'task' and 'unit' not in field] == []
    assert properties['attempt_frequency']['unit'] == 'THz'


def test_a_barrier_and_its_prefactor_are_enough() -> None:
    parameters = Kmc().validate(HOPS)
    assert (parameters.task, parameters.defects, parameters.formation_energy) == ('vacancy', 1, None)


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'migration_barrier': 0.7}, r'attempt_frequency\s+Field required'),
        (HOPS | {'migration_barrier': 0.0}, r'migration_barrier\s+Input should be greater than 0'),
        (HOPS | {'migration_barrier': -0.1}, r'migration_barrier\s+Input should be greater than 0'),
        (HOPS | {'attempt_frequency': 0}, r'attempt_frequency\s+Input should be greater than 0'),
        (HOPS | {'temperatures': [300, -1]}, r'finite and above 0 K, got \[300.0, -1.0\]'),
        (HOPS | {'temperatures': []}, 'at least 1 item'),
        (HOPS | {'task': 'md'}, "'vacancy', 'impurity' or 'adatom'"),
        (HOPS | {'barrier': 1}, r'barrier\s+Extra inputs are not permitted'),
        (HOPS | {'task': 'impurity'}, 'needs exchange_barrier, dissociation_barrier, association_barrier'),
        (HOPS | {'exchange_barrier': 0.5}, 'only task impurity has a solute, got task vacancy'),
        (HOPS | SOLUTE | {'defects': 2}, 'one vacancy, got defects = 2'),
        (HOPS | {'defects': 2, 'formation_energy': 1.0}, 'leave it out for task vacancy with defects = 2'),
        (HOPS | {'task': 'adatom', 'formation_energy': 1.0}, 'leave it out for task adatom'),
        (HOPS | {'pair_energy': -0.1}, 'give defects above 1'),
    ],
)
def test_parameters_that_cannot_be_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Kmc().validate(given)


@pytest.mark.parametrize(
    ('atoms', 'given', 'message'),
    [
        (bulk('Mg', 'hcp', a=3.2, c=5.2), {}, 'fcc, bcc, sc or diamond, got space group P6_3/mmc'),
        (bulk('NaCl', 'rocksalt', a=5.6), {}, 'got Cl, Na: give the pure host'),
        (bulk('Fe', 'bcc', a=2.87), {'task': 'adatom'}, 'surfaces of fcc crystals, got bcc'),
        (bulk('Cu', 'fcc', a=3.6), SOLUTE, 'rotation_barrier .* give it for fcc'),
        (bulk('Fe', 'bcc', a=2.87), SOLUTE | {'rotation_barrier': 0.6}, 'leave it out for bcc'),
        (bulk('Cu', 'fcc', a=3.6), {'defects': 40, 'pair_energy': -0.2}, 'makes barriers of -0.4 eV'),
        (bulk('Cu', 'fcc', a=3.6), {'defects': 500}, 'need at least 5000000 hops'),
    ],
)
def test_structures_that_cannot_be_walked_are_refused_before_anything_runs(
    profile: Any, atoms: Any, given: dict[str, Any], message: str
) -> None:
    engine = Kmc()
    with pytest.raises(ValueError, match=message):
        engine.check(orm.StructureData(ase=atoms), engine.validate(HOPS | given))


def test_reference_is_a_job_that_can_run(profile: Any) -> None:
    engine = Kmc()
    reference = engine.reference()
    engine.check(orm.StructureData(ase=reference.structure), engine.validate(reference.parameters))


def test_results_with_missing_misshapen_or_diverged_profiles_are_invalid() -> None:
    parser = object.__new__(KmcParser)
    summary = dict.fromkeys(KmcParser.summary_keys, '')
    over = ('inverse_temperature_per_K', 'diffusivity_m2_per_s', 'diffusivity_error_m2_per_s')
    arrays = {f'profile_{name}': np.ones(3) for name in over}
    arrays |= {f'profile_{name}': np.ones(20) for name in ('time_s', 'mean_square_displacement_m2')}
    parser.check(summary, arrays)
    for changed, reason in (
        ({'profile_time_s': np.ones(19)}, 'different shapes'),
        ({'profile_diffusivity_m2_per_s': np.array([1, np.nan, 1])}, 'not finite'),
    ):
        with pytest.raises(InvalidResultsError, match=reason):
            parser.check(summary, arrays | changed)
    del arrays['profile_time_s']
    with pytest.raises(InvalidResultsError, match='no profile_time_s'):
        parser.check(summary, arrays)
