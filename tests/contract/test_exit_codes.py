"""Every exit code that our processes declare is returned somewhere.

Whether a test reached it is judged by `tests/exit_codes.py`.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from aiida.engine import CalcJob, ExitCode, Process

from tests.exit_codes import declared, source

CODES = declared()


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
