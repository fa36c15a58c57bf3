"""Signing in and out in a browser: where one comes back to, what scripts can read, and several tabs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Person, sign_in

MISSING = '/structures-of-nobody?tab=1#here'


def fill_in(page: Page, person: Person) -> None:
    page.get_by_label('E-mail address').fill(person.email)
    page.get_by_label('Password').fill(person.password)
    page.get_by_role('button', name='Sign in').click()


def test_who_signs_in_comes_back_to_the_page_they_asked_for(page: Page, person: Person) -> None:
    page.goto(MISSING)
    expect(page).to_have_url(re.compile(r'/sign-in\?next='))
    expect(page).to_have_title('Sign in · NANO-OS')
    fill_in(page, person)
    expect(page.get_by_role('heading', name='No such page')).to_be_visible()
    assert page.url.endswith(MISSING)


def test_a_wrong_password_is_told_and_changes_nothing(page: Page, person: Person) -> None:
    page.goto('/sign-in')
    fill_in(page, Person(person.email, 'not the password', person.http))
    expect(page.get_by_role('main').get_by_role('alert')).to_contain_text('Not signed in')
    expect(page.get_by_label('E-mail address')).to_have_value(person.email)


def test_an_account_is_opened_where_that_is_allowed(page: Page) -> None:
    page.goto('/sign-in')
    page.get_by_role('button', name='Open an account').click()
    page.get_by_label('First name').fill('Emmy')
    page.get_by_label('E-mail address').fill('emmy@nanoos.test')
    page.get_by_label('Password').fill('short')
    page.get_by_role('button', name='Open the account').click()
    expect(page.get_by_role('main').get_by_role('alert')).to_contain_text('password')
    page.get_by_label('Password').fill('a password that is long enough')
    page.get_by_role('button', name='Open the account').click()
    expect(page.get_by_role('heading', name='Overview')).to_be_visible()
    page.get_by_role('button', name='Account').click()
    expect(page.get_by_text('emmy@nanoos.test')).to_be_visible()


def test_scripts_cannot_read_what_a_session_goes_on_with(signed_in: Page) -> None:
    signed_in.goto('/')
    expect(signed_in.get_by_role('heading', name='Overview')).to_be_visible()
    cookies = {cookie['name']: cookie for cookie in signed_in.context.cookies()}
    token = cookies['nanoos_refresh']['value']
    readable = signed_in.evaluate('[document.cookie, ...Object.values({...localStorage, ...sessionStorage})]')
    assert not [text for text in readable if token in text or text.count('.') == 2]


def test_signing_out_ends_it_in_all_tabs(signed_in: Page) -> None:
    other = signed_in.context.new_page()
    for tab in (signed_in, other):
        tab.goto('/')
        expect(tab.get_by_role('heading', name='Overview')).to_be_visible()
    signed_in.get_by_role('button', name='Account').click()
    signed_in.get_by_role('button', name='Sign out').click()
    for tab in (signed_in, other):
        expect(tab.get_by_role('heading', name='Sign in')).to_be_visible()
    assert not signed_in.context.cookies()


def test_a_session_that_was_ended_leads_back_after_signing_in(
    page: Page, sign_up: Callable[[], Person]
) -> None:
    person = sign_up()
    sign_in(page, person)
    page.goto('/')
    expect(page.get_by_role('heading', name='Overview')).to_be_visible()
    changed = {'current': person.password, 'new': 'quite another password'}
    person.http('POST', '/auth/password', json=changed)
    page.goto(MISSING)
    expect(page.get_by_role('heading', name='Sign in')).to_be_visible()
    fill_in(page, Person(person.email, changed['new'], person.http))
    expect(page.get_by_role('heading', name='No such page')).to_be_visible()
    assert page.url.endswith(MISSING)


@pytest.mark.parametrize('locks', [True, False], ids=['locks', 'no locks'])
def test_tabs_that_refresh_at_once_stay_signed_in(
    open_browser: Callable[..., BrowserContext], person: Person, locks: bool
) -> None:
    context = open_browser()
    if not locks:
        # As over plain http from another machine.
        context.add_init_script('delete Navigator.prototype.locks')
    tabs = [context.new_page() for _ in range(4)]
    sign_in(tabs[0], person)
    for turn in range(3):
        for tab in tabs:
            # Not waited for: all of them load at the same time, and most are left while they refresh.
            tab.goto(f'/?turn={turn}', wait_until='commit')
    for tab in tabs:
        tab.goto('/')
        expect(tab.get_by_role('heading', name='Overview')).to_be_visible()
