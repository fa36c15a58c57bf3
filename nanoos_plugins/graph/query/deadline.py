"""A time after which the database itself gives a statement up, so that nothing goes on unseen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from nanoos_plugins.graph.query.words import QueryError

#: Steps of SQLite's virtual machine between two looks at the clock: some tens of microseconds.
STEPS = 10_000


@contextmanager
def deadline(opened: sa.Connection, seconds: float) -> Iterator[None]:
    """Bound what the statements on this connection may take together; on PostgreSQL, each of them.

    :raises QueryError: when they took longer, and when the data cannot be compared as they should be.
    """
    end = time.monotonic() + seconds
    driver = opened.connection.driver_connection
    is_sqlite = opened.dialect.name == 'sqlite'
    try:
        if is_sqlite:
            driver.set_progress_handler(lambda: time.monotonic() > end, STEPS)  # type: ignore[union-attr]
        else:
            wait = sa.func.set_config('statement_timeout', str(round(seconds * 1000)), True)
            opened.execute(sa.select(wait))
        yield
    except sa.exc.DBAPIError as error:
        raise _explained(error, seconds) from error
    finally:
        if is_sqlite:
            driver.set_progress_handler(None, 0)  # type: ignore[union-attr]


def _explained(error: sa.exc.DBAPIError, seconds: float) -> Exception:
    """Return what to tell the one who asks; what is not the query's fault stays what it is."""
    cause = type(error.orig).__name__
    text = str(error.orig)
    if cause == 'QueryCanceled' or text == 'interrupted':
        return QueryError(
            f'the query took longer than {seconds:g} s and was ended: name types, filter by uuid, ctime or'
            ' declared properties, or ask for fewer vertices; POST /api/query/explain shows its way'
        )
    is_no_comparison = isinstance(error, sa.exc.DataError) or cause == 'UndefinedFunction'
    if is_no_comparison or 'malformed JSON' in text or 'user-defined function' in text:
        return QueryError('the query compares what cannot be compared, in one of the nodes that it looks at')
    return error
