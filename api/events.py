"""What changes in the graph, pushed: one watcher of the database, any number of subscribers.

The database is the event log (`nanoos_plugins.storage.changes`), so nothing is lost with a process and all
API processes give an event the same id. The watcher asks the database, which takes next to nothing, whether
anybody has written since; only then is read what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager, suppress

import anyio.to_thread
import sqlalchemy as sa

from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.changes import Change, Position, changes_since, newest, seen_among, state
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage.shares import Viewer

LOGGER = logging.getLogger('nanoos.api.events')
#: [s] Between two looks at whether anybody has written.
PERIOD = 0.05
#: Changes that wait for one subscriber; who falls behind further reads the rest from the database.
MOST_WAITING = 2000

Wanted = Callable[[Change], bool]


class Subscriber:
    """Somebody who follows the events, and what waits for them."""

    def __init__(self, viewer: Viewer, wanted: Wanted) -> None:
        self.viewer = viewer
        self.wanted = wanted
        self.waiting: list[Change] = []
        self.is_behind = False
        self.woken = asyncio.Event()

    def give(self, changes: Collection[Change]) -> None:
        """Let changes wait for the subscriber."""
        if self.is_behind:
            return
        if len(self.waiting) + len(changes) > MOST_WAITING:
            self.is_behind = True
        else:
            self.waiting.extend(change for change in changes if self.wanted(change))
        if self.waiting or self.is_behind:
            self.woken.set()


class Events:
    """The watcher and its subscribers."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._position = Position(0, 0)
        self._watching: asyncio.Task[None] | None = None

    @property
    def subscribers(self) -> int:
        """Return how many follow."""
        return len(self._subscribers)

    async def start(self) -> None:
        """Begin to watch."""
        self._position = await anyio.to_thread.run_sync(newest)
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def follow(
        self, caller: Caller, wanted: Wanted, after: Position | None, heartbeat: float
    ) -> AsyncGenerator[Change | Position]:
        """Yield changes that the caller may see and wants, behind `after` (None: from now on).

        A `Position` comes when nothing did for `heartbeat` seconds: everything before it has been given.
        """
        with self._subscribed(Subscriber(caller.viewer, wanted)) as me:
            position = self._position if after is None else after
            me.is_behind = after is not None
            while True:
                if me.is_behind:
                    # What is written from this moment on waits; what was written until then is read.
                    me.waiting, me.is_behind, until = [], False, self._position
                    async for change in _read(position, until, me):
                        yield change
                    position = until
                me.woken.clear()
                found, me.waiting = me.waiting, []
                for change in found:
                    position = change.position
                    yield change
                if not me.woken.is_set() and not await _is_woken(me, heartbeat):
                    position = position if me.waiting or me.is_behind else self._position
                    yield position

    @contextmanager
    def _subscribed(self, subscriber: Subscriber) -> Iterator[Subscriber]:
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    async def _watch(self) -> None:
        """Give every subscriber what they may see of what changes, for ever."""
        while True:
            try:
                with connection() as opened:
                    await self._look(opened)
            except sa.exc.OperationalError:
                LOGGER.exception('cannot read what has changed; trying again')
            await asyncio.sleep(PERIOD)

    async def _look(self, opened: sa.Connection) -> None:
        """Look again and again whether anybody has written, as long as the database answers."""
        known = None
        while True:
            seen = await anyio.to_thread.run_sync(state, opened)
            if seen != known:
                while await self._spread():
                    pass
                known = seen
            await asyncio.sleep(PERIOD)

    async def _spread(self) -> bool:
        """Give a page of changes to those who may see them; return whether there was one."""
        changes, position = await anyio.to_thread.run_sync(changes_since, self._position)
        present = list(self._subscribers)
        visible = {viewer: await _visible(viewer, changes) for viewer in {one.viewer for one in present}}
        is_news = position != self._position
        self._position = position
        for subscriber in self._subscribers:
            if subscriber.viewer in visible:
                subscriber.give(visible[subscriber.viewer])
            else:
                subscriber.is_behind = True
                subscriber.woken.set()
        return is_news


async def _visible(viewer: Viewer, changes: Collection[Change]) -> list[Change]:
    """Return the changes of nodes that a viewer may see; one statement at most."""
    is_free = viewer.group_pk is None
    others = {change.pk for change in changes if not is_free or change.user_pk != viewer.user_pk}
    seen = await anyio.to_thread.run_sync(seen_among, viewer, others) if others else set()
    return [change for change in changes if change.pk in seen or change.pk not in others]


async def _read(position: Position, until: Position, reader: Subscriber) -> AsyncIterator[Change]:
    """Yield what a subscriber wants of the changes between two positions, from the database."""
    while True:
        found, reached = await anyio.to_thread.run_sync(changes_since, position, reader.viewer, until)
        for change in found:
            if reader.wanted(change):
                yield change
        if reached == position:
            return
        position = reached


async def _is_woken(subscriber: Subscriber, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await subscriber.woken.wait()
    except TimeoutError:
        return False
    return True
