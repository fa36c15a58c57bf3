"""Set computers and codes up, and say who may submit where and by which account."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiida import orm
from aiida.common.exceptions import (
    EntryPointError,
    IntegrityError,
    NotExistent,
    UniquenessError,
    ValidationError,
)
from aiida.engine import CalcJob
from aiida.plugins import CalculationFactory, SchedulerFactory, TransportFactory
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from api.errors import RequestError
from api.writes.shares import acting_user, acting_viewer
from nanoos_plugins.accounts.account import normal_email
from nanoos_plugins.graph.computers import OWN_ACCOUNTS, find_computer
from nanoos_plugins.install.home import home
from nanoos_plugins.storage.owner import acting_as, system_user

#: The only transport that signs in by a key of the user's and by no other.
OWN_TRANSPORT = 'core.ssh'


def make_computer(
    label: str,
    hostname: str,
    description: str,
    transport: str,
    scheduler: str,
    work_dir: str,
    mpiprocs_per_machine: int | None,
    mpirun_command: str,
    prepend_text: str,
    own_accounts: bool,
) -> str:
    """Set a computer up and return its UUID.

    :raises RequestError: 409 when there is one with this label.
    :raises ValueError: for an unknown scheduler, or what AiiDA does not take.
    """
    _check_own_accounts(own_accounts, transport)
    try:
        SchedulerFactory(scheduler)
    except EntryPointError:
        raise ValueError(f'scheduler: AiiDA has no {scheduler!r}; it has core.direct, core.slurm …') from None
    computer = orm.Computer(
        label=label,
        hostname=hostname,
        description=description,
        transport_type=transport,
        scheduler_type=scheduler,
        workdir=work_dir,
    )
    try:
        computer.set_mpirun_command(mpirun_command.split())
        computer.set_prepend_text(prepend_text)
        if mpiprocs_per_machine is not None:
            computer.set_default_mpiprocs_per_machine(mpiprocs_per_machine)
        computer.set_property(OWN_ACCOUNTS, own_accounts)
        return str(computer.store().uuid)
    except ValidationError as error:
        raise ValueError(str(error)) from error
    except (IntegrityError, UniquenessError):
        raise RequestError(409, f'there is a computer {label!r} already: take another label') from None


def change_computer(uuid: str, changes: Mapping[str, Any]) -> None:
    """Change a computer; `enabled` is for all who have access to it.

    :raises LookupError: when there is none.
    """
    computer = _computer(uuid, is_admin=True)
    if 'own_accounts' in changes:
        _check_own_accounts(changes['own_accounts'], computer.transport_type)
        computer.set_property(OWN_ACCOUNTS, changes['own_accounts'])
    if 'description' in changes:
        computer.description = changes['description']
    if 'enabled' in changes:
        query = orm.QueryBuilder().append(orm.Computer, filters={'id': computer.pk}, tag='computer')
        for authinfo in query.append(orm.AuthInfo, with_computer='computer').all(flat=True):
            authinfo.enabled = changes['enabled']


def permit(uuid: str, email: str, enabled: bool, settings: dict[str, Any]) -> None:
    """Let a user submit to a computer, or no longer.

    :param settings: of the transport; those that are not named stay as they are.
    :raises LookupError: when there is no such computer or user.
    :raises ValueError: for settings that the transport does not have.
    """
    computer = _computer(uuid, is_admin=True)
    try:
        user = orm.User.collection.get(email=normal_email(email))
    except (NotExistent, ValueError):
        raise LookupError(f'there is no user {email!r:.80}') from None
    known = TransportFactory(computer.transport_type).auth_options
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise ValueError(
            f'settings: {computer.transport_type} has no {unknown[0]!r}; it has {", ".join(known)}'
        )
    for name, value in settings.items():
        _check_setting(name, known[name], value)
    authinfo = computer.configure(user=user, **settings)
    authinfo.enabled = enabled


def take_access(
    uuid: str, username: str, private_key: str, use_login_shell: bool, safe_interval: float
) -> None:
    """Let the acting user submit to a computer by their own account there.

    :raises LookupError: when they see no such computer.
    :raises PermissionError: when it takes no accounts of users, or an administrator has closed it to them.
    :raises ValueError: for a key that is none.
    """
    computer = _computer(uuid, is_admin=False)
    me = acting_user()
    if not computer.get_property(OWN_ACCOUNTS, False) or computer.transport_type != OWN_TRANSPORT:
        raise PermissionError(
            f'computer {computer.label}: who can submit there is for an administrator to say'
        )
    if _is_closed_to(computer, me):
        raise PermissionError(f'computer {computer.label} has been closed to you by an administrator')
    path = _key_path(computer, me)
    _write_key(path, private_key)
    computer.configure(
        user=me,
        username=username,
        key_filename=str(path),
        look_for_keys=False,
        allow_agent=False,
        key_policy='RejectPolicy',
        use_login_shell=use_login_shell,
        safe_interval=safe_interval,
    )


def drop_access(uuid: str) -> None:
    """Take the acting user's own account on a computer back, and delete its key.

    :raises LookupError: when they see no such computer, or have no account of their own there.
    """
    computer, me = _computer(uuid, is_admin=False), acting_user()
    path = _key_path(computer, me)
    # One that an administrator has closed stays, so that nobody opens it again.
    if not path.exists() or _is_closed_to(computer, me):
        raise LookupError(f'you have no account of your own on computer {computer.label}')
    path.unlink()
    authinfo = computer.get_authinfo(me)
    assert authinfo.pk is not None
    orm.AuthInfo.collection.delete(authinfo.pk)


def make_code(
    label: str,
    description: str,
    computer: str,
    plugin: str,
    executable: str,
    with_mpi: bool | None,
    prepend_text: str,
) -> str:
    """Register a program of the system's on a computer and return the UUID of the code.

    :raises LookupError: when there is no such computer.
    :raises ValueError: for an unknown plugin, or what AiiDA does not take.
    """
    where = _computer(computer, is_admin=True)
    try:
        found = CalculationFactory(plugin)
    except EntryPointError:
        found = None
    if not (isinstance(found, type) and issubclass(found, CalcJob)):
        raise ValueError(f'plugin: AiiDA has no calculation {plugin!r}; `verdi plugin list` names them')
    try:
        with acting_as(system_user()):
            code = orm.InstalledCode(
                label=label,
                description=description,
                computer=where,
                filepath_executable=executable,
                default_calc_job_plugin=plugin,
                with_mpi=with_mpi,
                prepend_text=prepend_text,
            )
            return str(code.store().uuid)
    except ValidationError as error:
        raise ValueError(str(error)) from error


def _check_setting(name: str, option: Mapping[str, Any], value: Any) -> None:
    """Check the type of a setting by what the transport's option says of it.

    :raises ValueError: when it is of another one.
    """
    kind = option.get('type')
    expected: type = bool if option.get('switch') else kind if kind in (bool, int, float) else str
    if name == 'port':
        expected = int
    fits = isinstance(value, (int, float) if expected is float else expected)
    if not fits or (isinstance(value, bool) and expected is not bool):
        raise ValueError(f'settings.{name}: expected {expected.__name__}, got {value!r:.80}')


def _computer(uuid: str, is_admin: bool) -> orm.Computer:
    found: orm.Computer = orm.load_computer(pk=find_computer(uuid, acting_viewer(), is_admin)['pk'])
    return found


def _check_own_accounts(own_accounts: bool, transport: str) -> None:
    if own_accounts and transport != OWN_TRANSPORT:
        raise ValueError(
            f'own_accounts: {transport} signs in as the account that all share; '
            f'only {OWN_TRANSPORT} keeps keys apart'
        )


def _is_closed_to(computer: orm.Computer, user: orm.User) -> bool:
    try:
        return not computer.get_authinfo(user).enabled
    except NotExistent:
        return False


def _key_path(computer: orm.Computer, user: orm.User) -> Path:
    return home() / 'keys' / f'{user.pk}-{computer.uuid}'


def _write_key(path: Path, key: str) -> None:
    """Write a private key to a file that only we can read.

    :raises ValueError: when it is none, or has a passphrase; the message has nothing of it.
    """
    text = f'{key.strip()}\n'.encode()
    load = load_ssh_private_key if b'BEGIN OPENSSH' in text else load_pem_private_key
    try:
        load(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(
            'private_key: expected a key in OpenSSH or PEM format without a passphrase'
        ) from None
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f'.{path.name}')
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as handle:
        handle.write(text)
    partial.rename(path)
