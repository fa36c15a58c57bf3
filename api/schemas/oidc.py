"""Signing in elsewhere, by OpenID Connect."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas.auth import Request


class BegunSignIn(BaseModel):
    """A sign-in that has begun."""

    url: str = Field(description='where to send the browser')
    secret: str = Field(description='for /auth/oidc/finish: the browser keeps it to itself')


class ReturnedSignIn(Request):
    """What came back from the provider, in the address of the page that it sent the browser to."""

    code: str = Field(min_length=1, max_length=4000)
    state: str = Field(max_length=200)
    secret: str = Field(max_length=200, description='of /auth/oidc/begin')
    invite: str | None = Field(None, max_length=200, description='code of an invite, where one is needed')
