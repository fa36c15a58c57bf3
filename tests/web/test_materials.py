"""The pages of materials: found, filtered, made, revised, archived; their structures and results, live."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiida import orm
from playwright.sync_api import BrowserContext, Page, Route, expect

from nanoos_plugins.graph.materials import MATERIAL_TYPE
from nanoos_plugins.graph.tables import connection, tables
from tests.web.conftest import Person, sign_in, violations
from tests.web.test_accessibility import THEMES
from tests.web.test_dashboard import NAMES

MANY = 3000
#: Collects which rows the table has shown, while it is scrolled to its end.
SCROLL = """async () => {
  const table = document.querySelector('[role=table]');
  const seen = new Map();
  let wrong = [];
  const isAll = () => table.parentElement.textContent.includes('in all');
  // On a busy machine rows are drawn some frames after the scroll; those that never are stay a gap.
  const isDrawn = () => {
    const end = Math.min(table.scrollTop + table.clientHeight, table.scrollHeight - 120);
    const last = [...table.querySelectorAll('[role=row][aria-rowindex]')].at(-1).getBoundingClientRect();
    return last.bottom - table.getBoundingClientRect().top + table.scrollTop >= end;
  };
  for (let still = 0; still < 3; ) {
    const rows = [...table.querySelectorAll('[role=row][aria-rowindex]')].slice(1);
    const indexes = rows.map((row) => Number(row.ariaRowIndex));
    if (indexes.some((index, at) => at > 0 && index !== indexes[at - 1] + 1)) wrong.push(indexes);
    for (const row of rows) {
      const name = row.querySelector('a').textContent, known = seen.get(Number(row.ariaRowIndex));
      if (known !== undefined && known !== name) wrong.push([row.ariaRowIndex, known, name]);
      seen.set(Number(row.ariaRowIndex), name);
    }
    const before = table.scrollTop;
    table.scrollTop += table.clientHeight - 80;
    still = table.scrollTop === before && isAll() ? still + 1 : 0;
    for (let frame = 0; frame === 0 || (frame < 200 && !isDrawn()); frame++)
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 4)));
  }
  return { names: [...seen].sort(([a], [b]) => a - b).map(([, name]) => name), wrong };
}"""


@pytest.fixture(scope='module')
def keeper(sign_up: Callable[[], Person]) -> Person:
    """Return somebody with a few materials that filters tell apart."""
    person = sign_up()
    for body in (
        {'name': 'quartz', 'formula': 'SiO2', 'tags': ['oxide', 'mineral']},
        {'name': 'silicon', 'formula': 'Si', 'tags': ['semiconductor']},
        {'name': 'rutile', 'formula': 'TiO2', 'tags': ['oxide'], 'description': 'white pigment'},
        {'name': 'cuprate', 'formula': 'YBa2(Cu3O7)'},
    ):
        person.http('POST', '/materials', json=body)
    return person


@pytest.fixture
def kept(page: Page, keeper: Person) -> Page:
    """Return a page in which the keeper is signed in."""
    sign_in(page, keeper)
    return page


def names(page: Page) -> list[str]:
    """Return the names in the list, as soon as it is there."""
    expect(page.get_by_role('table', name='Materials').locator('[data-row-link]').first).to_be_visible()
    return page.get_by_role('table', name='Materials').locator('[data-row-link]').all_inner_texts()


def shows(page: Page, *expected: str, timeout: float = 10_000) -> None:
    """Check that the list has these and no others."""
    links = page.get_by_role('table', name='Materials').locator('[data-row-link]')
    expect(links).to_have_text(list(expected), timeout=timeout)


def test_filters_narrow_the_list_and_stand_in_the_address(kept: Page) -> None:
    kept.goto('/materials')
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz')
    kept.get_by_role('searchbox', name='Search').fill('pigm')
    shows(kept, 'rutile')
    expect(kept).to_have_url(re.compile(r'/materials\?text=pigm$'))
    kept.get_by_role('button', name='Clear: Search').click()
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz')
    kept.get_by_role('button', name='Elements').click()
    for symbol in ('Si', 'O'):
        kept.get_by_role('group', name='Elements').get_by_role('button', name=symbol, exact=True).click()
    shows(kept, 'quartz')
    kept.get_by_role('radio', name='Only these').click(force=True)
    shows(kept, 'silicon', 'quartz')
    kept.keyboard.press('Escape')
    kept.get_by_role('radio', name='Name', exact=True).click(force=True)
    shows(kept, 'quartz', 'silicon')
    kept.reload()
    shows(kept, 'quartz', 'silicon')
    kept.go_back()
    shows(kept, 'silicon', 'quartz')
    kept.go_back()
    shows(kept, 'quartz')
    kept.go_forward()
    shows(kept, 'silicon', 'quartz')
    kept.get_by_role('button', name='Remove: Only Si, O').click()
    kept.get_by_role('row', name='rutile').get_by_role('button', name='oxide').click()
    shows(kept, 'rutile', 'quartz')
    expect(kept).to_have_url(re.compile(r'tag=oxide'))


def test_when_nothing_fits_it_says_which_filter_to_loosen(kept: Page) -> None:
    kept.goto('/materials?text=quartz&elements=Ti')
    expect(kept.get_by_text('No material fits all 2 filters')).to_be_visible()
    kept.get_by_role('button', name='Remove: With Ti').last.click()
    shows(kept, 'quartz')
    kept.goto('/materials?text=nowhere')
    kept.get_by_role('button', name='Remove: Text “nowhere”').click()
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz')


def test_whoever_has_none_is_told_what_to_do(page: Page, sign_up: Callable[[], Person]) -> None:
    sign_in(page, sign_up())
    page.goto('/materials')
    expect(page.get_by_text('No materials yet')).to_be_visible()


def test_a_material_is_made_with_errors_at_their_fields(page: Page, sign_up: Callable[[], Person]) -> None:
    person = sign_up()
    sign_in(page, person)
    page.goto('/materials')
    page.get_by_role('button', name='New material').click()
    dialog = page.get_by_role('dialog', name='New material')
    dialog.get_by_role('button', name='Create').click()
    expect(dialog.get_by_label('Name', exact=True)).to_have_accessible_description(re.compile('1 char'))
    dialog.get_by_label('Name', exact=True).fill('garnet')
    dialog.get_by_label('Formula').fill('Xx3')
    dialog.get_by_label('Tags').fill('oxide, red')
    dialog.get_by_role('button', name='Add a line').click()
    dialog.get_by_label('Name 1').fill('purity')
    dialog.get_by_label('Value 1').fill('99.9')
    page.keyboard.press('Enter')
    expect(dialog.get_by_label('Formula')).to_have_accessible_description(re.compile('Xx is not a'))
    dialog.get_by_label('Formula').fill('Mg3Al2(SiO4)3')
    dialog.get_by_role('button', name='Create').click()
    expect(page.get_by_role('heading', level=1)).to_contain_text('garnet')
    made = person.http('GET', '/materials')['items'][0]
    assert (made['tags'], made['formula']) == (['oxide', 'red'], 'Mg3Al2(SiO4)3')
    assert person.http('GET', f'/materials/{made["material_id"]}')['metadata'] == {'purity': 99.9}


def test_names_are_shown_as_they_are(page: Page, sign_up: Callable[[], Person]) -> None:
    person = sign_up()
    long = 'word ' * 2000
    for name in NAMES:
        body = {'name': name, 'description': long, 'tags': [name[:200]], 'metadata': {name: long}}
        made = person.http('POST', '/materials', json=body)
    sign_in(page, person)
    page.set_viewport_size({'width': 360, 'height': 740})
    main = page.locator('main')
    for address, place in (
        ('/materials', page.get_by_role('table', name='Materials')),
        (f'/materials/{made["material_id"]}', page.get_by_role('region', name='About')),
    ):
        page.goto(address)
        expect(place).to_be_visible()
        expect(page.get_by_text('Loading…')).to_have_count(0)
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), address
    page.goto('/materials')
    assert [name.strip() for name in names(page)] == [name.strip() for name in reversed(NAMES)]


def edit(page: Page) -> Any:
    """Open the form and return it."""
    page.get_by_role('button', name='Edit').click()
    return page.get_by_role('dialog', name='Edit material')


def test_edits_make_revisions_which_tell_what_changed(page: Page, sign_up: Callable[[], Person]) -> None:
    person = sign_up()
    body = {'name': 'silica', 'tags': ['glass'], 'metadata': {'purity': 99}}
    made = person.http('POST', '/materials', json=body)
    path = f'/materials/{made["material_id"]}'
    sign_in(page, person)
    page.goto(path)
    dialog = edit(page)
    expect(dialog.get_by_role('button', name='Save')).to_be_disabled()
    dialog.get_by_label('Formula').fill('SiO2')
    dialog.get_by_label('Value 1').fill('99.9')
    dialog.get_by_role('button', name='Remove glass').click()
    dialog.get_by_role('button', name='Save').click()
    newest = page.get_by_role('list', name='Revisions').get_by_role('listitem').first
    expect(newest).to_contain_text('Revision 2')
    for change in (re.compile('formula.*SiO2', re.S), re.compile('purity.*99.*99.9', re.S)):
        expect(newest).to_contain_text(change)
    expect(newest.get_by_role('deletion').filter(has_text='glass')).to_be_visible()
    expect(page.get_by_text('Saved as revision 2')).to_be_visible()
    # What others do is seen without loading the page again.
    person.http('PATCH', path, json={'revision': 2, 'name': 'quartz'})
    expect(page.get_by_role('heading', level=1)).to_contain_text('quartz')
    expect(newest).to_contain_text('Revision 3')
    page.reload()
    expect(newest).to_contain_text('Revision 3')


@pytest.mark.parametrize('is_live', [True, False], ids=['told at once', 'told by the conflict'])
def test_a_newer_revision_stands_beside_ones_own_text(
    page: Page, sign_up: Callable[[], Person], is_live: bool
) -> None:
    person = sign_up()
    made = person.http('POST', '/materials', json={'name': 'glass', 'description': 'old', 'formula': 'SiO2'})
    path = f'/materials/{made["material_id"]}'
    if not is_live:
        page.route_web_socket('**/api/events', lambda socket: None)
    sign_in(page, person)
    page.goto(path)
    dialog = edit(page)
    dialog.get_by_label('Description').fill('mine')
    dialog.get_by_label('Name', exact=True).fill('quartz')
    changes = {'revision': 1, 'description': 'theirs', 'formula': 'Si3N4'}
    person.http('PATCH', path, json=changes)
    if not is_live:
        dialog.get_by_role('button', name='Save').click()
    expect(dialog.get_by_role('alert')).to_contain_text('saved revision 2')
    expect(dialog.get_by_label('Description')).to_have_value('mine')
    expect(dialog.get_by_label('Formula')).to_have_value('Si3N4')
    expect(dialog.get_by_text('theirs', exact=True)).to_be_visible()
    if is_live:
        dialog.get_by_role('button', name='Take this').click()
    dialog.get_by_role('button', name='Save').click()
    expect(dialog).to_have_count(0)
    saved = person.http('GET', path)
    assert (saved['revision'], saved['name'], saved['formula']) == (3, 'quartz', 'Si3N4')
    assert saved['description'] == ('theirs' if is_live else 'mine')


def test_archived_restored_and_taken_back(page: Page, sign_up: Callable[[], Person]) -> None:
    person = sign_up()
    made = person.http('POST', '/materials', json={'name': 'old idea'})
    sign_in(page, person)
    page.goto(f'/materials/{made["material_id"]}')
    page.get_by_role('button', name='Archive').click()
    expect(page.get_by_role('note')).to_contain_text('This material is archived')
    page.get_by_role('status', name='Notices').get_by_role('button', name='Undo').click()
    expect(page.get_by_role('note')).to_have_count(0)
    page.get_by_role('button', name='Archive').click()
    expect(page.get_by_role('note')).to_be_visible()
    page.goto('/materials')
    expect(page.get_by_text('No materials yet')).to_be_visible()
    page.get_by_role('checkbox', name='Archived').click()
    expect(page.get_by_role('checkbox', name='Archived')).to_be_checked()
    shows(page, 'old idea')
    page.get_by_role('link', name='old idea').click()
    page.get_by_role('button', name='Restore').click()
    expect(page.get_by_role('note')).to_have_count(0)


def test_structures_and_results_come_by_themselves(
    page: Page, sign_up: Callable[[], Person], daemon: None
) -> None:
    person = sign_up()
    made = person.http('POST', '/materials', json={'name': 'copper', 'formula': 'Cu'})
    path = f'/materials/{made["material_id"]}'
    sign_in(page, person)
    page.goto(path)
    expect(page.get_by_text('No structures yet')).to_be_visible()
    expect(page.get_by_text('No results yet')).to_be_visible()
    add = page.get_by_role('link', name='Add a structure')
    expect(add).to_have_attribute('href', f'/structures?material={made["material_id"]}')
    body = {'parameters': {'formula': 'Cu'}, 'material_id': made['material_id']}
    structure = person.http('POST', '/structures/build/bulk', json=body)
    row = page.get_by_role('table', name='Structures').get_by_role('row').nth(1)
    expect(row).to_contain_text('Fm-3m (225)')
    expect(row).to_contain_text('3D')
    expect(row.get_by_role('link')).to_have_attribute('href', f'/structures/{structure["uuid"]}')
    new = {'workflow': 'relax', 'structure': structure['uuid'], 'template': 'mock', 'protocol': 'fast'}
    job = person.http('POST', '/jobs', json=new)
    results = page.get_by_role('region', name='Results by engine')
    expect(results.get_by_role('columnheader', name='Mock engine')).to_contain_text(
        'not of a real material', timeout=60_000
    )
    energy = results.get_by_role('row', name='Energy per atom')
    expect(energy).to_contain_text('eV')
    expect(energy.get_by_role('link')).to_have_text(re.compile(r'^−\d+\.\d+$'))
    expect(energy.get_by_role('link')).to_have_attribute('href', f'/jobs/{job["uuid"]}')
    provenance = page.get_by_role('link', name='Provenance')
    expect(provenance).to_have_attribute('href', f'/graph/{made["uuid"]}')


def test_what_is_not_there_and_outages_are_told_apart(kept: Page) -> None:
    kept.goto(f'/materials/{uuid4()}')
    expect(kept.get_by_role('alert').first).to_contain_text('There is no such material')
    refused = '**/api/materials?*'

    def refuse(route: Route) -> None:
        route.abort()

    kept.route(refused, refuse)
    kept.route('**/api/health', refuse)
    kept.get_by_role('link', name='All materials').click()
    expect(kept.get_by_role('alert').first).to_contain_text('does not answer', timeout=20_000)
    expect(kept.get_by_text('No materials yet')).to_have_count(0)
    kept.unroute_all()
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz', timeout=20_000)
    problem = {'title': 'Conflict', 'status': 409, 'detail': 'being built', 'request_id': 'abc'}
    kept.route('**/api/materials/*', lambda route: route.fulfill(status=409, json=problem))
    kept.get_by_role('link', name='quartz').click()
    expect(kept.get_by_role('alert').first).to_contain_text('being built')
    kept.unroute_all()
    kept.get_by_role('button', name='Try again').first.click()
    expect(kept.get_by_role('heading', level=1)).to_contain_text('quartz')


def test_by_keyboard_from_the_list_to_a_material_and_back(kept: Page) -> None:
    kept.goto('/materials')
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz')
    kept.get_by_role('link', name='cuprate').focus()
    kept.keyboard.press('ArrowDown')
    kept.keyboard.press('ArrowDown')
    expect(kept.get_by_role('link', name='silicon')).to_be_focused()
    kept.keyboard.press('Enter')
    expect(kept.get_by_role('heading', level=1)).to_contain_text('silicon')
    kept.get_by_role('button', name='Edit').focus()
    kept.keyboard.press('Enter')
    expect(kept.get_by_role('dialog', name='Edit material')).to_be_visible()
    kept.keyboard.press('Escape')
    expect(kept.get_by_role('dialog')).to_have_count(0)
    expect(kept.get_by_role('button', name='Edit')).to_be_focused()
    kept.go_back()
    shows(kept, 'cuprate', 'rutile', 'silicon', 'quartz')


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], keeper: Person, theme: Any
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, keeper)
    page.goto('/materials?tag=oxide')
    shows(page, 'rutile', 'quartz')
    assert violations(page) == []
    page.get_by_role('button', name='Elements').click()
    expect(page.get_by_role('group', name='Elements')).to_be_visible()
    assert violations(page) == []
    page.keyboard.press('Escape')
    page.get_by_role('link', name='rutile').click()
    expect(page.get_by_role('list', name='Revisions')).to_be_visible()
    assert violations(page) == []
    edit(page)
    expect(page.get_by_label('Description')).to_be_visible()
    assert violations(page) == []


@pytest.fixture(scope='module')
def collector(sign_up: Callable[[], Person]) -> Person:
    """Return somebody with thousands of materials."""
    person = sign_up()
    fill(person, MANY)
    return person


@pytest.mark.parametrize('sort', ['newest', 'name'])
def test_thousands_are_scrolled_without_a_gap_or_a_double(page: Page, collector: Person, sort: str) -> None:
    sign_in(page, collector)
    page.set_viewport_size({'width': 1000, 'height': 2000})
    page.goto(f'/materials?sort={sort}')
    expect(page.get_by_role('table', name='Materials').locator('[data-row-link]').first).to_be_visible()
    found = page.evaluate(SCROLL)
    assert found['wrong'] == []
    expected = [f'material {number:05}' for number in range(MANY)]
    assert found['names'] == (expected if sort == 'name' else expected[::-1])
    expect(page.get_by_text(f'{MANY:,} in all')).to_be_visible()


def fill(person: Person, number: int) -> None:
    """Store so many materials at once, as if they had been made a second apart."""
    user = orm.User.collection.get(email=person.email)
    start = datetime.now(UTC) - timedelta(days=2)
    rows = [_row(at, start + timedelta(seconds=at)) | {'user_id': user.pk} for at in range(number)]
    with connection() as opened, opened.begin():
        opened.execute(sa.insert(tables().node), rows)


def _row(number: int, time: datetime) -> dict[str, Any]:
    name = f'material {number:05}'
    attributes = {
        'name': name,
        'formula': 'SiO2',
        'description': '',
        'tags': ['many'],
        'metadata': {},
        'archived': False,
        'material_id': str(uuid4()),
        'revision': 1,
    }
    return {
        'uuid': str(uuid4()),
        'node_type': MATERIAL_TYPE,
        'label': name,
        'description': '',
        'ctime': time,
        'mtime': time,
        'attributes': attributes,
        'extras': {},
        'repository_metadata': {},
    }
