"""The one that writes: a child process whose main thread makes every change to AiiDA's graph, one at a time.

AiiDA's processes can be run neither from a thread nor from a coroutine of a web server, and its sessions
belong to one thread. So routes hand their writes to this process and await the answer.
"""

from __future__ import annotations

from typing import Any

from api.companion import Companion
from nanoos_plugins.accounts.caller import Caller

#: Writes that wait.
MOST_WAITING = 200


class Writer(Companion):
    """The child process, and the writes that await its answers."""

    def __init__(self) -> None:
        super().__init__(
            'api.writer_process',
            MOST_WAITING,
            'writes',
            'the process that writes has ended: send the request again, a job with the same Idempotency-Key',
        )

    async def write(self, name: str, caller: Caller | None, /, **inputs: Any) -> Any:
        """Have the write `name` of `api.writes` done for `caller` and return its answer.

        :raises RequestError: with the status of what went wrong; 503 when the process ended meanwhile or too
            many are waiting.
        """
        user = None if caller is None else caller.user_pk
        return await self.ask({'name': name, 'user_pk': user, 'inputs': inputs})
