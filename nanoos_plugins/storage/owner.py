"""Whom a new node belongs to.

The acting user, set by whoever acts for somebody (command line, API, agent); else the owner of the process
now running; else the profile's default user. The acting user is kept as a primary key in a context variable:
an ORM object would be tied to the database session of one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aiida import orm

SYSTEM_EMAIL = 'system@nanoos.localhost'

_acting: ContextVar[int | None] = ContextVar('nanoos_acting_user', default=None)


@contextmanager
def acting_as(user: orm.User | None) -> Iterator[None]:
    """Let every node made inside belong to `user`; None changes nothing.

    :raises ValueError: for a user that is not stored.
    """
    if user is None:
        yield
        return
    if user.pk is None:
        raise ValueError(f'user {user.email} is not stored: store it before acting as this user')
    token = _acting.set(user.pk)
    try:
        yield
    finally:
        _acting.reset(token)


def acting_pk() -> int | None:
    """Return the primary key of the acting user, None when nobody acts for somebody."""
    return _acting.get()


def system_user() -> orm.User:
    """Return the user who owns what the instance provides to all (codes, pseudopotentials, templates)."""
    created, user = orm.User.collection.get_or_create(
        email=SYSTEM_EMAIL, first_name='NANO-OS', last_name='system'
    )
    return user.store() if created else user
