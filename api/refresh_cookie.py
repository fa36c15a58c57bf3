"""Sessions of browsers: the refresh token is in a cookie that no script can read.

Other sites cannot use it: browsers send it only from pages of this site (`SameSite=Strict`) and only to
`/api/auth`, and each request must have a header that a form cannot set and that no other origin is allowed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Header, Query, Request, Response

from api.schemas.auth import Refresh, Session
from nanoos_plugins.accounts.caller import NotAuthenticatedError
from nanoos_plugins.accounts.sessions import REFRESH_SECONDS, SessionTokens

NAME = 'nanoos_refresh'
PATH = '/api/auth'
#: [s] A page that is left while it refreshes does not keep the answer, and then refreshes again.
LEEWAY = 30.0


async def _in_cookie(
    session: Annotated[
        Literal['body', 'cookie'],
        Query(
            description='where the refresh token is: `cookie` is for pages of this site, out of reach of '
            'their scripts; it needs the header X-Requested-With'
        ),
    ] = 'body',
    x_requested_with: Annotated[
        str | None, Header(max_length=100, description='anything; no other site can send it')
    ] = None,
) -> bool:
    if session == 'cookie' and not x_requested_with:
        raise PermissionError(
            'session=cookie needs the header X-Requested-With, which only this site can send'
        )
    return session == 'cookie'


InCookie = Annotated[bool, Depends(_in_cookie)]


def give(request: Request, response: Response, tokens: SessionTokens, in_cookie: bool) -> Session:
    """Return a session as the body of an answer, its refresh token perhaps in the cookie instead."""
    if in_cookie:
        response.set_cookie(
            NAME,
            tokens.refresh,
            max_age=REFRESH_SECONDS,
            path=PATH,
            httponly=True,
            samesite='strict',
            secure=_is_secure(request),
        )
    shown = None if in_cookie else tokens.refresh
    return Session(access_token=tokens.access, refresh_token=shown, expires_in=tokens.expires_in)


def clear(request: Request, response: Response) -> None:
    """Delete the cookie."""
    response.delete_cookie(NAME, path=PATH, httponly=True, samesite='strict', secure=_is_secure(request))


def refresh_token_of(request: Request, body: Refresh, in_cookie: bool) -> str:
    """Return the refresh token that a request shows.

    :raises NotAuthenticatedError: for no cookie.
    :raises ValueError: for none in the body.
    """
    if not in_cookie:
        if body.refresh_token is None:
            raise ValueError('body.refresh_token: it is missing; with session=cookie it may be')
        return body.refresh_token
    if body.refresh_token is not None:
        raise ValueError('body.refresh_token: got one, but session=cookie takes it from the cookie')
    token = request.cookies.get(NAME)
    if not token:
        raise NotAuthenticatedError('nobody is signed in in this browser: sign in')
    return token


def _is_secure(request: Request) -> bool:
    return request.url.scheme == 'https'
