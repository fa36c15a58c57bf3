"""Two tenants of the temporary instance."""

from __future__ import annotations

import pytest
from aiida import orm
from aiida.manage.configuration import Profile

from nanoos_plugins.install.profile import add_user


@pytest.fixture
def alice(profile: Profile) -> orm.User:
    """Return a user who may submit to the local computer."""
    return add_user('alice@nanoos.test')


@pytest.fixture
def bob(profile: Profile) -> orm.User:
    """Return another one."""
    return add_user('bob@nanoos.test')
