"""Queries on PostgreSQL, by a role that row-level security binds, give what they give on SQLite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_the_tests_of_queries_pass_on_postgresql() -> None:
    # A connection that is still open when the process ends says nothing of queries.
    command = [
        sys.executable,
        '-m',
        'pytest',
        '-q',
        '-p',
        'tests.on_postgres',
        '-W',
        'ignore::ResourceWarning',
    ]
    command += [str(HERE / 'test_query.py')]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert 'failed' not in done.stdout
    assert ' passed' in done.stdout
