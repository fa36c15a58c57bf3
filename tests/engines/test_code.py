"""The code that an engine runs by when nobody names one: one's own, else the instance's, never another's."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiida import orm
from aiida.common.exceptions import NotExistent

from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.mlip import Mlip
from nanoos_plugins.install.profile import COMPUTER
from nanoos_plugins.storage.owner import acting_as, system_user


def user(name: str) -> orm.User:
    return orm.User(email=f'{name}-{uuid4()}@nanoos.test').store()


def register(owner: orm.User, label: str) -> orm.InstalledCode:
    with acting_as(owner):
        computer = orm.load_computer(COMPUTER)
        return orm.InstalledCode(label=label, computer=computer, filepath_executable='/bin/true').store()


def test_ones_own_code_comes_first_then_the_instances_and_never_anothers(profile: object) -> None:
    engine = Mlip()
    engine.code_label = label = f'code-{uuid4()}'
    ada, bob = user('ada'), user('bob')
    theirs = register(bob, label)
    with pytest.raises(NotExistent, match=label):
        default_code(engine, ada)
    provided = register(system_user(), label)
    assert default_code(engine, ada).uuid == default_code(engine, None).uuid == provided.uuid
    own = register(ada, label)
    assert default_code(engine, ada).uuid == own.uuid
    assert default_code(engine, bob).uuid == theirs.uuid
    assert default_code(engine, None).uuid == provided.uuid
