"""Tenants of the temporary instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.manage.configuration import Profile
from aiida.storage.psql_dos.utils import create_sqlalchemy_engine

from nanoos_plugins.install.profile import add_user
from nanoos_plugins.storage.security import secure
from tests.postgres import Postgres
from tests.storage.graphs import open_database

_numbers = count(1)
READERS: dict[sa.Engine, sa.Engine] = {}


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
    """Return a connection to an empty database on SQLite."""
    connection = open_database()
    yield connection
    connection.close()
    connection.engine.dispose()


@pytest.fixture(scope='session')
def postgres_engine(postgres: Postgres) -> Iterator[sa.Engine]:
    """Return the engine of a database on PostgreSQL, for its owner."""
    config = postgres.create_database()
    engine = create_sqlalchemy_engine(config)
    READERS[engine] = sa.create_engine(
        engine.url.set(username=config['reader_username'], password=config['reader_password'])
    )
    yield engine
    READERS.pop(engine).dispose()
    engine.dispose()


@pytest.fixture(scope='session')
def reader(postgres_engine: sa.Engine) -> sa.Engine:
    """Return the engine of the same database for the role that reads for people."""
    connection = open_database(postgres_engine)
    secure(connection, READERS[postgres_engine].url.username or '')
    connection.commit()
    connection.close()
    return READERS[postgres_engine]


@pytest.fixture(params=['sqlite', 'postgresql'])
def either_database(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """Return a connection to an empty database on each of the two."""
    is_postgres = request.param == 'postgresql'
    if is_postgres:
        # With the functions that the policies are of.
        request.getfixturevalue('reader')
    connection = open_database(request.getfixturevalue('postgres_engine') if is_postgres else None)
    if is_postgres:
        # Triggers then answer at once, as those of SQLite do.
        connection.exec_driver_sql('SET CONSTRAINTS ALL IMMEDIATE')
    yield connection
    connection.close()
    if not is_postgres:
        connection.engine.dispose()
