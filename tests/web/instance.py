"""A temporary instance with its API, site and browser, for what is no test: screenshots and benchmarks.

Import nothing of AiiDA before `running`: it reads where its configuration is when it is imported.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from nanoos_plugins.client import Client
from tests.benchmarks.events import Server

PASSWORD = 'a password that is long enough'
ADMINISTRATOR = 'emmy@nanoos.example'
FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    # WebGL in software, for what is drawn in three dimensions.
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
]
#: Nothing that is being loaded is shown any more, nor what has not been drawn yet.
SETTLED = """() => document.fonts.status === 'loaded'
  && document.querySelector('main h1, main h2')
  && !document.querySelector('.skeleton, [aria-busy=true], [data-loading]')"""


@dataclass(frozen=True)
class Instance:
    """Where it runs (without /api), and a client that its administrator is signed in with."""

    url: str
    client: Client


@contextmanager
def running(daemon: bool = False, prepare: Callable[[], None] = lambda: None) -> Iterator[Instance]:
    """Run an instance until the block ends; nothing of it is left then.

    :param prepare: called on the profile before the API starts.
    """
    with tempfile.TemporaryDirectory(prefix='nanoos-web-') as home:
        os.environ |= {
            'NANOOS_HOME': home,
            'NANOOS_API_SIGN_UP': 'invite',
            'NANOOS_API_SIGN_INS_PER_MINUTE': '100000',
            'NANOOS_API_REQUESTS_PER_MINUTE': '1000000',
        }
        from nanoos_plugins.install.daemon import ensure_daemon, stop_daemon
        from nanoos_plugins.install.home import use_home
        from nanoos_plugins.install.profile import create_embedded, delete

        use_home()
        create_embedded(email=ADMINISTRATOR)
        _open_account()
        prepare()
        if daemon:
            ensure_daemon(workers=2)
        server = Server()
        try:
            url = server.url.removesuffix('/api')
            yield Instance(url, Client(url).sign_in(ADMINISTRATOR, PASSWORD))
        finally:
            server.stop()
            stop_daemon()
            delete()


def _open_account() -> None:
    """Give the profile's default user an account that administers."""
    from aiida import orm

    from nanoos_plugins.accounts.account import open_account
    from nanoos_plugins.graph.tables import connection
    from nanoos_plugins.storage import tables

    user = orm.User.collection.get_default()
    assert user is not None and user.pk is not None
    user.first_name, user.last_name = 'Emmy', 'Noether'
    user.store()
    with connection() as opened, opened.begin():
        tables.create(opened)
        open_account(opened, user.pk, PASSWORD, 'admin')


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, None when there is none."""
    found = (shutil.which(name) for name in ('chromium', 'chromium-browser', 'google-chrome'))
    return next(filter(None, found), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium until the block ends."""
    path = find_chromium()
    if path is None:
        sys.exit('there is no Chromium on the path: install the package chromium of the system')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """Give a page, or the whole browser that it is of, the session of somebody.

    :param url: where the site is; empty when the browser knows it.
    """
    answer = page.request.post(
        f'{url}/api/auth/sign-in?session=cookie',
        data={'email': email, 'password': password},
        headers={'X-Requested-With': 'tests'},
    )
    assert answer.ok, answer.text()
    page.goto(f'{url}/icon.svg')
    page.evaluate("localStorage.setItem('nanoos.signed-in', '1')")


def settle(page: Page) -> None:
    """Wait until a page shows what it has."""
    page.wait_for_function(SETTLED, timeout=60_000)
