"""What holds on every page of the export: addresses, outages, ended sessions, hostile names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.site import Export, address_of
from tests.api.conftest import Server
from tests.web import learning
from tests.web.conftest import Person, sign_in
from tests.web.example import Example
from tests.web.instance import settle
from tests.web.screenshots import OPEN, addresses
from tests.web.test_jobs import wait
from tests.web.test_learning import post_as

if TYPE_CHECKING:
    from aiida import orm

#: Quotes, HTML, emoji, right-to-left text, and as long as a name may be.
HOSTILE = ('<img src=x onerror=alert(1)> "q" \'s\' & 🧪 مادة ' + 'x' * 200)[:200]
TEXT = HOSTILE + 'long ' * 1960
#: What pages say of a database in which there is nothing.
EMPTY = re.compile(r'\bNo [a-z ]+ yet\b|^Nothing is')


def example(person: Person) -> dict[str, str]:
    """Make one of everything that has a page, all with hostile names; return the identifiers by folder."""
    material = person.http('POST', '/materials', json={'name': HOSTILE, 'description': TEXT})['material_id']
    body = {'parameters': {'formula': 'Cu'}, 'material_id': material}
    structure = person.http('POST', '/structures/build/bulk', json=body)['uuid']
    job = person.http(
        'POST',
        '/jobs',
        json={
            'workflow': 'relax',
            'structure': structure,
            'template': 'mock',
            'protocol': 'fast',
            'label': HOSTILE,
        },
    )['uuid']
    dataset = learning.upload(post_as(person), HOSTILE)
    training = {'uuid': learning.submit(post_as(person), dataset, HOSTILE, model='dummy')}
    assert wait(person, training) == 'COMPLETED'
    (model,) = (one['uuid'] for one in person.http('GET', '/ml/models')['items'] if one['name'] == HOSTILE)
    name = f'{HOSTILE[:60]} {person.email}'
    group = person.http('POST', '/groups', json={'name': name, 'description': TEXT[:1000]})['uuid']
    person.http('PATCH', f'/groups/{group}/nodes', json={'add': [structure, job]})
    return {
        'chains': 'copper-diffusion',
        'ml/datasets': dataset,
        'ml/models': model,
        'materials': material,
        'structures': structure,
        'jobs': job,
        'graph': job,
        'groups': group,
    }


@pytest.fixture(scope='module')
def pages(
    person: Person, site: Path, daemon: None, engine_code: Callable[[str], orm.AbstractCode]
) -> list[str]:
    """Return the address of each page for whoever is signed in."""
    engine_code('mlip')
    found = [address for _, address in addresses(site, Example(example(person)))]
    return [address for address in found if address not in OPEN and '404' not in address]


@pytest.fixture(scope='module')
def dynamic_pages(site: Path, pages: list[str]) -> list[str]:
    """Return the addresses that name something: the server and the browser must both find their page."""
    plain = {address_of(name) for name in Export(site).files if name.endswith('.html')}
    found = [address for address in pages if address not in plain]
    assert len(found) > 5
    return found


def heading(page: Page) -> str:
    settle(page)
    return page.locator('main').get_by_role('heading').first.inner_text()


def test_addresses_are_loaded_directly_again_back_and_forth(
    signed_in: Page, dynamic_pages: list[str]
) -> None:
    for address in dynamic_pages:
        signed_in.goto(address)
        first = heading(signed_in)
        assert first != 'No such page', address
        signed_in.reload()
        assert heading(signed_in) == first, f'{address} loaded again'
        signed_in.goto('/help?from=elsewhere')
        signed_in.go_back()
        assert heading(signed_in) == first, f'back to {address}'
        signed_in.go_forward()
        expect(signed_in).to_have_url(re.compile('from=elsewhere'))
        signed_in.go_back()
        assert heading(signed_in) == first, f'back to {address} again'


def test_hostile_names_are_text_and_fit_on_a_phone(
    open_browser: Callable[..., BrowserContext], person: Person, pages: list[str]
) -> None:
    page = open_browser(viewport={'width': 360, 'height': 740}, has_touch=True, is_mobile=True).new_page()
    alerts: list[str] = []
    page.on('dialog', lambda dialog: alerts.append(dialog.message))
    sign_in(page, person)
    for address in pages:
        page.goto(address)
        settle(page)
        assert page.locator('img[src=x]').count() == 0, address
        main = page.locator('main')
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), f'{address} scrolls sideways'
    assert alerts == []


def test_an_api_that_was_killed_is_told_of_on_each_page(
    open_browser: Callable[..., BrowserContext], person: Person, server: Server, pages: list[str]
) -> None:
    context = open_browser()
    tabs: dict[str, Page] = {}
    sign_in(context.new_page(), person)
    for address in pages:
        tabs[address] = context.new_page()
        tabs[address].goto(address)
        settle(tabs[address])
    shown = {address: tab.get_by_text(EMPTY).count() for address, tab in tabs.items()}
    server.kill()
    try:
        for address, tab in tabs.items():
            tab.bring_to_front()
            expect(tab.locator('[data-connection]'), address).to_contain_text('has not answered since')
            assert tab.get_by_text(EMPTY).count() <= shown[address], f'{address} looks as if it were empty'
    finally:
        server.start()
    for address, tab in tabs.items():
        tab.bring_to_front()
        expect(tab.locator('[data-connection]'), address).to_have_count(0)
        settle(tab)
        expect(tab.locator('main').get_by_text('does not answer'), address).to_have_count(0)


def test_who_was_signed_out_comes_back_to_each_page(
    page: Page, sign_up: Callable[[], Person], pages: list[str]
) -> None:
    person = sign_up()
    for address in pages:
        page.goto(address)
        expect(page, address).to_have_url(re.compile(r'/sign-in(\?next=|$)'))
        page.get_by_label('E-mail address').fill(person.email)
        page.get_by_label('Password').fill(person.password)
        page.get_by_role('button', name='Sign in').click()
        expect(page, address).to_have_url(re.compile(re.escape(address) + '$'))
        page.context.clear_cookies()
        page.evaluate('localStorage.clear()')


def test_what_is_not_there_says_so(signed_in: Page, pages: list[str]) -> None:
    """On each page that has an identifier in its address."""
    nowhere = '00000000-0000-4000-8000-000000000000'
    for address in pages:
        if not (found := re.search(r'[0-9a-f]{8}-[0-9a-f-]{27}', address)):
            continue
        for wrong in (nowhere, 'not-an-identifier'):
            signed_in.goto(address.replace(found.group(), wrong))
            alert: Any = signed_in.locator('main').get_by_role('alert').first
            expect(alert, f'{address} with {wrong}').to_be_visible()
            expect(signed_in.locator('main .skeleton')).to_have_count(0)
