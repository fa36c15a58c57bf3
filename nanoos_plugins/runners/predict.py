"""Predict, one question after the other: `python -m nanoos_plugins.runners.predict IN OUT MEGABYTES`.

IN and OUT are the numbers of open descriptors. A question and its answer are each a JSON object behind its
length (4 bytes, big-endian): `{"number", "name", …}` in; `{"number", "result"}` or `{"number", "error":
{"status", "detail"}}` out. Networks, models and features stay in memory, as many as there is room for.

It opens no database and no file but those of models. So whatever a model or a structure from outside makes of
it, it ends this process and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

import orjson

LENGTH = struct.Struct('>I')
LOGGER = logging.getLogger('nanoos.predict')


def main() -> None:
    """Answer questions until there are no more."""
    questions, answers, megabytes = (int(one) for one in sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us, and then closes the pipe
    limit(megabytes)
    from nanoos_plugins.runners.predict_answers import Answers

    known = Answers()
    with os.fdopen(questions, 'rb') as incoming, os.fdopen(answers, 'wb') as outgoing:
        while (question := _read(incoming)) is not None:
            frame = orjson.dumps({'number': question.pop('number'), **answer(known, question)})
            outgoing.write(LENGTH.pack(len(frame)) + frame)
            outgoing.flush()


def limit(megabytes: int) -> None:
    """Bound the memory that is written to [MB]; libraries reserve far more address space than they use."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):
        # macOS knows the name of this limit but refuses to set it.
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1024**2,) * 2)


def answer(known: Any, question: dict[str, Any]) -> dict[str, Any]:
    """Return the `result` of a question, or its `error`: status and detail."""
    try:
        return {'result': getattr(known, question.pop('name'))(**question)}
    except ValueError as error:
        return {'error': {'status': 422, 'detail': ' '.join(str(error).split())}}
    except MemoryError:
        return {'error': {'status': 422, 'detail': 'this takes more memory than there is for it'}}
    except Exception:  # noqa: BLE001 - whatever it is, the one who waits is told, and the next is served
        LOGGER.exception('unexpected error')
        return {'error': {'status': 500, 'detail': 'an error in NANO-OS; the log of the API tells more'}}


def _read(questions: BinaryIO) -> dict[str, Any] | None:
    """Return the next question, None at the end."""
    head = questions.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    question: dict[str, Any] = orjson.loads(questions.read(size))
    return question


if __name__ == '__main__':
    main()
