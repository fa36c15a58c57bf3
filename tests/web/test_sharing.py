"""Sharing: with a person or everybody, to read or write, changed and taken back at once, and listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Person, sign_in, violations
from tests.web.test_accessibility import THEMES
from tests.web.test_dashboard import NAMES


@pytest.fixture
def friend(sign_up: Callable[[], Person]) -> Person:
    return sign_up()


@pytest.fixture
def owner(sign_up: Callable[[], Person]) -> Person:
    return sign_up()


def share_dialog(page: Page) -> Any:
    """Open the dialog and return it."""
    page.get_by_role('button', name='Share').click()
    return page.get_by_role('dialog', name='Share')


def test_shared_seen_changed_and_taken_back(
    open_browser: Callable[..., BrowserContext], owner: Person, friend: Person
) -> None:
    made = owner.http('POST', '/materials', json={'name': 'for two'})
    path = f'/materials/{made["material_id"]}'
    mine, theirs = open_browser().new_page(), open_browser().new_page()
    sign_in(mine, owner)
    sign_in(theirs, friend)
    theirs.goto(path)
    expect(theirs.get_by_role('alert').first).to_contain_text('There is no such material')

    mine.goto(path)
    dialog = share_dialog(mine)
    expect(dialog).to_contain_text('Nobody: only you see it.')
    dialog.get_by_label('E-mail address').fill('nobody@nanoos.test')
    dialog.get_by_role('button', name='Share', exact=True).click()
    expect(dialog.get_by_label('E-mail address')).to_have_accessible_description(
        "there is nobody to share with at 'nobody@nanoos.test'"
    )
    dialog.get_by_label('E-mail address').fill(friend.email)
    dialog.get_by_role('button', name='Share', exact=True).click()
    shares = dialog.get_by_role('list', name='Shared with').get_by_role('listitem')
    expect(shares).to_have_count(1)
    expect(shares).to_contain_text(friend.email)

    theirs.reload()
    expect(theirs.get_by_role('heading', level=1)).to_contain_text('for two')
    expect(theirs.get_by_text('shared with you, to read')).to_be_visible()
    expect(theirs.get_by_role('button', name='Edit')).to_have_count(0)
    expect(theirs.get_by_role('button', name='Share')).to_have_count(0)

    dialog.get_by_label(f'What {friend.email} may do').select_option('write')
    expect(dialog.get_by_label(f'What {friend.email} may do')).to_be_enabled()
    theirs.reload()
    expect(theirs.get_by_text('shared with you, to write')).to_be_visible()
    expect(theirs.get_by_role('button', name='Edit')).to_be_visible()

    dialog.get_by_role('button', name=f'Stop sharing with {friend.email}').click()
    expect(dialog).to_contain_text('Nobody: only you see it.')
    theirs.reload()
    expect(theirs.get_by_role('alert').first).to_contain_text('There is no such material')


def test_with_everybody(page: Page, owner: Person, friend: Person) -> None:
    made = owner.http('POST', '/materials', json={'name': 'for all'})
    path = f'/materials/{made["material_id"]}'
    sign_in(page, owner)
    page.goto(path)
    dialog = share_dialog(page)
    dialog.get_by_role('radio', name='Everybody').check()
    expect(dialog.get_by_label('E-mail address')).to_have_count(0)
    dialog.get_by_role('radio', name='Write').check()
    try:
        dialog.get_by_role('button', name='Share', exact=True).click()
        expect(dialog.get_by_role('list', name='Shared with')).to_contain_text('Everybody on this instance')
        assert friend.http('GET', path)['access'] == 'write'
        dialog.get_by_role('button', name='Stop sharing with Everybody').click()
        expect(dialog).to_contain_text('Nobody: only you see it.')
    finally:
        # What everybody sees would be in the way of other tests.
        if owner.http('GET', f'{path}/shares'):
            owner.http('DELETE', f'{path}/shares', params={'everybody': True})


def test_lists_of_what_is_shared(page: Page, owner: Person, friend: Person) -> None:
    material = owner.http('POST', '/materials', json={'name': NAMES[0]})
    group = owner.http('POST', '/groups', json={'name': 'study'})
    body = {'email': friend.email, 'access': 'read'}
    owner.http('PUT', f'/materials/{material["material_id"]}/shares', json=body)
    owner.http('PUT', f'/groups/{group["uuid"]}/shares', json={**body, 'access': 'write'})
    sign_in(page, owner)
    page.goto('/sharing')
    expect(page.get_by_text('Nothing is shared with you')).to_be_visible()
    page.get_by_role('tab', name='Shared by me').click()
    table = page.get_by_role('table', name='Shared by me')
    expect(table.get_by_role('row', name='study')).to_contain_text('Write')
    expect(table.get_by_role('row').nth(2)).to_contain_text(NAMES[0])
    page.reload()
    table.get_by_role('row', name='study').get_by_role('button', name='Share').click()
    page.get_by_role('button', name=f'Stop sharing with {friend.email}').click()
    page.keyboard.press('Escape')
    expect(table.get_by_role('row', name='study')).to_have_count(0)
    page.go_back()
    expect(page.get_by_role('tab', name='Shared with me')).to_have_attribute('aria-selected', 'true')

    sign_in(page, friend)
    page.goto('/sharing')
    rows = page.get_by_role('table', name='Shared with me').get_by_role('row')
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text(owner.email)
    rows.nth(1).get_by_role('link').click()
    expect(page.get_by_role('heading', level=1)).to_contain_text(NAMES[0])


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong_on_a_phone(
    open_browser: Callable[..., BrowserContext], owner: Person, friend: Person, theme: Any
) -> None:
    made = owner.http('POST', '/materials', json={'name': NAMES[3][:200]})
    body = {'email': friend.email, 'access': 'read'}
    owner.http('PUT', f'/materials/{made["material_id"]}/shares', json=body)
    context = open_browser(
        color_scheme=theme,
        reduced_motion='reduce',
        bypass_csp=True,
        viewport={'width': 360, 'height': 740},
    )
    page = context.new_page()
    sign_in(page, owner)
    page.goto('/sharing?shown=by_me')
    expect(page.get_by_role('table', name='Shared by me').get_by_role('link')).to_be_visible()
    assert violations(page) == []
    main = page.locator('main')
    assert main.evaluate('main => main.scrollWidth <= main.clientWidth')
    dialog = share_dialog(page)
    expect(dialog.get_by_role('list', name='Shared with')).to_be_visible()
    assert violations(page) == []
