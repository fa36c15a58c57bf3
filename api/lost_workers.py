"""What was run by a worker of the daemon that has died is given to another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nanoos_plugins.recovery import NOTICE_AFTER, notice_lost_workers


@asynccontextmanager
async def looking_for_lost_workers() -> AsyncIterator[None]:
    """Look for lost workers every `NOTICE_AFTER` seconds."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(NOTICE_AFTER)
            await asyncio.to_thread(notice_lost_workers)

    task = asyncio.create_task(watch())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
