"""How the instance is and what it allows: for administrators alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.routes import instance
from nanoos_plugins.accounts.account import set_role
from tests.api.conftest import Person
from tests.api.test_auth import is_problem, write


@pytest.fixture(scope='module')
def admin(sign_up: Callable[..., Person]) -> Person:
    """Return an administrator."""
    person = sign_up('admin')
    write(set_role, person.user.pk, 'admin')
    return person


def test_only_administrators_are_told(client: TestClient, alice: Person) -> None:
    for path in ('/instance/health', '/instance/limits'):
        assert is_problem(alice.http('GET', path), 403)
        assert is_problem(client.get(f'/api{path}'), 401)


def test_the_health_is_that_of_this_moment(
    app: FastAPI, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, 'worker_pids', lambda: [7, 8])
    found = admin.http('GET', '/instance/health').json()
    assert found['daemon_workers'] == 2
    assert found['writer_runs'] is True
    assert found['writes_waiting'] == 0
    assert found['database_ms'] > 0
    assert found['slow_threads']['busy'] <= found['slow_threads']['limit'] == app.state.settings.slow_threads
    assert found['version'] == app.version


def test_nodes_are_counted_over_all_users(admin: Person, alice: Person) -> None:
    kind = 'data.nanoos.material.Material.'
    before = admin.http('GET', '/instance/health').json()
    alice.http('POST', '/materials', json={'name': 'counted'})
    after = admin.http('GET', '/instance/health').json()
    if before['database'] == 'sqlite':
        assert after['nodes'][kind] == before['nodes'].get(kind, 0) + 1
    else:
        assert after['nodes'] == {}


def test_limits_are_the_settings_without_secrets(app: FastAPI, admin: Person) -> None:
    found = {one['name']: one for one in admin.http('GET', '/instance/limits').json()}
    assert found['sign_up']['value'] == app.state.settings.sign_up
    assert found['max_upload_bytes']['value'] == app.state.settings.max_upload_bytes
    assert found['max_upload_bytes']['variable'] == 'NANOOS_API_MAX_UPLOAD_BYTES'
    assert all(one['description'] for one in found.values())
    assert not {name for name in found if 'secret' in name or 'token' in name or 'oidc' in name}
