"""A plug-in of pytest that gives the tests an instance on PostgreSQL: `pytest -p tests.on_postgres …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.postgres import Postgres

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile

_SERVERS: list[Postgres] = []


def pytest_sessionstart() -> None:
    """Start the server, and let what makes an embedded instance make one on it."""
    from aiida.manage import get_manager

    from nanoos_plugins.install import home, profile

    def create(email: str) -> Profile:
        _SERVERS.append(Postgres())
        config = _SERVERS[-1].create_database()
        repository: Path = home.home() / 'repository'
        return profile.create_server(config | {'repository_uri': f'file://{repository}'}, email=email)

    profile.create_embedded = create  # type: ignore[assignment]
    # The database goes with its server.
    profile.delete = get_manager().reset_profile


def pytest_sessionfinish() -> None:
    """Stop the server."""
    for server in _SERVERS:
        server.stop()
