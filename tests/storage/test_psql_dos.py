"""The storage on PostgreSQL: AiiDA works on it, and everything belongs to who made it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import Postgres


@pytest.fixture(scope='module')
def instance(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of an instance with its profile on PostgreSQL."""
    home = tmp_path_factory.mktemp('psql') / 'home'
    postgres.create_profile(home)
    return home


def run(home: Path, source: str) -> str:
    """Return what a program prints that works on the instance."""
    begin = 'from nanoos_plugins.install.profile import add_user, load\nload()\nfrom aiida import orm\n'
    done = subprocess.run(
        [sys.executable, '-c', begin + source],
        env={**os.environ, 'NANOOS_HOME': str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nodes_belong_to_who_acts_and_clones_to_who_asks(instance: Path) -> None:
    source = """
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import is_visible, share
from aiida.engine import calcfunction
from aiida.manage.caching import enable_caching

@calcfunction
def double(x):
    return x + x

alice, bob = add_user('alice@nanoos.test'), add_user('bob@nanoos.test')
with acting_as(system_user()):
    x = orm.Int(7).store()
with acting_as(alice):
    first = double(x)
assert first.user.email == alice.email and first.creator.user.email == alice.email
for is_shared in (False, True):
    if is_shared:
        with acting_as(alice):
            share(first.creator, bob)
    assert is_visible(first, bob) == is_shared
    with acting_as(bob), enable_caching():
        mine = double(x)
    assert mine.user.email == bob.email
    assert mine.creator.base.caching.is_created_from_cache == is_shared
print('done')
"""
    assert run(instance, source) == 'done\n'


def test_a_plan_is_kept_and_shows_nobody_what_is_anothers(instance: Path) -> None:
    """The statement and its policies are planned once, for alice; then bob asks on the same connection."""
    source = """
import sqlalchemy as sa
from nanoos_plugins.graph.nodes import load_node
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import Viewer, revoke, share

alice, bob = add_user('anna@nanoos.test'), add_user('ben@nanoos.test')
with acting_as(alice):
    node = orm.Int(7).store()
for _ in range(10):
    assert load_node(Viewer(alice.pk), node.uuid).node.uuid == node.uuid
with connection(Viewer(alice.pk)) as opened:
    plans = 'SELECT generic_plans, custom_plans FROM pg_prepared_statements'
    kept = " WHERE statement LIKE '%db_dbnode%'"
    ((generic, custom),) = opened.execute(sa.text(plans + kept)).all()
assert (generic > 0, custom) == (True, 0), (generic, custom)

def is_seen():
    try:
        return load_node(Viewer(bob.pk), node.uuid).node.uuid == node.uuid
    except LookupError:
        return False

assert not is_seen()
with acting_as(alice):
    share(node, bob)
assert is_seen()
with acting_as(alice):
    revoke(node, bob)
assert not is_seen()
print('done')
"""
    assert run(instance, source) == 'done\n'
