"""Groups: made, filled, taken along as archives and brought back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.web.conftest import Person, sign_in, violations

HOSTILE = '<b>“group”<b> 🧪 مجموعة ' + 'x' * 70
NOWHERE = '00000000-0000-4000-8000-000000000000'


@pytest.fixture(scope='module')
def structure(person: Person) -> Any:
    return person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Si'}})['uuid']


@pytest.fixture(scope='module')
def group(person: Person, structure: str) -> Any:
    """Return a group with one structure in it."""
    made = person.http(
        'POST', '/groups', json={'name': HOSTILE, 'description': '<i>long</i> ' + 'word ' * 2000}
    )
    person.http('PATCH', f'/groups/{made["uuid"]}/nodes', json={'add': [structure]})
    return made


def open_group(page: Page, uuid: str) -> None:
    page.goto(f'/groups/{uuid}')
    expect(page.get_by_role('table', name='Nodes in this group')).to_be_visible()


def test_a_group_is_made_filled_and_emptied_and_its_nodes_stay(
    signed_in: Page, person: Person, structure: str
) -> None:
    signed_in.goto('/groups')
    signed_in.get_by_role('button', name='New group').click()
    dialog = signed_in.get_by_role('dialog')
    dialog.get_by_label('Name').fill('alloys / steel')
    dialog.get_by_role('button', name='Make the group').click()
    expect(dialog.get_by_role('alert')).to_be_visible()
    dialog.get_by_label('Name').fill('alloys')
    dialog.get_by_role('button', name='Make the group').click()
    expect(signed_in.get_by_role('heading', name='alloys')).to_be_visible()
    expect(signed_in.get_by_text('There is nothing in this group')).to_be_visible()

    signed_in.get_by_role('button', name='Add nodes').click()
    uuids = dialog.get_by_label('UUIDs')
    for text, told in (('not one', '“not” is no UUID'), (NOWHERE, NOWHERE)):
        uuids.fill(text)
        dialog.get_by_role('button', name='Add').click()
        expect(dialog).to_contain_text(told)
    expect(dialog.get_by_role('alert')).to_contain_text('Nothing was added')
    uuids.fill(f'{structure},\n{structure}')
    dialog.get_by_role('button', name='Add').click()
    rows = signed_in.get_by_role('table', name='Nodes in this group').get_by_role('row')
    expect(rows.filter(has_text=structure[:8])).to_have_count(1)

    signed_in.get_by_role('button', name='Take').click()
    expect(signed_in.get_by_text('There is nothing in this group')).to_be_visible()
    assert person.http('GET', f'/nodes/{structure}')['uuid'] == structure
    signed_in.get_by_role('button', name='Delete the group').click()
    dialog.get_by_role('button', name='Delete').click()
    expect(signed_in).to_have_url('/groups')
    expect(signed_in.get_by_role('link', name='alloys')).to_have_count(0)


def test_a_group_goes_out_as_an_archive_and_comes_in_elsewhere(
    open_browser: Callable[..., BrowserContext],
    signed_in: Page,
    sign_up: Callable[[], Person],
    group: Any,
    tmp_path: Path,
) -> None:
    open_group(signed_in, group['uuid'])
    with signed_in.expect_download() as download:
        signed_in.get_by_role('button', name='Export').click()
    archive = tmp_path / 'study.aiida'
    download.value.save_as(archive)
    assert download.value.suggested_filename.endswith('.aiida')
    assert is_zipfile(archive)

    other = open_browser().new_page()
    sign_in(other, sign_up())
    other.goto('/groups')
    other.get_by_role('button', name='Import an archive').first.click()
    dialog = other.get_by_role('dialog')
    wrong = tmp_path / 'notes.aiida'
    wrong.write_text('no archive')
    dialog.get_by_label('Archive').set_input_files(wrong)
    dialog.get_by_role('button', name='Import').click()
    expect(dialog.get_by_role('alert')).to_contain_text('Nothing was imported')
    expect(dialog.get_by_role('alert')).to_contain_text('archive')
    dialog.get_by_label('Archive').set_input_files(archive)
    dialog.get_by_role('button', name='Import').click()
    expect(dialog.get_by_role('status')).to_contain_text('new nodes', timeout=60_000)
    dialog.get_by_role('link').click()
    expect(other.get_by_role('table', name='Nodes in this group')).to_contain_text('Structure')


def test_addresses_lead_to_a_group_and_back(signed_in: Page, group: Any) -> None:
    open_group(signed_in, group['uuid'])
    heading = signed_in.get_by_role('heading', name=HOSTILE)
    expect(heading).to_be_visible()
    signed_in.reload()
    expect(heading).to_be_visible()
    signed_in.get_by_role('link', name='Groups').click()
    row = signed_in.get_by_role('link', name=HOSTILE)
    row.focus()
    signed_in.keyboard.press('Enter')
    expect(heading).to_be_visible()
    signed_in.go_back()
    expect(row).to_be_visible()
    signed_in.go_forward()
    expect(heading).to_be_visible()


def test_what_is_not_there_and_what_fails_is_told(signed_in: Page) -> None:
    signed_in.goto(f'/groups/{NOWHERE}')
    expect(signed_in.get_by_role('alert').first).to_contain_text('There is no group', ignore_case=True)

    def refuse(route: Route) -> None:
        route.abort()

    signed_in.route('**/api/groups*', refuse)
    signed_in.route('**/api/health', refuse)
    signed_in.goto('/groups')
    groups = signed_in.get_by_role('region', name='Groups')
    expect(groups).to_contain_text('NANO-OS does not answer', timeout=20_000)
    expect(groups).not_to_contain_text('no groups yet')
    signed_in.unroute_all()
    expect(groups).not_to_contain_text('does not answer', timeout=20_000)


def test_it_is_usable_on_a_phone_and_accessible(
    open_browser: Callable[..., BrowserContext], person: Person, group: Any
) -> None:
    for theme in ('light', 'dark'):
        page = open_browser(
            color_scheme=theme,
            reduced_motion='reduce',
            bypass_csp=True,
            viewport={'width': 360, 'height': 740},
        ).new_page()
        sign_in(page, person)
        page.goto('/groups')
        expect(page.get_by_role('link', name=HOSTILE)).to_be_visible()
        assert violations(page) == []
        open_group(page, group['uuid'])
        main = page.locator('main')
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), 'it can be scrolled sideways'
        assert violations(page) == []
