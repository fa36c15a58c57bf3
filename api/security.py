"""Who asks: from the header of a request to a `Caller`, and what a route demands of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from api.database import look, read, read_slowly
from nanoos_plugins.accounts.caller import Caller, NotAuthenticatedError, Scope
from nanoos_plugins.accounts.sessions import caller_of_session, session_of
from nanoos_plugins.accounts.tokens import PREFIX, caller_of_token
from nanoos_plugins.storage.shares import Viewer

P = ParamSpec('P')
T = TypeVar('T')


async def authenticate(connection: HTTPConnection, token: str) -> Caller:
    """Return who shows this token.

    :raises NotAuthenticatedError: when it opens nothing.
    """
    return await read(connection, _identify, connection, token)


def _identify(connection: HTTPConnection, token: str) -> Caller:
    """Return who shows this token, looked up in the thread that calls; the request is counted."""
    if token.startswith(PREFIX):
        caller = look(caller_of_token, token)
    else:
        caller = look(caller_of_session, session_of(token, connection.app.state.signing_key))
    connection.scope['nanoos.caller'] = caller
    connection.app.state.requests.take(caller.session_id or f'user {caller.user_pk}')
    return caller


def _token(request: Request) -> str:
    """Return the token that a request shows.

    :raises NotAuthenticatedError: when it shows none.
    """
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'bearer' or not token.strip():
        raise NotAuthenticatedError('sign in first: the header `Authorization: Bearer <token>` is missing')
    return token.strip()


async def current(request: Request) -> Caller:
    """Return who asks.

    :raises NotAuthenticatedError: when nobody is signed in.
    """
    return await authenticate(request, _token(request))


def check_scope(caller: Caller, scope: Scope) -> Caller:
    """Return a caller whose token has a scope.

    :raises PermissionError: when it has not.
    """
    if scope not in caller.scopes:
        shown = ', '.join(sorted(caller.scopes)) or 'none'
        raise PermissionError(f'this needs the scope {scope}; the token shown has {shown}')
    return caller


class Asker:
    """Who asks to read, looked up only in the thread that reads: one hop to a thread does for both.

    Nothing is to be had from it but by its methods, and they refuse whoever may not read.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._token = _token(request)

    async def read(self, call: Callable[Concatenate[Viewer, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call(viewer, …)` returns, run in a thread: a statement of milliseconds.

        :raises NotAuthenticatedError: when nobody is signed in.
        :raises PermissionError: when their token is not for reading.
        """
        return await read(self._request, self._answer, lambda viewer: call(viewer, *args, **kwargs))

    async def read_slowly(
        self, call: Callable[Concatenate[Viewer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `call(viewer, …)` returns, run in a thread of the few for what may take long."""
        return await read_slowly(self._request, self._answer, lambda viewer: call(viewer, *args, **kwargs))

    def _answer(self, call: Callable[[Viewer], T]) -> T:
        return call(check_scope(_identify(self._request, self._token), 'read').viewer)


class _Bearer(HTTPBearer):
    """What the OpenAPI document says of the header; it is read here, so that an error has our shape.

    One dependency does both: each costs the routes that are asked most a tenth of their time.
    """

    def __init__(self) -> None:
        super().__init__(
            scheme_name='HTTPBearer', description='access token of a session, or personal access token'
        )


class _Asking(_Bearer):
    """The dependency of a route that looks the caller up where it reads."""

    async def __call__(self, request: Request) -> Asker:  # type: ignore[override]
        return Asker(request)


class _Demand(_Bearer):
    """The dependency of a route that only callers with a scope may use."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        return check_scope(await current(request), self.scope)


#: For the routes that are asked most; `Reader` for all others.
QuickReader = Annotated[Asker, Depends(_Asking())]
Reader = Annotated[Caller, Depends(_Demand('read'))]
Writer = Annotated[Caller, Depends(_Demand('write'))]
Submitter = Annotated[Caller, Depends(_Demand('submit'))]
Admin = Annotated[Caller, Depends(_Demand('admin'))]
