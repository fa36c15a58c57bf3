"""Sign up, sign in, stay signed in, sign out; personal access tokens and invites."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request, Response, status
from sqlalchemy import Connection

from api.database import look, read, transact
from api.refresh_cookie import LEEWAY, InCookie, clear, give, refresh_token_of
from api.schemas.auth import (
    Invite,
    MadeToken,
    Me,
    NewInvite,
    NewPassword,
    NewToken,
    Refresh,
    Session,
    SignIn,
    SignUp,
    Token,
    Ways,
)
from api.security import Admin, Reader
from nanoos_plugins.accounts.account import authenticate, find_account, normal_email, set_password
from nanoos_plugins.accounts.caller import Caller, NotAuthenticatedError
from nanoos_plugins.accounts.invites import make_invite
from nanoos_plugins.accounts.sessions import (
    ENDED,
    SessionTokens,
    begin_session,
    end_session,
    refresh_session,
)
from nanoos_plugins.accounts.tokens import PersonalToken, list_tokens, make_token, revoke_token
from nanoos_plugins.graph.groups import find_group, uuids_of

router = APIRouter(prefix='/auth', tags=['authentication'])


def _limit(request: Request) -> None:
    """Count an attempt of the address that a request comes from."""
    request.app.state.sign_ins.take(request.client.host if request.client else '')


@router.get('/ways')
async def get_ways(request: Request) -> Ways:
    """Return how people get in here, for whoever is not in yet."""
    state = request.app.state
    return Ways(sign_up=state.settings.sign_up, elsewhere=state.oidc is not None)


@router.post('/sign-up', status_code=status.HTTP_201_CREATED)
async def sign_up(request: Request, response: Response, body: SignUp, in_cookie: InCookie) -> Session:
    """Open an account and sign in; whether that is possible is a setting of the instance."""
    _limit(request)
    policy = request.app.state.settings.sign_up
    if policy == 'closed':
        raise PermissionError('sign-up is closed here: ask the administrator for an account')
    made = await request.app.state.writer.write(
        'make_user', None, **body.model_dump(), needs_invite=policy == 'invite'
    )
    key = request.app.state.signing_key
    tokens = await read(request, transact, begin_session, made['user_pk'], key)
    return give(request, response, tokens, in_cookie)


@router.post('/sign-in')
async def sign_in(request: Request, response: Response, body: SignIn, in_cookie: InCookie) -> Session:
    """Begin a session."""
    _limit(request)
    tokens = await read(request, _sign_in, body, request.app.state.signing_key)
    return give(request, response, tokens, in_cookie)


def _sign_in(body: SignIn, key: bytes) -> SessionTokens:
    account = look(authenticate, body.email, body.password)
    return transact(begin_session, account.user_pk, key)


@router.post('/refresh')
async def refresh(request: Request, response: Response, body: Refresh, in_cookie: InCookie) -> Session:
    """Go on with a session. A refresh token works once; when it comes again the session ends.

    In a browser, with the cookie, the one before the newest gives the newest again for 30 s: a page may be
    left before the answer comes.
    """
    token = refresh_token_of(request, body, in_cookie)
    key, leeway = request.app.state.signing_key, LEEWAY if in_cookie else 0.0
    tokens = await read(request, transact, refresh_session, token, key, leeway)
    if tokens is None:
        raise NotAuthenticatedError(ENDED)
    return give(request, response, tokens, in_cookie)


@router.post('/sign-out', status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(request: Request, response: Response, caller: Reader) -> None:
    """End the session that asks: its tokens are worth nothing from now on, and a cookie is deleted."""
    await read(request, transact, end_session, _session_id(caller))
    clear(request, response)


def _session_id(caller: Caller) -> str:
    if caller.session_id is None:
        raise PermissionError('this needs a session: sign in; a personal access token cannot do it')
    return caller.session_id


@router.get('/me')
async def get_me(request: Request, caller: Reader) -> Me:
    """Return who asks."""
    return await read(request, _me, caller)


def _me(caller: Caller) -> Me:
    account = look(find_account, caller.user_pk)
    if account is None:
        raise NotAuthenticatedError(ENDED)
    return Me(
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        role=account.role,
        scopes=sorted(caller.scopes),
    )


@router.post('/password', status_code=status.HTTP_204_NO_CONTENT)
async def change_password(request: Request, caller: Reader, body: NewPassword) -> None:
    """Change one's password; all sessions end, this one too."""
    _limit(request)
    _session_id(caller)
    await read(request, _change_password, caller, body)


def _change_password(caller: Caller, body: NewPassword) -> None:
    try:
        look(authenticate, caller.email, body.current)
    except NotAuthenticatedError:
        # Not 401: the session is a good one, and whoever gets that begins another.
        raise PermissionError(
            'the current password is wrong, or you have none: you sign in elsewhere'
        ) from None
    transact(set_password, caller.user_pk, body.new)


@router.get('/tokens')
async def get_tokens(request: Request, caller: Reader) -> list[Token]:
    """Return one's personal access tokens, newest first."""
    return await read(request, look, _tokens, caller)


def _tokens(opened: Connection, caller: Caller) -> list[Token]:
    found = list_tokens(opened, caller.user_pk)
    uuids = uuids_of(opened, {token.group_pk for token in found if token.group_pk is not None})
    return [_token(token, uuids.get(token.group_pk or 0)) for token in found]


@router.post('/tokens', status_code=status.HTTP_201_CREATED)
async def create_token(request: Request, caller: Reader, body: NewToken) -> MadeToken:
    """Make a personal access token; only a session can, so that a leaked token cannot live on in others."""
    _session_id(caller)
    role = 'admin' if caller.is_admin else 'user'
    seconds = None if body.days is None else body.days * 86400
    uuid = None if body.group is None else str(body.group)
    group_pk = None if uuid is None else (await read(request, find_group, uuid, caller.viewer))['pk']
    made, text = await read(
        request, transact, make_token, caller.user_pk, role, body.name, body.scopes, seconds, group_pk
    )
    return MadeToken(**_token(made, uuid).model_dump(), token=text)


@router.delete('/tokens/{token_id}', status_code=status.HTTP_204_NO_CONTENT)
async def delete_token(request: Request, caller: Reader, token_id: str) -> None:
    """Revoke a personal access token."""
    await read(request, transact, revoke_token, caller.user_pk, token_id)


def _token(token: PersonalToken, group: str | None) -> Token:
    shown = {key: value for key, value in asdict(token).items() if key != 'group_pk'}
    return Token(**shown, group=group)


@router.post('/invites', status_code=status.HTTP_201_CREATED)
async def create_invite(request: Request, caller: Admin, body: NewInvite) -> Invite:
    """Make an invite to open an account."""
    email = None if body.email is None else normal_email(body.email)
    code = await read(request, transact, make_invite, caller.user_pk, email, body.days * 86400)
    return Invite(code=code)
