"""`nanoos up`: daemon and API in one process tree, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import click

from nanoos_plugins.accounts.account import find_account, has_admin, open_account, set_password, set_role
from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.install.daemon import ensure_daemon, is_running, stop_daemon
from nanoos_plugins.install.profile import create_embedded
from nanoos_plugins.storage import tables

START_SECONDS = 60.0
STOP_SECONDS = 45.0


@click.command()
@click.option('--host', default=None, help='Address to listen at.  [default: 127.0.0.1]')
@click.option(
    '--port', type=click.IntRange(1, 65535), default=None, help='Port to listen at.  [default: 8000]'
)
@click.option(
    '--workers', type=click.IntRange(1), default=2, show_default=True, help='Workers of the daemon.'
)
@json_option
def up(host: str | None, port: int | None, workers: int, json: bool) -> None:
    """Run the daemon and the API until Ctrl-C; the profile is made when there is none.

    Other settings come from the environment (NANOOS_API_…) or from api.yaml in the home.
    """
    create_embedded()
    administrator = first_administrator()
    was_running = is_running()
    ensure_daemon(workers)
    given = {'NANOOS_API_HOST': host, 'NANOOS_API_PORT': port}
    environment = {**os.environ, **{key: str(value) for key, value in given.items() if value is not None}}
    api = subprocess.Popen([sys.executable, '-m', 'api'], env=environment, start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        address = f'http://{host or os.environ.get("NANOOS_API_HOST", "127.0.0.1")}:' + str(
            port or os.environ.get('NANOOS_API_PORT', '8000')
        )
        _await_api(api, address)
        _tell(address, administrator, json)
        code = api.wait()
        raise CliError(f'the API ended with exit code {code}; its log above says why')
    except KeyboardInterrupt:
        click.echo('stopping', err=True)
    finally:
        _stop(api)
        if not was_running:
            stop_daemon()


def first_administrator() -> tuple[str, str] | None:
    """Make the default user the administrator when there is none; return their e-mail and password then."""
    from aiida import orm

    owner = orm.User.collection.get_default()
    assert owner is not None and owner.pk is not None
    password = secrets.token_urlsafe(12)
    with connection() as opened, opened.begin():
        tables.create(opened)
        if has_admin(opened):
            return None
        if find_account(opened, owner.pk) is None:
            open_account(opened, owner.pk, password, 'admin')
        else:
            set_password(opened, owner.pk, password)
            set_role(opened, owner.pk, 'admin')
    return owner.email, password


def _tell(address: str, administrator: tuple[str, str] | None, json: bool) -> None:
    """Say where it runs and, the first time, who may administer it."""
    email, password = administrator or (None, None)
    missing = '' if _has_site(address) else ', without the web application: `make web` builds it'
    lines = [f'NANO-OS runs at {address}{missing} (API: {address}/api/docs). Ctrl-C stops it.']
    if administrator is not None:
        lines.append(f'First administrator: {email} with password {password} (shown this once)')
    data = {'address': address, 'administrator': email, 'password': password}
    emit(data, json, lambda: '\n'.join(lines))


def _has_site(address: str) -> bool:
    """Return whether the API serves the web application: it does when that has been built."""
    try:
        with urllib.request.urlopen(f'{address}/', timeout=5):
            return True
    except urllib.error.HTTPError:
        return False


def _await_api(api: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if api.poll() is not None:
            raise CliError(f'the API did not start (exit code {api.returncode}); its log above says why')
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f'{address}/api/health', timeout=2),
        ):
            return
        time.sleep(0.2)
    raise CliError(f'the API does not answer at {address} after {START_SECONDS:.0f} s')


def _stop(api: subprocess.Popen[bytes]) -> None:
    if api.poll() is not None:
        return
    api.terminate()
    try:
        api.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        api.kill()
        api.wait()
