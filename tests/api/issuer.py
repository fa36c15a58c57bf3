"""A small OpenID Connect provider on loopback, with real keys: honest unless a test has it lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, REDIRECT = 'nanoos-tests', 'the secret of this client', 'http://localhost/sign-in/'

Claims = dict[str, Any]


@dataclass
class Issuer:
    """A provider; `lie` changes the claims, `sign` how a token is made of them."""

    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    lie: Callable[[Claims], Claims] = dict
    sign: Callable[[Claims], str] | None = None
    codes: dict[str, tuple[dict[str, str], Claims]] = field(default_factory=dict)
    url: str = ''

    def start(self) -> ThreadingHTTPServer:
        """Serve on a free port."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(*issuer.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                self.reply(*issuer.token({key: values[0] for key, values in parse_qs(body).items()}))

            def reply(self, status: int, answer: Any) -> None:
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{server.server_port}'
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def get(self, path: str) -> tuple[int, Any]:
        """Answer what anybody may ask."""
        if path == '/.well-known/openid-configuration':
            names = {'authorization_endpoint': 'authorize', 'token_endpoint': 'token', 'jwks_uri': 'keys'}
            return 200, {'issuer': self.url} | {key: f'{self.url}/{end}' for key, end in names.items()}
        if path == '/keys':
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return 200, {'keys': [{**public, 'kid': 'one', 'use': 'sig', 'alg': 'RS256'}]}
        return 404, {}

    def sign_in(self, url: str, **claims: Any) -> dict[str, str]:
        """Let somebody sign in who was sent to `url`; return what comes back with them."""
        assert url.startswith(f'{self.url}/authorize?')
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked['client_id'] == CLIENT
        assert asked['redirect_uri'] == REDIRECT
        assert asked['response_type'] == 'code'
        assert 'openid' in asked['scope'].split()
        code = uuid4().hex
        self.codes[code] = asked, claims
        return {'code': code, 'state': asked['state']}

    def token(self, given: dict[str, str]) -> tuple[int, Any]:
        """Exchange a code, once, for who has the verifier of its challenge."""
        asked, claims = self.codes.pop(given['code'], ({}, {}))
        digest = hashlib.sha256(given['code_verifier'].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b'=').decode()
        right = (CLIENT, SECRET, REDIRECT, challenge, 'S256')
        challenged = (asked.get('code_challenge'), asked.get('code_challenge_method'))
        if (given['client_id'], given.get('client_secret'), given['redirect_uri'], *challenged) != right:
            return 400, {'error': 'invalid_grant'}
        now = int(time.time())
        honest = {
            'iss': self.url,
            'aud': CLIENT,
            'iat': now,
            'exp': now + 300,
            'nonce': asked['nonce'],
            'email_verified': True,
            **claims,
        }
        return 200, {'id_token': (self.sign or self.signed)(self.lie(honest)), 'token_type': 'Bearer'}

    def signed(self, claims: Claims, key: Any = None, algorithm: str = 'RS256') -> str:
        """Return a token with these claims."""
        return jwt.encode(claims, key or self.key, algorithm, headers={'kid': 'one'})
