"""Help, the documents beside the application, and the page of the API's document: from this host alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Person, sign_in, violations


def test_every_link_of_the_help_leads_somewhere(signed_in: Page) -> None:
    signed_in.goto('/help')
    expect(signed_in.get_by_role('region', name='First steps')).to_be_visible()
    # The pages of the navigation have tests of their own.
    navigation, links = (
        set(signed_in.locator(f'{part} a').evaluate_all('links => links.map((link) => link.href)'))
        for part in ('nav', 'main')
    )
    assert navigation < links
    for address in links - navigation:
        assert signed_in.request.get(address).ok, address


def test_the_address_of_this_instance_is_in_the_example(signed_in: Page, server: object) -> None:
    signed_in.goto('/help')
    origin = signed_in.evaluate('location.origin')
    expect(signed_in.get_by_role('region', name='Python')).to_contain_text(f"Client('{origin}'")


# `open_browser` fails a test in which another host is asked or the Content-Security-Policy is broken.
def test_the_api_is_documented_from_this_host_alone(
    open_browser: Callable[..., BrowserContext], person: Person
) -> None:
    page = open_browser().new_page()
    policy = page.goto('/api/docs')
    assert policy is not None
    assert "script-src 'self';" in policy.headers['content-security-policy']
    expect(page.get_by_role('heading', name='NANO-OS')).to_be_visible(timeout=30_000)
    token = person.http('POST', '/auth/tokens', json={'name': 'docs', 'scopes': ['read']})['token']
    page.get_by_role('button', name='Authorize').first.click()
    page.get_by_label('Value').fill(token)
    page.get_by_role('button', name='Apply credentials').click()
    page.get_by_role('button', name='Close', exact=True).click()
    page.locator('#operations-tag-authentication').click()
    operation = page.locator('#operations-authentication-get_me')
    operation.get_by_role('button').first.click()
    operation.get_by_role('button', name='Try it out').click()
    operation.get_by_role('button', name='Execute').click()
    expect(operation.locator('.live-responses-table')).to_contain_text(person.email)


def test_documents_are_pages_that_lead_to_each_other(page: Page) -> None:
    page.goto('/docs/api')
    expect(page.get_by_role('heading', name='The API', exact=True)).to_be_visible()
    page.locator('article').get_by_role('link', name='Querying').click()
    expect(page.get_by_role('heading', name='Querying', exact=True)).to_be_visible()
    page.get_by_role('link', name='quick start').click()
    expect(page).to_have_url('/docs/api#quick-start')
    assert page.evaluate("document.getElementById('quick-start') !== null")


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_it_is_usable_on_a_phone_and_accessible(
    open_browser: Callable[..., BrowserContext], person: Person, theme: str
) -> None:
    page = open_browser(
        color_scheme=theme, reduced_motion='reduce', bypass_csp=True, viewport={'width': 360, 'height': 740}
    ).new_page()
    sign_in(page, person)
    for address in ('/help', '/docs/benchmarks'):
        page.goto(address)
        expect(page.get_by_role('heading').first).to_be_visible()
        assert page.evaluate('document.documentElement.scrollWidth <= innerWidth'), address
        assert violations(page) == []
