"""The page of one's account: password, tokens, computers and codes."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.api.conftest import Server
from tests.web.conftest import Person, sign_in, violations

HOSTILE = '<img src=x onerror=alert(1)> "quoted" & \'so\' 🧪 رمز ' + 'long ' * 29


@pytest.fixture
def account(signed_in: Page) -> Page:
    """Return the page."""
    signed_in.goto('/account')
    expect(signed_in.get_by_role('region', name='Who you are')).to_contain_text('E-mail address')
    return signed_in


def make_token(page: Page, name: str) -> str:
    """Make a token on the page and return it."""
    page.get_by_role('button', name='New token').click()
    dialog = page.get_by_role('dialog')
    dialog.get_by_label('Name').fill(name)
    dialog.get_by_role('button', name='Make the token').click()
    token = dialog.get_by_label('the token', exact=True)
    expect(token).to_contain_text('nanoos_')
    text = token.inner_text()
    dialog.get_by_role('button', name='I have copied it').click()
    expect(dialog).to_have_count(0)
    return text


def scopes_of(server: Server, token: str) -> list[str] | int:
    """Return what a token may do by the API itself, or the status of its refusal."""
    headers = {'Authorization': f'Bearer {token}'}
    answer = httpx2.get(f'{server.url}/api/auth/me', headers=headers, timeout=30)
    return list(answer.json()['scopes']) if answer.is_success else answer.status_code


def test_a_token_is_shown_once_works_and_ends(account: Page, server: Server) -> None:
    token = make_token(account, HOSTILE)
    assert scopes_of(server, token) == ['read']
    row = account.get_by_role('listitem').filter(has_text='<img src=x')
    expect(row).to_contain_text('Valid')
    account.reload()
    expect(row).to_be_visible()
    assert token.split('_', 2)[2] not in account.content()
    row.get_by_role('button', name='Revoke').click()
    account.get_by_role('dialog').get_by_role('button', name='Revoke').click()
    expect(row).to_contain_text('Revoked')
    assert scopes_of(server, token) == 401


def test_a_token_has_the_scopes_the_days_and_the_group_that_were_chosen(
    account: Page, person: Person, server: Server
) -> None:
    group = person.http('POST', '/groups', json={'name': 'for a token'})['uuid']
    account.get_by_role('button', name='New token').click()
    dialog = account.get_by_role('dialog')
    # One who is no administrator is not offered what they cannot give.
    expect(dialog.get_by_text('administer this instance')).to_have_count(0)
    dialog.get_by_label('Name').fill('limited')
    dialog.get_by_label('submit').check()
    dialog.get_by_label('Valid for').select_option('7 days')
    dialog.get_by_label('Only for a group').select_option('for a token')
    dialog.get_by_role('button', name='Make the token').click()
    token = dialog.get_by_label('the token', exact=True).inner_text()
    assert scopes_of(server, token) == ['read', 'submit']
    made = person.http('GET', '/auth/tokens')[0]
    assert (made['name'], made['group']) == ('limited', group)
    assert round((made['expires'] - made['created']) / 86400) == 7


def test_a_token_that_is_refused_says_why(account: Page) -> None:
    account.get_by_role('button', name='New token').click()
    dialog = account.get_by_role('dialog')
    dialog.get_by_label('Name').fill('may nothing')
    dialog.get_by_label('read').uncheck()
    dialog.get_by_role('button', name='Make the token').click()
    expect(dialog.get_by_role('alert')).to_contain_text('expected some of read')


def test_a_new_password_is_announced_to_end_all_sessions_and_does(
    page: Page, sign_up: Callable[[], Person]
) -> None:
    person = sign_up()
    sign_in(page, person)
    page.goto('/account')
    form = page.get_by_role('region', name='Password')
    expect(form).to_contain_text('ends all your sessions, in this browser too')
    change = form.get_by_role('button', name='Change the password')
    form.get_by_label('Current password').fill('not the password')
    form.get_by_label('New password', exact=True).fill('quite another password')
    form.get_by_label('New password again').fill('a typing mistake')
    expect(form).to_contain_text('This is not the same')
    form.get_by_label('New password again').fill('quite another password')
    change.click()
    expect(form).to_contain_text('The current password is wrong', ignore_case=True)
    form.get_by_label('Current password').fill(person.password)
    change.click()
    expect(page).to_have_url(re.compile(r'/sign-in\?next=%2Faccount$'))
    page.get_by_label('E-mail address').fill(person.email)
    page.get_by_label('Password').fill('quite another password')
    page.get_by_role('button', name='Sign in').click()
    expect(page.get_by_role('heading', name='Account', exact=True)).to_be_visible()


def test_where_one_may_compute_is_listed(account: Page) -> None:
    computers = account.get_by_role('list', name='Computers')
    expect(computers.get_by_role('listitem').filter(has_text='localhost').first).to_contain_text('Ready')
    expect(account.get_by_role('region', name='Codes')).to_be_visible()


def test_signing_out_leads_to_the_sign_in_page(account: Page) -> None:
    account.get_by_role('main').get_by_role('button', name='Sign out', exact=True).click()
    expect(account.get_by_role('heading', name='Sign in')).to_be_visible()


def test_it_is_usable_on_a_phone_and_accessible(
    open_browser: Callable[..., BrowserContext], person: Person
) -> None:
    for theme in ('light', 'dark'):
        page = open_browser(
            color_scheme=theme,
            reduced_motion='reduce',
            bypass_csp=True,
            viewport={'width': 360, 'height': 740},
        ).new_page()
        sign_in(page, person)
        page.goto('/account')
        expect(page.get_by_role('list', name='Computers')).to_be_visible()
        main = page.locator('main')
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), 'it can be scrolled sideways'
        assert violations(page) == []
        page.get_by_role('button', name='New token').click()
        expect(page.get_by_role('dialog').get_by_label('Name')).to_be_focused()
        assert violations(page) == []
        page.keyboard.press('Escape')
        expect(page.get_by_role('dialog')).to_have_count(0)
