"""The embedded profile and what belongs to it."""

from __future__ import annotations

import pytest
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.manage.configuration import Profile, get_config

from nanoos_plugins import launch
from nanoos_plugins.install.profile import (
    COMPUTER,
    NAME,
    add_user,
    create_embedded,
    describe,
    embedded_settings,
    load,
)
from nanoos_plugins.storage.owner import SYSTEM_EMAIL


def test_every_setting_reaches_the_profile(profile: Profile) -> None:
    options = embedded_settings()['options']
    assert {name: get_config().get_option(name, scope=NAME) for name in options} == options


def test_the_computer_runs_jobs_without_delay(profile: Profile) -> None:
    wanted = embedded_settings()['computer']
    computer = orm.load_computer(COMPUTER)
    user = orm.User.collection.get_default()
    assert computer.transport_type == 'core.local'
    assert computer.scheduler_type == 'core.direct'
    assert computer.get_minimum_job_poll_interval() == wanted['job_poll_interval']
    assert computer.get_configuration(user) | wanted['authentication'] == computer.get_configuration(user)
    assert computer.is_user_enabled(user)


def test_creating_again_changes_nothing(profile: Profile) -> None:
    users, computers = orm.User.collection.count(), orm.Computer.collection.count()
    assert create_embedded().uuid == profile.uuid
    assert (orm.User.collection.count(), orm.Computer.collection.count()) == (users, computers)


def test_loading_again_is_nothing(profile: Profile) -> None:
    assert load() is profile or load().uuid == profile.uuid


def test_the_system_user_is_made_with_the_profile(profile: Profile) -> None:
    assert orm.User.collection.get(email=SYSTEM_EMAIL).is_stored


def test_describe(profile: Profile) -> None:
    assert describe().storage == 'nanoos.sqlite_dos'
    with pytest.raises(ValueError, match='belongs to owner@nanoos.test, not to somebody@nanoos.test'):
        create_embedded(email='somebody@nanoos.test')


def test_added_users_may_submit_others_may_not(profile: Profile, bash: orm.InstalledCode) -> None:
    member = add_user('member@nanoos.test')
    assert add_user('member@nanoos.test').pk == member.pk
    stranger = orm.User(email='stranger@nanoos.test').store()
    inputs = {'code': bash, 'x': orm.Int(1), 'y': orm.Int(2)}
    assert launch.run('core.arithmetic.add', inputs, owner=member).is_finished_ok
    inputs = {'code': bash, 'x': orm.Int(1), 'y': orm.Int(2)}
    with pytest.raises(NotExistent, match='AuthInfo|authentication|configured'):
        launch.run('core.arithmetic.add', inputs, owner=stranger)
