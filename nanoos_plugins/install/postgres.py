"""A PostgreSQL database for a profile: its owner, the role that reads for people, and their passwords."""

from __future__ import annotations

import re
import secrets
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.storage.embeddings import add_extension


def create_database(superuser: sa.URL, name: str) -> dict[str, Any]:
    """Make a database and its two roles; return the storage configuration, without `repository_uri`.

    `<name>` owns the database and its tables: AiiDA, the daemon and the writer. `<name>_reader` answers the
    API's reads, as far as row-level security lets it. The extension pgvector is made when the server has it.

    :param superuser: address of any database of the server, for a role that may make roles and databases.
    :raises ValueError: for a name that is none, or that the server has already.
    """
    if not re.fullmatch('[a-z][a-z0-9_]{0,50}', name):
        raise ValueError(f'{name!r} is no name for a database: expected small letters, digits and _')
    owner, reader = name, f'{name}_reader'
    passwords = {role: secrets.token_urlsafe(32) for role in (owner, reader)}
    engine = sa.create_engine(superuser, isolation_level='AUTOCOMMIT')
    try:
        with engine.connect() as connection:
            for role, password in passwords.items():
                connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
            connection.exec_driver_sql(f'CREATE DATABASE {name} OWNER {owner} TEMPLATE template0')
            # By default everybody may connect, and make temporary tables.
            connection.exec_driver_sql(f'REVOKE ALL ON DATABASE {name} FROM PUBLIC')
            connection.exec_driver_sql(f'GRANT CONNECT ON DATABASE {name} TO {reader}')
        _add_extension(superuser.set(database=name))
    except sa.exc.ProgrammingError as error:
        raise ValueError(f'cannot make the database {name!r}: {error.orig}') from error
    finally:
        engine.dispose()
    return {
        'database_engine': 'postgresql_psycopg',
        'database_hostname': superuser.host,
        'database_port': superuser.port,
        'database_username': owner,
        'database_password': passwords[owner],
        'database_name': name,
        'reader_username': reader,
        'reader_password': passwords[reader],
    }


def _add_extension(database: sa.URL) -> None:
    """Make pgvector in a database, which most servers let a superuser do only."""
    engine = sa.create_engine(database)
    try:
        with engine.begin() as connection:
            add_extension(connection)
    finally:
        engine.dispose()
