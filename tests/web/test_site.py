"""The built site as the API serves it: addresses, caching, headers, and nothing outside its folder."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from tests.api.test_auth import is_problem

FILES = {
    'index.html': '<p>overview</p>',
    'jobs.html': '<p>jobs</p>',
    'jobs/[id].html': '<p>job</p>',
    '404.html': '<p>no such page</p>',
    'api/docs.html': '<p>document</p>',
    'api/docs/start.js': 'start()',
    'api/secret.html': '<p>of programs</p>',
    '_next/static/a1b2.js': 'console.log(1)',
}


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    root = tmp_path / 'out'
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / 'secret.html').write_text('secret')
    packed = root / '_next/static/a1b2.js.gz'
    packed.write_bytes(gzip.compress(FILES['_next/static/a1b2.js'].encode()))
    return create_app(Settings(web_dir=root))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    # Without `with`: no page needs the profile.
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.mark.parametrize(
    ('address', 'status', 'content'),
    [
        ('/', 200, 'overview'),
        ('/jobs', 200, 'jobs'),
        ('/jobs/8f14e45f', 200, 'job'),
        ('/jobs/[id]', 200, 'job'),
        ('/jobs/8f14e45f/files', 404, 'no such page'),
        ('/nothing', 404, 'no such page'),
        ('/_next/static/none.js', 404, 'no such page'),
    ],
)
def test_file_names_are_addresses(client: TestClient, address: str, status: int, content: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.text) == (status, f'<p>{content}</p>')
    assert answer.headers['content-type'] == 'text/html; charset=utf-8'
    assert client.head(address).status_code == status


def test_every_page_says_what_it_may_load(client: TestClient) -> None:
    for address in ('/', '/jobs/1', '/nothing', '/_next/static/a1b2.js', '/jobs/'):
        headers = client.get(address).headers
        directives = dict(
            one.strip().partition(' ')[::2] for one in headers['content-security-policy'].split(';')
        )
        assert directives['script-src'] == directives['default-src'] == "'self'"
        assert directives['frame-ancestors'] == directives['object-src'] == "'none'"
        assert headers['x-content-type-options'] == 'nosniff'
        assert headers['referrer-policy'] == 'same-origin'


def test_pages_are_asked_for_again_and_what_has_its_hash_in_its_name_is_not(client: TestClient) -> None:
    first = client.get('/jobs')
    assert first.headers['cache-control'] == 'no-cache'
    again = client.get('/jobs', headers={'If-None-Match': first.headers['etag']})
    assert (again.status_code, again.content) == (304, b'')
    assert 'immutable' in client.get('/_next/static/a1b2.js').headers['cache-control']


def test_a_file_was_compressed_once(client: TestClient) -> None:
    with client.stream('GET', '/_next/static/a1b2.js', headers={'Accept-Encoding': 'gzip'}) as answer:
        assert answer.headers['content-encoding'] == 'gzip'
        assert gzip.decompress(b''.join(answer.iter_raw())).decode() == FILES['_next/static/a1b2.js']
    plain = client.get('/_next/static/a1b2.js', headers={'Accept-Encoding': 'identity'})
    assert 'content-encoding' not in plain.headers
    assert plain.text == FILES['_next/static/a1b2.js']


def test_one_slash_too_many_leads_to_the_page_and_never_to_another_host(client: TestClient) -> None:
    answer = client.get('/jobs/?state=1')
    assert (answer.status_code, answer.headers['location']) == (308, '/jobs?state=1')
    for address in ('//evil.example/', '/%5Cevil.example/', '/%2F%2Fevil.example/'):
        location = client.get(address).headers.get('location', '/')
        assert location.startswith('/') and not location.startswith(('//', '/\\')), location


@pytest.mark.parametrize(
    'address', ['/../secret.html', '/%2e%2e/secret', '/jobs/..%2f..%2fsecret', '/..\\secret']
)
def test_nothing_outside_the_folder_is_served(client: TestClient, address: str) -> None:
    assert 'secret' not in client.get(address).text


def test_below_api_errors_stay_those_of_programs(client: TestClient) -> None:
    for path in ('/api', '/api/nothing', '/api/'):
        assert is_problem(client.get(path), 404), path
    assert is_problem(client.get('/api/auth/sign-in'), 405)
    assert is_problem(client.post('/jobs'), 404)


def test_below_api_only_its_documentation_is_a_page(client: TestClient) -> None:
    assert client.get('/api/docs').text == '<p>document</p>'
    assert client.get('/api/docs/start.js').text == 'start()'
    assert 'script-src' in client.get('/api/docs').headers['content-security-policy']
    assert is_problem(client.get('/api/secret'), 404)


def test_a_build_is_seen_without_a_restart(app: FastAPI, client: TestClient) -> None:
    root: Any = app.state.settings.web_dir
    assert client.get('/query').status_code == 404
    (root / 'query.html').write_text('<p>query</p>')
    os.utime(root, ns=(1, 1))
    assert client.get('/query').text == '<p>query</p>'


def test_what_is_not_built_says_how_to(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(web_dir=tmp_path / 'none')))
    answer = client.get('/')
    assert answer.status_code == 404
    assert 'make web' in answer.text
