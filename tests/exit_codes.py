"""Hooks of pytest that judge, when all tests have run, whether each exit code of our processes was reached.

What several workers of pytest-xdist reached is brought together; the verdict is one more test in the report.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from aiida.engine import CalcJob, ExitCode, Process
from aiida.orm import ProcessNode, QueryBuilder

ROOT = Path(__file__).parents[1]
_NODEID = 'tests/exit_codes.py::every_exit_code_was_reached'
_REACHED: set[tuple[str, int]] = set()


def own_exit_codes(process: type[Process]) -> dict[str, ExitCode]:
    """Return the codes by label that our own classes add (AiiDA's and other plugins' are theirs to test)."""
    foreign = next(
        base for base in process.__mro__ if not base.__module__.startswith(('nanoos_', 'workchains'))
    )
    inherited = foreign.spec().exit_codes if hasattr(foreign, 'spec') else {}
    return {label: code for label, code in process.spec().exit_codes.items() if label not in inherited}


def declared() -> list[tuple[type[Process], str, ExitCode]]:
    """Return each process with the label and the code of each of its exits."""
    return [
        (process, label, code)
        for entry in distribution('nanoos').entry_points
        if entry.group in {'aiida.calculations', 'aiida.workflows'}
        and inspect.isclass(process := entry.load())
        for label, code in own_exit_codes(process).items()
    ]


@lru_cache
def source(room: str) -> str:
    """Return the text of all Python files below `room`."""
    return '\n'.join(path.read_text() for path in sorted((ROOT / room).rglob('*.py')))


def remember() -> None:
    """Keep what was reached, before the profile of the tests is deleted."""
    query = QueryBuilder().append(
        ProcessNode,
        filters={'attributes.exit_status': {'>': 0}},
        project=['attributes.process_label', 'attributes.exit_status'],
    )
    _REACHED.update((label, status) for label, status in query.distinct().iterall())


def _missing() -> list[str]:
    """Return the codes that no test reached.

    A code of a parser stays with the node that parsed, so its name in a test counts.
    """
    return [
        f'{process.__name__}.{label} ({code.status})'
        for process, label, code in declared()
        if (
            label not in source('tests')
            if issubclass(process, CalcJob)
            else (process.__name__, code.status) not in _REACHED
        )
    ]


def pytest_testnodedown(node: object) -> None:
    """Take over what a worker reached (called where the workers are counted)."""
    _REACHED.update(map(tuple, getattr(node, 'workeroutput', {}).get('exit_codes', [])))  # type: ignore[arg-type]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what was reached; at the end of the whole suite, report a test that says what was not."""
    config = session.config
    if hasattr(config, 'workeroutput'):
        config.workeroutput['exit_codes'] = list(_REACHED)
        return
    whole = config.args in (config.getini('testpaths'), [str(ROOT)]) and not config.option.keyword
    if not whole or config.option.collectonly or session.shouldstop or session.shouldfail:
        return
    missing = _missing()
    report = pytest.TestReport(
        nodeid=_NODEID,
        location=(_NODEID.partition('::')[0], 0, 'every_exit_code_was_reached'),
        keywords={},
        outcome='failed' if missing else 'passed',
        longrepr=f'no test reached: {missing}' if missing else None,
        when='call',
    )
    config.hook.pytest_runtest_logreport(report=report)
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
