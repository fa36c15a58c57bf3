"""A search finds a minimum that is known, by nothing but what has been tried."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nanoos_plugins.ml.search import RANDOM_FIRST, Space, Trial, propose

SPACE = Space.read(
    {
        'bowl': {
            'x': {'low': -4.0, 'high': 4.0},
            'rate': {'low': 1e-4, 'high': 1.0, 'log': True},
            'fixed': 7,
        },
        'stairs': {'steps': {'low': 1, 'high': 9}, 'blocks': [['mean'], ['mean', 'descriptors']]},
    }
)


def error_of(trial: Trial) -> float:
    """Smallest, 0.5, for the bowl at x = 1 and rate = 0.01; the stairs go down to 2."""
    given = trial.parameters
    if trial.model == 'bowl':
        return 0.5 + (given['x'] - 1) ** 2 + 0.2 * math.log10(given['rate'] / 0.01) ** 2
    return 2 + given['steps'] * len(given['blocks'])


def searched(count: int, seed: int) -> list[Trial]:
    tried: list[Trial] = []
    for _ in range(count):
        one = propose(SPACE, tried, seed)
        assert one is not None
        tried.append(Trial(one.model, one.parameters, error_of(one)))
    return tried


def test_it_finds_the_minimum() -> None:
    tried = searched(40, seed=0)
    assert {one.model for one in tried[:RANDOM_FIRST]} == {'bowl', 'stairs'}
    best = min(tried, key=error_of)
    assert best.model == 'bowl' and best.parameters['fixed'] == 7
    assert error_of(best) < 0.6
    # it comes closer (at random both halves would be alike) and seldom tries what was never any good
    later = tried[20:]
    assert sum(one.model == 'bowl' for one in later) > 0.7 * len(later)
    assert sum(map(error_of, later)) / 20 < 0.7 * sum(map(error_of, tried[:20])) / 20


def test_the_same_trials_lead_to_the_same_next_one() -> None:
    assert searched(12, seed=3) == searched(12, seed=3)
    assert searched(12, seed=3) != searched(12, seed=4)


def test_values_are_of_the_space() -> None:
    for one in searched(25, seed=1):
        if one.model == 'bowl':
            assert -4 <= one.parameters['x'] <= 4 and 1e-4 <= one.parameters['rate'] <= 1
        else:
            assert isinstance(one.parameters['steps'], int) and 1 <= one.parameters['steps'] <= 9
            assert one.parameters['blocks'] in (['mean'], ['mean', 'descriptors'])


def test_nothing_is_tried_twice_and_a_small_space_is_exhausted() -> None:
    space = Space.read({'a': {'n': {'low': 1, 'high': 3}}, 'b': {'word': ['one', None]}, 'c': {}})
    tried: list[Trial] = []
    while (one := propose(space, tried, seed=0)) is not None:
        assert len(tried) < 6
        # some fail, some are still running
        tried.append(Trial(one.model, one.parameters, running=len(tried) % 2 == 0))
    assert len({str((one.model, one.parameters)) for one in tried}) == len(tried) == 6


@pytest.mark.parametrize(
    ('document', 'said'),
    [
        ({}, 'at least 1 item'),
        ([], 'valid dictionary'),
        ({'gp': {'subset': {'low': 5, 'high': 1}}}, 'expected low below high, got 5 and 1'),
        ({'gp': {'subset': {'low': 0.0, 'high': 1, 'log': True}}}, 'above 0 on a logarithmic scale, got 0'),
        ({'gp': {'subset': {'low': 0, 'hi': 1}}}, 'gp.subset'),
        ({'gp': {'subset': []}}, 'gp.subset: expected at least one choice'),
    ],
)
def test_what_is_no_space_is_told(document: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        Space.read(document)
    assert '\n' not in str(caught.value)
