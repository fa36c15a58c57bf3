"""The overview: what runs, what failed and why, without loading it again; and the search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Person, sign_in

NAMES = ['<img src=x onerror=alert(1)> "quoted" & \'so\'', '🧪 Kupfer', 'مادة جديدة', 'long ' * 39]


@pytest.fixture
def structure(person: Person) -> Any:
    return person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Si'}})


def submit(person: Person, structure: Any, workflow: str, label: str) -> Any:
    body = {
        'workflow': workflow,
        'structure': structure['uuid'],
        'template': 'mock',
        'protocol': 'fast',
        'label': label,
    }
    return person.http('POST', '/jobs', json=body)


def test_jobs_appear_and_end_without_loading_again(
    signed_in: Page, person: Person, structure: Any, daemon: None
) -> None:
    signed_in.goto('/')
    expect(signed_in.get_by_text('Live updates').locator('..')).to_contain_text('on')
    expect(signed_in.get_by_text('Daemon').locator('..')).to_contain_text('2 workers')
    submit(person, structure, 'relax', 'silicon, relaxed')
    # The equation of state of a cell that is far from its minimum fails, and says why.
    submit(person, structure, 'eos', 'silicon, not relaxed')
    ended = signed_in.get_by_role('list', name='Ended jobs').get_by_role('listitem')
    expect(ended.filter(has_text='silicon, relaxed')).to_contain_text('Completed', timeout=60_000)
    failed = ended.filter(has_text='silicon, not relaxed')
    expect(failed).to_contain_text('Failed', timeout=60_000)
    expect(failed).to_contain_text('the energy has no minimum')


def test_a_material_appears_where_it_is_looked_at(signed_in: Page, person: Person) -> None:
    signed_in.goto('/')
    materials = signed_in.get_by_role('region', name='Recent materials')
    expect(signed_in.get_by_text('Live updates').locator('..')).to_contain_text('on')
    person.http('POST', '/materials', json={'name': 'just made', 'formula': 'TiO2'})
    expect(materials.get_by_role('link', name='just made')).to_be_visible(timeout=2_000)
    assert materials.locator('sub').first.text_content() == '2'


def test_names_are_shown_as_they_are(signed_in: Page, person: Person) -> None:
    for name in NAMES:
        person.http('POST', '/materials', json={'name': name})
    signed_in.set_viewport_size({'width': 360, 'height': 740})
    signed_in.goto('/')
    links = signed_in.get_by_role('region', name='Recent materials').get_by_role('link')
    for name in NAMES:
        expect(links.filter(has_text=name.strip())).to_be_visible()
    main = signed_in.locator('main')
    assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), 'it can be scrolled sideways'


def test_whoever_has_nothing_is_told_what_to_do(page: Page, sign_up: Callable[[], Person]) -> None:
    sign_in(page, sign_up())
    page.goto('/')
    expect(page.get_by_text('No materials yet')).to_be_visible()
    expect(page.get_by_text('Nothing is running')).to_be_visible()
    expect(page.get_by_text('No job has ended yet')).to_be_visible()


def test_the_keyboard_leads_to_any_page_material_and_node(
    signed_in: Page, person: Person, structure: Any
) -> None:
    made = person.http('POST', '/materials', json={'name': 'searched for'})
    signed_in.goto('/')
    expect(signed_in.get_by_role('heading', name='Overview')).to_be_visible()
    signed_in.keyboard.press('Tab')
    expect(signed_in.get_by_role('link', name='Skip to the content')).to_be_focused()
    found = signed_in.get_by_role('listbox', name='Results')
    for typed, option, address in (
        ('searched', 'searched for', f'/materials/{made["material_id"]}'),
        (structure['uuid'], 'Structure', f'/structures/{structure["uuid"]}'),
        ('job', 'Jobs', '/jobs'),
    ):
        signed_in.goto('/')
        expect(signed_in.get_by_role('heading', name='Overview')).to_be_visible()
        signed_in.keyboard.press('Control+k')
        signed_in.get_by_role('combobox').fill(typed)
        expect(found.get_by_role('option', name=option).first).to_be_visible()
        signed_in.keyboard.press('Enter')
        signed_in.wait_for_url(f'**{address}')
    signed_in.goto('/')
    expect(signed_in.get_by_role('heading', name='Overview')).to_be_visible()
    signed_in.keyboard.press('Control+k')
    signed_in.get_by_role('combobox').fill('00000000-0000-4000-8000-000000000000')
    expect(signed_in.get_by_role('dialog')).to_contain_text('there is no')
