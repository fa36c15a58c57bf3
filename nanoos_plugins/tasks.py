"""The tasks of AiiDA's broker: hand a stored process to the daemon, and know whether that has been done.

A process runs when a worker takes its task from the broker. Two tasks would run it twice, none not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiida.manage import get_manager

from nanoos_plugins.graph.progress import unclaimed
from nanoos_plugins.install.daemon import broker_files
from nanoos_plugins.recovery import UNCLAIMED_AFTER

ZEROMQ = 'core.zeromq'
#: [s] How long the broker may take to write a task down.
ANSWER_TIMEOUT = 10.0


def connect() -> None:
    """Connect to the broker that runs now; each start of the daemon brings another one, at another address.

    :raises TimeoutError: when the daemon, which runs the broker, is not running.
    """
    manager = get_manager()
    if not manager.get_daemon_client().is_daemon_running:
        raise TimeoutError('the daemon is not running: start it (`nanoos up`), then send the request again')
    try:
        communicator = manager.get_communicator()
        address = broker_files().sockets_file.read_text().strip() if _is_zeromq() else None
        if address is not None and address not in communicator._router_endpoint:
            disconnect()
            manager.get_communicator()
    except (ConnectionError, FileNotFoundError):
        raise TimeoutError('the broker is not running (yet): send the request again') from None


def disconnect() -> None:
    """Close the connection to the broker; the next use opens another one."""
    get_manager().reset_runner()
    get_manager().reset_broker()


def hand_over(pk: int) -> None:
    """Tell the daemon to run a stored process; return when the broker has written that down.

    :raises TimeoutError: when the broker does not say so in time: it may have heard it or not.
    """
    connect()
    controller = get_manager().get_process_controller()
    # RabbitMQ confirms before the call returns, and its reply is the result of the whole process; ZeroMQ's is
    # the confirmation, and without asking for it the task may still be in the memory of this process.
    reply = controller.continue_process(pk, nowait=False, no_reply=not _is_zeromq())
    try:
        if reply is not None:
            reply.result(timeout=ANSWER_TIMEOUT)
    except TimeoutError:
        disconnect()
        raise TimeoutError(
            f'the broker did not answer within {ANSWER_TIMEOUT:g} s: send the request again, '
            'with the same Idempotency-Key'
        ) from None


def is_lost(pk: int) -> bool:
    """Return whether a stored process is waiting for a worker although the broker has no task for it.

    Nobody else may be handing it over at this moment.

    :raises TimeoutError: when that cannot be told yet.
    """
    if pk not in unclaimed([pk], 0):
        return False
    connect()
    if not _is_zeromq():
        return _is_lost_to_rabbitmq(pk)
    _await_earlier_messages()
    # The task is taken away when the process has ended; so it is looked for first, then the state.
    return not any(task == pk for task in _tasks()) and pk in unclaimed([pk], 0)


def _is_lost_to_rabbitmq(pk: int) -> bool:
    """Return whether nobody took the process up for so long that its task must have been lost.

    RabbitMQ does not show the tasks that a worker has been given.
    """
    if pk in unclaimed([pk], UNCLAIMED_AFTER):
        return True
    raise TimeoutError(
        f'it is not known yet whether the daemon has heard of process {pk}: send the request again in '
        f'{UNCLAIMED_AFTER:g} s, with the same Idempotency-Key'
    )


def _await_earlier_messages() -> None:
    """Wait until the broker has read what others sent it before they ended.

    It reads from its connections in turn: when it has answered twice, it has read those that were waiting.
    """
    for _ in range(2):
        nobody = get_manager().get_communicator().rpc_send('nanoos: nobody', {})
        try:
            nobody.exception(timeout=ANSWER_TIMEOUT)
        except TimeoutError:
            disconnect()
            raise TimeoutError('the broker does not answer: send the request again') from None


def _tasks() -> Iterator[int]:
    """Yield the process of every task that the broker holds, waiting or given to a worker.

    AiiDA's own way of asking (`Broker.iterate_tasks`) moves the tasks of running processes back among the
    waiting ones, under the feet of the broker; so its files are only read.
    """
    folder = broker_files().storage_path / 'tasks'
    # A task moves from waiting to given, and back when its worker is lost.
    for state in ('pending', 'processing', 'pending'):
        for path in sorted((folder / state).glob('*.json')):
            yield from _process_of(path)


def _process_of(path: Path) -> Iterator[int]:
    with suppress(FileNotFoundError):
        body: dict[str, Any] = json.loads(path.read_text()).get('body') or {}
        pid = (body.get('args') or {}).get('pid')
        if isinstance(pid, int):
            yield pid


def _is_zeromq() -> bool:
    profile = get_manager().get_profile()
    return profile is not None and profile.process_control_backend == ZEROMQ
