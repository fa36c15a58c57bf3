"""Who asks: from the header of a request to a `Caller`, and what a route demands of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from api.database import look, read
from nanoos_plugins.accounts.caller import Caller, NotAuthenticatedError, Scope
from nanoos_plugins.accounts.sessions import caller_of_session, session_of
from nanoos_plugins.accounts.tokens import PREFIX, caller_of_token

#: Only for the OpenAPI document: the header is read below, so that an error has our shape.
BEARER = HTTPBearer(auto_error=False, description='access token of a session, or personal access token')


async def authenticate(connection: HTTPConnection, token: str) -> Caller:
    """Return who shows this token.

    :raises NotAuthenticatedError: when it opens nothing.
    """
    if token.startswith(PREFIX):
        caller = await read(connection, look, caller_of_token, token)
    else:
        session_id = session_of(token, connection.app.state.signing_key)
        caller = await read(connection, look, caller_of_session, session_id)
    connection.scope['nanoos.caller'] = caller
    connection.app.state.requests.take(caller.session_id or f'user {caller.user_pk}')
    return caller


async def current(request: Request) -> Caller:
    """Return who asks.

    :raises NotAuthenticatedError: when nobody is signed in.
    """
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'bearer' or not token.strip():
        raise NotAuthenticatedError('sign in first: the header `Authorization: Bearer <token>` is missing')
    return await authenticate(request, token.strip())


def demand(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """Return the dependency of a route that only callers with `scope` may use."""

    async def check(
        caller: Annotated[Caller, Depends(current)], _: Annotated[object, Depends(BEARER)]
    ) -> Caller:
        if scope not in caller.scopes:
            shown = ', '.join(sorted(caller.scopes)) or 'none'
            raise PermissionError(f'this needs the scope {scope}; the token shown has {shown}')
        return caller

    return check


Reader = Annotated[Caller, Depends(demand('read'))]
Writer = Annotated[Caller, Depends(demand('write'))]
Submitter = Annotated[Caller, Depends(demand('submit'))]
Admin = Annotated[Caller, Depends(demand('admin'))]
