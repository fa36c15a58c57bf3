"""`nanoos user`: accounts of this instance."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from nanoos_plugins.accounts import account
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.profile import add_user
from nanoos_plugins.storage import tables

password_option = click.option(
    '--password', envvar='NANOOS_PASSWORD', help='Password; one is made and printed when absent.'
)


@click.group()
def user() -> None:
    """Add, list and close accounts, give passwords and roles."""


@user.command()
@click.argument('email')
@click.option('--first-name', default='', help='First name.')
@click.option('--last-name', default='', help='Last name.')
@click.option('--admin', is_flag=True, help='May administer the instance.')
@password_option
@json_option
def add(email: str, first_name: str, last_name: str, admin: bool, password: str | None, json: bool) -> None:
    """Give a new user, or one of AiiDA's, an account with which to sign in."""
    use_profile()
    given = password or secrets.token_urlsafe(12)
    try:
        made = add_user(account.normal_email(email), first_name, last_name)
        _change(account.open_account, made.pk, given, 'admin' if admin else 'user')
    except ValueError as error:
        raise CliError(f'{email}: {error}') from None
    _tell(made.email, given, password is None, json)


@user.command('list')
@json_option
def list_users(json: bool) -> None:
    """List the accounts, oldest first."""
    use_profile()
    found = _change(account.list_accounts)
    cells = [
        (
            one.email,
            f'{one.first_name} {one.last_name}'.strip(),
            one.role,
            'open' if one.is_active else 'closed',
            datetime.fromtimestamp(one.created, UTC).strftime('%Y-%m-%d'),
        )
        for one in found
    ]
    data = [asdict(one) for one in found]
    emit(data, json, lambda: rows(('e-mail', 'name', 'role', 'account', 'since'), cells))


@user.command()
@click.argument('email')
@password_option
@json_option
def password(email: str, password: str | None, json: bool) -> None:
    """Give an account a new password; all its sessions end."""
    use_profile()
    given = password or secrets.token_urlsafe(12)
    try:
        _change(account.set_password, _pk(email), given)
    except (ValueError, LookupError) as error:
        raise CliError(f'{email}: {error}') from None
    _tell(email, given, password is None, json)


@user.command()
@click.argument('email')
@click.argument('role', type=click.Choice(['user', 'admin']))
@json_option
def role(email: str, role: Any, json: bool) -> None:
    """Give an account another role."""
    use_profile()
    _do(email, json, account.set_role, role)


@user.command()
@click.argument('email')
@json_option
def close(email: str, json: bool) -> None:
    """Close an account: its sessions and tokens end, its data stay."""
    use_profile()
    _do(email, json, account.close_account)


@user.command()
@click.argument('email')
@json_option
def reopen(email: str, json: bool) -> None:
    """Open a closed account again."""
    use_profile()
    _do(email, json, account.reopen_account)


def _change(call: Callable[..., Any], *args: Any) -> Any:
    """Return what `call(connection, …)` returns; what it wrote is committed, or nothing."""
    with connection() as opened, opened.begin():
        tables.create(opened)
        return call(opened, *args)


def _do(email: str, json: bool, call: Callable[..., None], *args: Any) -> None:
    """Change an account and show what it is then."""
    pk = _pk(email)
    try:
        _change(call, pk, *args)
    except LookupError as error:
        raise CliError(f'{email}: {error}') from None
    found = _change(account.find_account, pk)
    state = 'open' if found.is_active else 'closed'
    emit(asdict(found), json, lambda: f'{found.email}: role {found.role}, account {state}')


def _pk(email: str) -> int:
    from aiida import orm
    from aiida.common.exceptions import NotExistent

    try:
        pk = orm.User.collection.get(email=account.normal_email(email)).pk
    except (NotExistent, ValueError):
        raise CliError(f'no user {email}; `nanoos user list` shows those with an account') from None
    assert pk is not None
    return pk


def _tell(email: str, password: str, was_made: bool, json: bool) -> None:
    data = {'email': email, 'password': password if was_made else None}
    made = f', password {password} (shown this once)' if was_made else ''
    emit(data, json, lambda: f'{email}{made}')
