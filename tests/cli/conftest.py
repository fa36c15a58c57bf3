"""The command line in this process, on the instance of the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nanoos_plugins.cli.root import nanoos


@pytest.fixture
def invoke() -> Callable[..., Result]:
    """Return the function that runs `nanoos` with arguments."""
    return lambda *arguments: CliRunner().invoke(nanoos, [str(one) for one in arguments])


@pytest.fixture
def asked(invoke: Callable[..., Result]) -> Callable[..., Any]:
    """Return the function that runs `nanoos … --json`, which must succeed, and returns what it printed."""

    def ask(*arguments: Any) -> Any:
        result = invoke(*arguments, '--json')
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return ask
