"""The one door to start work: (entry point, inputs, owner) → process node.

The command line, the API and agents start processes here and nowhere else, by entry-point name.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from aiida import orm
from aiida.common.exceptions import EntryPointError
from aiida.engine import ProcessBuilder
from aiida.engine import submit as aiida_submit
from aiida.engine.utils import instantiate_process
from aiida.manage import get_manager
from aiida.plugins import CalculationFactory, WorkflowFactory

from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.home import home
from nanoos_plugins.storage.accounts import IDEMPOTENCY
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.tasks import connect, hand_over, is_lost

#: [s] How long a key is kept at least: as long as anybody repeats a request whose answer was lost.
KEY_SECONDS = 7 * 24 * 3600
#: [s] How often a process that runs here looks whether one that it called has ended: nobody tells it.
LOOK = 0.1
#: Keys that are forgotten with each job that is stored.
MOST_FORGOTTEN = 100


class KeyUsedError(ValueError):
    """A key that came with another request before."""


def load_process(entry_point: str) -> Any:
    """Return the process class or process function registered as `entry_point`.

    :raises ValueError: when neither a workflow nor a calculation has that name.
    """
    try:
        return WorkflowFactory(entry_point)
    except EntryPointError:
        pass
    try:
        return CalculationFactory(entry_point)
    except EntryPointError:
        raise ValueError(
            f'no workflow or calculation is registered as {entry_point!r}; `verdi plugin list` names them'
        ) from None


def submit(entry_point: str, inputs: Mapping[str, Any], owner: orm.User | None = None) -> orm.ProcessNode:
    """Hand a process to the daemon and return its node at once.

    :param owner: whom the process and everything it makes belongs to; the acting user by default.
    :raises ValueError: for an unknown entry point or inputs that do not validate.
    :raises TimeoutError: when the daemon is not running.
    """
    process = load_process(entry_point)
    with acting_as(owner):
        connect()
        return aiida_submit(process, **inputs)


def submit_once(
    entry_point: str, inputs: Mapping[str, Any], owner: orm.User, key: str, digest: str
) -> orm.ProcessNode:
    """Hand a process to the daemon, unless `submitted` finds the one of an earlier request with this key.

    Process and key are stored together or not at all, and the daemon is told afterwards. Whatever is killed
    in between: the same request, sent again, finds the process and whether the daemon knows of it.

    :param key: the client's name for this request, among those of `owner`, for `KEY_SECONDS`.
    :param digest: SHA-256 of the request.
    :raises ValueError: for an unknown entry point or inputs that do not validate; nothing is stored then.
    :raises KeyUsedError: when the key came with another digest.
    :raises TimeoutError: when the daemon could not be told; send the request again.
    """
    process = load_process(entry_point)
    with acting_as(owner), _alone():
        earlier = _find_again(owner, key, digest)
        if earlier is not None:
            return earlier
        connect()
        node = _store(process, inputs, owner, key, digest)
        assert node.pk is not None
        hand_over(node.pk)
        return node


def submitted(owner: orm.User, key: str, digest: str) -> orm.ProcessNode | None:
    """Return the process of an earlier request with this key; the daemon knows of it, or is told now.

    :raises KeyUsedError: when the key came with another digest.
    :raises TimeoutError: when the daemon could not be told; send the request again.
    """
    with acting_as(owner), _alone():
        return _find_again(owner, key, digest)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one at a time submit on this machine, until it has told the daemon or has been killed.

    So nobody takes a process for lost that another is just about to tell the daemon of.
    """
    with (home() / 'submit.lock').open('a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _find_again(owner: orm.User, key: str, digest: str) -> orm.ProcessNode | None:
    statement = sa.select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.node_id).where(
        IDEMPOTENCY.c.user_id == owner.pk, IDEMPOTENCY.c.key == key
    )
    with connection() as opened:
        row = opened.execute(statement).first()
    if row is None:
        return None
    if row.digest != digest:
        raise KeyUsedError(f'the key {key!r} came with another request before: take a new one for a new job')
    if is_lost(row.node_id):
        hand_over(row.node_id)
    node: orm.ProcessNode = orm.load_node(pk=row.node_id)  # type: ignore[assignment]
    return node


def _store(
    process: Any, inputs: Mapping[str, Any], owner: orm.User, key: str, digest: str
) -> orm.ProcessNode:
    """Store a process that nobody runs yet, its checkpoint and the key, in one transaction of the database.

    This is what `aiida.engine.submit` does before it tells the daemon.
    """
    runner, storage = get_manager().get_runner(), get_manager().get_profile_storage()
    now = time.time()
    row = {'user_id': owner.pk, 'key': key, 'digest': digest, 'created': now}
    # A transaction that begins by reading cannot always go on to write on SQLite: so the last one is ended,
    # and this one begins with the key. It also makes others with this key wait.
    storage.get_session().commit()  # type: ignore[attr-defined]
    with storage.transaction() as session:
        session.execute(sa.insert(IDEMPOTENCY).values(row))
        session.execute(_forget(now - KEY_SECONDS))
        instance = instantiate_process(runner, process, **inputs)
        if not instance.metadata.store_provenance or instance.node.pk is None:
            raise ValueError('metadata.store_provenance: a job without provenance cannot be submitted')
        assert runner.persister is not None
        runner.persister.save_checkpoint(instance)
        mine = (IDEMPOTENCY.c.user_id == owner.pk, IDEMPOTENCY.c.key == key)
        session.execute(sa.update(IDEMPOTENCY).where(*mine).values(node_id=instance.node.pk))
    instance.close()
    return instance.node


def _forget(before: float) -> sa.Delete:
    """Return the statement that forgets some of the keys from before a time: by an index, never many."""
    old = sa.select(IDEMPOTENCY.c.user_id, IDEMPOTENCY.c.key).where(IDEMPOTENCY.c.created < before)
    return sa.delete(IDEMPOTENCY).where(
        sa.tuple_(IDEMPOTENCY.c.user_id, IDEMPOTENCY.c.key).in_(old.limit(MOST_FORGOTTEN))
    )


def run(entry_point: str, inputs: Mapping[str, Any], owner: orm.User | None = None) -> orm.ProcessNode:
    """Run a process here, wait for its end and return its node."""
    with acting_as(owner):
        return _run(load_process(entry_point), inputs)


def run_builder(builder: ProcessBuilder, owner: orm.User | None = None) -> orm.ProcessNode:
    """Run the process of a filled builder here, wait for its end and return its node."""
    with acting_as(owner):
        return _run(builder, {})


def _run(process: Any, inputs: Mapping[str, Any]) -> orm.ProcessNode:
    """Run a process in a runner of its own, as AiiDA's `run_get_node` does, which looks far less often."""
    runner = get_manager().create_runner(communicator=None, poll_interval=LOOK)
    return runner.run_get_node(process, **inputs).node
