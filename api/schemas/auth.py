"""Accounts, sessions, tokens and invites."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from nanoos_plugins.accounts.caller import Role, Scope


class Request(BaseModel):
    """A body: unknown keys are mistakes."""

    model_config = ConfigDict(extra='forbid')


class SignIn(Request):
    """What opens a session."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)


class SignUp(SignIn):
    """What opens an account."""

    first_name: str = Field('', max_length=100)
    last_name: str = Field('', max_length=100)
    invite: str | None = Field(None, max_length=200, description='code of an invite, where one is needed')


class Ways(BaseModel):
    """How people get in here."""

    sign_up: Literal['closed', 'invite', 'open'] = Field(
        description='who may open an account: nobody, whoever has an invite, everybody'
    )
    elsewhere: bool = Field(description='whether people sign in at an OpenID Connect provider as well')


class Refresh(Request):
    """What goes on with a session."""

    refresh_token: str | None = Field(None, max_length=200, description='null: it is in the cookie')


class Session(BaseModel):
    """An open session."""

    access_token: str = Field(description='for the header `Authorization: Bearer …`')
    refresh_token: str | None = Field(description='for /auth/refresh, once; null: it is in the cookie')
    token_type: str = 'bearer'
    expires_in: int = Field(description='how long the access token is valid [s]')


class Me(BaseModel):
    """Who asks."""

    email: str
    first_name: str
    last_name: str
    role: Role
    scopes: list[Scope] = Field(description='of the token that was shown')


class NewPassword(Request):
    """A change of password; it ends all sessions."""

    current: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class NewToken(Request):
    """A personal access token to make."""

    name: str = Field(max_length=200)
    scopes: list[Scope]
    days: float | None = Field(None, gt=0, le=3660, description='how long it is valid [d]; null: for ever')
    group: UUID | None = Field(
        None, description='only for what is in this group: with it one sees and makes nothing outside'
    )


class Token(BaseModel):
    """A personal access token; times in seconds since 1970."""

    id: str
    name: str
    scopes: list[Scope]
    group: str | None = Field(description='UUID of the group that it is for; null: for everything')
    created: float
    expires: float | None
    revoked: float | None


class MadeToken(Token):
    """A personal access token that was made now."""

    token: str = Field(description='the token itself: shown this once')


class NewInvite(Request):
    """An invite to make."""

    email: str | None = Field(None, max_length=254, description='only for this address; null: for anybody')
    days: float = Field(7, gt=0, le=90, description='how long it is valid [d]')


class Invite(BaseModel):
    """An invite that was made now."""

    code: str = Field(description='shown this once')
