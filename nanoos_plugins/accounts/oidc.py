"""Sign in elsewhere: OpenID Connect, authorization code with PKCE (RFC 7636), for one provider.

Who signs in shows two things that only the browser that began has: the `state` that came back through the
provider, and a secret that never went there. Both work once. What the provider says is taken only from an ID
token that it signed for us, with the nonce of this sign-in (OpenID Connect Core 1.0, §3.1.3.7).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt
import sqlalchemy as sa

from nanoos_plugins.accounts.account import normal_email
from nanoos_plugins.accounts.caller import NotAuthenticatedError
from nanoos_plugins.accounts.secret import digest, is_secret, new_id, new_secret
from nanoos_plugins.storage.accounts import ACCOUNTS, IDENTITIES, SIGN_INS
from nanoos_plugins.storage.shares import USERS

#: Only signatures by a key pair: with a shared secret, whoever checks tokens could make them.
ALGORITHMS = ('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA')
#: [s] In which a sign-in must end, for which what a provider says of itself is kept, and which clocks differ.
SIGN_IN_SECONDS, KEPT_SECONDS, LEEWAY_SECONDS = 600, 3600, 60
TIMEOUT_SECONDS = 10

REFUSED = 'this sign-in is not valid, was used or has expired: begin again'


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun: where to send the browser, and what it keeps to itself until the end."""

    url: str
    secret: str


@dataclass(frozen=True)
class Pending:
    """What was kept of a sign-in that has begun."""

    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Somebody as the provider knows them; the address is theirs."""

    issuer: str
    subject: str
    email: str
    first_name: str
    last_name: str


class Provider:
    """A provider, by its issuer URL; what it says of itself and its keys are fetched when needed."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None, redirect_url: str) -> None:
        """Say which provider, and as whom we are known there.

        :param redirect_url: the page to which it sends people back; it has to know that address.
        :raises ValueError: for an issuer whose answers anybody on the way could change.
        """
        self.issuer, self.client_id, self.redirect_url = issuer, client_id, redirect_url
        self._client_secret = client_secret
        self._document: dict[str, Any] = {}
        self._keys: jwt.PyJWKSet | None = None
        self._fetched = 0.0
        _check_url(issuer)

    async def authorization_url(self, state: str, pending: Pending) -> str:
        """Return the address at the provider where a person signs in.

        :raises TimeoutError: when the provider does not answer.
        """
        challenge = urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b'=')
        query = {
            'response_type': 'code',
            'scope': 'openid email profile',
            'client_id': self.client_id,
            'redirect_uri': self.redirect_url,
            'state': state,
            'nonce': pending.nonce,
            'code_challenge': challenge.decode(),
            'code_challenge_method': 'S256',
        }
        endpoint = await self._endpoint('authorization_endpoint')
        return f'{endpoint}{"&" if urlsplit(endpoint).query else "?"}{urlencode(query)}'

    async def identify(self, code: str, pending: Pending) -> Identity:
        """Return who signed in, for the code that they came back with.

        :raises NotAuthenticatedError: when the provider does not say so, or not that the address is theirs.
        :raises TimeoutError: when the provider does not answer.
        """
        given = {
            'grant_type': 'authorization_code',
            'code': code,
            'redirect_uri': self.redirect_url,
            'client_id': self.client_id,
            'code_verifier': pending.verifier,
        }
        if self._client_secret is not None:
            given['client_secret'] = self._client_secret
        answer = await _ask('POST', await self._endpoint('token_endpoint'), given)
        token = answer.get('id_token')
        if not isinstance(token, str):
            raise NotAuthenticatedError(REFUSED)
        return _identity(self.issuer, await self._claims(token, pending.nonce))

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Return what an ID token says, after all that OpenID Connect has a client check."""
        required = ['exp', 'iat', 'iss', 'aud', 'sub', 'nonce']
        try:
            key = await self._key(jwt.get_unverified_header(token))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                # A key of the provider says for which algorithm it is; the token does not decide.
                algorithms=[key.algorithm_name],
                audience=self.client_id,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={'require': required},
            )
        except jwt.PyJWTError as error:
            raise NotAuthenticatedError(REFUSED) from error
        audience = claims['aud']
        is_ours = claims.get('azp', self.client_id) == self.client_id
        alone = isinstance(audience, str) or len(audience) == 1 or 'azp' in claims
        if not is_ours or not alone or not secrets.compare_digest(str(claims['nonce']), nonce):
            raise NotAuthenticatedError(REFUSED)
        return claims

    async def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        """Return the provider's key that a token names; it may have got new ones since."""
        if header.get('alg') not in ALGORITHMS:
            raise NotAuthenticatedError(REFUSED)
        for is_last in (False, True):
            if self._keys is None or is_last:
                self._keys = jwt.PyJWKSet.from_dict(await _ask('GET', await self._endpoint('jwks_uri')))
            for key in self._keys.keys:
                named = header.get('kid') in (None, key.key_id)
                if named and key.algorithm_name == header['alg'] and key.public_key_use in (None, 'sig'):
                    return key
        raise NotAuthenticatedError(REFUSED)

    async def _endpoint(self, name: str) -> str:
        """Return one of the addresses in the provider's discovery document."""
        if not self._document or time.monotonic() - self._fetched > KEPT_SECONDS:
            url = f'{self.issuer.rstrip("/")}/.well-known/openid-configuration'
            document = await _ask('GET', url)
            if document.get('issuer') != self.issuer:
                raise TimeoutError(f'{url} is of another issuer: see the settings of this instance')
            self._document, self._keys, self._fetched = document, None, time.monotonic()
        endpoint = str(self._document.get(name))
        _check_url(endpoint)
        return endpoint


def begin(connection: sa.Connection) -> tuple[str, str, Pending]:
    """Begin a sign-in; return its state, its secret and what is kept of it."""
    now = time.time()
    connection.execute(sa.delete(SIGN_INS).where(SIGN_INS.c.expires <= now))
    state, secret = new_id(), new_secret()
    pending = Pending(new_secret(), new_secret())
    values = {'id': state, 'secret_hash': digest(secret), 'expires': now + SIGN_IN_SECONDS}
    kept = {'nonce': pending.nonce, 'verifier': pending.verifier}
    connection.execute(sa.insert(SIGN_INS).values({**values, **kept}))
    return state, secret, pending


def take(connection: sa.Connection, state: str, secret: str) -> Pending | None:
    """Return what was kept of a sign-in, which is used up by that, whoever asks.

    :return: None when there is none, or the secret is of another browser; its use is to be committed.
    """
    statement = sa.delete(SIGN_INS).where(SIGN_INS.c.id == state).returning(SIGN_INS)
    row = connection.execute(statement).first()
    if row is None or row.expires <= time.time() or not is_secret(secret, row.secret_hash):
        return None
    return Pending(row.nonce, row.verifier)


def find_user(connection: sa.Connection, identity: Identity) -> int | None:
    """Return the key of the user that somebody is, None for somebody new.

    An account without a password that nobody uses yet is theirs when it has their address. One with a
    password is not: whoever opened it chose the address, and nobody has checked that it was theirs.

    :raises NotAuthenticatedError: when the account is closed.
    :raises PermissionError: when the address is that of an account of somebody else.
    """
    of_it = sa.and_(IDENTITIES.c.issuer == identity.issuer, IDENTITIES.c.subject == identity.subject)
    known = sa.select(ACCOUNTS.c.user_id, ACCOUNTS.c.is_active).join(
        IDENTITIES, IDENTITIES.c.user_id == ACCOUNTS.c.user_id
    )
    row = connection.execute(known.where(of_it)).first()
    if row is None:
        used = sa.exists().where(IDENTITIES.c.user_id == ACCOUNTS.c.user_id)
        same = sa.select(
            ACCOUNTS.c.user_id, ACCOUNTS.c.is_active, ACCOUNTS.c.password_hash, used.label('used')
        )
        same = same.join(USERS, USERS.c.id == ACCOUNTS.c.user_id).where(USERS.c.email == identity.email)
        row = connection.execute(same).first()
        if row is not None and (row.password_hash is not None or row.used):
            raise PermissionError(f'{identity.email} has another way to sign in here: use that')
    if row is not None and not row.is_active:
        raise NotAuthenticatedError('the account is closed')
    return None if row is None else int(row.user_id)


def remember(connection: sa.Connection, identity: Identity, user_pk: int) -> None:
    """Note which user somebody is."""
    values = {'issuer': identity.issuer, 'subject': identity.subject}
    there = sa.select(IDENTITIES.c.user_id).where(
        *(IDENTITIES.c[key] == value for key, value in values.items())
    )
    if connection.execute(there).first() is None:
        connection.execute(sa.insert(IDENTITIES).values({**values, 'user_id': user_pk}))


def _identity(issuer: str, claims: dict[str, Any]) -> Identity:
    """Return who a token is about.

    :raises NotAuthenticatedError: when the provider has not checked that the address is theirs.
    """
    if claims.get('email_verified') is not True or not isinstance(claims.get('email'), str):
        raise NotAuthenticatedError(
            'the provider does not say that the e-mail address is yours: verify it there'
        )
    try:
        email = normal_email(claims['email'])
    except ValueError as error:
        raise NotAuthenticatedError(str(error)) from None
    names = (str(claims.get(key, ''))[:100] for key in ('given_name', 'family_name'))
    return Identity(issuer, str(claims['sub']), email, *names)


async def _ask(method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object that a provider answers with.

    :raises NotAuthenticatedError: when it refuses what it was given.
    :raises TimeoutError: when it does not answer, or not with JSON.
    """
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.request(method, url, data=form, headers={'Accept': 'application/json'})
        if form is not None and 400 <= answer.status_code < 500:
            raise NotAuthenticatedError(REFUSED)
        answer.raise_for_status()
        found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise TimeoutError(
            f'the provider does not answer: try again later ({type(error).__name__})'
        ) from error
    if not isinstance(found, dict):
        raise TimeoutError('the provider does not answer as OpenID Connect says: ask your administrator')
    return found


def _check_url(url: str) -> None:
    """Check that nobody on the way can change what comes from an address.

    :raises ValueError: when it is neither HTTPS nor on this machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ''
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == 'localhost'
    if not host or parts.scheme not in ('http', 'https') or (parts.scheme == 'http' and not is_here):
        raise ValueError(f'OpenID Connect: expected an address with https://, got {url!r:.80}')
