"""Every exit code that our processes declare is returned somewhere and was reached by a test of this run."""

from __future__ import annotations

import inspect
import re
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from aiida.engine import CalcJob, ExitCode, Process

ROOT = Path(__file__).parents[2]


def own_exit_codes(process: type[Process]) -> dict[str, ExitCode]:
    """Return the codes by label that our own classes add (AiiDA's and other plugins' are theirs to test)."""
    foreign = next(
        base for base in process.__mro__ if not base.__module__.startswith(('nanoos_', 'workchains'))
    )
    inherited = foreign.spec().exit_codes if hasattr(foreign, 'spec') else {}
    return {label: code for label, code in process.spec().exit_codes.items() if label not in inherited}


CODES: list[tuple[type[Process], str, ExitCode]] = [
    (process, label, code)
    for entry in distribution('nanoos').entry_points
    if entry.group in {'aiida.calculations', 'aiida.workflows'} and inspect.isclass(process := entry.load())
    for label, code in own_exit_codes(process).items()
]


@lru_cache
def source(room: str) -> str:
    """Return the text of all Python files below `room`."""
    return '\n'.join(path.read_text() for path in sorted((ROOT / room).rglob('*.py')))


def case(value: Any) -> str:
    return value.__name__ if inspect.isclass(value) else str(value) if isinstance(value, str) else ''


@pytest.mark.parametrize(('process', 'label', 'code'), CODES, ids=case)
def test_exit_code_is_returned(process: type[Process], label: str, code: ExitCode) -> None:
    used = re.search(
        rf'codes\.{label}\b|[\'"]{label}[\'"]\)?\.?(?!,\s*message)',
        source('nanoos_plugins') + source('workchains'),
    )
    assert used, f'{process.__name__} declares {label} ({code.status}) but nothing returns it'


@pytest.mark.parametrize(('process', 'label', 'code'), CODES, ids=case)
def test_invalid_results_are_not_cached(process: type[Process], label: str, code: ExitCode) -> None:
    if issubclass(process, CalcJob) and code.status < 400:
        assert code.invalidates_cache, (
            f'{process.__name__}.{label} ({code.status}) must set invalidates_cache'
        )


@pytest.mark.after_all
def test_every_exit_code_was_reached(profile: Any, request: pytest.FixtureRequest) -> None:
    if request.config.args != request.config.getini('testpaths') and request.config.args != [str(ROOT)]:
        pytest.skip('only the whole suite reaches every exit code')
    query = orm.QueryBuilder().append(
        orm.ProcessNode,
        filters={'attributes.exit_status': {'>': 0}},
        project=['attributes.process_label', 'attributes.exit_status'],
    )
    reached = {(label, status) for label, status in query.distinct().iterall()}
    missing = []
    for process, label, code in CODES:
        if issubclass(
            process, CalcJob
        ):  # a parser's code stays with the node that parsed, so look at the tests
            if label not in source('tests'):
                missing.append(f'{process.__name__}.{label}')
        elif (process.__name__, code.status) not in reached:
            missing.append(f'{process.__name__}.{label} ({code.status})')
    assert not missing, f'no test reached: {missing}'
