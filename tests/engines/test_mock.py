"""The mock engine: what it refuses, because it computes inside a worker of the daemon."""

from __future__ import annotations

from typing import Any

import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.engines.mock import MOST_WORK


@pytest.mark.parametrize(
    ('task', 'key', 'steps'),
    [('md', 'steps', MOST_WORK // 4), ('relax', 'max_steps', MOST_WORK // 4)],
)
def test_only_a_moments_work_is_taken(profile: Any, task: str, key: str, steps: int) -> None:
    engine = load_engine('mock')
    structure = orm.StructureData(ase=bulk('Cu', cubic=True))
    taken = engine.validate({'task': task, key: steps})
    assert engine.get_builder(structure, taken, None, {}).parameters[key] == steps
    refused = engine.validate({'task': task, key: steps + 1})
    with pytest.raises(ValueError, match=f'got {steps + 1} steps of 4 atoms; take fewer, or a real engine'):
        engine.get_builder(structure, refused, None, {})
