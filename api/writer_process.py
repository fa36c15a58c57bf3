"""The main of the child process that writes: a write in, its answer out, one after the other.

`python -m api.writer_process <descriptor of the writes> <descriptor of the answers>`, started by
`api.writer`. It ends when the writes end, which they do when the API does.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import Any, BinaryIO

import orjson

from api.companion import LENGTH
from api.errors import STATUSES, RequestError
from api.logs import use_json

LOGGER = logging.getLogger('nanoos.api.writer')


def main() -> None:
    """Answer writes until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the API, which then lets us finish
    use_json()
    commands, answers = os.fdopen(int(sys.argv[1]), 'rb'), os.fdopen(int(sys.argv[2]), 'wb')
    from nanoos_plugins.install.profile import load

    load()
    while (command := _read(commands)) is not None:
        frame = orjson.dumps({'number': command['number'], **answer(command)})
        answers.write(LENGTH.pack(len(frame)) + frame)
        answers.flush()


def answer(command: dict[str, Any]) -> dict[str, Any]:
    """Return the `result` of a write, or its `error`: status and detail."""
    from aiida import orm

    from api.writes import WRITES
    from nanoos_plugins.storage.owner import acting_as

    try:
        user = None if command['user_pk'] is None else orm.User.collection.get(id=command['user_pk'])
        with acting_as(user):
            return {'result': WRITES[command['name']](**command['inputs'])}
    except RequestError as error:
        return {'error': {'status': error.status, 'detail': error.detail}}
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits is told, and the next is served
        for kind, status in STATUSES:
            if isinstance(error, kind):
                return {'error': {'status': status, 'detail': str(error.args[0] if error.args else error)}}
        LOGGER.exception('unexpected error in %s', command['name'])
        return {'error': {'status': 500, 'detail': 'an error in NANO-OS; the log of the API tells more'}}


def _read(commands: BinaryIO) -> dict[str, Any] | None:
    """Return the next write, None at the end."""
    head = commands.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    command: dict[str, Any] = orjson.loads(commands.read(size))
    return command


if __name__ == '__main__':
    main()
