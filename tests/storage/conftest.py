"""Tenants of the temporary instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.manage.configuration import Profile

from nanoos_plugins.install.profile import add_user
from tests.storage.graphs import open_database

_numbers = count(1)


@pytest.fixture
def tenant(profile: Profile) -> Callable[[str], orm.User]:
    """Return the factory of new users, who may submit to the local computer."""
    return lambda name: add_user(f'{name}-{next(_numbers)}@nanoos.test')


@pytest.fixture
def alice(tenant: Callable[[str], orm.User]) -> orm.User:
    """Return a new user."""
    return tenant('alice')


@pytest.fixture
def bob(tenant: Callable[[str], orm.User]) -> orm.User:
    """Return another new user."""
    return tenant('bob')


@pytest.fixture
def carol(tenant: Callable[[str], orm.User]) -> orm.User:
    """Return a third new user."""
    return tenant('carol')


@pytest.fixture
def database() -> Iterator[sa.Connection]:
    """Return a connection to an empty database."""
    connection = open_database()
    yield connection
    connection.close()
    connection.engine.dispose()
