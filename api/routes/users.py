"""Accounts of all people, for administrators: what `nanoos user` does, over HTTP."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Request, status
from sqlalchemy import Connection

from api.database import look, read, transact
from api.errors import RequestError
from api.schemas.users import MadePassword, MadeUser, NewUser, User, UserChanges
from api.schemas.values import NO_NUL
from api.security import Admin
from nanoos_plugins.accounts.account import (
    Account,
    account_of,
    close_account,
    list_accounts,
    reopen_account,
    set_password,
    set_role,
)
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.statistics import nodes_by_user

router = APIRouter(prefix='/users', tags=['administration'])

Email = Annotated[str, Path(max_length=254, pattern=NO_NUL)]


@router.get('')
async def get_users(request: Request, caller: Admin) -> list[User]:
    """List all who have an account, oldest first."""
    return await read(request, look, _users)


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_user(request: Request, caller: Admin, body: NewUser) -> MadeUser:
    """Open an account with a password that is made here. 409 when the address is taken."""
    password = secrets.token_urlsafe(12)
    made = await request.app.state.writer.write('make_user', caller, **body.model_dump(), password=password)
    found = await read(request, look, _user, made['email'])
    return MadeUser(**found.model_dump(), password=password)


@router.patch('/{email}')
async def change_user(request: Request, caller: Admin, email: Email, body: UserChanges) -> User:
    """Give somebody else another role, close their account or open it again."""
    await read(request, transact, _change, caller, email, body)
    return await read(request, look, _user, email)


@router.post('/{email}/password')
async def reset_password(request: Request, caller: Admin, email: Email) -> MadePassword:
    """Give somebody else a new password; all their sessions end."""
    password = secrets.token_urlsafe(12)
    await read(request, transact, _set_password, caller, email, password)
    return MadePassword(password=password)


def _users(opened: Connection) -> list[User]:
    nodes = nodes_by_user(opened)
    return [_shown(account, nodes) for account in list_accounts(opened)]


def _user(opened: Connection, email: str) -> User:
    return _shown(account_of(opened, email), nodes_by_user(opened))


def _shown(account: Account, nodes: dict[int, int] | None) -> User:
    shown = {key: value for key, value in asdict(account).items() if key != 'user_pk'}
    return User(**shown, nodes=None if nodes is None else nodes.get(account.user_pk, 0))


def _of_another(opened: Connection, caller: Caller, email: str) -> int:
    """Return the key of a user who is not the caller: so there is always an administrator.

    :raises RequestError: 409 when it is the caller.
    """
    user_pk = account_of(opened, email).user_pk
    if user_pk == caller.user_pk:
        raise RequestError(409, 'this is your own account: let another administrator change it')
    return user_pk


def _change(opened: Connection, caller: Caller, email: str, body: UserChanges) -> None:
    user_pk = _of_another(opened, caller, email)
    if body.role is not None:
        set_role(opened, user_pk, body.role)
    if body.is_active is not None:
        (reopen_account if body.is_active else close_account)(opened, user_pk)


def _set_password(opened: Connection, caller: Caller, email: str, password: str) -> None:
    set_password(opened, _of_another(opened, caller, email), password)
