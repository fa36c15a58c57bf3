"""The built web application in a real Chromium, served by a real API on the temporary instance."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.api.conftest import PASSWORD, Server
from tests.web import instance
from tests.web.instance import FLAGS, find_chromium

if TYPE_CHECKING:
    from aiida.manage.configuration import Profile

ROOT = Path(__file__).parents[2]
WEB = ROOT / 'web'
#: What the browser logs of answers that a test is about (404 pages, the API when it is down).
EXPECTED = ('Failed to load resource', 'WebSocket connection to')
_NUMBERS = itertools.count(1)
# Two workers and their engines share two cores; how fast pages are is measured by the benchmark.
expect.set_options(timeout=30_000)


@pytest.fixture(scope='session')
def site() -> Path:
    """Return the folder of the built site; what is older than its source is built again."""
    subprocess.run(['make', 'web'], cwd=ROOT, check=True, timeout=600)
    return WEB / 'out'


@pytest.fixture(scope='session')
def server(profile: Profile, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve API and site; the tests sign in more often than people may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('NANOOS_API_SIGN_INS_PER_MINUTE', '1000000')
        running = Server(tmp_path_factory.mktemp('api') / 'log')
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope='module')
def browser(server: Server) -> Iterator[Browser]:
    """Run Chromium, that of the system.

    For one file only: Playwright keeps an event loop running in this thread, where AiiDA runs nothing then.
    """
    chromium = find_chromium()
    if chromium is None:
        reason = 'there is no Chromium on the path: install the package chromium of the system'
        if os.environ.get('REQUIRE_SERVICES') == '1':
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=FLAGS)


@dataclass(frozen=True)
class Person:
    """Somebody with an account; `http` asks the API as them."""

    email: str
    password: str
    http: Callable[..., Any]


@pytest.fixture(scope='session')
def sign_up(server: Server) -> Callable[[], Person]:
    """Return a function that opens an account for a new person."""

    def make() -> Person:
        email = f'web{next(_NUMBERS)}@nanoos.test'
        body = {'email': email, 'password': PASSWORD}
        headers: dict[str, str] = {}

        def open_session(way: str) -> None:
            answer = httpx2.post(f'{server.url}/api/auth/{way}', json=body, timeout=30)
            assert answer.is_success, answer.text
            headers['Authorization'] = f'Bearer {answer.json()["access_token"]}'

        def http(method: str, path: str, **options: Any) -> Any:
            def ask() -> httpx2.Response:
                return httpx2.request(
                    method, f'{server.url}/api{path}', headers=headers, timeout=60, **options
                )

            answer = ask()
            # The run of all tests is longer than an access token lives.
            if answer.status_code == 401:
                open_session('sign-in')
                answer = ask()
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

        open_session('sign-up')
        return Person(email, PASSWORD, http)

    return make


@pytest.fixture(scope='session')
def person(sign_up: Callable[[], Person]) -> Person:
    """Return one person."""
    return sign_up()


@pytest.fixture
def open_browser(browser: Browser, server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser without memory; what goes wrong in it unseen fails the test."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []
    host = urlsplit(server.url).netloc

    def watch(page: Page) -> None:
        page.on('pageerror', lambda error: wrong.append(f'error in {page.url}: {error}'))
        page.on('console', lambda message: note(message.type, message.text))
        page.on('request', lambda request: check(request.url))

    def note(kind: str, text: str) -> None:
        if kind == 'error' and not text.startswith(EXPECTED):
            wrong.append(f'console: {text}')

    def check(url: str) -> None:
        if urlsplit(url).scheme.startswith(('http', 'ws')) and urlsplit(url).netloc != host:
            wrong.append(f'asked another host: {url}')

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=server.url, **options)
        context.set_default_timeout(30_000)
        context.on('page', watch)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert not wrong, wrong


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext]) -> Page:
    """Return a page in which nobody is signed in."""
    return open_browser().new_page()


@pytest.fixture
def signed_in(page: Page, person: Person) -> Page:
    """Return a page in which a person is signed in."""
    sign_in(page, person)
    return page


def sign_in(page: Page, person: Person) -> None:
    """Give a page the session of a person; a test of its own shows that the form does that."""
    instance.sign_in(page, '', person.email, person.password)


def violations(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page whose context bypasses the CSP."""
    page.add_script_tag(path=WEB / 'node_modules' / 'axe-core' / 'axe.min.js')
    found = page.evaluate('axe.run()')['violations']
    return [
        f'{one["id"]}: {one["help"]}: {node["html"]}'
        for one in found
        if one['impact'] in ('serious', 'critical')
        for node in one['nodes']
    ]
