"""The API on PostgreSQL, with row-level security: its own tests, on an instance whose storage that is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import STORAGE

ROOT = Path(__file__).parents[2]
#: Materials and shares between tenants, events over a crash, queries, features, whatever a tenant may ask.
FILES = (
    'tests/api/test_materials.py',
    'tests/api/test_shares.py',
    'tests/api/test_events.py',
    'tests/api/test_isolation.py',
    'tests/api/test_query.py',
    'tests/graph/test_features.py',
    'tests/graph/test_nearest.py',
    'tests/graph/test_query.py',
    'tests/graph/test_similar.py',
)


@pytest.mark.skipif(os.environ.get(STORAGE) == 'postgresql', reason='these tests run on PostgreSQL already')
def test_the_same_answers_come_from_postgresql() -> None:
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', *FILES],
        cwd=ROOT,
        env={**os.environ, STORAGE: 'postgresql'},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout[-5000:]
