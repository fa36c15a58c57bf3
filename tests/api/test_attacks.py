"""What somebody may send who means no good: the answer is a clear 4xx, and the server goes on."""

from __future__ import annotations

import gzip
import io
import json
import socket
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiida import orm
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from tests.api.conftest import Person, Server
from tests.api.test_auth import is_problem
from tests.api.test_structures import upload

MEGABYTE = 1_000_000


def raw(server: Server, *parts: bytes, pause: float = 0.0) -> bytes:
    """Return what the server answers to bytes that are sent one part after the other."""
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as opened:
        answer = b''
        try:
            for part in parts:
                opened.sendall(part)
                time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered already, and listens no more
        opened.settimeout(60)
        while chunk := _received(opened):
            answer += chunk
    return answer


def _received(opened: socket.socket) -> bytes:
    try:
        return opened.recv(65536)
    except ConnectionResetError:
        return b''


def request(path: str, *headers: str) -> bytes:
    lines = [
        f'POST {path} HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        'Connection: close',
    ]
    return '\r\n'.join([*lines, *headers, '', '']).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b' ', 2)[1])


def test_a_body_that_says_it_is_too_large_is_not_read(client: TestClient) -> None:
    answer = client.post('/api/auth/sign-in', content=b'x' * (MEGABYTE + 1))
    assert is_problem(answer, 413)


def test_a_gigabyte_in_chunks_is_cut_off(server: Server) -> None:
    chunk = b'10000\r\n' + b' ' * 65536 + b'\r\n'
    begin = time.monotonic()
    answer = raw(server, request('/api/auth/sign-in', 'Transfer-Encoding: chunked'), *[chunk] * 16_000)
    assert status(answer) == 413
    assert time.monotonic() - begin < 30


def upload_head(person: Person, path: str, *headers: str) -> bytes:
    """Return the head of an upload, and how its body begins."""
    form = request(
        path,
        'Content-Type: multipart/form-data; boundary=x',
        f'Authorization: Bearer {person.session["access_token"]}',
        *headers,
    )
    return form.replace(b'Content-Type: application/json\r\n', b'')


BEGIN = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.cif"\r\n\r\n'
UPLOADS = ['/api/structures', '/api/archives/import']


@pytest.mark.parametrize('path', UPLOADS)
def test_an_upload_that_announces_a_gigabyte_is_not_waited_for(
    server: Server, alice: Person, path: str
) -> None:
    begin = time.monotonic()
    answer = raw(server, upload_head(alice, path, 'Content-Length: 1000000000') + BEGIN)
    assert status(answer) == 413
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize('path', UPLOADS)
def test_an_upload_of_a_gigabyte_in_chunks_is_cut_off(server: Server, alice: Person, path: str) -> None:
    chunk = b'100000\r\n' + b' ' * 0x100000 + b'\r\n'
    head = upload_head(alice, path, 'Transfer-Encoding: chunked') + b'%x\r\n%s\r\n' % (len(BEGIN), BEGIN)
    assert status(raw(server, head, *[chunk] * 1000)) == 413


@pytest.mark.parametrize('path', UPLOADS)
def test_nobody_uploads_a_gigabyte_without_a_token(server: Server, path: str) -> None:
    head = request(path, 'Transfer-Encoding: chunked').replace(b'application/json', b'multipart/form-data')
    chunk = b'10000\r\n' + b' ' * 65536 + b'\r\n'
    assert status(raw(server, head, *[chunk] * 16)) == 401


def test_a_length_that_is_no_number_is_refused(server: Server) -> None:
    assert status(raw(server, request('/api/auth/sign-in', 'Content-Length: many'))) in (400, 413)
    assert status(raw(server, request('/api/auth/sign-in', 'Content-Length: -1'))) in (400, 413)


@pytest.fixture(scope='module')
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the API with half a second for bodies, and its log in a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('NANOOS_API_BODY_TIMEOUT', '0.5')
        running = Server(tmp_path_factory.mktemp('log') / 'api.log')
        running.start()
    yield running
    running.stop()


def test_a_body_that_trickles_in_is_not_waited_for(impatient: Server) -> None:
    head = request('/api/auth/sign-in', 'Content-Length: 100')
    begin = time.monotonic()
    answer = raw(impatient, head, *[b'{'] * 8, pause=0.2)
    assert status(answer) == 408
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize('path', UPLOADS)
def test_an_upload_that_trickles_in_is_not_waited_for(impatient: Server, alice: Person, path: str) -> None:
    head = upload_head(alice, path, 'Content-Length: 1000') + BEGIN
    assert status(raw(impatient, head, *[b'#'] * 8, pause=0.2)) == 408


ENTITIES = [f'<!ENTITY a{number + 1} "{f"&a{number};" * 10}">' for number in range(12)]
LAUGHS = f'<!DOCTYPE l [<!ENTITY a0 "haha">{"".join(ENTITIES)}]>'
QUADRATIC = f'<!DOCTYPE l [<!ENTITY a12 "{"a" * 100_000}">]>'


@pytest.mark.parametrize('format', ['vasp-xml', 'xsd'])
@pytest.mark.parametrize(
    'bomb', [LAUGHS + '&a12;', QUADRATIC + '&a12;' * 20_000], ids=['laughs', 'quadratic']
)
def test_xml_bombs_end_the_reader_and_nothing_else(alice: Person, format: str, bomb: str) -> None:
    before = orm.QueryBuilder().append(orm.Node).count()
    doctype, _, inside = bomb.partition(']>')
    content = f'<?xml version="1.0"?>{doctype}]><modeling><a>{inside}</a></modeling>'
    assert is_problem(upload(alice, 'bomb.xml', content, format=format), 422)
    assert orm.QueryBuilder().append(orm.Node).count() == before
    assert alice.http('GET', '/auth/me').status_code == 200


@pytest.mark.parametrize('format', ['vasp-xml', 'xsd'])
def test_xml_cannot_bring_in_other_files(alice: Person, tmp_path: Path, format: str) -> None:
    secret = tmp_path / 'secret.txt'
    secret.write_text('the secret of this machine')
    doctype = f'<!DOCTYPE l [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content = f'<?xml version="1.0"?>{doctype}<modeling><a>&x;</a></modeling>'
    answer = upload(alice, 'evil.xml', content, format=format)
    assert is_problem(answer, 422)
    assert 'the secret' not in answer.text


def zipped(size: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, 'w', zipfile.ZIP_DEFLATED) as made:
        made.writestr('a.cif', bytes(size))
    return written.getvalue()


@pytest.mark.parametrize('name', ['a.cif', 'a.xyz', 'a.cif.gz', 'a.xyz.gz', 'POSCAR.bz2', 'a.zip', 'a.json'])
def test_packed_structures_are_not_unpacked(alice: Person, name: str) -> None:
    for bomb in (gzip.compress(bytes(100 * MEGABYTE)), zipped(100 * MEGABYTE)):
        assert is_problem(upload(alice, name, bomb), 422)
        assert is_problem(upload(alice, name, bomb, '/parse'), 422)


def test_bodies_that_are_packed_are_not_unpacked(client: TestClient) -> None:
    body = gzip.compress(b' ' * 10 * MEGABYTE)
    headers = {'Content-Type': 'application/json', 'Content-Encoding': 'gzip'}
    answer = client.post('/api/auth/sign-in', content=body, headers=headers)
    assert answer.status_code in (400, 415, 422)


@pytest.mark.parametrize(
    'body',
    [b'', b'{', b'\xff\xfe', b'[' * 100_000, b'{"email": 1e999999, "password": []}', b'null', b'"\\ud800"'],
)
def test_bodies_that_are_no_json_are_named(client: TestClient, body: bytes) -> None:
    answer = client.post('/api/auth/sign-in', content=body, headers={'Content-Type': 'application/json'})
    assert answer.status_code in (400, 422)
    assert is_problem(answer, answer.status_code)


@pytest.mark.parametrize(
    'path', ['/api/nodes/%00', '/api/../api/auth/me', '/api/%2e%2e/%2e%2e/etc/passwd', '/%ff']
)
def test_paths_lead_nowhere_else(client: TestClient, alice: Person, path: str) -> None:
    answer = client.get(path, headers={'Authorization': f'Bearer {alice.session["access_token"]}'})
    assert answer.status_code in (200, 404, 422)
    if answer.status_code == 200:
        assert answer.json()['email'] == alice.email
    elif path.startswith('/api/'):
        assert is_problem(answer, answer.status_code)


def test_a_wrong_method_has_the_one_shape_too(client: TestClient) -> None:
    answer = client.put('/api/auth/sign-in', json={})
    assert is_problem(answer, 405)
    assert 'POST' in answer.headers['allow']


def test_a_request_id_is_taken_over_only_when_it_is_harmless(client: TestClient) -> None:
    good = client.get('/api/health', headers={'X-Request-ID': 'my-request.1'})
    assert good.headers['x-request-id'] == 'my-request.1'
    for bad in ('a' * 65, '{"level": "forged"}', 'a b', ''):
        assert client.get('/api/health', headers={'X-Request-ID': bad}).headers['x-request-id'] != bad


def preflight(client: TestClient, origin: str) -> Any:
    headers = {'Origin': origin, 'Access-Control-Request-Method': 'POST'}
    return client.options('/api/auth/sign-in', headers=headers)


def test_pages_of_others_may_use_the_api_only_where_that_is_set(app: FastAPI, client: TestClient) -> None:
    assert 'access-control-allow-origin' not in preflight(client, 'https://evil.example').headers
    allowed = Settings(cors_origins=['https://lab.example'])
    with TestClient(create_app(allowed)) as shared:
        good = preflight(shared, 'https://lab.example')
        bad = preflight(shared, 'https://evil.example')
    assert good.headers['access-control-allow-origin'] == 'https://lab.example'
    assert 'access-control-allow-credentials' not in good.headers
    assert 'access-control-allow-origin' not in bad.headers


def test_an_unexpected_error_tells_nothing_but_where_to_look(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError('the secret of the house')

    monkeypatch.setattr(app.state.writer, 'write', fail)
    body = {'email': 'unlucky@nanoos.test', 'password': 'long enough for this'}
    answer = client.post('/api/auth/sign-up', json=body)
    assert answer.status_code == 500
    assert 'secret' not in answer.text
    assert answer.json()['request_id']
    assert 'the secret of the house' in caplog.text


def test_the_log_is_json_and_has_no_secrets(impatient: Server) -> None:
    secret = 'a secret that nobody may read'
    body = json.dumps({'email': 'nobody@nanoos.test', 'password': secret}).encode()
    head = request('/api/auth/sign-in?token=also-secret', f'Content-Length: {len(body)}')
    assert status(raw(impatient, head, body)) == 401
    time.sleep(0.5)
    assert impatient.log is not None
    lines = impatient.log.read_text(encoding='utf-8').splitlines()
    assert [json.loads(line) for line in lines][-1]['status'] == 401
    assert not any(secret in line or 'also-secret' in line for line in lines)
