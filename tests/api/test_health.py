"""Whether what runs jobs is alive, for whoever is signed in."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.routes import health
from tests.api.conftest import Person
from tests.api.test_auth import is_problem


def test_the_daemon_is_as_alive_as_its_workers(
    client: TestClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_problem(client.get('/api/health/daemon'), 401)
    monkeypatch.setattr(health, 'worker_pids', list)
    assert alice.http('GET', '/health/daemon').json() == {'workers': 0}
    monkeypatch.setattr(health, 'worker_pids', lambda: [7, 8])
    assert alice.http('GET', '/health/daemon').json() == {'workers': 2}
