"""A request with a key makes one job, whatever is killed: no accepted job is lost, none runs twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.engine import ProcessState
from fastapi import FastAPI
from starlette.testclient import TestClient

from nanoos_plugins import launch
from nanoos_plugins.data.template import load_template, system_templates
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.daemon import ensure_daemon, stop_daemon, worker_pids
from nanoos_plugins.job_inputs import job_inputs
from nanoos_plugins.launch import KeyUsedError, submit_once, submitted
from nanoos_plugins.storage.accounts import IDEMPOTENCY
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.tasks import is_lost
from tests.api.conftest import Person, Server
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count, ended, new_job, structure_of

Finish = Callable[..., None]
#: What a simulation by the mock engine calls when it runs once: the engine, and the reading of its results.
CALLED = 2


def jobs_of(person: Person, label: str) -> list[orm.ProcessNode]:
    """Return the jobs of somebody with this label, with one process for each time that one ran."""
    query = orm.QueryBuilder().append(orm.User, filters={'id': person.user.pk}, tag='user')
    return query.append(orm.ProcessNode, with_user='user', filters={'label': label}).all(flat=True)


def keys_of(person: Person) -> dict[str, int | None]:
    statement = sa.select(IDEMPOTENCY.c.key, IDEMPOTENCY.c.node_id).where(
        IDEMPOTENCY.c.user_id == person.user.pk
    )
    with connection() as opened:
        return {row.key: row.node_id for row in opened.execute(statement)}


@pytest.fixture
def inputs(alice: Person, daemon: None) -> Callable[[str], dict[str, Any]]:
    """Return the factory of the inputs of a simulation of alice's, by its label."""
    system_templates()

    def make(label: str) -> dict[str, Any]:
        with acting_as(system_user()):
            template = load_template('mock')
        return job_inputs('simulation', structure_of(alice), template, label=label)

    return make


def test_the_same_key_gives_the_same_job(alice: Person, daemon: None) -> None:
    body, headers = new_job(structure_of(alice)), {'Idempotency-Key': str(uuid4())}
    first = alice.http('POST', '/jobs', json=body, headers=headers)
    second = alice.http('POST', '/jobs', json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()['uuid'] == second.json()['uuid']
    assert ended(alice, first.json()['uuid'])['status'] == 'COMPLETED'
    third = alice.http('POST', '/jobs', json=body, headers=headers)
    assert (third.status_code, third.json()['status']) == (200, 'COMPLETED')
    other = alice.http('POST', '/jobs', json={**body, 'label': 'other'}, headers=headers)
    assert is_problem(other, 409)
    process = {'inputs': {'structure': {'uuid': body['structure']}}}
    answer = alice.http('POST', '/processes/nanoos.simulation/submit', json=process, headers=headers)
    assert is_problem(answer, 409)


def test_without_a_key_each_request_is_a_job_of_its_own(alice: Person, daemon: None) -> None:
    body = new_job(structure_of(alice))
    made = {alice.http('POST', '/jobs', json=body).json()['uuid'] for _ in range(2)}
    assert len(made) == 2


def test_keys_are_those_of_one_user(alice: Person, bob: Person, daemon: None) -> None:
    headers = {'Idempotency-Key': 'the-same-for-both'}
    first = alice.http('POST', '/jobs', json=new_job(structure_of(alice)), headers=headers)
    second = bob.http('POST', '/jobs', json=new_job(structure_of(bob)), headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()['uuid'] != second.json()['uuid']


@pytest.mark.parametrize('key', ['', 'two words', 'x' * 201, 'ä'])
def test_bad_keys_are_refused(alice: Person, key: str) -> None:
    headers = {'Idempotency-Key': key.encode()}
    assert is_problem(alice.http('POST', '/jobs', json=new_job(structure_of(alice)), headers=headers), 422)


def test_a_refused_request_leaves_its_key_free(sign_up: Callable[..., Person], daemon: None) -> None:
    alice = sign_up('alice')
    headers = {'Idempotency-Key': str(uuid4())}
    body = new_job(structure_of(alice))
    before = count(alice)
    bad = alice.http('POST', '/jobs', json={**body, 'settings': {'epsilon': -1}}, headers=headers)
    assert is_problem(bad, 422)
    assert count(alice) == before
    assert headers['Idempotency-Key'] not in keys_of(alice)
    assert alice.http('POST', '/jobs', json=body, headers=headers).status_code == 201


#: A process that submits a job and is killed -9 at one point of it.
VICTIM = """
import os, signal, sys
from aiida import orm
from nanoos_plugins import launch
from nanoos_plugins.data.template import load_template
from nanoos_plugins.install.profile import load
from nanoos_plugins.job_inputs import job_inputs

point, structure, email, key = sys.argv[1:]
load()

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(call):
    return lambda *args, **kwargs: die(call(*args, **kwargs))

if point == 'before the commit':
    launch.instantiate_process = then_die(launch.instantiate_process)
elif point == 'before the daemon is told':
    launch.hand_over = die
elif point == 'when the daemon has been told':
    launch.hand_over = then_die(launch.hand_over)
inputs = job_inputs('simulation', orm.load_node(structure), load_template('mock'), label=key)
launch.submit_once('nanoos.simulation', inputs, orm.User.collection.get(email=email), key, 'digest')
"""
POINTS = {'before the commit': 0, 'before the daemon is told': 1, 'when the daemon has been told': 0}


@pytest.mark.parametrize('point', POINTS)
def test_a_process_killed_at_any_point_loses_and_doubles_nothing(
    point: str,
    alice: Person,
    inputs: Callable[[str], dict[str, Any]],
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    structure, key = structure_of(alice), f'killed {point}'
    arguments = [point, structure.uuid, alice.email, key]
    victim = subprocess.run([sys.executable, '-c', VICTIM, *arguments], capture_output=True, text=True)
    assert victim.returncode == -signal.SIGKILL, victim.stderr
    stored = jobs_of(alice, key)
    if point == 'before the commit':
        assert (stored, key in keys_of(alice)) == ([], False)
        assert submitted(alice.user, key, 'digest') is None
    else:
        assert keys_of(alice)[key] == stored[0].pk
        with pytest.raises(KeyUsedError):
            submitted(alice.user, key, 'another digest')
    told: list[int] = []
    original = launch.hand_over
    monkeypatch.setattr(launch, 'hand_over', lambda pk: told.append(pk) or original(pk))
    node = submit_once('nanoos.simulation', inputs(key), alice.user, key, 'digest')
    # The daemon knows now: however often it is asked, nobody tells it again.
    for _ in range(5):
        assert submit_once('nanoos.simulation', inputs(key), alice.user, key, 'digest').pk == node.pk
    assert told == ([] if point == 'when the daemon has been told' else [node.pk])
    finish(node)
    assert node.is_finished_ok
    assert [one.pk for one in jobs_of(alice, key)] == [node.pk]
    assert len(node.called) == CALLED, node.called


def test_a_job_that_waits_for_a_worker_is_not_told_twice(
    alice: Person, inputs: Callable[[str], dict[str, Any]], finish: Finish
) -> None:
    """With all workers stopped the task stays at the broker, and the job is not lost."""
    workers = worker_pids()
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        node = submit_once('nanoos.simulation', inputs('waits'), alice.user, 'waits', 'digest')
        assert node.pk is not None
        assert node.process_state is ProcessState.CREATED
        assert not is_lost(node.pk)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
    finish(node)
    assert len(node.called) == CALLED


def killer(app: FastAPI, after: float) -> threading.Thread:
    """Kill the writer after so many seconds, whatever it is doing then."""

    def kill() -> None:
        time.sleep(after)
        pid = app.state.writer.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_killing_the_writer_at_any_moment_loses_and_doubles_nothing(
    app: FastAPI, client: TestClient, alice: Person, daemon: None
) -> None:
    """Twelve jobs, the writer killed -9 while it works on most of them, each repeated until accepted."""
    chance = random.Random(3)
    body = new_job(structure_of(alice))
    warm = alice.http('POST', '/jobs', json={**body, 'label': 'warm'})
    assert warm.status_code == 201
    lost, accepted = 0, {}
    for number in range(12):
        label = f'killed {number}'
        headers = {'Idempotency-Key': f'kill-{number}'}
        for attempt in range(4):
            # The first one meets a writer that has been started, the next ones a writer that is starting.
            thread = killer(app, chance.uniform(0, 0.12)) if attempt == 0 else None
            answer = alice.http('POST', '/jobs', json={**body, 'label': label}, headers=headers)
            if thread is not None:
                thread.join()
            if answer.status_code in (200, 201):
                break
            assert is_problem(answer, 503)
            lost += 1
        assert answer.status_code in (200, 201), answer.text
        accepted[label] = answer.json()['uuid']
    assert lost, 'the writer was never killed at work'
    for label, uuid in accepted.items():
        assert ended(alice, uuid)['status'] == 'COMPLETED'
        found = jobs_of(alice, label)
        assert [one.uuid for one in found] == [uuid]
        assert len(found[0].called) == CALLED, found[0].called
    assert len(keys_of(alice).keys() & {f'kill-{number}' for number in range(12)}) == 12


def test_killing_the_api_under_load_loses_and_doubles_nothing(
    server: Server, alice: Person, daemon: None
) -> None:
    """Six clients submit at once, the API is killed -9 twice meanwhile, and each repeats until accepted."""
    chance = random.Random(5)
    headers = {'Authorization': f'Bearer {alice.session["access_token"]}'}
    body = new_job(structure_of(alice))
    accepted: dict[str, set[str]] = {f'crash {number}': set() for number in range(10)}
    unanswered: list[str] = []

    def submit(label: str) -> None:
        key = {'Idempotency-Key': label.replace(' ', '-')}
        end = time.monotonic() + 300
        while time.monotonic() < end:
            try:
                answer = httpx2.post(
                    f'{server.url}/api/jobs', json={**body, 'label': label}, headers=headers | key, timeout=60
                )
            except httpx2.TransportError:
                unanswered.append(label)
                time.sleep(0.1)
                continue
            if answer.status_code in (200, 201):
                accepted[label].add(answer.json()['uuid'])
                return
            assert answer.status_code == 503, answer.text

    def crash() -> None:
        for _ in range(2):
            before = sum(map(len, accepted.values()))
            end = time.monotonic() + 60
            while sum(map(len, accepted.values())) < before + 2 and time.monotonic() < end:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.1))
            server.kill()
            server.start()

    crashing = threading.Thread(target=crash)
    crashing.start()
    with ThreadPoolExecutor(6) as clients:
        list(clients.map(submit, accepted))
    crashing.join()
    assert unanswered, 'the API was never killed at work'
    for label, uuids in accepted.items():
        assert len(uuids) == 1, label
        assert ended(alice, next(iter(uuids)))['status'] == 'COMPLETED'
        found = jobs_of(alice, label)
        assert [one.uuid for one in found] == list(uuids)
        assert len(found[0].called) == CALLED, found[0].called


def test_a_restarted_daemon_is_found_again(alice: Person, daemon: None) -> None:
    """The broker has another address then; the writer keeps its process."""
    stop_daemon()
    body, headers = new_job(structure_of(alice)), {'Idempotency-Key': str(uuid4())}
    assert is_problem(alice.http('POST', '/jobs', json=body, headers=headers), 503)
    ensure_daemon(workers=2)
    answer = alice.http('POST', '/jobs', json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    assert ended(alice, answer.json()['uuid'])['status'] == 'COMPLETED'


def test_keys_are_forgotten_after_a_week_some_with_each_job(
    sign_up: Callable[..., Person], daemon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, now = sign_up('alice'), time.time()
    old = [f'old {number}' for number in range(3)]
    ages = dict.fromkeys(old, launch.KEY_SECONDS + 60) | {'young': launch.KEY_SECONDS - 3600}
    rows = [
        {'user_id': alice.user.pk, 'key': key, 'digest': 'x', 'created': now - age}
        for key, age in ages.items()
    ]
    with connection() as opened, opened.begin():
        opened.execute(sa.insert(IDEMPOTENCY), rows)
    headers = {'Idempotency-Key': 'new'}
    made = alice.http('POST', '/jobs', json=new_job(structure_of(alice)), headers=headers)
    assert made.status_code == 201, made.text
    assert set(keys_of(alice)) == {'young', 'new'}
    monkeypatch.setattr(launch, 'MOST_FORGOTTEN', 2)
    with connection() as opened, opened.begin():
        opened.execute(sa.insert(IDEMPOTENCY), rows[:3])
        opened.execute(launch._forget(now - launch.KEY_SECONDS))
    assert len(keys_of(alice)) == 3
