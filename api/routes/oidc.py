"""Sign in elsewhere, by OpenID Connect: begin, go to the provider, come back with a code."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.database import read, transact
from api.errors import NotFoundError
from api.refresh_cookie import InCookie, give
from api.schemas.auth import Session
from api.schemas.oidc import BegunSignIn, ReturnedSignIn
from api.settings import Settings
from nanoos_plugins.accounts.caller import NotAuthenticatedError
from nanoos_plugins.accounts.oidc import REFUSED, Provider, begin, find_user, remember, take
from nanoos_plugins.accounts.sessions import begin_session

router = APIRouter(prefix='/auth/oidc', tags=['authentication'])


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider of an instance, None when there is none.

    :raises ValueError: for an issuer without HTTPS.
    """
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        settings.oidc_redirect_url,
    )


def _provider(request: Request) -> Provider:
    """Return the provider, and count an attempt of the address that a request comes from.

    :raises NotFoundError: when there is none.
    """
    request.app.state.sign_ins.take(request.client.host if request.client else '')
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        raise NotFoundError('nobody signs in elsewhere here: sign in with e-mail address and password')
    return provider


@router.post('/begin')
async def begin_oidc(request: Request) -> BegunSignIn:
    """Begin to sign in at the provider: the browser goes to `url` and keeps `secret`."""
    provider = _provider(request)
    state, secret, pending = await read(request, transact, begin)
    return BegunSignIn(url=await provider.authorization_url(state, pending), secret=secret)


@router.post('/finish')
async def finish_oidc(
    request: Request, response: Response, body: ReturnedSignIn, in_cookie: InCookie
) -> Session:
    """Begin a session of who comes back from the provider; somebody new may get an account, as at sign-up."""
    provider = _provider(request)
    pending = await read(request, transact, take, body.state, body.secret)
    if pending is None:
        raise NotAuthenticatedError(REFUSED)
    identity = await provider.identify(body.code, pending)
    user_pk = await read(request, transact, find_user, identity)
    if user_pk is None:
        policy = request.app.state.settings.sign_up
        if policy == 'closed':
            raise PermissionError('sign-up is closed here: ask the administrator for an account')
        made = await request.app.state.writer.write(
            'make_user',
            None,
            email=identity.email,
            password=None,
            first_name=identity.first_name,
            last_name=identity.last_name,
            invite=body.invite,
            needs_invite=policy == 'invite',
        )
        user_pk = made['user_pk']
    await read(request, transact, remember, identity, user_pk)
    tokens = await read(request, transact, begin_session, user_pk, request.app.state.signing_key)
    return give(request, response, tokens, in_cookie)
