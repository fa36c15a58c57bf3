"""The AiiDA profile of this instance: make it, load it, look at it, delete it."""

from __future__ import annotations

import getpass
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nanoos_plugins.install.home import home, profiles_path, use_home

if TYPE_CHECKING:
    from aiida import orm
    from aiida.manage.configuration import Profile
    from aiida.manage.configuration.config import Config

NAME = 'nanoos'
COMPUTER = 'localhost'


class NoProfileError(Exception):
    """There is no profile in this home."""


@dataclass(frozen=True)
class ProfileSummary:
    """What a profile is made of, for people and for `--json`."""

    name: str
    home: str
    storage: str
    storage_path: str
    broker: str
    default_user: str
    options: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a dictionary that can be written as JSON."""
        return asdict(self)


def embedded_settings() -> dict[str, Any]:
    """Return the settings of `profiles/embedded/settings.yaml`."""
    text = (profiles_path() / 'embedded' / 'settings.yaml').read_text(encoding='utf8')
    settings: dict[str, Any] = yaml.safe_load(text)
    return settings


def default_email() -> str:
    """Return `<login name>@localhost`."""
    return f'{getpass.getuser()}@localhost'


def create_embedded(email: str | None = None, first_name: str = '', last_name: str = '') -> Profile:
    """Make the embedded profile, load it and return it; what is there already is kept and completed.

    :param email: e-mail address of the default user; `default_email()` when None.
    :raises ValueError: for something that is no e-mail address, or one that differs from the default user's
        of a profile that exists.
    """
    settings = embedded_settings()
    return _create(
        settings['storage']['backend'], {'filepath': str(home() / 'storage')}, email, first_name, last_name
    )


def create_server(
    storage: dict[str, Any], email: str | None = None, first_name: str = '', last_name: str = ''
) -> Profile:
    """Make a profile on PostgreSQL, load it and return it; what is there already is kept and completed.

    :param storage: configuration of `nanoos.psql_dos`, as `postgres.create_database` gives it, and its
        `repository_uri`.
    :param email: as in `create_embedded`, with its errors.
    """
    return _create('nanoos.psql_dos', storage, email, first_name, last_name)


def _create(
    backend: str, storage: dict[str, Any], email: str | None, first_name: str, last_name: str
) -> Profile:
    """Make the profile on a storage, load it and return it."""
    if email is not None and not re.fullmatch(r'[^@\s]+@[^@\s]+', email):
        raise ValueError(f'{email!r} is no e-mail address: expected name@host, e.g. {default_email()}')
    settings = embedded_settings()
    config = _config(create=True)
    if NAME not in config.profile_names:
        _create_profile(config, settings, backend, storage)
    for option, value in settings['options'].items():
        config.set_option(option, value, scope=NAME)
    config.set_default_profile(NAME, overwrite=True)
    config.store()
    profile = load()
    owner: str | None = profile.default_user_email
    if owner is None:
        owner = email or default_email()
        _create_default_user(profile, owner, first_name, last_name)
    elif email not in (None, owner):
        raise ValueError(
            f'profile {NAME!r} in {home()} belongs to {owner}, not to {email}: '
            f'delete it first (`nanoos profile delete`) or set NANOOS_HOME to another folder'
        )
    _complete(settings, owner)
    return profile


def load() -> Profile:
    """Load the profile of this home and return it; nothing happens when it is loaded already.

    :raises NoProfileError: when there is none; the message says how to make one.
    """
    use_home()
    from aiida import load_profile

    if NAME not in profile_names():
        raise NoProfileError(f'no profile in {home()}: run `nanoos profile create embedded`')
    return load_profile(NAME)


def profile_names() -> list[str]:
    """Return the names of the profiles of this home."""
    use_home()
    from aiida.common.exceptions import MissingConfigurationError

    try:
        return list(_config(create=False).profile_names)
    except MissingConfigurationError:
        return []


def describe(name: str = NAME) -> ProfileSummary:
    """Return what a profile is made of.

    :raises NoProfileError: when there is no profile of that name.
    """
    if name not in profile_names():
        raise NoProfileError(f'no profile {name!r} in {home()}: run `nanoos profile create embedded`')
    config = _config(create=False)
    profile = config.get_profile(name)
    return ProfileSummary(
        name=profile.name,
        home=str(home()),
        storage=profile.storage_backend,
        storage_path=str(profile.storage_config.get('filepath', '')),
        broker=profile.process_control_backend or '',
        default_user=profile.default_user_email or '',
        options=dict(profile.options),
    )


def delete() -> None:
    """Stop the daemon and delete the profile with all its data and its working folder.

    :raises NoProfileError: when there is none.
    """
    from aiida.manage import get_manager

    from nanoos_plugins.install.daemon import stop_daemon

    if NAME not in profile_names():
        raise NoProfileError(f'no profile in {home()}: there is nothing to delete')
    stop_daemon()
    get_manager().unload_profile()
    _config(create=False).delete_profile(NAME, delete_storage=True)
    shutil.rmtree(home() / 'scratch', ignore_errors=True)


def add_user(email: str, first_name: str = '', last_name: str = '') -> orm.User:
    """Return the user with that e-mail address, who may submit to `localhost`; made when missing."""
    from aiida import orm

    created, user = orm.User.collection.get_or_create(email=email, first_name=first_name, last_name=last_name)
    if created:
        user.store()
    _authenticate(orm.load_computer(COMPUTER), user, embedded_settings()['computer']['authentication'])
    return user


def _config(create: bool) -> Config:
    """Return AiiDA's configuration of this home."""
    use_home()
    from aiida.manage.configuration import get_config

    return get_config(create=create)


def _create_profile(config: Config, settings: dict[str, Any], backend: str, storage: dict[str, Any]) -> None:
    """Make the storage and the profile that names it.

    A storage that no profile names is left over from a creation that was interrupted, or from a lost
    configuration: it is put aside, never deleted.
    """
    from aiida.plugins import BrokerFactory

    broker = settings['broker']['backend']
    folder = Path(storage['filepath']) if 'filepath' in storage else None
    if folder is not None and folder.exists():
        folder.rename(folder.with_name(f'storage-{datetime.now():%Y%m%d-%H%M%S-%f}'))
    config.create_profile(
        name=NAME,
        storage_backend=backend,
        storage_config=storage,
        broker_backend=broker,
        broker_config=BrokerFactory(broker).get_default_config(),
    )


def _create_default_user(profile: Profile, email: str, first_name: str, last_name: str) -> None:
    from aiida.manage import get_manager

    _user(email, first_name, last_name)
    get_manager().set_default_user_email(profile, email)


def _user(email: str, first_name: str, last_name: str) -> orm.User:
    from aiida import orm

    created, user = orm.User.collection.get_or_create(email=email, first_name=first_name, last_name=last_name)
    return user.store() if created else user


def _complete(settings: dict[str, Any], email: str) -> None:
    """Make the system user and the computer, and let the default user submit to it."""
    from aiida import orm
    from aiida.common.exceptions import NotExistent

    from nanoos_plugins.storage.owner import system_user

    system_user()
    wanted = settings['computer']
    try:
        computer = orm.load_computer(wanted['label'])
    except NotExistent:
        keys = ('label', 'hostname', 'description', 'transport_type', 'scheduler_type')
        computer = orm.Computer(**{key: wanted[key] for key in keys}, workdir=str(home() / 'scratch')).store()
    computer.set_minimum_job_poll_interval(wanted['job_poll_interval'])
    computer.set_default_mpiprocs_per_machine(wanted['mpiprocs_per_machine'])
    _authenticate(computer, orm.User.collection.get(email=email), wanted['authentication'])


def _authenticate(computer: orm.Computer, user: orm.User, authentication: dict[str, Any]) -> None:
    """Give a user the right to submit to a computer."""
    computer.configure(user=user, **authentication)
