"""The whole OpenAPI document against a server: no 5xx, nothing undocumented, every 4xx in the one shape."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.api.conftest import Person, Server

PROGRAM = Path(sys.prefix) / 'schemathesis' / 'bin' / 'st'
CHECKS = (
    'not_a_server_error',
    'status_code_conformance',
    'content_type_conformance',
    'response_schema_conformance',
)
#: A stream has no end, and what ends the session or token that is shown would end the test.
LEFT_OUT = 'events|sign-out|password|tokens/'


@pytest.fixture(scope='module')
def watched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Serve the API with its log in a file and limits that nothing here meets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('NANOOS_API_REQUESTS_PER_MINUTE', '10000000')
        patch.setenv('NANOOS_API_SIGN_INS_PER_MINUTE', '10000000')
        running = Server(tmp_path_factory.mktemp('log') / 'api.log')
        running.start()
    yield running
    running.stop()


def run(server: Server, *options: str) -> str:
    """Return what schemathesis prints; the run must have found nothing."""
    assert PROGRAM.is_file(), f'{PROGRAM} is missing: make test makes it'
    command = [
        str(PROGRAM),
        'run',
        f'{server.url}/api/openapi.json',
        f'--checks={",".join(CHECKS)}',
        f'--exclude-path-regex={LEFT_OUT}',
        '--continue-on-failure',
        '--seed=1',
        # A machine that does other work as well parses a structure slowly.
        '--request-timeout=120',
        *options,
    ]
    # In a folder of its own: it writes a database of its examples where it runs.
    with TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1800, check=False)
    failures = done.stdout.partition(' FAILURES ')[2].partition(' WARNINGS ')[0]
    assert done.returncode == 0, failures[:20_000] or done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


def statuses(server: Server) -> Counter[int]:
    """Return how often the server has answered with each status, by its log."""
    assert server.log is not None
    # Its children write to the same file, so a line may be cut.
    found = re.findall(r'"message": "request".*"status": (\d+)', server.log.read_text(encoding='utf-8'))
    return Counter(int(status) for status in found)


def test_somebody_who_is_signed_in(watched: Server, sign_up: Callable[..., Person]) -> None:
    before = statuses(watched)
    made = sign_up('fuzzy').http(
        'POST', '/auth/tokens', json={'name': 'st', 'scopes': ['read', 'write', 'submit']}
    )
    header = f'--header=Authorization: Bearer {made.json()["token"]}'
    run(watched, '--phases=coverage,fuzzing', '--max-examples=5', header)
    after = statuses(watched) - before
    assert after[200] > 50
    assert sum(after.values()) > 500
    assert not [status for status in after if status >= 500]


def test_somebody_who_is_not(watched: Server) -> None:
    before = statuses(watched)
    # Nearly everything is refused before it is looked at: values at the bounds would show nothing more.
    run(watched, '--phases=fuzzing', '--max-examples=3')
    after = statuses(watched) - before
    assert after[401] > 50
    assert not [status for status in after if status >= 500]
