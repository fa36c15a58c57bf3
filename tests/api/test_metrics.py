"""Metrics: of all that happens on the instance, so for who runs it alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.engine import ProcessState
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.settings import Settings
from nanoos_plugins.accounts.account import set_role
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_auth import is_problem, write


def asked(client: TestClient, token: str | None = None) -> Any:
    headers = {} if token is None else {'Authorization': f'Bearer {token}'}
    return client.get('/metrics', headers=headers)


def value(text: str, name: str) -> float:
    return next(float(line.split(' ')[1]) for line in text.splitlines() if line.startswith(f'{name} '))


def test_metrics_are_for_administrators(client: TestClient, sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    token = ada.session['access_token']
    assert is_problem(asked(client), 401)
    assert is_problem(asked(client, token), 403)
    write(set_role, ada.user.pk, 'admin')
    before = asked(client, token)
    assert before.status_code == 200
    assert 'nanoos_requests_total{' in before.text
    with acting_as(ada.user):
        node = orm.CalcFunctionNode()
        node.set_process_state(ProcessState.EXCEPTED)
        node.store()
    after, excepted = asked(client, token).text, 'nanoos_processes{state="excepted"}'
    assert value(after, excepted) == (value(before.text, excepted) if excepted in before.text else 0) + 1
    assert value(after, 'nanoos_writes_waiting') == 0
    assert value(after, 'nanoos_threads_limit{threads="read"}') == Settings().read_threads
    assert value(after, 'nanoos_threads_busy{threads="slow"}') >= 1
    assert value(after, 'nanoos_daemon_workers') >= 0


def test_prometheus_has_a_token_of_its_own(
    client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.settings, 'metrics_token', SecretStr('for prometheus'))
    assert asked(client, 'for prometheus').status_code == 200
    for wrong in ('for prometheus2', 'for', ''):
        assert is_problem(asked(client, wrong), 401)
